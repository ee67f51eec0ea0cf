from service.config import settings
from service.logs import LOGGING

bind = f"{settings.host}:{settings.port}"
workers = settings.workers if settings.scratch else 1  # memory is not shared
worker_class = "gthread"
threads = 4
worker_tmp_dir = settings.scratch or None
control_socket_disable = True  # it would be a file in the home folder
logconfig_dict = LOGGING
