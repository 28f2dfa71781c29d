/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose sockets are by looking at all of them again and again, where the kernel has no hooks. */
#ifndef RJ_OWNER_SOCKETS_H
#define RJ_OWNER_SOCKETS_H

#include "core/error.h"
#include "core/status.h"
#include "owner/rows.h"

/* Ours: rows of open sockets, and behind them of those that are closed, of some 100 bytes. */
#define RJ_SOCKETS_MAX (1u << 18)

/*
 * How often all is looked at: a dump of sockets costs some 0.5 us each, a walk through /proc some
 * 2 us for each descriptor of each process. Where that is more than a twentieth of a CPU it is
 * done less often.
 */
#define RJ_SOCKETS_EVERY_NS 1000000000ull
#define RJ_SOCKETS_RARELY_NS (30 * RJ_SOCKETS_EVERY_NS)
#define RJ_SOCKETS_SHARE 20u

struct rj_sockets;

/*
 * struct rj_sockets_counts - @scans: looks at all. @sockets: open at the last one. @held: of these
 * a process was found. @missed: rows without room. @scan_ns: what the last one took.
 */
struct rj_sockets_counts {
	uint64_t scans;
	uint64_t sockets;
	uint64_t held;
	uint64_t missed;
	uint64_t scan_ns;
};

/*
 * rj_sockets_open - looks at all sockets of the caller's network namespace, and has a thread look
 * again. @keep_ns: how long one that is closed is remembered. 0, or a negative errno with *@error
 * set.
 */
RJ_MUST_CHECK int rj_sockets_open(uint64_t keep_ns, struct rj_sockets **out,
				  struct rj_error *error);

/* rj_sockets_close - ends the thread; takes NULL. */
void rj_sockets_close(struct rj_sockets *s);

/*
 * rj_sockets_take - tells of the processes that have sockets, by names of rj_process_name; also
 * of those that were told of before.
 */
void rj_sockets_take(struct rj_sockets *s,
		     void (*met)(void *user, const struct rj_process_met *met), void *user);

/*
 * rj_sockets_find - who had the end @side of a flow, its times by CLOCK_MONOTONIC and reach_ns 0:
 * as rj_owner_rows_find. The user is who has the socket of these ends open; else, of UDP, who has
 * one open that is bound to this end alone. The opener is who listens there. Where several
 * processes have it open, nothing says which used it: RJ_OWNER_DOUBTFUL.
 */
enum rj_owner_fit rj_sockets_find(struct rj_sockets *s, const struct rj_owner_ask *ask,
				  unsigned int side, struct rj_owner *out);

void rj_sockets_get_counts(struct rj_sockets *s, struct rj_sockets_counts *out);

#endif
