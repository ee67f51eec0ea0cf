// SPDX-License-Identifier: BSD-2-Clause
/* session_setup.c - the user's command that runs before each start, outside the clock */
#include "session_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "err.h"
#include "user.h"

static void say_failed(const char *setup, int status, const struct buf *output)
{
	struct buf tail = {0};

	if (WIFSIGNALED(status))
		err_print("the set-up command '%s' failed: ended by signal %d (%s)", setup,
			  WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		err_print("the set-up command '%s' failed: exited with status %d", setup,
			  WEXITSTATUS(status));
	if (launch_text_tail(buf_text(output), output->size, SESSION_TAIL, &tail) == 0)
		err_quote("the last lines of its output:", buf_text(&tail));
	buf_release(&tail);
}

int session_setup(struct session *session, const struct target *target)
{
	/* not the login shell: that of a service's user runs nothing */
	const char *const argv[] = {"/bin/sh", "-c", session->options->setup, NULL};
	struct user_command command = {.argv = (char *const *)argv,
				       .environment = target->environment,
				       .cwd = target->cwd,
				       .merge_errors = true,
				       .stop = session->options->signals};
	struct buf output = {};
	int status = 0, rc;

	if (!session->options->setup)
		return 0;
	rc = user_run(session->options->user, &command, &output, &status);
	if (rc == -ECANCELED && session_signal(session)) {
		rc = -EINTR;
	} else if (rc) {
		err_code(rc, "cannot run the set-up command '%s'", session->options->setup);
	} else if (status) {
		say_failed(session->options->setup, status, &output);
		rc = -ECHILD;
	}
	buf_release(&output);
	return rc;
}
