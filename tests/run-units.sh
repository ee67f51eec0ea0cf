#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run-units.sh - runs each cmocka program that is named, one line for each and a closing total; lines
# of a program that begin with "figure: " are shown.
# With RESULTS set, "passed failed skipped" is also written to that file.
set -u

passed=0 failed=0 skipped=0
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT

for program in "$@"; do
	name=${program##*/}
	CMOCKA_MESSAGE_OUTPUT=TAP timeout --kill-after=5 "${UNIT_TIMEOUT:-120}" "$program" \
		>"$output" 2>&1
	status=$?
	ok=$(grep -cE '^ok [0-9]+' "$output")
	bad=$(grep -cE '^not ok [0-9]+' "$output")
	skip=$(grep -ciE '^(not )?ok [0-9]+.*# *skip' "$output")
	bad=$((bad - $(grep -ciE '^not ok [0-9]+.*# *skip' "$output")))
	ok=$((ok - $(grep -ciE '^ok [0-9]+.*# *skip' "$output")))
	verdict=ok
	if [ $status -ne 0 ] || [ $bad -ne 0 ]; then
		verdict=FAIL
		# A program that died in the middle has failed at least once.
		[ $bad -ne 0 ] || bad=1
	elif [ $((ok + skip)) -eq 0 ]; then
		verdict=FAIL bad=1
		echo "no test ran" >>"$output"
	fi
	printf '%-4s %-24s %3d passed' $verdict "$name" $ok
	[ $bad -eq 0 ] || printf ', %d failed' $bad
	[ "$skip" -eq 0 ] || printf ', %d skipped' "$skip"
	[ $status -ne 124 ] || printf ' (timed out)'
	printf '\n'
	# What a test has measured.
	sed -n 's/^figure: /       /p' "$output"
	# The line before a skip is its reason.
	[ "$skip" -eq 0 ] || grep -iE -B1 '# *skip' "$output" |
		sed -E '/^(ok [0-9]+ - |--$|1\.\.)/d; s/^(not )?ok [0-9]+ # */       /I; t; s/^/       /'
	if [ $verdict = FAIL ]; then
		grep -vE '^(ok |1\.\.)' "$output" | tail -n 60 | sed 's/^/       /'
	fi
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
done

echo "unit tests: $passed passed, $failed failed, $skipped skipped"
[ -z "${RESULTS:-}" ] || echo "$passed $failed $skipped" >"$RESULTS"
[ $failed -eq 0 ]
