/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/* cookie.h - what a uprobe tells its program about itself */
#ifndef COLDPROF_COOKIE_H
#define COLDPROF_COOKIE_H

#define COOKIE_MARK 0xff     /* enum event_mark_id */
#define COOKIE_SITE (1 << 8) /* counts only when the first argument is the C string "site" */

/* of the probes in V8: enum event_script_what, the flags of its event, the number of its layout */
#define COOKIE_SCRIPT_WHAT   0xff
#define COOKIE_SCRIPT_FLAGS  8
#define COOKIE_SCRIPT_LAYOUT 16

#endif
