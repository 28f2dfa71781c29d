// SPDX-License-Identifier: BSD-3-Clause
/* Fragments into datagrams: bytes in one block, and which of them have come. */
#include "flow/datagram.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 4096u
#define FIRST_SPANS 16u

static void let_go(struct rj_datagram *d, struct rj_datagram_counts *counts)
{
	counts->bytes -= d->capacity + d->room * sizeof(*d->span);
	free(d->bytes);
	free(d->span);
	d->bytes = NULL;
	d->span = NULL;
	d->capacity = 0;
	d->room = 0;
	d->num_spans = 0;
}

static void give_up(struct rj_datagram *d, uint64_t *counter, struct rj_datagram_counts *counts)
{
	let_go(d, counts);
	d->is_dead = true;
	(*counter)++;
}

void rj_datagram_remove(struct rj_datagram **list, struct rj_datagram *d,
			struct rj_datagram_counts *counts)
{
	while (*list != d)
		list = &(*list)->next;
	*list = d->next;
	let_go(d, counts);
	counts->bytes -= sizeof(*d);
	free(d);
}

static size_t max_bytes(const struct rj_datagram_counts *counts)
{
	return counts->max_bytes ? counts->max_bytes : RJ_MAX_DATAGRAM_BYTES;
}

/* The newest stands first; the last of too many goes. */
static struct rj_datagram *add(struct rj_datagram **list, const struct rj_fragment *fragment,
			       struct rj_datagram_counts *counts)
{
	struct rj_datagram *d, *last = NULL;
	uint32_t num = 0;

	for (d = *list; d; d = d->next) {
		last = d;
		num++;
	}
	if (num == RJ_MAX_OPEN_DATAGRAMS) {
		counts->incomplete += !last->is_dead;
		rj_datagram_remove(list, last, counts);
	}
	d = counts->bytes < max_bytes(counts) ? calloc(1, sizeof(*d)) : NULL;
	if (!d) {
		counts->over_limit++;
		return NULL;
	}
	counts->bytes += sizeof(*d);
	d->id = fragment->id;
	d->side = fragment->side;
	d->time_ns = fragment->time_ns;
	d->next = *list;
	*list = d;
	return d;
}

static struct rj_datagram *datagram_of(struct rj_datagram **list,
				       const struct rj_fragment *fragment,
				       struct rj_datagram_counts *counts)
{
	for (struct rj_datagram *d = *list; d; d = d->next)
		if (d->id == fragment->id && d->side == fragment->side)
			return d;
	return add(list, fragment, counts);
}

static bool reserve(struct rj_datagram *d, uint32_t need, struct rj_datagram_counts *counts)
{
	uint32_t capacity = d->capacity ? d->capacity : FIRST_CAPACITY;
	uint8_t *bytes;

	if (need <= d->capacity)
		return true;
	while (capacity < need)
		capacity *= 2;
	if (counts->bytes + capacity - d->capacity > max_bytes(counts))
		return false;
	bytes = realloc(d->bytes, capacity);
	if (!bytes)
		return false;
	counts->bytes += capacity - d->capacity;
	d->bytes = bytes;
	d->capacity = capacity;
	return true;
}

/* Makes room for one span more. */
static bool reserve_span(struct rj_datagram *d, struct rj_datagram_counts *counts)
{
	uint32_t room = d->room ? 2 * d->room : FIRST_SPANS;
	size_t more = (room - d->room) * sizeof(*d->span);
	struct rj_span *span;

	if (d->num_spans < d->room)
		return true;
	if (room > RJ_MAX_SPANS || counts->bytes + more > max_bytes(counts))
		return false;
	span = realloc(d->span, room * sizeof(*span));
	if (!span)
		return false;
	counts->bytes += more;
	d->span = span;
	d->room = room;
	return true;
}

/* The first span that ends at @off or behind it; num_spans: none does. */
static uint32_t span_at(const struct rj_datagram *d, uint32_t off)
{
	uint32_t low = 0, high = d->num_spans;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (d->span[middle].end < off)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Enters [start, end), which touches no byte that has come; there is room for a span. */
static void enter_span(struct rj_datagram *d, uint32_t start, uint32_t end)
{
	uint32_t i = span_at(d, start);
	struct rj_span *at = &d->span[i];
	bool joins_before = i < d->num_spans && at->end == start;
	uint32_t after = i + joins_before;
	bool joins_after = after < d->num_spans && d->span[after].start == end;

	if (joins_before && joins_after) {
		at->end = d->span[after].end;
		d->num_spans--;
		memmove(at + 1, at + 2, (d->num_spans - after) * sizeof(*at));
	} else if (joins_before) {
		at->end = end;
	} else if (joins_after) {
		d->span[after].start = start;
	} else {
		memmove(at + 1, at, (d->num_spans - i) * sizeof(*at));
		*at = (struct rj_span){ start, end };
		d->num_spans++;
	}
}

/* Whether any of [start, end) has come; *@ret_is_same: all of it, and with these very bytes. */
static bool overlaps(const struct rj_datagram *d, uint32_t start, uint32_t end,
		     const uint8_t *bytes, bool *ret_is_same)
{
	uint32_t i = span_at(d, start + 1);
	const struct rj_span *s;

	if (i == d->num_spans)
		return false;
	s = &d->span[i];
	if (end <= s->start)
		return false;
	*ret_is_same = start >= s->start && end <= s->end &&
		       !memcmp(d->bytes + start, bytes, end - start);
	return true;
}

/* Whether the fragment contradicts what is known of where the datagram ends. */
static bool contradicts(const struct rj_datagram *d, const struct rj_fragment *fragment)
{
	uint32_t end = fragment->off + fragment->wire_len;
	uint32_t seen = d->num_spans ? d->span[d->num_spans - 1].end : 0;

	if (fragment->is_last)
		return (d->len && d->len != end) || seen > end;
	return d->len && end > d->len;
}

struct rj_datagram *rj_datagram_put(struct rj_datagram **list, const struct rj_fragment *fragment,
				    struct rj_datagram_counts *counts)
{
	struct rj_datagram *d = datagram_of(list, fragment, counts);
	uint32_t end = fragment->off + fragment->len;
	bool is_same;

	if (!d || d->is_dead || !fragment->len)
		return NULL;
	if (fragment->wire_len > RJ_DATAGRAM_MAX_LEN - fragment->off || !reserve(d, end, counts)) {
		give_up(d, &counts->over_limit, counts);
		return NULL;
	}
	if (overlaps(d, fragment->off, end, fragment->bytes, &is_same)) {
		if (!is_same) /* the same fragment twice is the network's doing */
			give_up(d, &counts->overlapped, counts);
		return NULL;
	}
	if (contradicts(d, fragment)) {
		give_up(d, &counts->overlapped, counts);
		return NULL;
	}
	if (!reserve_span(d, counts)) {
		give_up(d, &counts->over_limit, counts);
		return NULL;
	}
	enter_span(d, fragment->off, end);
	memcpy(d->bytes + fragment->off, fragment->bytes, fragment->len);
	if (fragment->is_last)
		d->len = fragment->off + fragment->wire_len;
	if (!d->len || rj_datagram_prefix(d) != d->len)
		return NULL;
	counts->whole++;
	return d;
}

void rj_datagram_move(struct rj_datagram **from, struct rj_datagram **to, uint32_t id,
		      uint32_t side)
{
	struct rj_datagram *d;

	while (*from && ((*from)->id != id || (*from)->side != side))
		from = &(*from)->next;
	d = *from;
	if (!d)
		return;
	*from = d->next;
	d->next = *to;
	*to = d;
}

uint32_t rj_datagram_prefix(const struct rj_datagram *d)
{
	return d->num_spans && !d->span[0].start ? d->span[0].end : 0;
}
