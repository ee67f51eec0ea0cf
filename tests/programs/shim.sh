#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# shim.sh - COMMAND...: finds out by a dozen processes what to run, as a version manager does
version=$(cat /dev/null; echo 1; for i in 1 2 3; do basename "$(dirname /usr/bin/x$i)"; done | sort -u)
export SHIM_VERSION="$version"
exec /usr/bin/env bash -c 'uname -r >/dev/null; exec "$@"' shim "$@"
