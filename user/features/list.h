/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of a flow that grow with its packets, doubled when full. */
#ifndef RJ_FEATURES_LIST_H
#define RJ_FEATURES_LIST_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/blocks.h"

/* struct rj_list - embedded; zero is empty. Its memory is of the same blocks in all calls. */
struct rj_list {
	uint8_t *data;
	uint32_t len;
	uint32_t capacity;
};

/* rj_list_grow - for rj_list_room: room for @len more, at least @first in all. */
RJ_MUST_CHECK bool rj_list_grow(struct rj_list *l, struct rj_blocks *blocks, uint32_t len,
				uint32_t first);

/*
 * rj_list_room - the place behind the last byte for @len more; NULL without memory. @first: bytes
 * that an empty list is made for.
 */
RJ_MUST_CHECK static inline uint8_t *rj_list_room(struct rj_list *l, struct rj_blocks *blocks,
						  uint32_t len, uint32_t first)
{
	return l->capacity - l->len >= len || rj_list_grow(l, blocks, len, first) ?
		       l->data + l->len :
		       NULL;
}

/* rj_list_put - appends @len bytes, or none of them: false without memory. */
RJ_MUST_CHECK static inline bool rj_list_put(struct rj_list *l, struct rj_blocks *blocks,
					     const void *bytes, uint32_t len)
{
	uint8_t *at = rj_list_room(l, blocks, len, len);

	if (!at)
		return false;
	memcpy(at, bytes, len);
	l->len += len;
	return true;
}

/* rj_list_done - gives the memory back. */
static inline void rj_list_done(struct rj_list *l, struct rj_blocks *blocks)
{
	if (l->data)
		rj_blocks_put(blocks, l->data, l->capacity);
	*l = (struct rj_list){ 0 };
}

#endif
