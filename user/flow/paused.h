/* SPDX-License-Identifier: BSD-3-Clause */
/* Sides of TCP flows that no protocol was found in: what is kept of them instead of dissectors. */
#ifndef RJ_FLOW_PAUSED_H
#define RJ_FLOW_PAUSED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

struct rj_payload;

/*
 * Bytes that may come of a side that may begin anywhere (no SYN seen) after all dissectors refused
 * it: to it only an earlier start is of use, as what the other side is was refused here too. Ours:
 * reordering rarely reaches over three full segments.
 */
#define RJ_MAX_UNPLACED_BYTES 4380u
/*
 * And segments, where they are small and each follows the one before: then it is not reordering
 * that they came through. Ours.
 */
#define RJ_MAX_UNPLACED_SEGMENTS 4u

/* rj_is_unplaced_long - whether that is enough to give the side up. */
static inline bool rj_is_unplaced_long(uint32_t num_bytes, uint32_t num_segments)
{
	return num_bytes > RJ_MAX_UNPLACED_BYTES || num_segments > RJ_MAX_UNPLACED_SEGMENTS;
}

#define RJ_PAUSED_BYTES 56u

/*
 * struct rj_paused - such a side that holds little.
 * @first_seq: of the @len bytes
 * @num_refused, @refused_bytes: what came since it was refused
 */
struct rj_paused {
	uint64_t time_ns;
	uint32_t first_seq;
	uint16_t refused_bytes;
	uint8_t num_refused;
	uint8_t len;
	uint8_t bytes[RJ_PAUSED_BYTES];
};

/* What rj_paused_take did. */
enum rj_paused_news {
	RJ_PAUSED_TAKEN,
	RJ_PAUSED_DONE,	  /* nothing more is wanted of the side */
	RJ_PAUSED_RESUME, /* nothing: dissectors are to be asked */
};

/* rj_paused_take - takes in what goes on where the side stopped. */
RJ_MUST_CHECK enum rj_paused_news rj_paused_take(struct rj_paused *paused,
						 const struct rj_payload *p);

#endif
