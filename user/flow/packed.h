/* SPDX-License-Identifier: BSD-3-Clause */
/* A side's packet sequence in little memory: that is what most of a flow that goes on is. */
#ifndef RJ_FLOW_PACKED_H
#define RJ_FLOW_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "bpf/splt.h"
#include "core/status.h"

/* So many bytes need no block of their own: some four packets. */
#define RJ_PACKED_FIRST 20u

struct rj_packed_block;
struct rj_blocks;
struct rj_pool;
struct rj_slab;

/*
 * rj_packed_pool - makes @pool one that sequences take their memory from: the pool of all calls
 * below.
 */
void rj_packed_pool(struct rj_pool *pool, struct rj_slab *slab);

/*
 * struct rj_packed - zero when empty. How many packets and identifications there are is in the
 * side's struct rj_rest; nothing is counted there that is not here. A packet is some five bytes.
 * @last: the newest block, whose next is the oldest; NULL: all is in @first
 * @before_us: time of the last packet
 * @used: bytes of the newest block, or of @first; @first_used: of @first once there are blocks
 * @num_words, @records: as in struct rj_seq
 */
struct rj_packed {
	struct rj_packed_block *last;
	uint64_t before_us;
	uint16_t num_words;
	uint8_t used;
	uint8_t first_used;
	uint8_t first[RJ_PACKED_FIRST];
	__u64 *records;
};

/*
 * rj_packed_add - keeps what @from has beyond @num_splt packets and @num_ids identifications, up to
 * those that its rest counts and it has room for. TCP flags are not kept. False without memory:
 * *@from's rest counts those that are kept.
 */
RJ_MUST_CHECK bool rj_packed_add(struct rj_packed *packed, struct rj_pool *pool,
				 const struct rj_seq *from, uint32_t num_splt, uint32_t num_ids);

/*
 * rj_packed_packet - keeps a packet as rj_splt_pack has it, and its identification unless that is
 * RJ_PACKED_NO_ID. False without memory.
 */
#define RJ_PACKED_NO_ID 0x10000u
RJ_MUST_CHECK bool rj_packed_packet(struct rj_packed *packed, struct rj_pool *pool, uint64_t entry,
				    uint32_t id);

/* rj_packed_id - keeps an identification. */
RJ_MUST_CHECK bool rj_packed_id(struct rj_packed *packed, struct rj_pool *pool, uint16_t id);

/* rj_packed_max_bytes - of the pool, for sequences of @num_packets each. */
size_t rj_packed_max_bytes(uint32_t num_packets);

/* rj_packed_open - puts the sequences into the room that @to has; it has the rest already. */
void rj_packed_open(const struct rj_packed *packed, const struct rj_seq *to);

/* rj_packed_clear - forgets the sequences, not the TLS records. */
void rj_packed_clear(struct rj_packed *packed, struct rj_pool *pool);

/* rj_packed_free - gives back all that it holds; @blocks: where the TLS records are. */
void rj_packed_free(struct rj_packed *packed, struct rj_pool *pool, struct rj_blocks *blocks);

/* rj_packed_fetch - has the processor fetch where the next packet goes. */
static inline void rj_packed_fetch(const struct rj_packed *packed)
{
	const char *last = (const char *)packed->last;

	__builtin_prefetch(last ? last + packed->used : (const char *)packed);
}

/* rj_packed_fetch_all - has it fetch what rj_packed_open reads: step 0 the newest, 1 the oldest. */
void rj_packed_fetch_all(const struct rj_packed *packed, int step);

#endif
