/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of a flow that grow with its packets, doubled when full. */
#ifndef RJ_FEATURES_LIST_H
#define RJ_FEATURES_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/status.h"

/* Most flows are short: what a few packets need. Ours. */
#define RJ_LIST_FIRST_BYTES 64u

/* struct rj_list - embedded; zero is empty. */
struct rj_list {
	uint8_t *data;
	uint32_t len;
	uint32_t capacity;
};

/* rj_list_room - the place behind the last byte for @len more; NULL without memory. */
RJ_MUST_CHECK static inline uint8_t *rj_list_room(struct rj_list *l, uint32_t len)
{
	uint32_t capacity = l->capacity ? l->capacity : RJ_LIST_FIRST_BYTES;
	uint8_t *data;

	if (len > UINT32_MAX / 2 - l->len)
		return NULL;
	while (capacity < l->len + len)
		capacity *= 2;
	if (capacity == l->capacity)
		return l->data + l->len;
	data = realloc(l->data, capacity);
	if (!data)
		return NULL;
	l->data = data;
	l->capacity = capacity;
	return data + l->len;
}

/* rj_list_put - appends @len bytes, or none of them: false without memory. */
RJ_MUST_CHECK static inline int rj_list_put(struct rj_list *l, const void *bytes, uint32_t len)
{
	uint8_t *at = rj_list_room(l, len);

	if (!at)
		return 0;
	memcpy(at, bytes, len);
	l->len += len;
	return 1;
}

/* rj_list_set - all there will ever be: @len bytes in an empty list; false without memory. */
RJ_MUST_CHECK static inline int rj_list_set(struct rj_list *l, const void *bytes, uint32_t len)
{
	uint8_t *data = malloc(len);

	if (!data)
		return 0;
	memcpy(data, bytes, len);
	*l = (struct rj_list){ .data = data, .len = len, .capacity = len };
	return 1;
}

/* rj_list_done - gives the memory back. */
static inline void rj_list_done(struct rj_list *l)
{
	free(l->data);
	*l = (struct rj_list){ 0 };
}

#endif
