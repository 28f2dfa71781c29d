// SPDX-License-Identifier: BSD-3-Clause
/* Rows sorted by key and time, and the search for the one that fits a flow best. */
#include "owner/rows.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256u
#define LONGEST (INT64_MAX / 4) /* 73 years */

int rj_owner_rows_add(struct rj_owner_rows *rows, const struct rj_owner_row *row)
{
	size_t room = rows->room ? 2 * rows->room : FIRST_ROOM;
	struct rj_owner_row *more;

	if (rows->num >= rows->max)
		return -ENOSPC;
	if (rows->num == rows->room) {
		room = room < rows->max ? room : rows->max;
		more = reallocarray(rows->at, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		rows->at = more;
		rows->room = room;
	}
	rows->at[rows->num++] = *row;
	return 0;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_rows(const void *a, const void *b)
{
	const struct rj_owner_row *one = a, *other = b;
	int order = memcmp(&one->key, &other->key, sizeof(one->key));

	order = order ? order : compare_u64(one->start_ns, other->start_ns);
	return order ? order : compare_u64(one->end_ns, other->end_ns);
}

void rj_owner_rows_sort(struct rj_owner_rows *rows)
{
	struct rj_owner_row *before = NULL;

	if (rows->num)
		qsort(rows->at, rows->num, sizeof(*rows->at), compare_rows);
	for (size_t i = 0; i < rows->num; i++) {
		struct rj_owner_row *row = &rows->at[i];

		row->until_ns = row->end_ns;
		if (before && before->until_ns > row->until_ns &&
		    !memcmp(&before->key, &row->key, sizeof(row->key)))
			row->until_ns = before->until_ns;
		before = row;
	}
}

void rj_owner_rows_done(struct rj_owner_rows *rows)
{
	free(rows->at);
	*rows = (struct rj_owner_rows){ .max = rows->max };
}

unsigned int rj_owner_key(struct rj_key *key, const uint8_t first[16], uint16_t first_port,
			  const uint8_t second[16], uint16_t second_port)
{
	uint64_t a[2], b[2];
	unsigned int side = first_port > second_port;

	memcpy(a, first, sizeof(a));
	memcpy(b, second, sizeof(b));
	if (a[0] != b[0])
		side = a[0] > b[0];
	else if (a[1] != b[1])
		side = a[1] > b[1];
	memcpy(key->addr[side], a, sizeof(a));
	memcpy(key->addr[!side], b, sizeof(b));
	key->port[side] = first_port;
	key->port[!side] = second_port;
	return side;
}

/* struct span - rows [@from, @to) */
struct span {
	const struct rj_owner_row *from;
	const struct rj_owner_row *to;
};

static uint64_t less(uint64_t value, uint64_t by)
{
	return value > by ? value - by : 0;
}

static uint64_t more(uint64_t value, uint64_t by)
{
	return value < UINT64_MAX - by ? value + by : UINT64_MAX;
}

/* The first row of the key for which @is_before is false, or of a later key. */
static const struct rj_owner_row *
first_not_before(const struct rj_owner_rows *rows, const struct rj_owner_ask *ask,
		 bool (*is_before)(const struct rj_owner_row *row, const struct rj_owner_ask *ask))
{
	size_t low = 0, high = rows->num;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		int order = memcmp(&rows->at[at].key, ask->key, sizeof(*ask->key));

		if (order < 0 || (!order && is_before(&rows->at[at], ask)))
			low = at + 1;
		else
			high = at;
	}
	return rows->at + low;
}

static bool is_over(const struct rj_owner_row *row, const struct rj_owner_ask *ask)
{
	return row->until_ns < less(ask->start_ns, ask->reach_ns);
}

static bool has_begun(const struct rj_owner_row *row, const struct rj_owner_ask *ask)
{
	return row->start_ns <= more(ask->end_ns, ask->reach_ns);
}

/* Rows of the key, among which are all those that fit its time. */
static struct span span_of(const struct rj_owner_rows *rows, const struct rj_owner_ask *ask)
{
	return (struct span){ first_not_before(rows, ask, is_over),
			      first_not_before(rows, ask, has_begun) };
}

/* How long both were, in ns; negative: so far are they apart. Either up to LONGEST. */
static int64_t common_ns(const struct rj_owner_row *row, const struct rj_owner_ask *ask)
{
	uint64_t from = row->start_ns > ask->start_ns ? row->start_ns : ask->start_ns;
	uint64_t to = row->end_ns < ask->end_ns ? row->end_ns : ask->end_ns;
	uint64_t apart = from > to ? from - to : to - from;
	int64_t value = apart > LONGEST ? LONGEST : (int64_t)apart;

	return from > to ? -value : value;
}

static bool fits(const struct rj_owner_row *row, const struct rj_owner_ask *ask, unsigned int side)
{
	int64_t common = common_ns(row, ask);

	return (row->owner[side].user || row->owner[side].opener) &&
	       (common >= 0 || (uint64_t)-common <= ask->reach_ns);
}

/* What one does not know is no difference. */
static bool is_other(const struct rj_owner *a, const struct rj_owner *b)
{
	if (a->user && b->user)
		return a->user != b->user;
	return a->opener && b->opener && a->opener != b->opener;
}

static const struct rj_owner_row *best_of(const struct span *span, const struct rj_owner_ask *ask,
					  unsigned int side)
{
	const struct rj_owner_row *best = NULL;

	for (const struct rj_owner_row *row = span->from; row < span->to; row++)
		if (fits(row, ask, side) &&
		    (!best || common_ns(row, ask) > common_ns(best, ask) ||
		     (common_ns(row, ask) == common_ns(best, ask) && !best->owner[side].user)))
			best = row;
	return best;
}

static bool is_doubtful(const struct span *span, const struct rj_owner_ask *ask, unsigned int side,
			const struct rj_owner_row *best)
{
	int64_t reach = ask->reach_ns > LONGEST ? LONGEST : (int64_t)ask->reach_ns;
	int64_t least = common_ns(best, ask) - 2 * reach;

	for (const struct rj_owner_row *row = span->from; row < span->to; row++)
		if (fits(row, ask, side) && is_other(&row->owner[side], &best->owner[side]) &&
		    common_ns(row, ask) >= least)
			return true;
	return false;
}

enum rj_owner_fit rj_owner_rows_find(const struct rj_owner_rows *rows,
				     const struct rj_owner_ask *ask, unsigned int side,
				     struct rj_owner *out)
{
	const struct rj_owner_row *best;
	struct span span;

	if (!rows->num)
		return RJ_OWNER_NONE;
	span = span_of(rows, ask);
	if (span.to <= span.from)
		return RJ_OWNER_NONE;
	if (span.to - span.from > (ptrdiff_t)RJ_OWNER_ROWS_SEEN)
		return RJ_OWNER_DOUBTFUL;
	best = best_of(&span, ask, side);
	if (!best)
		return RJ_OWNER_NONE;
	if (is_doubtful(&span, ask, side, best))
		return RJ_OWNER_DOUBTFUL;
	*out = best->owner[side];
	return RJ_OWNER_FITS;
}
