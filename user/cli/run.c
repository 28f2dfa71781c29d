// SPDX-License-Identifier: BSD-3-Clause
/* What a run of any command needs: signals and the time it takes. */
#include <signal.h>
#include <time.h>

#include "cli/cli.h"

/* timeout(1), for one, sends two signals at once for one wish. */
#define ONE_WISH_S 1.0

static volatile sig_atomic_t was_interrupted;
static volatile sig_atomic_t was_insisted;
static double interrupted_at; /* the handler's */

static void on_signal(int signal_number)
{
	double now = seconds_now();

	(void)signal_number;
	if (!was_interrupted)
		interrupted_at = now;
	else if (now - interrupted_at >= ONE_WISH_S)
		was_insisted = 1;
	was_interrupted = 1;
}

/* No SA_RESTART: what waits for input is to stop, and what waits for output may have to. */
void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal }, hangup;

	/* one at a time in the handler */
	sigaddset(&action.sa_mask, SIGINT);
	sigaddset(&action.sa_mask, SIGTERM);
	sigaddset(&action.sa_mask, SIGHUP);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* nohup(1) has it ignored, and means it */
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool is_interrupted(void)
{
	return was_interrupted;
}

bool is_urgent(void)
{
	return was_insisted;
}

bool is_enough(const struct settings *settings, const struct output *out, double start)
{
	if (settings->duration_s > 0 && seconds_now() - start >= settings->duration_s)
		return true;
	return settings->count &&
	       out->num_written + out->num_pending + out->num_lost >= settings->count;
}

double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}
