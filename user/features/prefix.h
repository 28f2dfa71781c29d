/* SPDX-License-Identifier: BSD-3-Clause */
/* The first payload bytes of a side: of a TCP stream by sequence numbers, else of a datagram. */
#ifndef RJ_FEATURES_PREFIX_H
#define RJ_FEATURES_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/blocks.h"

#define RJ_PREFIX_MAX_LEN 65535u

/*
 * struct rj_prefix - of one side; zero is none yet. Its memory is of the same blocks in all calls.
 * @bytes: @capacity of them, and behind them one of each that says whether it came
 * @len: how many came without a gap from the first on
 * @start_seq: TCP: sequence number of the first
 */
struct rj_prefix {
	uint8_t *bytes;
	uint32_t capacity;
	uint32_t len;
	uint32_t start_seq;
	bool has_start;
};

/*
 * rj_prefix_start - the stream's first byte has sequence number @seq. Without it that is the first
 * one that is handed over. Said again it changes nothing.
 */
void rj_prefix_start(struct rj_prefix *x, uint32_t seq);

/*
 * rj_prefix_stream - keeps what of @len bytes at sequence number @seq is among the stream's first
 * @limit, in any order; what came first stands. False without memory.
 */
RJ_MUST_CHECK bool rj_prefix_stream(struct rj_prefix *x, uint32_t seq, const uint8_t *bytes,
				    uint32_t len, uint32_t limit, struct rj_blocks *blocks);

/* rj_prefix_datagram - keeps the first @limit bytes of the first datagram that has any. */
RJ_MUST_CHECK bool rj_prefix_datagram(struct rj_prefix *x, const uint8_t *bytes, uint32_t len,
				      uint32_t limit, struct rj_blocks *blocks);

/* rj_prefix_done - gives the memory back. */
void rj_prefix_done(struct rj_prefix *x, struct rj_blocks *blocks);

#endif
