#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# wrapper_exec.sh - COMMAND...: prepares a little, then becomes it
PREPARED=$(uname -s)
export PREPARED
exec "$@"
