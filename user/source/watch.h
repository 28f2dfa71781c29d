/* SPDX-License-Identifier: BSD-3-Clause */
/* Keeps the packet programs attached to what is to be watched while interfaces come and go. */
#ifndef RJ_SOURCE_WATCH_H
#define RJ_SOURCE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/status.h"
#include "source/attach.h"

struct rj_netns;
struct rj_watch;

/*
 * enum rj_notice - how much a line matters: something is wrong; good to know; for the curious.
 * The numbers are those of RJ_NOTICE_* in rejoice.h.
 */
enum rj_notice { RJ_IS_WARNING, RJ_IS_NOTE, RJ_IS_DETAIL };

/*
 * struct rj_watch_config - @interfaces: names separated by commas, or "any". @directions:
 * RJ_WATCH_*. @netns: where they are; borrowed for as long as they are watched. @is_promisc: the
 * cards also take what is not for them. @on_notice: NULL, or told in a line what happens by and by.
 * Strings are borrowed for the call. @peers: descriptor of the map rj_peers, to be kept; or -1.
 */
struct rj_watch_config {
	const char *interfaces;
	enum rj_attach_mode mode;
	unsigned int directions;
	const struct rj_netns *netns;
	int peers;
	bool is_promisc;
	void (*on_notice)(void *user, enum rj_notice notice, const char *line);
	void *user;
};

/*
 * rj_watch_open - attaches @programs to all that are named, or to none and says why; of "any" to
 * those that can be, at least one. The thread is in their namespace; the other functions go there
 * by themselves. 0 or a negative errno with @error set.
 */
RJ_MUST_CHECK int rj_watch_open(const struct rj_watch_config *config,
				const struct rj_attach_programs *programs, struct rj_watch **out,
				struct rj_error *error);

/* rj_watch_fd - readable when rj_watch_update has something to do; -1: it never will have. */
int rj_watch_fd(const struct rj_watch *w);

/*
 * rj_watch_update - interfaces have come or gone: attaches and tells. What fails is told as well,
 * and watching goes on. Where their namespace can no longer be entered, that is told once, and what
 * is watched stays so. True when it is to be called again soon: attaching takes the kernel some
 * 20 ms a program, and the ring must not wait for hundreds of interfaces.
 */
bool rj_watch_update(struct rj_watch *w);

/* rj_watch_line - how each interface is watched, one line for people. */
const char *rj_watch_line(const struct rj_watch *w);

/* rj_watch_ifname - the name of one that is or was watched, or NULL; good until an update. */
const char *rj_watch_ifname(const struct rj_watch *w, uint32_t ifindex);

/* rj_watch_is_watched - whether the interface of this number is. */
bool rj_watch_is_watched(const struct rj_watch *w, int ifindex);

/*
 * rj_watch_stop - detaches, but for what is pinned; names stay. True when it is to be called again,
 * as above. Where their namespace can no longer be entered, clsact filters stay, and a line tells.
 */
bool rj_watch_stop(struct rj_watch *w);

/* rj_watch_close - takes NULL; rj_watch_stop first where that has not been. */
void rj_watch_close(struct rj_watch *w);

#endif
