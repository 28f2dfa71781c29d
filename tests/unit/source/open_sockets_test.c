/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/open_sockets.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

struct sought {
	ino_t inode;
	uint32_t pid;
	unsigned int num;
	bool is_rising;
	uint32_t last;
};

static void look(void *user, uint32_t pid, int fd)
{
	struct sought *s = user;
	struct stat of;

	s->is_rising = s->is_rising && pid >= s->last;
	s->last = pid;
	CHECK(!fstat(fd, &of));
	CHECK(S_ISSOCK(of.st_mode));
	if (pid == s->pid && of.st_ino == s->inode)
		s->num++;
}

TEST(open_sockets_are_seen_in_their_processes)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), again = dup(fd);
	struct sought s = { .pid = (uint32_t)getpid(), .is_rising = true };
	struct stat of;

	CHECK(fd >= 0);
	CHECK(!fstat(fd, &of));
	s.inode = of.st_ino;
	CHECK_EQ(rj_open_sockets_visit(look, &s), 0);
	CHECK_EQ(s.num, 2);
	CHECK(s.is_rising);
	close(again);
	close(fd);
}
