/* SPDX-License-Identifier: BSD-3-Clause */
/* Which processes have which sockets open, by /proc/PID/fd. */
#ifndef RJ_OWNER_HOLDERS_H
#define RJ_OWNER_HOLDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

/*
 * struct rj_holders_visitor - @each: told of a socket that a process has open, once for each of
 * its descriptors; @start_ns: when the process began, by the clock that counts sleep. @wants:
 * whether the socket matters; @is_over: whether to stop.
 */
struct rj_holders_visitor {
	bool (*wants)(void *user, uint32_t inode);
	void (*each)(void *user, uint32_t inode, uint32_t pid, uint64_t start_ns);
	bool (*is_over)(void *user);
	void *user;
};

/*
 * rj_holders_visit - walks all processes below @proc ("/proc") that this process may look at. It
 * costs a system call a descriptor. 0 or a negative errno.
 */
RJ_MUST_CHECK int rj_holders_visit(const char *proc, const struct rj_holders_visitor *v);

/* rj_holders_inode - of "socket:[12345]", what a link in /proc/PID/fd says; 0: it is no socket. */
uint32_t rj_holders_inode(const char *link);

#endif
