"""What became of each job: Dramatiq itself knows messages that wait, and results."""

import dramatiq


class JobStates(dramatiq.Middleware):
    def __init__(self, client, prefix, kept_ms):
        self.client = client
        self.prefix = prefix
        self.kept_ms = kept_ms
        self.done_key = f"{prefix}:done"  # a set of ids: a job that is done again counts once

    def get(self, job_id):
        """None where there is no such job."""
        state = self.client.get(self._key(job_id))
        return state and state.decode()

    def done_count(self):
        return self.client.scard(self.done_key)

    def before_enqueue(self, broker, message, delay):
        self._set(message, "queued")

    def before_process_message(self, broker, message):
        self._set(message, "running")

    def after_process_message(self, broker, message, *, result=None, exception=None):
        if exception is None:
            self.client.sadd(self.done_key, message.message_id)
            self._set(message, "done")

    def after_nack(self, broker, message):
        self._set(message, "failed")

    def _key(self, job_id):
        return f"{self.prefix}:state:{job_id}"

    def _set(self, message, state):
        self.client.set(self._key(message.message_id), state, px=self.kept_ms)
