# SPDX-License-Identifier: BSD-2-Clause
"""test_score.py - the contract score: one model in all libraries, and behind two languages."""
import concurrent.futures
import json
import random

import catalog
import processes
from client import Findings, expect, expect_invalid
from harness import only

NEAR = 1e-4
RANGES = {"amount": (0, 5000), "hour": (0, 23), "account_age_days": (0, 3650),
          "payments_last_hour": (0, 20), "distance_km": (0, 5000), "foreign_card": (0, 1),
          "failed_logins": (0, 10), "merchant_risk": (0, 1)}
WHOLE = {"hour", "account_age_days", "payments_last_hour", "foreign_card", "failed_logins"}

scores = {}  # workload -> what it says of each of payments()


def applies(workload):
    return workload.contract == "score"


def reference():
    return json.loads((catalog.RUNTIMES / "score" / "reference.json").read_text())


def payments(count=100):
    """The same ones for all, over the whole range of each feature."""
    chance = random.Random(4)
    return [{name: chance.randint(*ends) if name in WHOLE else round(chance.uniform(*ends), 3)
             for name, ends in RANGES.items()} for _ in range(count)]


def score(service, features):
    answer = expect(service.post("/score", {"features": features}), 200)
    body = answer.json()
    assert set(body) == {"score", "fraud"}, str(answer)
    value = body["score"]
    assert isinstance(value, (int, float)) and not isinstance(value, bool), str(answer)
    assert 0 <= value <= 1, str(answer)
    assert body["fraud"] is (value >= 0.5), str(answer)
    return value


def test_meets_the_reference(service):
    with Findings() as findings:
        for case in reference():
            with findings.each():
                got = score(service, case["features"])
                assert abs(got - case["probability"]) <= NEAR, \
                    f"{got}, not {case['probability']}: {case['features']}"


def test_scores_the_same_from_many_connections(service):
    first = reference()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda case: score(service, case["features"]), first * 3))
    for value, case in zip(got, first * 3):
        assert abs(value - case["probability"]) <= NEAR, case


def test_scores_payments_of_all_kinds(service):
    scores[service.workload.name] = [score(service, features) for features in payments()]


def test_takes_the_features_in_any_order(service):
    features = reference()[1]["features"]
    assert score(service, dict(reversed(features.items()))) == score(service, features)


def test_takes_any_number(service):
    """Beyond what it was trained on it may be wrong, but it must not fail."""
    base = reference()[0]["features"]
    with Findings() as findings:
        for value in (-1, 0, 1e6, 1e9, -1e9, 0.1, 2**53):
            with findings.each():
                score(service, {**base, "amount": value})


def test_an_invalid_payment_is_422(service):
    base = reference()[0]["features"]
    cases = {f"no {name}": {k: v for k, v in base.items() if k != name} for name in RANGES}
    cases["another feature"] = {**base, "colour": 1}
    for value in ("5", "", "text", None, True, [1], {"a": 1}):
        cases[f"{json.dumps(value)} as amount"] = {**base, "amount": value}
    cases["1 in quotes as foreign_card"] = {**base, "foreign_card": "1"}
    cases["true as foreign_card"] = {**base, "foreign_card": True}
    cases["no feature at all"] = {}
    bodies = {what: {"features": features} for what, features in cases.items()}
    bodies.update({"an array as features": {"features": list(base.values())},
                   "null as features": {"features": None}, "no features": {},
                   "the features alone": base, "an array": [base], "null": "null",
                   "no JSON": "{", "empty": "",
                   "a number beyond all": json.dumps({"features": base}).replace("16.62", "1e999"),
                   "NaN": json.dumps({"features": base}).replace("16.62", "NaN")})
    with Findings() as findings:
        for what, body in bodies.items():
            with findings.each():
                expect_invalid(service.post("/score", body), what)
        with findings.each():
            score(service, base)


@only("node/hybrid-*")
def test_is_a_tree_of_two_languages(service):
    commands = [processes.command(p.pid) for p in service.tree()]
    assert any("node" in c.split(" ")[0] for c in commands), commands
    assert any("-m scorer" in c for c in commands), commands


def test_all_agree(workloads):
    there = [w.name for w in workloads if w.name in scores]
    assert len(there) == len(workloads), \
        f"no scores of {[w.name for w in workloads if w.name not in scores]}"
    with Findings() as findings:
        for features, values in zip(payments(), zip(*(scores[name] for name in there))):
            with findings.each():
                assert max(values) - min(values) <= NEAR, \
                    f"{dict(zip(there, values))} of {features}"
