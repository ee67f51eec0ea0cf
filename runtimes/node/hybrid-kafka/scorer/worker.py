"""Requests in, answers out."""

import json
import logging

from confluent_kafka import Consumer, Producer

from .config import settings
from .payment import Payment, Verdict

REQUESTS = f"{settings.kafka_prefix}score-requests"
ANSWERS = f"{settings.kafka_prefix}score-answers"

log = logging.getLogger("scorer")


class Worker:
    def __init__(self, model):
        self.model = model
        self.producer = Producer({"bootstrap.servers": settings.kafka_brokers, "linger.ms": 0})
        self.consumer = Consumer(
            {
                "bootstrap.servers": settings.kafka_brokers,
                "group.id": f"{settings.kafka_prefix}scorers",
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": settings.kafka_fetch_wait_ms,
                "allow.auto.create.topics": True,
            }
        )

    def run(self, on_ready):
        """Until the process is told to end; on_ready is called when requests can come."""
        self.consumer.subscribe([REQUESTS], on_assign=lambda *_: on_ready())
        try:
            while True:
                message = self.consumer.poll(1)
                self.producer.poll(0)
                if message is None:
                    continue
                if message.error():
                    log.error("%s", message.error())
                else:
                    self.answer(message)
        finally:
            self.producer.flush(1)
            self.consumer.close()

    def answer(self, message):
        try:
            value = self.score(message.value())
        except Exception as error:  # whatever it is, the one who asked waits for a word
            log.exception("cannot score")
            value = json.dumps({"error": str(error)})
        self.producer.produce(ANSWERS, value, message.key(), headers=message.headers())

    def score(self, body):
        payment = Payment.model_validate_json(body)
        probability = self.model.score(payment.features.row())
        log.info("score %.6f", probability)
        return Verdict(
            score=probability, fraud=probability >= settings.threshold
        ).model_dump_json()
