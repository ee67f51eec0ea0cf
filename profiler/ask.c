// SPDX-License-Identifier: BSD-2-Clause
/* ask.c - asks every listener of a start for its first response; the first HTTP answer wins */
#include "ask.h"

#include <string.h>

int ask_init(struct ask *ask)
{
	for (size_t i = 0; i < ASK_CLIENTS; i++) {
		int rc = http_new(&ask->clients[i]);

		if (rc)
			return rc;
	}
	return 0;
}

void ask_release(struct ask *ask)
{
	for (size_t i = 0; i < ASK_CLIENTS; i++)
		http_free(ask->clients[i]);
	memset(ask, 0, sizeof(*ask));
}

static void cancel_all(struct ask *ask)
{
	for (size_t i = 0; i < ASK_CLIENTS; i++) {
		if (ask->busy[i])
			http_cancel(ask->clients[i]);
		ask->busy[i] = false;
	}
}

void ask_reset(struct ask *ask)
{
	cancel_all(ask);
	ask->answered = false;
	ask->failed = 0;
	memset(&ask->first_failure, 0, sizeof(ask->first_failure));
}

void ask_address(const struct start_listener *listener, struct http_request *request)
{
	request->listener = listener->event;
	request->unix_size = listener->unix_size;
	memcpy(request->unix_path, listener->unix_path, sizeof(request->unix_path));
}

static int ask_one(struct ask *ask, size_t client, struct start *start,
		   struct start_listener *listener, unsigned timeout_ms)
{
	struct http_request request = {.path = start->target->ready.path, .timeout_ms = timeout_ms};
	int rc;

	ask_address(listener, &request);
	rc = http_send(ask->clients[client], &request);
	if (rc)
		return rc;
	listener->asked = true;
	ask->busy[client] = true;
	ask->listener[client] = (size_t)(listener - start->listeners.items);
	return 0;
}

int ask_new_listeners(struct ask *ask, struct start *start, unsigned timeout_ms)
{
	struct start_listener *listener;

	for (size_t i = 0; i < ASK_CLIENTS && !ask->answered; i++) {
		int rc;

		if (ask->busy[i])
			continue;
		listener = start_next_listener(start);
		if (!listener)
			return 0;
		rc = ask_one(ask, i, start, listener, timeout_ms);
		if (rc)
			return rc;
	}
	return 0;
}

/* Not HTTP; or not the status that a workload names: what it asks for may be behind another one. */
static bool is_failure(const struct start *start, const struct http_answer *answer)
{
	unsigned wanted = start->target->ready_status;

	return answer->failure || (wanted && answer->status != (int)wanted);
}

bool ask_take(struct ask *ask, struct start *start, struct http_answer *answer,
	      struct start_listener **listener)
{
	for (size_t i = 0; i < ASK_CLIENTS && !ask->answered; i++) {
		if (!ask->busy[i] || http_take(ask->clients[i], answer))
			continue;
		ask->busy[i] = false;
		if (is_failure(start, answer)) {
			if (!ask->failed++)
				ask->first_failure = *answer;
			continue;
		}
		*listener = &start->listeners.items[ask->listener[i]];
		ask->winner = i;
		ask->answered = true;
		cancel_all(ask);
		return true;
	}
	return false;
}

bool ask_any_busy(const struct ask *ask)
{
	for (size_t i = 0; i < ASK_CLIENTS; i++)
		if (ask->busy[i])
			return true;
	return false;
}

bool ask_all_failed(const struct ask *ask)
{
	return ask->failed && !ask->answered && !ask_any_busy(ask);
}
