"""What became of each job: Dramatiq itself keeps only the messages that wait."""

import dramatiq

KEPT_S = 24 * 60 * 60


class JobStates(dramatiq.Middleware):
    def __init__(self, client, prefix):
        self.client = client
        self.prefix = prefix
        self.done_key = f"{prefix}:done"  # a set: a job that is done again counts once

    def get(self, job_id):
        """{} where there is no such job."""
        fields = self.client.hgetall(self._key(job_id))
        return {key.decode(): value.decode() for key, value in fields.items()}

    def done_count(self):
        return self.client.scard(self.done_key)

    def before_enqueue(self, broker, message, delay):
        self._set(message, state="queued")

    def before_process_message(self, broker, message):
        self._set(message, state="running")

    def after_process_message(self, broker, message, *, result=None, exception=None):
        if exception is None:
            self._set(message, done=True, state="done", result=result)

    def after_nack(self, broker, message):
        self._set(message, state="failed")

    def _key(self, job_id):
        return f"{self.prefix}:job:{job_id}"

    def _set(self, message, done=False, **fields):
        key = self._key(message.message_id)
        with self.client.pipeline() as pipeline:
            pipeline.hset(key, mapping=fields)
            pipeline.expire(key, KEPT_S)
            if done:
                pipeline.sadd(self.done_key, message.message_id)
            pipeline.execute()
