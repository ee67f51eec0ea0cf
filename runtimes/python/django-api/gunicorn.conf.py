import environ

from service.logs import LOGGING

env = environ.Env()
scratch = env.str("SCRATCH", "")

bind = f"{env.str('HOST', '127.0.0.1')}:{env.int('PORT', 0)}"
workers = env.int("WEB_CONCURRENCY", 2) if scratch else 1  # memory is not shared
worker_class = "gthread"
threads = 4
preload_app = True
worker_tmp_dir = scratch or None
control_socket_disable = True  # it would be a file in the home folder
logconfig_dict = LOGGING


def on_starting(server):
    """In the master, once for all workers; they open connections of their own."""
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    connections.close_all()
