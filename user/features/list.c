// SPDX-License-Identifier: BSD-3-Clause
/* Bytes of a flow that grow with its packets. */
#include "features/list.h"

static uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

bool rj_list_grow(struct rj_list *l, struct rj_blocks *blocks, uint32_t len, uint32_t first)
{
	uint32_t capacity;
	uint8_t *data;

	if (len > UINT32_MAX / 4 - l->len)
		return false;
	capacity = rj_blocks_len(max_u32(max_u32(l->len + len, first), 2 * l->capacity));
	data = rj_blocks_take(blocks, capacity);
	if (!data)
		return false;
	if (l->data) {
		memcpy(data, l->data, l->len);
		rj_blocks_put(blocks, l->data, l->capacity);
	}
	l->data = data;
	l->capacity = capacity;
	return true;
}
