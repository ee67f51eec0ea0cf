#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# find-bpftool.sh - prints the path of a bpftool that works.
#
# Ubuntu's /usr/sbin/bpftool is a script that refuses to run where the tools of exactly the running
# kernel are not installed; those of any other do as well here.

for bpftool in "${BPFTOOL:-bpftool}" /usr/local/sbin/bpftool /usr/sbin/bpftool \
	/usr/lib/linux-tools/*/bpftool /usr/lib/linux-tools-*/bpftool; do
	path=$(command -v "$bpftool" 2>/dev/null) || continue
	if "$path" version >/dev/null 2>&1; then
		echo "$path"
		exit 0
	fi
done
echo bpftool
exit 1
