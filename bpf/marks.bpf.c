// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* marks.bpf.c - a probe in a runtime's code was passed; plain uprobes alone, never a uretprobe */
#include "coldprof.bpf.h"
#include "cookie.h"
#include <bpf/bpf_tracing.h>

static __always_inline __u64 first_argument(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(regs, di);
#else
	return BPF_CORE_READ(regs, regs[0]);
#endif
}

SEC("uprobe")
int on_mark(struct pt_regs *regs)
{
	__u64 cookie = bpf_get_attach_cookie(regs);
	struct event_mark *record;
	char site[8] = {};

	if (!followed())
		return 0;
	if (cookie & COOKIE_SITE) {
		bpf_probe_read_user_str(site, sizeof(site), (void *)first_argument(regs));
		if (site[0] != 's' || site[1] != 'i' || site[2] != 't' || site[3] != 'e' || site[4])
			return 0;
	}
	record = reserve(EVENT_MARK, event_mark);
	if (!record)
		return 0;
	record->mark = cookie & COOKIE_MARK;
	submit(record);
	return 0;
}
