#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# run.sh - runs each fuzzer for a while, a line for each
#
#   tests/fuzz/run.sh PROGRAMS [NAME...]      PROGRAMS: the folder that they are built in
#
# FUZZ_SECONDS is how long each runs (20). What it has learned stays in BUILD/fuzz/NAME/corpus and is
# where the next run begins; an input that crashes is kept as BUILD/fuzz/NAME/crash-… (leak-…,
# timeout-…, oom-…), to be tried by PROGRAMS/NAME FILE. Exit status: 1 where one was found.
set -u
cd "$(dirname "$0")/../.." || exit 1

BUILD=${BUILD:-build}
seconds=${FUZZ_SECONDS:-20}
programs=$1
shift

# From real input: what is in the tree, on this machine, and, as root, a start or two.
make_seeds() {
	local root=$BUILD/fuzz workload file
	"$programs/seeds" "$root" || exit 1
	mkdir -p "$root"/{workload,elf,smaps,types,recording,report,compare,import_line}/seeds
	for workload in runtimes/*/*/workload.json; do
		file=${workload#runtimes/}
		cp "$workload" "$root/workload/seeds/${file//\//-}"
	done
	echo 'int main(void) { return 0; }' >"$root/main.c"
	"${CLANG:-clang}" -o "$root/elf/seeds/dynamic" -x c "$root/main.c"
	"${CLANG:-clang}" -s -shared -fPIC -o "$root/elf/seeds/library" -x c "$root/main.c"
	rm -f "$root/main.c"
	{
		echo node:http
		cat tests/programs/node/http.js
	} >"$root/import_line/seeds/node"
	{
		echo os.path
		cat tests/system/harness.py
	} >"$root/import_line/seeds/python"
	[ "$(id -u)" != 0 ] || [ ! -x "$BUILD/coldprof" ] || {
		record program true
		record shell sh -c 'true; true'
		record wrapper env sh -c 'echo x | cat; exit 3'
	}
}

# A start of the words after |name|, as recording and as report.
record() {
	local name=$1 root=$BUILD/fuzz
	shift
	"$BUILD/coldprof" run -n 1 -w 0 --quiet --ignore-failure --record "$root/real" \
		-o "$root/report/seeds/$name" -- "$@" >/dev/null 2>&1 &&
		mv "$root"/real/*.coldprof "$root/recording/seeds/$name"
	rm -rf "$root/real"
}

# Keys and words of the documents, in libFuzzer's form.
make_dictionary() {
	grep -ohE '"[A-Za-z0-9_$/{}.-]+"' "$@" | sort -u | sed 's/^"\(.*\)"$/"\\"\1\\""/'
}

options_of() {
	case $1 in
	recording) echo -max_len=65536 ;;
	report | compare) echo "-max_len=65536 -dict=$BUILD/fuzz/report/words" ;;
	workload) echo "-max_len=4096 -dict=$BUILD/fuzz/workload/words" ;;
	smaps) echo "-max_len=32768 -dict=$BUILD/fuzz/smaps/words" ;;
	*) echo -max_len=65536 ;;
	esac
}

# What the log says of its end: the sanitizer's summary, or libFuzzer's own word.
reason() {
	grep -m 1 -oE '(SUMMARY: .*|ERROR: libFuzzer: .*|runtime error: .*)' "$1" || tail -n 1 "$1"
}

run_one() {
	local name=$1 folder=$BUILD/fuzz/$1 log=$BUILD/fuzz/$1/log
	mkdir -p "$folder/corpus" "$folder/seeds"
	# shellcheck disable=SC2046 # options
	if "$programs/$name" $(options_of "$name") -max_total_time="$seconds" -rss_limit_mb=1024 \
		-malloc_limit_mb=1024 -timeout=10 -print_final_stats=1 -artifact_prefix="$folder/" \
		"$folder/corpus" "$folder/seeds" >"$log" 2>&1; then
		printf 'ok   %-10s %9d inputs, %d places of the code reached\n' "$name" \
			"$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
			"$(grep -oE ' cov: [0-9]+' "$log" | tail -n 1 | grep -oE '[0-9]+')"
		return 0
	fi
	printf 'FAIL %-10s %s\n' "$name" "$(reason "$log")"
	printf '       %s\n' "$(grep -oE "$folder/[a-z]+-[0-9a-f]+" "$log" | tail -n 1)"
	return 1
}

make_seeds
make_dictionary reports/schema/report.schema.json >"$BUILD/fuzz/report/words"
make_dictionary reports/schema/workload.schema.json >"$BUILD/fuzz/workload/words"
grep -oE '^[A-Z][A-Za-z_]*:' /proc/self/smaps | sort -u | sed 's/.*/"&"/' >"$BUILD/fuzz/smaps/words"
failed=0
[ $# -gt 0 ] || set -- recording report compare workload elf smaps types import_line
for name in "$@"; do
	run_one "$name" || failed=1
done
exit $failed
