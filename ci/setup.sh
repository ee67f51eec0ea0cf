#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# setup.sh - installs what is missing to build and run coldprof, and with --test to test it, with
# --lint what `make lint` and with --fuzz what `make fuzz` uses.
#
#   ci/setup.sh [--test] [--lint] [--fuzz] [--check]
#
# Looks for each program and library itself, not for packages, so that those installed by hand
# count; does nothing where all is there. Root is used for the package manager alone (by sudo
# where the caller is not root). --check only says what is missing. Exit status: 0 all is there;
# 1 something is missing still; 2 usage.
set -u

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
here=$(dirname "$0")
test=false lint=false fuzz=false check=false
for argument in "$@"; do
	case $argument in
	--test) test=true ;;
	--lint) lint=true ;;
	--fuzz) fuzz=true ;;
	--check) check=true ;;
	*)
		echo "setup.sh: unknown argument '$argument'" >&2
		echo "usage: ci/setup.sh [--test] [--lint] [--fuzz] [--check]" >&2
		exit 2
		;;
	esac
done

say() {
	echo "setup: $*" >&2
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# A program on the PATH of whoever called sudo: that of the login shell, which knows nvm and the
# like. setsid: an interactive shell must not take the terminal from us.
caller_has() {
	have "$1" && return
	[ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ] || return
	have sudo && have setsid || return
	shell=$(getent passwd "$SUDO_USER" | cut -d: -f7)
	setsid sudo -H -u "$SUDO_USER" -- "${shell:-/bin/sh}" -lic "command -v $1" \
		</dev/null >/dev/null 2>&1
}

# needs: what is missing, a word each; packages_MANAGER() knows what brings it.
find_missing() {
	needs=
	for program in gcc make clang; do
		have $program || needs="$needs $program"
	done
	"$here/find-bpftool.sh" >/dev/null || needs="$needs bpftool"
	[ -e /usr/include/linux/bpf.h ] && [ -e /usr/include/stdio.h ] || needs="$needs libc-headers"
	if have pkg-config; then
		# one call where all is there, one each where not
		pkg-config --exists 'libbpf >= 1.0' libelf libcjson yajl libcurl zlib libseccomp ||
			for library in libbpf libelf libcjson yajl libcurl zlib libseccomp; do
				floor=0
				[ $library = libbpf ] && floor=1.0
				pkg-config --exists "$library >= $floor" || needs="$needs $library"
			done
	else
		needs="$needs pkg-config libbpf libelf libcjson yajl libcurl zlib libseccomp"
	fi
	caller_has node || needs="$needs node"
	caller_has npm || needs="$needs npm"
	# Debian keeps parts of Python's standard library in a package of their own
	if ! caller_has python3; then
		needs="$needs python3 venv"
	elif [ "$(command -v python3)" = /usr/bin/python3 ]; then
		/usr/bin/python3 -I -S -c 'import ensurepip, venv' 2>/dev/null || needs="$needs venv"
	fi
	! $test || find_missing_for_tests
	! $lint || find_missing_for_lint
	! $fuzz || can_fuzz || needs="$needs libfuzzer"
}

find_missing_for_tests() {
	for program in strace cpio zstd redis-server git xmllint patchelf; do
		have $program || needs="$needs $program"
	done
	pkg-config --exists cmocka 2>/dev/null || needs="$needs cmocka"
	pkg-config --exists rdkafka 2>/dev/null || needs="$needs rdkafka"
	have busybox || needs="$needs busybox"
	[ "$(uname -m)" != x86_64 ] || have qemu-system-x86_64 || needs="$needs qemu"
	/usr/bin/python3 -c 'import importlib.metadata as m, sys
sys.exit(int(m.version("jsonschema").split(".")[0]) < 4)' 2>/dev/null || needs="$needs jsonschema"
	/usr/bin/python3 -c 'import yaml' 2>/dev/null || needs="$needs yaml"
}

find_missing_for_lint() {
	for program in clang-format clang-tidy shellcheck; do
		have $program || needs="$needs $program"
	done
	/usr/bin/python3 -m pyflakes --version >/dev/null 2>&1 ||
		python3 -m pyflakes --version >/dev/null 2>&1 || needs="$needs pyflakes"
}

# Clang's own libraries are often in a package of their own.
can_fuzz() {
	echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
		clang -fsanitize=fuzzer,address,undefined -x c - -o /dev/null 2>/dev/null
}

# The Debian and Ubuntu packages of the words in $*.
packages_apt() {
	for need in "$@"; do
		case $need in
		gcc | make | clang | npm | python3 | strace | cpio | zstd | patchelf | pkg-config) echo "$need" ;;
		clang-format | clang-tidy | shellcheck) echo "$need" ;;
		pyflakes) echo python3-pyflakes ;;
		libfuzzer) apt_clang_libraries ;;
		bpftool) apt_bpftool ;;
		libc-headers) echo libc6-dev ;;
		libbpf | libelf | libseccomp) echo "$need-dev" ;;
		libcjson) echo libcjson-dev ;;
		yajl) echo libyajl-dev ;;
		libcurl) echo libcurl4-openssl-dev ;;
		zlib) echo zlib1g-dev ;;
		node) echo nodejs ;;
		venv) echo python3-venv ;;
		cmocka) echo libcmocka-dev ;;
		rdkafka) echo librdkafka-dev ;;
		redis-server | git) echo "$need" ;;
		xmllint) echo libxml2-utils ;;
		busybox) echo busybox-static ;;
		qemu) echo qemu-system-x86 ;;
		jsonschema) echo python3-jsonschema ;;
		yaml) echo python3-yaml ;;
		esac
	done | sort -u
}

# Debian has a package of that name; Ubuntu, until lately, a kernel's tools.
apt_bpftool() {
	for package in bpftool "linux-tools-$(uname -r)" linux-tools-generic; do
		if apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [0-9]'; then
			echo "$package"
			return
		fi
	done
	echo bpftool
}

# Those of the clang that is there, else of the one that will be. Older ones have them in "common".
apt_clang_libraries() {
	version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
	for package in ${version:+"libclang-rt-$version-dev" "libclang-common-$version-dev"}; do
		if apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [0-9]'; then
			echo "$package"
			return
		fi
	done
	echo libclang-rt-dev
}

packages_dnf() {
	for need in "$@"; do
		case $need in
		gcc | make | clang | bpftool | python3 | strace | cpio | zstd | busybox | git) echo "$need" ;;
		patchelf) echo patchelf ;;
		clang-format | clang-tidy) echo clang-tools-extra ;;
		shellcheck) echo ShellCheck ;;
		pyflakes) echo python3-pyflakes ;;
		libfuzzer) echo compiler-rt ;;
		libc-headers) echo glibc-devel kernel-headers ;;
		pkg-config) echo pkgconf-pkg-config ;;
		libbpf | libcurl | zlib | libseccomp) echo "$need-devel" ;;
		libelf) echo elfutils-libelf-devel ;;
		libcjson) echo cjson-devel ;;
		yajl) echo yajl-devel ;;
		node) echo nodejs ;;
		npm) echo nodejs-npm ;;
		venv) echo python3-libs ;;
		cmocka) echo libcmocka-devel ;;
		rdkafka) echo librdkafka-devel ;;
		redis-server) echo redis ;;
		xmllint) echo libxml2 ;;
		qemu) echo qemu-system-x86-core ;;
		jsonschema) echo python3-jsonschema ;;
		yaml) echo python3-pyyaml ;;
		esac
	done | sort -u
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

install_apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
		-o Dpkg::Use-Pty=0 install -y --no-install-recommends --no-upgrade "$@"
}

refresh_apt() {
	as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
}

install_dnf() {
	as_root dnf -q -y --setopt=install_weak_deps=False install "$@"
}

refresh_dnf() {
	as_root dnf -q makecache --refresh
}

# Package lists may be absent (a fresh container) or old: refresh them and try again. The log of
# what failed for good is shown.
# shellcheck disable=SC2086 # words that are apart by spaces
install() {
	log=$(mktemp) || return
	"install_$manager" "$@" >"$log" 2>&1 ||
		{ "refresh_$manager" && packages=$("packages_$manager" $needs) &&
			"install_$manager" $packages; } >"$log" 2>&1
	status=$?
	[ $status = 0 ] || tail -n 20 "$log" | sed 's/^/  /' >&2
	rm -f "$log"
	return $status
}

find_missing
[ -n "$needs" ] || exit 0
if $check; then
	say "missing:$needs"
	exit 1
fi

manager=
for candidate in apt dnf; do
	program=$candidate
	[ $candidate = apt ] && program=apt-get
	if have $program; then
		manager=$candidate
		break
	fi
done
if [ -z "$manager" ]; then
	say "no known package manager here (apt, dnf): please install by hand:$needs"
	say "libraries with their headers and pkg-config files; libbpf 1.0 or newer; python3 with venv"
	exit 1
fi
# shellcheck disable=SC2086 # words that are apart by spaces
packages=$("packages_$manager" $needs | tr '\n' ' ')
if [ "$(id -u)" != 0 ] && ! have sudo; then
	say "not root, and there is no sudo: please have root install: $packages"
	exit 1
fi
say "installing $packages"
# shellcheck disable=SC2086
install $packages || say "$manager could not install them all"

find_missing
[ -n "$needs" ] || exit 0
say "still missing:$needs"
case $needs in *libbpf*)
	say "libbpf must be 1.0 or newer: Debian 12, Ubuntu 23.04 and later have it" ;;
esac
exit 1
