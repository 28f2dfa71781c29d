// SPDX-License-Identifier: BSD-3-Clause
/* What a run of any command needs: signals and the time it takes. */
#include <signal.h>
#include <time.h>

#include "cli/cli.h"

static volatile sig_atomic_t was_interrupted;

static void on_signal(int signal_number)
{
	(void)signal_number;
	was_interrupted = 1;
}

void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool is_interrupted(void)
{
	return was_interrupted;
}

double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}
