/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of handshakes put together from pieces that come in any order, or twice. */
#ifndef RJ_PROTO_COMMON_ASSEMBLY_H
#define RJ_PROTO_COMMON_ASSEMBLY_H

#include "core/arena.h"
#include "core/cursor.h"

/*
 * struct rj_assembly - embedded; a zeroed one is empty.
 * @bytes: in the flow's arena, @room of them
 * @seen:  a bit for each of @bytes that came
 */
struct rj_assembly {
	uint8_t *bytes;
	uint64_t *seen;
	uint32_t room;
};

/*
 * rj_assembly_put - takes in @data, which stands at @offset. Of bytes that come twice the first
 * stand. @max: how many there may be, a multiple of 512. RJ_MALFORMED: behind @max, other bytes
 * than before in the same place, or no memory, which the arena counts.
 */
RJ_MUST_CHECK enum rj_status rj_assembly_put(struct rj_assembly *a, struct rj_arena *arena,
					     uint32_t max, uint64_t offset, struct rj_cursor data);

/*
 * rj_assembly_grow - makes room for bytes up to @end, when it is known that they come; else it is
 * made as they do.
 */
RJ_MUST_CHECK enum rj_status rj_assembly_grow(struct rj_assembly *a, struct rj_arena *arena,
					      uint32_t max, uint64_t end);

/* rj_assembly_has - whether all bytes from @from to @to (not included) came. */
bool rj_assembly_has(const struct rj_assembly *a, uint32_t from, uint32_t to);

#endif
