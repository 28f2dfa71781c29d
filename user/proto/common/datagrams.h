/* SPDX-License-Identifier: BSD-3-Clause */
/* Datagrams of a flow kept as they came, in order of arrival, to be read when they are written. */
#ifndef RJ_PROTO_COMMON_DATAGRAMS_H
#define RJ_PROTO_COMMON_DATAGRAMS_H

#include "proto/dissector.h"

#define RJ_DATAGRAM_MAX 65535u /* RFC 768 */

/*
 * struct rj_datagram - one of them, in the flow's arena.
 * @side: the sender
 * @is_cut: by the capture
 */
struct rj_datagram {
	struct rj_datagram *next;
	uint64_t time_ns;
	uint8_t side;
	bool is_cut;
	uint16_t len;
	uint8_t bytes[];
};

/* struct rj_datagrams - embedded; a zeroed one is empty. @num_skipped: came and were not kept. */
struct rj_datagrams {
	struct rj_datagram *first;
	struct rj_datagram *last;
	uint32_t num[2];
	uint32_t num_skipped;
};

/*
 * rj_datagrams_take - keeps a copy of all of @c, which then stands behind it, as one of at most
 * @max of its side; a datagram more is counted. RJ_MALFORMED: it is empty.
 */
RJ_MUST_CHECK enum rj_status rj_datagrams_take(struct rj_datagrams *list, struct rj_message *m,
					       struct rj_cursor *c, uint32_t max);

/* rj_datagram_cursor - its bytes; the end is hard unless the capture cut it. */
static inline struct rj_cursor rj_datagram_cursor(const struct rj_datagram *d)
{
	return rj_cursor_init(d->bytes, d->len, !d->is_cut);
}

#endif
