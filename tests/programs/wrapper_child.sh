#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# wrapper_child.sh - COMMAND...: runs it as a child and stays
"$@"
status=$?
exit $status
