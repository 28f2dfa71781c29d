/* SPDX-License-Identifier: BSD-3-Clause */
/* A flow's datagrams that came in fragments, put together for the dissectors. */
#ifndef RJ_FLOW_DATAGRAM_H
#define RJ_FLOW_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Datagrams of one flow that are open at once; the oldest goes for a new one. Ours. */
#define RJ_MAX_OPEN_DATAGRAMS 8u
/* Runs of bytes with gaps between them: as many as fragments of 8 octets that there can be. */
#define RJ_MAX_SPANS 8192u
/* Bytes of all open datagrams. Ours. */
#define RJ_MAX_DATAGRAM_BYTES ((size_t)64 << 20)
/* No datagram is longer: RFC 791 3.1, RFC 8200 4.5. */
#define RJ_DATAGRAM_MAX_LEN 65535u

/*
 * struct rj_datagram_counts - over all flows; all but the first two only grow.
 * @bytes: held now
 * @max_bytes: the most that may be; 0 for RJ_MAX_DATAGRAM_BYTES
 * @whole: datagrams that were put together
 * @overlapped: datagrams given up because fragments overlap (RFC 5722 3)
 * @incomplete: datagrams whose flow ended before they were whole
 * @over_limit: datagrams given up for one of the limits here
 */
struct rj_datagram_counts {
	size_t bytes;
	size_t max_bytes;
	uint64_t whole;
	uint64_t overlapped;
	uint64_t incomplete;
	uint64_t over_limit;
};

/* struct rj_span - bytes [start, end) that have come. */
struct rj_span {
	uint32_t start;
	uint32_t end;
};

/*
 * struct rj_datagram - @len: of its payload, 0 as long as the last fragment has not come.
 * @span: in order, @num_spans of them, with room for @room
 * @is_dead: given up; what comes more of it is passed over
 */
struct rj_datagram {
	struct rj_datagram *next;
	uint64_t time_ns;
	uint32_t id;
	uint32_t side;
	uint8_t *bytes;
	uint32_t capacity;
	uint32_t len;
	uint32_t num_spans;
	uint32_t room;
	struct rj_span *span;
	bool is_dead;
};

/*
 * struct rj_fragment - a fragment's payload: @wire_len bytes at @off of the datagram's payload, of
 * which @len were captured, at @bytes. @id, @side: which datagram of the flow. @off: at most
 * RJ_DATAGRAM_MAX_LEN
 */
struct rj_fragment {
	uint64_t time_ns;
	uint32_t id;
	uint32_t side;
	uint32_t off;
	uint32_t len;
	uint32_t wire_len;
	const uint8_t *bytes;
	bool is_last;
};

/*
 * rj_datagram_put - adds a fragment to the flow's *@list. Returns its datagram when that is whole
 * now, to be handed on and removed; else NULL.
 */
struct rj_datagram *rj_datagram_put(struct rj_datagram **list, const struct rj_fragment *fragment,
				    struct rj_datagram_counts *counts);

/* rj_datagram_move - takes what there is of @side's datagram @id over from another list. */
void rj_datagram_move(struct rj_datagram **from, struct rj_datagram **to, uint32_t id,
		      uint32_t side);

/* rj_datagram_prefix - how many bytes from its first on are there. */
uint32_t rj_datagram_prefix(const struct rj_datagram *d);

/* rj_datagram_remove - takes @d, of *@list, out and frees it. */
void rj_datagram_remove(struct rj_datagram **list, struct rj_datagram *d,
			struct rj_datagram_counts *counts);

#endif
