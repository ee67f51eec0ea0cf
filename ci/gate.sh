#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# gate.sh - the steps of a CI job that fails where a change makes a start worse
#
#   ci/gate.sh build      builds coldprof, where COLDPROF does not name one
#   ci/gate.sh check      measures and compares; leaves reports, comparisons and the verdict
#   ci/gate.sh comment    says so in the pull request
#   ci/gate.sh gate       ends with the verdict
#
# ci/github/action.yml and ci/gitlab/coldprof.yml call them in the top folder of a repository;
# ci/README.md says how they are used. What to do is in variables:
#
#   COLDPROF_COMMAND      the program as a shell reads it: node server.js
#   COLDPROF_NAME         what it is called, one for each program of a repository (app)
#   COLDPROF_DIRECTORY    its folder in the repository (.)
#   COLDPROF_PREPARE      shell commands that install what it needs, there
#   COLDPROF_OPTIONS      more options of `coldprof run`, as a shell reads them
#   COLDPROF_THRESHOLDS   what matters, as `coldprof compare --threshold` takes it: times=2%,5ms
#   COLDPROF_POLICY       a file of thresholds;  COLDPROF_STRICT=true fails on can't tell too
#   COLDPROF_MODE         ab: this commit and its base by turns; stored: against the last kept
#                         report; history: against all kept ones
#   COLDPROF_BASE         the base's commit (where CI tells none), COLDPROF_HEAD the branch's own
#   COLDPROF_BASE_FOLDER  a checkout of the base that is there already
#   COLDPROF_STORE        folder of kept reports; COLDPROF_KEEP=true adds this one (of the branch
#                         that changes are made for)
#   COLDPROF_NOISE        what `coldprof calibrate` wrote on this kind of machine, or a folder of
#                         reports, of the modes stored and history (default: COLDPROF_STORE)
#   COLDPROF_COMMENT      auto: a comment where there is news, and the one that is there is renewed;
#                         always; never. COLDPROF_TOKEN may write it, COLDPROF_PULL is its number
#   COLDPROF_RESULTS      folder of results (coldprof-results); each name has its own in it
#   COLDPROF              the program (that of this checkout or installation, else of the PATH)
#
# Exit status: 0; 1 the verdict is no, or a step failed; 2 usage; else coldprof's own.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${COLDPROF_NAME:-app}
directory=${COLDPROF_DIRECTORY:-.}
results=${COLDPROF_RESULTS:-coldprof-results}/$name
mode=${COLDPROF_MODE:-ab}

# A line for people, and an annotation where the forge has them: error, warning or notice.
tell() {
	local kind=$1
	shift
	if [ "${GITHUB_ACTIONS:-}" = true ]; then
		local text=${*//%/%25}
		printf '::%s title=coldprof %s::%s\n' "$kind" "$name" "${text//$'\n'/%0A}"
	else
		printf 'coldprof %s: %s: %s\n' "$name" "$kind" "$*" >&2
	fi
}

fail() {
	tell error "$*"
	exit 1
}

usage() {
	tell error "$*"
	exit 2
}

# The name is part of files, of an artifact and of a comment's mark.
check_settings() {
	[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$ ]] ||
		usage "bad name '$name': letters, digits, '.', '_' and '-', at most 61"
	case $mode in
	ab | stored | history) ;;
	*) usage "bad mode '$mode': must be ab, stored or history" ;;
	esac
	[ "$mode" = ab ] || [ -n "${COLDPROF_STORE:-}" ] || usage "mode $mode needs a store"
	[ -n "${COLDPROF_COMMAND:-}" ] || usage "no command is given"
	[ -d "$directory" ] || usage "no such folder: '$directory'"
	[ -z "${COLDPROF_NOISE:-}" ] || [ -e "$COLDPROF_NOISE" ] ||
		usage "no such calibration: '$COLDPROF_NOISE'"
}

# That of the checkout or the installation that this file is of, else of the PATH.
find_coldprof() {
	local folder
	coldprof=coldprof
	for folder in "$here/../../../bin" "$here/../build"; do
		[ ! -x "$folder/coldprof" ] || coldprof=$folder/coldprof
	done
	coldprof=${COLDPROF:-$coldprof}
	coldprof=$(command -v "$coldprof") || fail "coldprof is not there: '$coldprof'"
	# by its full path: sudo has a PATH of its own
	coldprof=$(realpath "$coldprof")
}

# Root is for tracing: the program runs as who called sudo, by the PATH of this very job.
run_coldprof() {
	local sudo=()
	[ "$(id -u)" = 0 ] || sudo=(sudo --preserve-env)
	"${sudo[@]}" "$coldprof" run --progress never --env "PATH=$PATH" "$@"
}

# Of a checkout alone: an installed one has its program on the PATH.
step_build() {
	[ -z "${COLDPROF:-}" ] && [ -e "$here/../Makefile" ] || return 0
	make -C "$here/.." --no-print-directory setup
	make -C "$here/.." --no-print-directory "-j$(nproc)" all
}

read_thresholds() {
	local word list
	read -r -d '' -a list <<<"${COLDPROF_THRESHOLDS:-}" || :
	[ -z "${COLDPROF_POLICY:-}" ] || thresholds=(--policy "$COLDPROF_POLICY")
	for word in "${list[@]}"; do
		thresholds+=(--threshold "$word")
	done
}

# ---- the base ----

# The Nth parent of HEAD: git itself hides those that a shallow clone does not have.
parent() {
	git cat-file commit HEAD |
		awk -v n="$1" '/^$/ { body = 1 } !body && $1 == "parent" && !--n { print $2 }'
}

# CI checks out the merge of a branch: what that adds to its first parent is the change.
find_base() {
	local second
	second=$(parent 2)
	if [ -n "$second" ] && [ "$second" = "${COLDPROF_HEAD:-}" ]; then
		base_commit=$(parent 1)
	elif [ "${CI_MERGE_REQUEST_EVENT_TYPE:-}" = merged_result ]; then
		base_commit=$(parent 1)
	else
		base_commit=${COLDPROF_BASE:-${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}}
	fi
	[ -n "$base_commit" ] || usage "no commit to compare with: this is no pull request, and no base is given"
}

# A name as long as that of the checkout: "coldprof-base" cut or drawn out, numbered where it is not
# free.
name_base_folder() {
	local parent=${1%/*} size=${1##*/} base=coldprof-base number
	size=${#size}
	while [ ${#base} -lt "$size" ]; do
		base+=-base
	done
	for number in '' {0..9}; do
		base_folder=$parent/${base:0:size-${#number}}$number
		[ -e "$base_folder" ] || return 0
	done
	base_folder=$(mktemp -u "$parent/coldprof-base-XXXXXX")
}

BASE_MARK='base of coldprof' # tells ours from the worktrees of others

# Those that jobs left which were killed.
remove_left_folders() {
	local left
	mapfile -t left < <(git worktree list --porcelain |
		awk -v mark="$BASE_MARK" '/^worktree / { path = substr($0, 10) }
			$0 == "locked " mark { print path }')
	for base_folder in "${left[@]}"; do
		remove_base_folder
	done
}

# Beside the checkout: a runtime looks at each folder on the way to its files, on either side, and
# keeps their names in memory.
make_base_folder() {
	find_base
	git cat-file -e "$base_commit^{commit}" 2>/dev/null ||
		git fetch --quiet --no-tags --depth=1 origin "$base_commit" ||
		fail "cannot fetch commit $base_commit, which this change is compared with"
	remove_left_folders
	name_base_folder "$(git rev-parse --show-toplevel)"
	git worktree add --quiet --force --detach "$base_folder" "$base_commit" ||
		fail "cannot check out commit $base_commit in '$base_folder'"
	trap remove_base_folder EXIT
	git worktree lock --reason "$BASE_MARK" "$base_folder"
}

remove_base_folder() {
	git worktree remove --force --force "$base_folder" 2>/dev/null || rm -rf "$base_folder"
	git worktree prune
}

# In a shell of its own: what it sets and where it goes ends with it.
prepare() {
	[ -n "${COLDPROF_PREPARE:-}" ] || return 0
	(cd "$1" && bash -eo pipefail -c "$COLDPROF_PREPARE") ||
		fail "what prepares the program failed in '$1'"
}

# ---- measuring ----

# Reports are there after 0 and 1 (a start failed, or B is worse); what else went wrong is said.
measured() {
	run_status=0
	run_coldprof --name "$name" --output "$results/report.json" "${options[@]}" "$@" \
		-- "${words[@]}" || run_status=$?
	[ "$run_status" -le 1 ] || exit "$run_status"
}

measure_ab() {
	base_folder=${COLDPROF_BASE_FOLDER:-}
	[ -n "$base_folder" ] || make_base_folder
	if [ ! -d "$base_folder/$directory" ]; then
		tell notice "'$directory' is new: there is nothing to compare it with"
		prepare "$directory"
		measured --cwd "$directory"
		return
	fi
	prepare "$base_folder/$directory"
	prepare "$directory"
	measured --quiet "${thresholds[@]}" --ab "$base_folder/$directory" "$directory"
	new_report=$results/report-b.json
	[ -e "$new_report" ] || fail "nothing was measured"
	base=("$results/report-a.json")
}

measure_alone() {
	prepare "$directory"
	measured --cwd "$directory"
	new_report=$results/report.json
	[ -e "$new_report" ] || fail "nothing was measured"
	mkdir -p "$COLDPROF_STORE"
}

# How far this machine shifts between two hours: times decide beyond it.
noise_of_store() {
	[ ${#base[@]} -eq 0 ] || base=(--noise "${COLDPROF_NOISE:-$COLDPROF_STORE}" "${base[@]}")
}

# Kept reports are named by their time, so that the last name is the newest one.
measure_stored() {
	measure_alone
	mapfile -t base < <(find "$COLDPROF_STORE" -name '*.json' | sort | tail -n 1)
	noise_of_store
}

# Only those of this kind of machine count: there may be none.
measure_history() {
	measure_alone
	base=(--history "$COLDPROF_STORE")
	noise_of_store
}

STORE_MOST=60

keep() {
	local commit old kept
	[ "${COLDPROF_KEEP:-}" = true ] && [ "$mode" != ab ] && [ "$run_status" = 0 ] || return 0
	commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
	kept=$COLDPROF_STORE/$(date -u +%Y%m%dT%H%M%SZ)-$commit
	# whole or not at all: half a report would end each later comparison
	cp "$new_report" "$kept.new"
	mv "$kept.new" "$kept.json"
	find "$COLDPROF_STORE" -name '*.json' | sort | head -n "-$STORE_MOST" |
		while IFS= read -r old; do rm -f "$old"; done
}

# ---- the verdict ----

compare_reports() {
	local strict=()
	compare_status=0
	[ "${COLDPROF_STRICT:-}" != true ] || strict=(--strict)
	"$coldprof" compare --color never "${thresholds[@]}" "${strict[@]}" \
		--also "markdown=$results/comparison.md" --also "json=$results/comparison.json" \
		--also "junit=$results/comparison.xml" --also "sarif=$results/comparison.sarif" \
		"${base[@]}" "$new_report" || compare_status=$?
	[ "$compare_status" -le 1 ] || exit "$compare_status"
	[ -e "$results/comparison.json" ] || return 0
	verdict=$(python3 -c 'import json, sys
said = json.load(open(sys.argv[1], encoding="utf-8"))
print("earlier" if said["worse_before"] else said["verdict"])' "$results/comparison.json")
}

# What a reader who has no report at hand does next.
put_advice() {
	local command
	command=$(printf '%s' "$COLDPROF_COMMAND" | tr '\n' ' ' | cut -c 1-400)
	printf '\n<details><summary>Look closer</summary>\n\n'
	if [ "$mode" = ab ]; then
		printf 'Measure it again at home, both sides by turns:\n\n'
		printf '    git worktree add ../coldprof-base %s\n' "${base_commit:-BASE}"
		printf '    sudo coldprof run --name %s --ab ../coldprof-base/%s %s -- %s\n' \
			"$name" "${directory#./}" "$directory" "$command"
	else
		printf 'Look at this report, or measure both sides at home by turns:\n\n'
		printf '    coldprof report report.json\n'
		printf '    sudo coldprof run --name %s --ab BASE/%s %s -- %s\n' \
			"$name" "${directory#./}" "$directory" "$command"
	fi
	printf '\nThe reports are among the files of this job. Its settings have the thresholds.\n'
	printf '\n</details>\n'
}

put_summary() {
	printf '<!-- coldprof: %s -->\n' "$name"
	if [ "$verdict" != none ]; then
		cat "$results/comparison.md"
		put_advice
	else
		printf '## cold start of %s: nothing to compare with yet\n\n' "$name"
		printf 'Measured, and kept for the next change where this job keeps reports.\n'
	fi
	[ "$run_status" = 0 ] || [ "$verdict" = regressed ] ||
		printf '\n**A start failed**: the log of the job has its last lines.\n'
}

# Of two sides in one run, 1 is their verdict, by the same rule.
is_decided_by_sides() {
	[ "$mode" = ab ] && [ ${#base[@]} -ne 0 ]
}

# What came with earlier commits fails pushes to their branch, no change that is made on top of them.
is_of_others() {
	[ "$verdict" = earlier ] && [ "${COLDPROF_KEEP:-}" != true ]
}

# 1: worse (or, by --strict, can't tell); a start that failed is no good start of a service.
conclude() {
	failed=0
	[ "$compare_status" = 0 ] || is_of_others || failed=1
	[ "$run_status" = 0 ] || is_decided_by_sides || failed=1
	printf 'verdict=%s\nfailed=%s\n' "$verdict" "$failed" >"$results/verdict"
	[ -z "${GITHUB_OUTPUT:-}" ] || {
		printf 'verdict=%s\nresults=%s\n' "$verdict" "$results"
		printf 'sarif=%s\n' "$results/comparison.sarif"
	} >>"$GITHUB_OUTPUT"
	[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$results/summary.md" >>"$GITHUB_STEP_SUMMARY"
}

step_check() {
	local words options thresholds=() base=()
	local base_commit='' new_report='' verdict=none compare_status=0
	check_settings
	find_coldprof
	rm -rf "$results"
	mkdir -p "$results"
	eval "words=($COLDPROF_COMMAND)"
	eval "options=(${COLDPROF_OPTIONS:-})"
	read_thresholds
	"measure_$mode"
	[ ${#base[@]} -eq 0 ] || compare_reports
	put_summary >"$results/summary.md"
	conclude
	keep
}

# ---- what is said of it ----

read_verdict() {
	[ -e "$results/verdict" ] || fail "there is no verdict: did 'check' run?"
	verdict=$(sed -n 's/^verdict=//p' "$results/verdict")
	failed=$(sed -n 's/^failed=//p' "$results/verdict")
}

# A branch of a fork may not write: the summary of the job says it all the same.
step_comment() {
	local how=()
	read_verdict
	case ${COLDPROF_COMMENT:-auto} in
	never) return 0 ;;
	always) ;;
	auto) [ "$failed" = 1 ] || [ "$verdict" = improved ] || how=(--renew) ;;
	*) usage "bad value '$COLDPROF_COMMENT' of comment: must be auto, always or never" ;;
	esac
	python3 "$here/comment.py" "${how[@]}" "$results/summary.md" ||
		tell warning "the pull request has no comment; the summary of the job says it"
}

step_gate() {
	read_verdict
	case $failed-$verdict in
	0-none) tell notice "nothing to compare with yet" ;;
	0-earlier) tell warning "the start became worse with commits before this change" ;;
	0-cant_tell) tell notice "no regression is shown, but not all can be told" ;;
	0-*) tell notice "${verdict//_/ }" ;;
	1-regressed) fail "the start became worse, beyond noise: the summary says where and why" ;;
	1-earlier) fail "the start became worse with an earlier commit: the summary says which" ;;
	1-cant_tell) fail "it can't be told whether the start became worse, and --strict asks for it" ;;
	*) fail "a start failed: the log of 'check' says how" ;;
	esac
}

case ${1:-} in
build | check | comment | gate) [ $# = 1 ] || usage "too many words after '$1'" ;;
*)
	echo "usage: ci/gate.sh build|check|comment|gate" >&2
	exit 2
	;;
esac
"step_$1"
