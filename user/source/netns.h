/* SPDX-License-Identifier: BSD-3-Clause */
/* Another network namespace, entered by the calling thread for a moment. */
#ifndef RJ_SOURCE_NETNS_H
#define RJ_SOURCE_NETNS_H

#include "core/error.h"
#include "core/status.h"

/*
 * struct rj_netns - file descriptors; -1 both: the caller's namespace, where entering and leaving
 * do nothing. Only what is done between rj_netns_enter and rj_netns_leave is done there; sockets
 * stay of the namespace they were made in.
 */
struct rj_netns {
	int there;
	int here;
};

/*
 * rj_netns_open - @name: NULL for the caller's own; a number is a process, a word with a slash a
 * path, anything else a name that `ip netns` lists. 0, or with @error set -ENOENT there is none,
 * -EPERM, or another negative errno.
 */
RJ_MUST_CHECK int rj_netns_open(const char *name, struct rj_netns *out, struct rj_error *error);

/* rj_netns_enter - the thread is there from now on. 0, or -EPERM or another errno, @error set. */
RJ_MUST_CHECK int rj_netns_enter(const struct rj_netns *ns, struct rj_error *error);

/* rj_netns_leave - and is back. Aborts when it cannot: it must not go on in the wrong one. */
void rj_netns_leave(const struct rj_netns *ns);

void rj_netns_close(struct rj_netns *ns);

#endif
