import os

bind = f"127.0.0.1:{os.environ.get('PORT', '0')}"
workers = 1
worker_tmp_dir = os.environ.get("SCRATCH")
control_socket_disable = True  # it would be a file in the home folder
