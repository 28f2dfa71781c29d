/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/alive.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

TEST(alive_is_told_until_it_is_closed)
{
	struct rj_alive a = { .fd = -1 }, b = { .fd = -1 };
	uint32_t number;

	CHECK_EQ(rj_alive_open(&a), 0);
	CHECK_EQ(rj_alive_open(&b), 0);
	CHECK(a.number != b.number);
	CHECK(a.number >= RJ_ALIVE_MIN && b.number >= RJ_ALIVE_MIN);
	CHECK(rj_alive_is(a.number) && rj_alive_is(b.number));
	CHECK(rj_alive_is(a.number)); /* to be asked for changes nothing */
	number = a.number;
	rj_alive_close(&a);
	rj_alive_close(&a);
	CHECK(!rj_alive_is(number) && rj_alive_is(b.number));
	rj_alive_close(&b);
}

/* Another process holds a number, which it writes into the pipe, until it is killed. */
static void hold(int fd)
{
	struct rj_alive a = { .fd = -1 };

	if (!rj_alive_open(&a) && write(fd, &a.number, sizeof(a.number)) > 0)
		pause();
	_exit(1);
}

TEST(alive_ends_with_a_process_that_is_killed)
{
	uint32_t number = 0;
	int ends[2], status;
	pid_t child;

	CHECK_EQ(pipe(ends), 0);
	child = fork();
	if (!child)
		hold(ends[1]);
	CHECK_EQ(read(ends[0], &number, sizeof(number)), sizeof(number));
	CHECK(rj_alive_is(number));
	kill(child, SIGKILL);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK(!rj_alive_is(number));
	close(ends[0]);
	close(ends[1]);
}
