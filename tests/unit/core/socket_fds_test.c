/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/socket_fds.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

TEST(socket_fds_know_links)
{
	CHECK_EQ(rj_socket_inode("socket:[1]"), 1);
	CHECK_EQ(rj_socket_inode("socket:[4294967295]"), 4294967295);
	CHECK_EQ(rj_socket_inode("socket:[4294967296]"), 0);
	CHECK_EQ(rj_socket_inode("socket:[]"), 0);
	CHECK_EQ(rj_socket_inode("socket:[-1]"), 0);
	CHECK_EQ(rj_socket_inode("socket:[12"), 0);
	CHECK_EQ(rj_socket_inode("socket:[12]x"), 0);
	CHECK_EQ(rj_socket_inode("pipe:[12]"), 0);
	CHECK_EQ(rj_socket_inode("/tmp/socket:[12]"), 0);
	CHECK_EQ(rj_socket_inode(""), 0);
}

struct seen {
	uint32_t pid;
	unsigned int fd[2], num_times[2], num_of_it;
	uint32_t last_pid;
	bool is_rising, goes_on, stops;
};

static bool see(void *user, const struct rj_socket_fd *s)
{
	struct seen *seen = user;

	CHECK(s->inode);
	seen->is_rising = seen->is_rising && s->pid >= seen->last_pid;
	seen->last_pid = s->pid;
	if (s->pid != seen->pid)
		return true;
	CHECK(!faccessat(s->dir, "stat", R_OK, 0));
	seen->num_of_it++;
	for (unsigned int i = 0; i < 2; i++)
		seen->num_times[i] += s->number == seen->fd[i];
	return seen->goes_on;
}

static bool stops(void *user)
{
	return ((struct seen *)user)->stops;
}

TEST(socket_fds_are_seen_once_each)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), again = dup(fd);
	struct seen s = { .pid = (uint32_t)getpid(), .is_rising = true, .goes_on = true };
	const struct rj_socket_fds_visitor v = { see, NULL, &s };

	CHECK(fd >= 0 && again >= 0);
	s.fd[0] = (unsigned int)fd;
	s.fd[1] = (unsigned int)again;
	CHECK_EQ(rj_socket_fds_visit("/proc", &v), 0);
	CHECK_EQ(s.num_times[0], 1);
	CHECK_EQ(s.num_times[1], 1);
	CHECK(s.is_rising);
	close(again);
	close(fd);
}

TEST(socket_fds_visitor_says_when_it_is_enough)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), again = dup(fd);
	struct seen s = { .pid = (uint32_t)getpid() };
	const struct rj_socket_fds_visitor v = { see, stops, &s };

	CHECK(fd >= 0 && again >= 0);
	CHECK_EQ(rj_socket_fds_visit("/proc", &v), 0);
	CHECK_EQ(s.num_of_it, 1);
	s.num_of_it = 0;
	s.stops = true;
	CHECK_EQ(rj_socket_fds_visit("/proc", &v), 0);
	CHECK_EQ(s.num_of_it, 0);
	CHECK_EQ(rj_socket_fds_visit("/nowhere", &v), -ENOENT);
	close(again);
	close(fd);
}
