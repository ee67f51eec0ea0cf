"""Trains the fraud model of the score contract and exports it to each library's own format.

The data is made here, with a fixed seed: payments whose risk follows a rule that no linear model
can learn. The exports go into the folders of the workloads that serve them, and twenty inputs with
their probabilities into reference.json beside this file.
"""

import json
from pathlib import Path

import joblib
import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import export

SEED = 20260801
ROWS = 40_000
HIDDEN = (16, 8)

# The order of the columns, which is that of the inputs in every export.
FEATURES = [
    "amount",
    "hour",
    "account_age_days",
    "payments_last_hour",
    "distance_km",
    "foreign_card",
    "failed_logins",
    "merchant_risk",
]
DECIMALS = [2, 0, 0, 0, 1, 0, 0, 3]

RUNTIMES = Path(__file__).resolve().parent.parent
REFERENCE = Path(__file__).with_name("reference.json")


def make_payments(rng: np.random.Generator, rows: int) -> np.ndarray:
    columns = [
        np.minimum(rng.lognormal(4.2, 1.3, rows), 5000),
        rng.integers(0, 24, rows),
        np.minimum(rng.exponential(900, rows), 3650),
        np.minimum(rng.poisson(rng.gamma(1.2, 1.5, rows)), 20),
        np.minimum(rng.exponential(250, rows) * rng.choice([0.1, 1, 6], rows), 5000),
        rng.random(rows) < 0.15,
        np.minimum(rng.poisson(rng.gamma(0.5, 1.2, rows)), 10),
        rng.beta(1.6, 4, rows),
    ]
    return np.column_stack([np.round(c, d) for c, d in zip(columns, DECIMALS, strict=True)])


def make_labels(rng: np.random.Generator, payments: np.ndarray) -> np.ndarray:
    amount, hour, age, recent, distance, foreign, logins, risk = payments.T
    night = (hour < 6) | (hour > 22)
    logit = (
        -6.2
        + 0.9 * np.log1p(amount / 100)
        + 1.1 * night * (amount > 150)
        + 1.6 * np.exp(-age / 120)
        + 0.28 * recent
        + 1.3 * foreign * (distance > 400)
        + 0.4 * np.log1p(distance / 100)
        + 0.55 * logins
        + 3.2 * risk
    )
    return rng.random(len(logit)) < 1 / (1 + np.exp(-logit))


def train(payments: np.ndarray, fraud: np.ndarray) -> Pipeline:
    perceptron = MLPClassifier(
        hidden_layer_sizes=HIDDEN,
        alpha=1e-3,
        early_stopping=True,
        max_iter=200,
        random_state=SEED,
    )
    return make_pipeline(StandardScaler(), perceptron).fit(payments, fraud)


def probability(model: Pipeline, payments: np.ndarray) -> np.ndarray:
    return model.predict_proba(payments)[:, 1]


def layers_of(model: Pipeline) -> export.Network:
    scaler, perceptron = model[0], model[-1]
    return export.Network(
        features=FEATURES,
        mean=scaler.mean_.astype(np.float32),
        scale=scaler.scale_.astype(np.float32),
        weights=[w.astype(np.float32) for w in perceptron.coefs_],
        biases=[b.astype(np.float32) for b in perceptron.intercepts_],
    )


def choose_reference(model: Pipeline, payments: np.ndarray, count: int = 20) -> list[dict]:
    """Payments from all over the scale, none so near one half that rounding decides on fraud."""
    scores = probability(model, payments)
    wanted = np.linspace(scores.min(), scores.max(), count)
    chosen = [int(np.argmin(np.abs(scores - w))) for w in wanted]
    assert len(set(chosen)) == count and np.abs(scores[chosen] - 0.5).min() > 0.005
    return [
        {
            "features": dict(zip(FEATURES, map(float, payments[i]), strict=True)),
            "probability": round(float(scores[i]), 9),
        }
        for i in chosen
    ]


def main() -> None:
    rng = np.random.default_rng(SEED)
    payments = make_payments(rng, ROWS)
    fraud = make_labels(rng, payments)
    seen, unseen, fraud_seen, fraud_unseen = train_test_split(
        payments, fraud, test_size=0.25, random_state=SEED
    )
    model = train(seen, fraud_seen)
    network = layers_of(model)

    joblib.dump(model, RUNTIMES / "python/sklearn/model.joblib")
    export.onnx_model(network, RUNTIMES / "python/onnx/model.onnx")
    export.onnx_model(network, RUNTIMES / "node/onnx/model.onnx")
    export.safetensors_file(network, RUNTIMES / "python/pytorch/model.safetensors")
    export.keras_model(network, RUNTIMES / "python/tensorflow/model.keras")
    export.tfjs_layers(network, RUNTIMES / "node/tfjs/model")

    reference = choose_reference(model, unseen)
    REFERENCE.write_text("[\n" + ",\n".join(json.dumps(r) for r in reference) + "\n]\n")

    auc = roc_auc_score(fraud_unseen, probability(model, unseen))
    print(f"fraud {fraud.mean():.1%} of {ROWS} payments, area under the curve {auc:.4f}")
    for case in reference:
        print(f"{case['probability']:.6f}  {list(case['features'].values())}")


if __name__ == "__main__":
    main()
