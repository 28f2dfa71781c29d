/* SPDX-License-Identifier: BSD-3-Clause */
/* Which processes have which sockets open, by /proc/PID/fd. */
#ifndef RJ_CORE_SOCKET_FDS_H
#define RJ_CORE_SOCKET_FDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

/*
 * struct rj_socket_fd - a descriptor @number of process @pid that is a socket. @dir: a descriptor
 * of the folder /proc/PID, open for the time of the call.
 */
struct rj_socket_fd {
	uint32_t pid;
	unsigned int number;
	uint32_t inode;
	int dir;
};

/*
 * struct rj_socket_fds_visitor - @each: false where no other of that process matters. @is_over:
 * whether to stop; NULL: never.
 */
struct rj_socket_fds_visitor {
	bool (*each)(void *user, const struct rj_socket_fd *s);
	bool (*is_over)(void *user);
	void *user;
};

/*
 * rj_socket_fds_visit - walks all processes below @proc ("/proc") that this one may look at, by
 * rising numbers. It costs a system call a descriptor. 0 or a negative errno.
 */
RJ_MUST_CHECK int rj_socket_fds_visit(const char *proc, const struct rj_socket_fds_visitor *v);

/* rj_socket_inode - of "socket:[12345]", what a link in /proc/PID/fd says; 0: it is no socket. */
uint32_t rj_socket_inode(const char *link);

#endif
