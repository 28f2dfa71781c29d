/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose the ends of flows were, and when: a sorted list, asked by key and time. */
#ifndef RJ_OWNER_ROWS_H
#define RJ_OWNER_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "core/status.h"

/*
 * Rows of one key that are looked at for a flow; where more fit its time nothing is said. Ours: a
 * capture has few flows of the same ends at one time.
 */
#define RJ_OWNER_ROWS_SEEN 4096u

/*
 * struct rj_owner_row - the owners of a flow's or a socket's ends, by numbers of whoever makes the
 * rows; 0: not known.
 * @start_ns, @end_ns: first and last moment, by the same clock as what is asked
 * @until_ns: the latest end of this row and of those of its key before it; rj_owner_rows_sort's
 */
struct rj_owner_row {
	struct rj_key key;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t until_ns;
	struct rj_owner owner[RJ_NUM_SIDES];
};

/* struct rj_owner_rows - embedded; zero but for @max, the rows there may be. */
struct rj_owner_rows {
	struct rj_owner_row *at;
	size_t num;
	size_t room;
	size_t max;
};

/* rj_owner_rows_add - 0, -ENOMEM, or -ENOSPC where there are @max. */
RJ_MUST_CHECK int rj_owner_rows_add(struct rj_owner_rows *rows, const struct rj_owner_row *row);

/* rj_owner_rows_sort - to be called between adding and asking. */
void rj_owner_rows_sort(struct rj_owner_rows *rows);

void rj_owner_rows_done(struct rj_owner_rows *rows);

/*
 * rj_owner_key - sets addresses and ports of @key, in its order; returns the side that the first
 * end has. Addresses as in struct rj_key, 16 bytes; ports in host order.
 */
unsigned int rj_owner_key(struct rj_key *key, const uint8_t first[16], uint16_t first_port,
			  const uint8_t second[16], uint16_t second_port);

/*
 * struct rj_owner_ask - @start_ns, @end_ns: when the flow was. @reach_ns: how far the clocks of
 * flow and rows may be apart.
 */
struct rj_owner_ask {
	const struct rj_key *key;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t reach_ns;
};

enum rj_owner_fit {
	RJ_OWNER_NONE,	   /* no row has this key, time and side */
	RJ_OWNER_FITS,	   /* one owner fits, or one fits best whichever clock is right */
	RJ_OWNER_DOUBTFUL, /* several fit, and nothing says which */
};

/*
 * rj_owner_rows_find - the owner of the flow's end @side, in *@out where it fits. A row fits that
 * was at the flow's time, @reach_ns before or after; the one that was so longest is best. Moving
 * a clock by @reach_ns changes how long two rows were at the flow's time by as much each: so one
 * that is ahead of another's by no more than twice that is not known to be better.
 */
enum rj_owner_fit rj_owner_rows_find(const struct rj_owner_rows *rows,
				     const struct rj_owner_ask *ask, unsigned int side,
				     struct rj_owner *out);

#endif
