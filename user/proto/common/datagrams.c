/* SPDX-License-Identifier: BSD-3-Clause */
/* Keeps datagrams of a flow. */
#include "proto/common/datagrams.h"

enum rj_status rj_datagrams_take(struct rj_datagrams *list, struct rj_message *m,
				 struct rj_cursor *c, uint32_t max)
{
	size_t len = c->left < RJ_DATAGRAM_MAX ? c->left : RJ_DATAGRAM_MAX;
	struct rj_datagram *d = NULL;
	const uint8_t *bytes;

	if (!len || rj_cursor_bytes(c, len, &bytes) || rj_cursor_skip(c, c->left))
		return RJ_MALFORMED;
	if (list->num[m->side] < max)
		d = rj_arena_alloc(m->arena, sizeof(*d) + len);
	if (!d) {
		list->num_skipped++;
		return RJ_OK;
	}
	memcpy(d->bytes, bytes, len);
	d->len = (uint16_t)len;
	d->side = (uint8_t)m->side;
	d->time_ns = m->time_ns;
	d->is_cut = !c->is_hard;
	if (list->last)
		list->last->next = d;
	else
		list->first = d;
	list->last = d;
	list->num[m->side]++;
	return RJ_OK;
}
