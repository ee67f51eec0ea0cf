/* SPDX-License-Identifier: BSD-2-Clause */
/* module_hook.h - module_hook.js, preloaded into programs whose modules can't be seen otherwise */
#ifndef COLDPROF_MODULE_HOOK_H
#define COLDPROF_MODULE_HOOK_H

struct user;

/*
 * The hook's absolute path, in the checkout or the installed share/coldprof; to be freed. 0 or
 * -errno, printed: it is not there, or |user| may not read it.
 */
int module_hook_find(const struct user *user, char **out);

/*
 * The option of a Node.js, |argv| its own, that restricts which files may be looked for: the hook
 * could tell nothing, and Node.js 20 would not even start with it. A copy to be freed; NULL: none.
 */
char *module_hook_barred(char *const argv[], char *const *environment);

/*
 * A copy of |environment| that has Node.js load |file| after what is preloaded there already. To be
 * freed by user_environment_free(); NULL when out of memory.
 */
char **module_hook_environment(char *const *environment, const char *file);

#endif
