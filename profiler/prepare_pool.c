// SPDX-License-Identifier: BSD-2-Clause
/* prepare_pool.c - processes with the user's ids that fill and clear the cache folder */
#include "prepare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "client.h"
#include "err.h"
#include "fs.h"
#include "install.h"
#include "user.h"
#include "user_job.h"

#define AT_ONCE	    2 /* package clients wait for the network and for the disk by turns */
#define STEP_LENGTH 128

struct worker {
	pid_t pid; /* 0: a free place */
	int pipe;  /* its steps, a line each; at its end once it has ended */
	struct prepare *item;
	char line[STEP_LENGTH];
	size_t length;
};

struct pool {
	const struct prepare_options *options;
	struct prepare *items;
	size_t count, next, done, total;
	struct worker workers[AT_ONCE];
	bool stopped;
};

/* In a new process: becomes the user, once and for all. */
static int become(const struct user *user)
{
	int err = user_become(user);

	return err ? err_code(err, "cannot become user '%s'", user->name) : 0;
}

/*
 * What SIGTERM, or the end of |parent|, makes readable. A session of its own keeps Ctrl-C away:
 * the parent decides.
 */
static int open_stop(pid_t parent)
{
	sigset_t set;

	setsid();
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_SETMASK, &set, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		raise(SIGTERM);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* A process of its own for |item|; its exit status is the errno of its failure. */
static void work(const struct pool *pool, const struct prepare *item, int progress, pid_t parent)
{
	const struct user *user = pool->options->user;
	struct install install = {
		.user = user,
		.prepare = item,
		.progress = progress,
	};
	char **environment = NULL;
	int err;

	err = client_environment(user, item->interpreters, &environment);
	if (!err)
		err = become(user);
	install.environment = environment;
	install.stop = open_stop(parent);
	if (!err)
		err = install_workload(&install);
	_exit(err ? -err & 0x7f : 0);
}

static void tell(const struct pool *pool, const struct prepare *item, const char *step)
{
	const struct prepare_progress progress = {
		.workload = item->workload,
		.step = step,
		.done = pool->done,
		.total = pool->total,
	};

	if (pool->options->progress)
		pool->options->progress(pool->options->context, &progress);
}

static int start_worker(struct pool *pool, struct worker *worker, struct prepare *item)
{
	pid_t parent = getpid(), pid;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return err_code(errno, "cannot prepare '%s'", item->workload->name);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		work(pool, item, fds[1], parent);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return err_code(errno, "cannot prepare '%s'", item->workload->name);
	}
	*worker = (struct worker){.pid = pid, .pipe = fds[0], .item = item};
	return 0;
}

static int tidy(void *context, struct buf *answer)
{
	(void)answer;
	return install_tidy(context);
}

/* A worker that was killed could not remove what it had begun. */
static void tidy_after(const struct pool *pool, const struct prepare *item)
{
	struct buf cache = {0}, answer = {0};

	if (buf_printf(&cache, "%.*s", (int)(fs_basename(item->folder) - item->folder),
		       item->folder) == 0)
		user_job(pool->options->user, tidy, cache.data, &answer);
	buf_release(&cache);
	buf_release(&answer);
}

static void end_worker(struct pool *pool, struct worker *worker)
{
	struct prepare *item = worker->item;
	int status = 0;

	close(worker->pipe);
	while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		err_print("cannot prepare '%s': killed by signal %d", item->workload->name,
			  WTERMSIG(status));
		item->result = -EIO;
		tidy_after(pool, item);
	} else {
		item->result = -WEXITSTATUS(status);
	}
	item->ready = item->result == 0;
	pool->done += item->ready;
	worker->pid = 0;
	tell(pool, item, NULL);
}

/* Reads steps; at the end of the pipe the worker has ended or is about to. */
static void read_steps(struct pool *pool, struct worker *worker)
{
	char text[STEP_LENGTH];
	ssize_t got = read(worker->pipe, text, sizeof(text));

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		end_worker(pool, worker);
		return;
	}
	for (ssize_t i = 0; i < got; i++) {
		if (text[i] != '\n' && worker->length < sizeof(worker->line) - 1) {
			worker->line[worker->length++] = text[i];
		} else if (text[i] == '\n') {
			worker->line[worker->length] = '\0';
			worker->length = 0;
			tell(pool, worker->item, worker->line);
		}
	}
}

static bool is_working(const struct pool *pool)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		if (pool->workers[i].pid)
			return true;
	return false;
}

static bool is_to_do(const struct prepare *item)
{
	return !item->ready && item->folder;
}

static void fill_places(struct pool *pool)
{
	for (size_t i = 0; i < AT_ONCE; i++) {
		while (!pool->workers[i].pid && !pool->stopped && pool->next < pool->count) {
			struct prepare *item = &pool->items[pool->next];

			if (is_to_do(item))
				item->result = start_worker(pool, &pool->workers[i], item);
			pool->next++;
		}
	}
}

/* Waits for a step, an end, or the word to stop, which is passed on once. */
static void wait_for_news(struct pool *pool)
{
	struct pollfd fds[AT_ONCE + 1];

	for (size_t i = 0; i < AT_ONCE; i++)
		fds[i] = (struct pollfd){.fd = pool->workers[i].pid ? pool->workers[i].pipe : -1,
					 .events = POLLIN};
	fds[AT_ONCE] =
		(struct pollfd){.fd = pool->stopped ? -1 : pool->options->stop, .events = POLLIN};
	if (poll(fds, AT_ONCE + 1, -1) < 0)
		return;
	for (size_t i = 0; i < AT_ONCE; i++)
		if (fds[i].revents)
			read_steps(pool, &pool->workers[i]);
	if (!fds[AT_ONCE].revents)
		return;
	pool->stopped = true;
	for (size_t i = 0; i < AT_ONCE; i++)
		if (pool->workers[i].pid)
			kill(pool->workers[i].pid, SIGTERM);
}

int prepare_all(struct prepare *items, size_t count, const struct prepare_options *options)
{
	struct pool pool = {.options = options, .items = items, .count = count};
	int err = 0;

	for (size_t i = 0; i < count; i++)
		pool.total += is_to_do(&items[i]);
	fill_places(&pool);
	while (is_working(&pool)) {
		wait_for_news(&pool);
		fill_places(&pool);
	}
	for (size_t i = 0; i < count && !err; i++)
		err = items[i].result;
	return pool.stopped ? -ECANCELED : err;
}

/* "node-express-" and a hash, for |workload| or for any. */
static bool is_prepared(const char *name, const struct workload *workload)
{
	size_t length = strlen(name), stem = length - INSTALL_TAIL;
	const char *rest;

	if (length <= INSTALL_TAIL + 2 || name[0] == '.' || name[stem - 1] != '-' ||
	    strspn(name + stem, "0123456789abcdef") != INSTALL_TAIL)
		return false;
	if (!workload)
		return strncmp(name, "node-", 5) == 0 || strncmp(name, "python-", 7) == 0;
	rest = strchr(workload->name, '/') + 1;
	return strlen(workload->runtime) + 1 + strlen(rest) + 1 == stem &&
	       strncmp(name, workload->runtime, strlen(workload->runtime)) == 0 &&
	       strncmp(name + strlen(workload->runtime) + 1, rest, strlen(rest)) == 0;
}

struct cleaning {
	const char *cache;
	const struct workload *workload;
};

/* As the user: removes one prepared folder and says so by an answer, or has none to remove. */
static int clean_one(void *context, struct buf *answer)
{
	const struct cleaning *cleaning = context;
	struct buf path = {0};
	struct dirent *entry;
	int err = 0;
	DIR *dir;

	dir = opendir(cleaning->cache);
	if (!dir)
		return errno == ENOENT ? 0 : err_code(errno, "cannot read '%s'", cleaning->cache);
	while ((entry = readdir(dir)) && !is_prepared(entry->d_name, cleaning->workload))
		;
	if (entry)
		err = buf_printf(&path, "%s/%s", cleaning->cache, entry->d_name);
	if (entry && !err)
		err = fs_remove_tree(buf_text(&path));
	if (err)
		err_code(err, "cannot remove '%s'", buf_text(&path));
	else if (entry)
		err = buf_puts(answer, "1");
	else
		install_tidy(cleaning->cache);
	closedir(dir);
	buf_release(&path);
	return err;
}

int prepare_clean(const struct user *user, const char *cache, const struct workload *workload,
		  size_t *count)
{
	struct cleaning cleaning = {.cache = cache, .workload = workload};
	struct buf answer = {0};
	size_t before;
	int err;

	do {
		before = answer.size;
		err = user_job(user, clean_one, &cleaning, &answer);
	} while (!err && answer.size > before);
	*count += answer.size;
	buf_release(&answer);
	return err;
}
