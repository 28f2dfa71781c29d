/* SPDX-License-Identifier: BSD-3-Clause */
/* How often each byte value stands in a flow's payload, each byte of a stream counted once. */
#ifndef RJ_FEATURES_BYTES_H
#define RJ_FEATURES_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "features/wht.h"

#define RJ_BYTE_VALUES 256u

struct rj_bytes;

/* rj_bytes_size - memory of one, to be given to rj_bytes_init. */
size_t rj_bytes_size(void);

/* What every packet asks for of it but the counts themselves. */
#define RJ_BYTES_FETCH 96u

/* rj_bytes_init - has nothing counted yet, whatever stood in the memory before. */
void rj_bytes_init(struct rj_bytes *b);

/* rj_bytes_done - gives back what it holds besides itself. */
void rj_bytes_done(struct rj_bytes *b);

/* rj_bytes_memory - what it holds with itself; only counting and adding change that. */
size_t rj_bytes_memory(const struct rj_bytes *b);

/*
 * rj_bytes_transform - from now on what is counted of a packet is transformed too; of one that is
 * counted in pieces, as others came before, piece by piece.
 */
void rj_bytes_transform(struct rj_bytes *b);

/*
 * rj_bytes_start - @seq is the sequence number of the stream's first byte on @side. Without it
 * the first segment counted is the start, and what comes before it later counts as well. Said
 * again it changes nothing.
 */
void rj_bytes_start(struct rj_bytes *b, unsigned int side, uint32_t seq);

/*
 * rj_bytes_stream - counts @len bytes at sequence number @seq of @side: those that were not
 * counted before and lie in the first @limit of the stream. False without memory: the counts are
 * void from then on.
 */
RJ_MUST_CHECK bool rj_bytes_stream(struct rj_bytes *b, unsigned int side, uint32_t seq,
				   const uint8_t *bytes, uint32_t len, uint64_t limit);

/* rj_bytes_datagram - counts @len bytes of @side, until it has @limit of them; false likewise. */
RJ_MUST_CHECK bool rj_bytes_datagram(struct rj_bytes *b, unsigned int side, const uint8_t *bytes,
				     uint32_t len, uint64_t limit);

/* rj_bytes_add - adds what another piece of the same flow counted; false likewise. */
RJ_MUST_CHECK bool rj_bytes_add(struct rj_bytes *to, const struct rj_bytes *from);

/*
 * struct rj_byte_dist - of both sides together.
 * @count: of each value; @total: their sum
 * @mean, @deviation: of the bytes' values; the deviation is the sample's (by total - 1)
 * @entropy: bits a byte, 0 to 8 (Shannon)
 * All three are 0 where there are no bytes, the deviation of one byte too.
 */
struct rj_byte_dist {
	uint64_t count[RJ_BYTE_VALUES];
	uint64_t total;
	double mean;
	double deviation;
	double entropy;
};

/* rj_bytes_dist - what was counted so far. */
void rj_bytes_dist(const struct rj_bytes *b, struct rj_byte_dist *out);

/* rj_bytes_total - bytes counted of both sides; rj_bytes_wht - their transform. */
uint64_t rj_bytes_total(const struct rj_bytes *b);
const struct rj_wht *rj_bytes_wht(const struct rj_bytes *b);

#endif
