// SPDX-License-Identifier: BSD-2-Clause
/* roles.c - which role each process has, by the workload's rules */
#include "roles.h"

#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A rule with its expressions compiled; those of a damaged recording may not compile. */
struct rule {
	const struct facts_role *role;
	regex_t command, parent;
	bool has_command, has_parent, bad;
};

static void compile(const char *pattern, regex_t *out, bool *has, bool *bad)
{
	if (!pattern)
		return;
	*has = regcomp(out, pattern, REG_EXTENDED | REG_NOSUB) == 0;
	*bad |= !*has;
}

static struct rule *compile_all(const struct facts *facts)
{
	struct rule *rules = calloc(facts->roles.count + 1, sizeof(*rules));

	for (size_t i = 0; rules && i < facts->roles.count; i++) {
		struct rule *rule = &rules[i];

		rule->role = &facts->roles.items[i];
		compile(rule->role->command, &rule->command, &rule->has_command, &rule->bad);
		compile(rule->role->parent, &rule->parent, &rule->has_parent, &rule->bad);
	}
	return rules;
}

static void free_all(struct rule *rules, size_t count)
{
	for (size_t i = 0; rules && i < count; i++) {
		if (rules[i].has_command)
			regfree(&rules[i].command);
		if (rules[i].has_parent)
			regfree(&rules[i].parent);
	}
	free(rules);
}

/* The words joined by spaces, as the expressions are written for; NULL when out of memory. */
static char *command_line(const struct process *process)
{
	char *line = calloc(1, process->command_size + 1);

	for (size_t i = 0; line && process->command && i < process->command_size; i++) {
		char c = process->command[i];

		line[i] = c || i + 1 == process->command_size ? c : ' ';
	}
	return line;
}

/* What it called itself later (setproctitle), as it was seen at the end of the recording. */
static const char *title(const struct facts *facts, const struct process *process)
{
	vec_foreach(alive, &facts->alive)
		if (alive->pid == process->pid && !process->ended)
			return alive->command;
	return NULL;
}

static bool fits(const struct rule *rule, const char *command, const char *title,
		 const char *parent)
{
	if (rule->bad)
		return false;
	if (rule->has_command && regexec(&rule->command, command, 0, NULL, 0) &&
	    (!title || regexec(&rule->command, title, 0, NULL, 0)))
		return false;
	return !rule->has_parent || (parent && regexec(&rule->parent, parent, 0, NULL, 0) == 0);
}

/* Parents come before their children, so that theirs is known. */
static const char *role_of(const struct rule *rules, const struct facts *facts,
			   const struct process *process, const char *parent)
{
	char *command = command_line(process);
	const char *role = process->parent == PROCESS_NONE ? "main" : "child";

	if (!command)
		return NULL;
	for (const struct rule *rule = rules; rule->role; rule++)
		if (fits(rule, command, title(facts, process), parent)) {
			role = rule->role->role;
			break;
		}
	free(command);
	return role;
}

int roles_find(struct roles *roles, const struct facts *facts, const struct processes *processes)
{
	struct rule *rules = compile_all(facts);
	int rc = rules ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < processes->processes.count && !rc; i++) {
		const struct process *process = &processes->processes.items[i];
		const char *parent =
			process->parent < i ? roles->by_process.items[process->parent] : NULL;
		const char *role = role_of(rules, facts, process, parent);

		rc = role ? vec_push(&roles->by_process, role) : -ENOMEM;
	}
	free_all(rules, facts->roles.count);
	return rc;
}

void roles_release(struct roles *roles)
{
	vec_release(&roles->by_process);
}
