// SPDX-License-Identifier: BSD-3-Clause
/* Finds and enters network namespaces. */
#include "source/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OWN_PATH "/proc/thread-self/ns/net"

static int open_failed(struct rj_error *error, int err, const char *name, const char *path)
{
	if (err == -EPERM || err == -EACCES)
		return rj_error_set(error, -EPERM,
				    "netns %s: not permitted to open %s: be root or have "
				    "CAP_SYS_ADMIN",
				    name, path);
	if (err == -ENOENT)
		return rj_error_set(error, err,
				    "netns %s: there is no %s; `ip netns` lists names, a number "
				    "is a process",
				    name, path);
	return rj_error_set(error, err, "netns %s: opening %s: %s", name, path, strerror(-err));
}

/* Enters and leaves once: what is wrong with it is to be told with its name. */
static int try_it(const struct rj_netns *ns, const char *name, struct rj_error *error)
{
	int err = setns(ns->there, CLONE_NEWNET) ? -errno : 0;

	if (!err) {
		rj_netns_leave(ns);
		return 0;
	}
	if (err == -EPERM)
		return rj_error_set(
			error, err,
			"netns %s: not permitted to enter it: be root or have CAP_SYS_ADMIN", name);
	return rj_error_set(error, err, "netns %s: is not a network namespace", name);
}

int rj_netns_open(const char *name, struct rj_netns *out, struct rj_error *error)
{
	struct rj_netns ns = { .there = -1, .here = -1 };
	char path[PATH_MAX];
	int err;

	if (!name) {
		*out = ns;
		return 0;
	}
	if (*name && !name[strspn(name, "0123456789")])
		snprintf(path, sizeof(path), "/proc/%s/ns/net", name);
	else
		snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
	ns.there = open(path, O_RDONLY | O_CLOEXEC);
	if (ns.there < 0)
		return open_failed(error, -errno, name, path);
	ns.here = open(OWN_PATH, O_RDONLY | O_CLOEXEC);
	if (ns.here < 0) {
		err = open_failed(error, -errno, name, OWN_PATH);
		rj_netns_close(&ns);
		return err;
	}
	err = try_it(&ns, name, error);
	if (err)
		rj_netns_close(&ns);
	else
		*out = ns;
	return err;
}

int rj_netns_enter(const struct rj_netns *ns, struct rj_error *error)
{
	if (ns->there < 0 || !setns(ns->there, CLONE_NEWNET))
		return 0;
	if (errno == EPERM)
		return rj_error_set(
			error, -EPERM,
			"no longer permitted to enter the network namespace: be root or "
			"have CAP_SYS_ADMIN");
	return rj_error_set(error, -errno, "entering the network namespace: %s", strerror(errno));
}

void rj_netns_leave(const struct rj_netns *ns)
{
	if (ns->here >= 0 && setns(ns->here, CLONE_NEWNET))
		abort();
}

void rj_netns_close(struct rj_netns *ns)
{
	if (ns->there >= 0)
		close(ns->there);
	if (ns->here >= 0)
		close(ns->here);
	*ns = (struct rj_netns){ .there = -1, .here = -1 };
}
