# SPDX-License-Identifier: BSD-2-Clause
"""Imports all that the workload python/fastapi-api in the current folder does; serves nothing."""
import os
import sys

sys.path[0] = os.getcwd()

import uvicorn  # noqa: E402, F401
import service.app  # noqa: E402, F401
