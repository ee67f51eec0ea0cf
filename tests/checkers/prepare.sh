#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# prepare.sh - installs what others check our outputs and recipes with, for tests alone
#
#   tests/checkers/prepare.sh FOLDER
#
# Does nothing where FOLDER has it all. Exit status: 0 it is there; 1 it can't be had, with a line
# that says why; 2 usage.
set -u

[ $# = 1 ] || {
	echo "usage: tests/checkers/prepare.sh FOLDER" >&2
	exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
locks=$(cat "$here/requirements.lock" "$here/package-lock.json" | cksum)
[ "$(cat "$folder/locks" 2>/dev/null)" != "$locks" ] || exit 0

fail() {
	echo "checkers: $1: $(tail -n 1 "$folder/log")" >&2
	exit 1
}

rm -rf "$folder"
mkdir -p "$folder"
python3 -m venv "$folder/.venv" >"$folder/log" 2>&1 || fail "cannot make a virtual environment"
"$folder/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
	--requirement "$here/requirements.lock" >"$folder/log" 2>&1 || fail "pip failed"
cp "$here/package.json" "$here/package-lock.json" "$folder"
npm --prefix "$folder" ci --ignore-scripts --silent --no-audit --no-fund >"$folder/log" 2>&1 ||
	fail "npm failed"
echo "$locks" >"$folder/locks"
