/* SPDX-License-Identifier: BSD-3-Clause */
/* Later fragments of IP datagrams: they get the key of the first, or wait for it. */
#ifndef RJ_FLOW_FRAGMENTS_H
#define RJ_FLOW_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "core/status.h"

/* Later fragments of one datagram that wait; 64 KiB at the least MTU of IPv4 are 137. Ours. */
#define RJ_MAX_WAITING 256u
/* Bytes of all that wait. Ours. */
#define RJ_MAX_WAITING_BYTES ((size_t)32 << 20)

/*
 * struct rj_waiting - a later fragment that waits, with the @len bytes of it that were captured.
 */
struct rj_waiting {
	struct rj_waiting *next;
	struct rj_packet packet;
	uint32_t len;
	uint8_t bytes[];
};

/*
 * struct rj_fragment_counts - all but @waiting only grow.
 * @waiting: packets kept for a first fragment
 * @unjoined: packets whose first did not come in time
 * @flooded: packets that could not be kept, or had to go for others
 * @unread: samples that no dissector got: no sample named their flow in time (also where the kernel
 *     asks for no more of it), or there was no room
 */
struct rj_fragment_counts {
	uint64_t waiting;
	uint64_t unjoined;
	uint64_t flooded;
	uint64_t unread;
};

struct rj_fragments;

/* rj_fragments_new - an empty table, or NULL without memory. @seed: as rj_table_init's. */
RJ_MUST_CHECK struct rj_fragments *rj_fragments_new(uint64_t seed);

/* rj_fragments_free - takes NULL. */
void rj_fragments_free(struct rj_fragments *f);

/*
 * rj_fragments_first - remembers the first fragment @p. Those that waited for it come back joined,
 * in order of arrival, and are the caller's to free; NULL: there are none.
 */
struct rj_waiting *rj_fragments_first(struct rj_fragments *f, const struct rj_packet *p);

/*
 * rj_fragments_later - makes the later fragment @p a packet of its flow: true. False where its
 * first has not come: it is kept with the @len bytes at @bytes until then, or counted.
 */
bool rj_fragments_later(struct rj_fragments *f, struct rj_packet *p, const uint8_t *bytes,
			uint32_t len);

/*
 * rj_fragments_bytes - the first @len bytes of payload of the fragment at @frag_off of the datagram
 * @name, which waits without any. Where none does they are counted as unread.
 */
void rj_fragments_bytes(struct rj_fragments *f, const struct rj_key *name, uint32_t frag_off,
			const uint8_t *bytes, uint32_t len);

/*
 * rj_fragments_hold - keeps @w, a joined fragment of TCP that has bytes, until rj_fragments_held
 * asks for it; takes it over. RJ_MAX_WAITING are kept at most, the latest.
 */
void rj_fragments_hold(struct rj_fragments *f, struct rj_waiting *w);

/* rj_fragments_held - the next of @side of the flow @key, the caller's to free; NULL: none is. */
struct rj_waiting *rj_fragments_held(struct rj_fragments *f, const struct rj_key *key,
				     unsigned int side);

/* rj_fragments_expire - forgets what is older than RJ_FRAGMENT_NS; at UINT64_MAX everything. */
void rj_fragments_expire(struct rj_fragments *f, uint64_t now_ns);

/* rj_fragments_get_counts - as of now. */
struct rj_fragment_counts rj_fragments_get_counts(const struct rj_fragments *f);

#endif
