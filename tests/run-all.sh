#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run-all.sh - runs all tests that are built below BUILD, one kind after another, and adds up.
#
#   tests/run-all.sh [--all] [BUILD]      --all: also those that take long
set -u
cd "$(dirname "$0")/.." || exit 1

slow= all= kernels=
if [ "${1:-}" = --all ]; then
	slow=--slow all=--all kernels='5.15 6.1 6.12'
	export COLDPROF_SLOW=1
	shift
fi
export BUILD=${1:-build}
results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT

# The interpreter that has the standard JSON-Schema validator: Debian's, where it is installed.
python=python3
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null && python=/usr/bin/python3

unit_tests() {
	local folder=$1 programs=() source
	for source in tests/test_*.c; do
		[ -e "$source" ] || continue
		source=${source##*/}
		programs+=("$folder/tests/${source%.c}")
	done
	RESULTS=$results/$2 tests/run-units.sh "${programs[@]}"
}

echo "== unit tests"
# The simulations' claims are for so many; sanitized ones find other errors in few.
if [ -n "$all" ]; then
	COLDPROF_SIMULATIONS=10000 UNIT_TIMEOUT=${UNIT_TIMEOUT:-3600} unit_tests "$BUILD" unit
else
	unit_tests "$BUILD" unit
fi
if [ -d "$BUILD/asan/tests" ]; then
	echo "== unit tests under AddressSanitizer and UndefinedBehaviorSanitizer"
	unit_tests "$BUILD/asan" sanitized
fi
echo "== system tests"
PYTHONDONTWRITEBYTECODE=1 $python tests/system/run.py $slow --results "$results/system"
echo "== conformance: the workloads' contracts"
# shellcheck disable=SC2086 # --all, or nothing
PYTHONDONTWRITEBYTECODE=1 python3 tests/conformance/run.py $all --results "$results/conformance"
echo "== system tests under other kernels"
# shellcheck disable=SC2086 # several kernels, or none
PYTHONDONTWRITEBYTECODE=1 python3 tests/kernels/run.py $kernels --results "$results/kernels"

passed=0 failed=0 skipped=0 parts=
for part in unit sanitized system conformance kernels; do
	[ -d "$BUILD/asan/tests" ] || [ $part != sanitized ] || continue
	# A part that did not even write its result has failed.
	numbers=(0 1 0)
	[ ! -s "$results/$part" ] || read -ra numbers <"$results/$part"
	passed=$((passed + numbers[0])) failed=$((failed + numbers[1]))
	skipped=$((skipped + numbers[2]))
	parts+="$part ${numbers[0]}/${numbers[1]}/${numbers[2]}, "
done
echo "total: $passed passed, $failed failed, $skipped skipped (${parts%, })"
[ $failed -eq 0 ]
