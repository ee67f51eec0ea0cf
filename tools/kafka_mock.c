// SPDX-License-Identifier: BSD-2-Clause
/* kafka_mock.c - a Kafka broker for one run: librdkafka's mock cluster, kept in memory
 *
 * Prints its address (HOST:PORT) as one line on standard output once it accepts connections, then
 * serves until SIGTERM or SIGINT, or until its standard input is at its end: so it ends, too, with
 * the program that holds the other end of that pipe. Topics come into being when they are asked
 * for.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#define LOG_ERRORS "3" /* syslog's level: librdkafka tells of each client that leaves otherwise */

/* The handle that the cluster hangs on, or NULL; it takes over |conf| only where it is made. */
static rd_kafka_t *handle_new(void)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	rd_kafka_t *handle;

	if (rd_kafka_conf_set(conf, "log_level", LOG_ERRORS, why, sizeof(why))) {
		fprintf(stderr, "kafka_mock: cannot set the log level: %s\n", why);
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (!handle) {
		fprintf(stderr, "kafka_mock: cannot start librdkafka: %s\n", why);
		rd_kafka_conf_destroy(conf);
	}
	return handle;
}

/* Waits for one of the signals that |signals| is for, or the end of standard input. */
static int wait_for_end(int signals)
{
	struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
			       {.fd = STDIN_FILENO, .events = POLLIN}};
	char unread[256];

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return 0;
		if (fds[1].revents && read(STDIN_FILENO, unread, sizeof(unread)) <= 0)
			return 0;
	}
}

int main(void)
{
	rd_kafka_mock_cluster_t *cluster = NULL;
	rd_kafka_t *handle = NULL;
	int signals, err = -1;
	sigset_t ends;

	/* blocked before librdkafka starts its threads, which inherit the mask */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &ends, SFD_CLOEXEC);
	if (signals < 0) {
		fprintf(stderr, "kafka_mock: cannot watch signals: %s\n", strerror(errno));
		return 1;
	}
	handle = handle_new();
	if (!handle)
		goto out;
	cluster = rd_kafka_mock_cluster_new(handle, 1);
	if (!cluster) {
		fprintf(stderr, "kafka_mock: cannot start the broker\n");
		goto out;
	}
	printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
	if (fflush(stdout)) {
		fprintf(stderr, "kafka_mock: cannot print the address: %s\n", strerror(errno));
		goto out;
	}
	err = wait_for_end(signals);
	if (err)
		fprintf(stderr, "kafka_mock: cannot wait: %s\n", strerror(-err));
out:
	if (cluster)
		rd_kafka_mock_cluster_destroy(cluster);
	if (handle)
		rd_kafka_destroy(handle);
	close(signals);
	return err ? 1 : 0;
}
