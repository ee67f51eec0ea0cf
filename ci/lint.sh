#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lint.sh - what can be said of the source without running it
#
#   ci/lint.sh [CHECK...] [-- FLAG...]
#
# CHECK is format, shell, python, layers, forbidden or tidy; none named: all. FLAGs are those of the
# compiler, for tidy alone; BUILD names the folder with the generated headers (`make lint` gives
# both). A check whose tool is not installed says so and is skipped. Exit status: 0 nothing was
# found; 1 something was.
set -u
cd "$(dirname "$0")/.." || exit 1

export BUILD=${BUILD:-build}
SKIPPED=77
left_out=(-name node_modules -o -name .venv -o -name __pycache__ -o -name .git -o -path "./$BUILD")

have() {
	command -v "$1" >/dev/null 2>&1 || {
		echo "$1 is not installed"
		return $SKIPPED
	}
}

c_files() {
	find profiler bpf tests tools -name '*.[ch]' | sort
}

# The layout differs a little between versions of clang-format: the tree is 14's.
check_format() {
	have clang-format || return
	# shellcheck disable=SC2046 # no file of ours has a space in its name
	clang-format --dry-run -Werror $(c_files) 2>&1 |
		grep -E ': (error|warning):' | sed 's/ \[-W.*//' | sort -u | grep . || return 0
	clang-format --version
	return 1
}

# SC1007: "a= b=" is how empty variables are written here. SC2013: words are meant where words are
# read. SC2187: busybox's shell is near enough to dash. SC2317: functions that are called by a
# name in a variable. SC2207: COMPREPLY=($(compgen …)) is how completions are written.
check_shell() {
	local scripts status=0
	have shellcheck || return
	mapfile -t scripts < <(find . \( "${left_out[@]}" \) -prune -o -type f -size -64k -exec \
		awk 'FNR == 1 && /^#! *\/.*(\/|[ ])(ba|da)?sh( |$)/ { print FILENAME } { nextfile }' {} +)
	shellcheck --format=gcc -e SC1007,SC2013,SC2187,SC2317 "${scripts[@]}" || status=1
	shellcheck --format=gcc -e SC1007,SC2207 -s bash share/coldprof.bash || status=1
	return $status
}

# The programs that are profiled import for the import's sake.
check_python() {
	local python
	for python in /usr/bin/python3 python3 ''; do
		[ -z "$python" ] || ! "$python" -m pyflakes --version >/dev/null 2>&1 || break
	done
	[ -n "$python" ] || {
		echo "pyflakes is not installed"
		return $SKIPPED
	}
	find ci tests tools \( -path tests/programs -o -name fastapi_import.py \) -prune -o \
		\( -name '*.py' -exec "$python" -m pyflakes {} + \)
}

check_layers() {
	have python3 || return
	ci/layers.py
}

# What a commit must not hold: where a package was once downloaded from.
check_forbidden() {
	find . \( "${left_out[@]}" \) -prune -o -type f \( \
		\( -name package-lock.json -exec grep -HnE '"resolved": *"[a-z+]+:' {} + \) -o \
		\( -name 'requirements*' -exec grep -HnE '^ *-|://' {} + \) -o \
		\( \( -name .npmrc -o -name pip.conf \) -exec grep -HniE '(registry|index).*=' {} + \) \
		\) | cut -c 1-160 | grep . && return 1
	return 0
}

# Silent about a file that has not changed, nor any header, since it was last found good.
tidy_one() {
	local file=$1 stamp output options=(--quiet)
	shift
	stamp=$BUILD/lint/${file//\//_}.ok
	if [ -e "$stamp" ] && [ -z "$(find "$file" .clang-tidy profiler bpf \
		\( -path "$file" -o -name '*.h' -o -name .clang-tidy \) -newer "$stamp")" ]; then
		return 0
	fi
	# what bpftool generates leaks when memory is short
	! grep -q '\.skel\.h"' "$file" || options+=(--checks=-clang-analyzer-unix.Malloc)
	if output=$(clang-tidy "${options[@]}" "$file" -- "$@" 2>&1); then
		touch "$stamp"
	else
		grep -E ': (error|warning):' <<<"$output" | sort -u
		return 1
	fi
}

check_tidy() {
	have clang-tidy || return
	[ ${#flags[@]} -ne 0 ] || {
		echo "the compiler's flags are not known: run 'make lint'"
		return $SKIPPED
	}
	mkdir -p "$BUILD/lint" || return 1
	export -f tidy_one
	local folders=(profiler)
	! pkg-config --exists rdkafka || folders+=(tools)
	find "${folders[@]}" -name '*.c' | sort | nice xargs -P "$(nproc)" -I FILE \
		bash -c 'tidy_one FILE "$@"' bash "${flags[@]}" |
		sed "s|$PWD/||"
	return $((PIPESTATUS[2] != 0))
}

run_check() {
	local output verdict=ok status
	output=$("check_$1")
	status=$?
	case $status in
	0) ;;
	"$SKIPPED") verdict=skip ;;
	*) verdict=FAIL failed=$((failed + 1)) ;;
	esac
	printf '%-4s %s\n' $verdict "$1"
	[ -z "$output" ] || printf '%s\n' "$output" | sed 's/^/       /'
}

checks=() flags=() failed=0
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	case $1 in
	format | shell | python | layers | forbidden | tidy) checks+=("$1") ;;
	*)
		echo "lint.sh: unknown check '$1'" >&2
		exit 2
		;;
	esac
	shift
done
[ $# -eq 0 ] || flags=("${@:2}")
[ ${#checks[@]} -ne 0 ] || checks=(format shell python layers forbidden tidy)
for check in "${checks[@]}"; do
	run_check "$check"
done
[ $failed -eq 0 ]
