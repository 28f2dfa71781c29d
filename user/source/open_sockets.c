// SPDX-License-Identifier: BSD-3-Clause
/* Takes each socket that is in /proc by pidfd_getfd. */
#include "source/open_sockets.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/socket_fds.h"

/* struct visit - @pid_fd: of process @pid, negative: none. @refused: an errno that stays so. */
struct visit {
	rj_open_sockets_seen *seen;
	void *user;
	uint32_t pid;
	int pid_fd;
	bool any;
	int refused;
};

static bool open_process(struct visit *v, uint32_t pid)
{
	if (v->pid_fd >= 0)
		close(v->pid_fd);
	v->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	v->pid = pid;
	if (v->pid_fd < 0 && errno == ENOSYS)
		v->refused = -errno;
	return v->pid_fd >= 0;
}

/* A process or socket that is gone by now has nothing to show. */
static bool take(void *user, const struct rj_socket_fd *s)
{
	struct visit *v = user;
	int fd;

	if ((v->pid_fd < 0 || s->pid != v->pid) && !open_process(v, s->pid))
		return false;
	fd = (int)syscall(SYS_pidfd_getfd, v->pid_fd, (int)s->number, 0);
	if (fd < 0) {
		if (errno == ENOSYS || errno == EPERM)
			v->refused = -errno;
		return true;
	}
	v->any = true;
	v->seen(v->user, s->pid, fd);
	close(fd);
	return true;
}

int rj_open_sockets_visit(rj_open_sockets_seen *seen, void *user)
{
	struct visit v = { .seen = seen, .user = user, .pid_fd = -1 };
	const struct rj_socket_fds_visitor visitor = { .each = take, .user = &v };
	int err = rj_socket_fds_visit("/proc", &visitor);

	if (v.pid_fd >= 0)
		close(v.pid_fd);
	if (err)
		return err;
	return v.any ? 0 : v.refused;
}
