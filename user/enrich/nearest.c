// SPDX-License-Identifier: BSD-3-Clause
/* The fingerprint of a database that is most like another one. */
#include "enrich/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Costs are counted in halves. */
#define EDIT 2u
#define OTHER_DATA 1u

#define TOO_FAR 2.0 /* no distance is greater than 1 */

/*
 * Sets with J of their elements in common have the same smallest hash with probability J (Broder
 * 1997), and so one of eight pairs of smallest hashes with 1 - (1 - J^2)^8: 0.9997 for J = 4/5.
 */
#define NUM_BANDS 8u
#define MAX_IN_BAND 64u /* of one pair, those of the most flows. Ours */
#define MAX_HITS (NUM_BANDS * MAX_IN_BAND)

/* What an element of the set is: its list and its number. */
#define SUITE (UINT64_C(1) << 32)
#define EXTENSION (UINT64_C(2) << 32)

/* --- distance ------------------------------------------------------------------------ */

/* struct element - of a list; @at: an extension's text, with its data. */
struct element {
	uint16_t type;
	uint16_t len;
	const char *at;
};

struct list {
	size_t num;
	struct element at[RJ_NEAREST_MAX_ELEMENTS];
};

static unsigned int cost_of(const struct element *a, const struct element *b)
{
	if (a->type != b->type)
		return EDIT;
	return a->len != b->len || (a->len && memcmp(a->at, b->at, a->len)) ? OTHER_DATA : 0;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Levenshtein's distance, of paths within @max of the diagonal alone; more than @max where it is
 * more.
 */
static unsigned int edits(const struct list *a, const struct list *b, unsigned int max)
{
	unsigned int row[RJ_NEAREST_MAX_ELEMENTS + 1];
	size_t band = max / EDIT;
	const unsigned int over = max + 1;

	if ((a->num > b->num ? a->num - b->num : b->num - a->num) > band)
		return over;
	for (size_t j = 0; j <= b->num; j++)
		row[j] = j <= band ? (unsigned int)j * EDIT : over;
	for (size_t i = 1; i <= a->num; i++) {
		size_t from = i > band ? i - band : 0, to = i + band;
		unsigned int corner = from ? row[from - 1] : row[0], smallest = over;

		if (from)
			row[from - 1] = over;
		else
			smallest = row[0] = (unsigned int)i * EDIT;
		for (size_t j = from ? from : 1; j <= to && j <= b->num; j++) {
			unsigned int here = least(row[j - 1], row[j]) + EDIT;

			here = least(here, corner + cost_of(&a->at[i - 1], &b->at[j - 1]));
			corner = row[j];
			row[j] = least(here, over);
			smallest = least(smallest, row[j]);
		}
		if (smallest > max)
			return over;
	}
	return row[b->num];
}

static void list_suites(const struct rj_npf *npf, struct list *out)
{
	out->num = npf->num_suites;
	for (size_t i = 0; i < out->num; i++)
		out->at[i] = (struct element){ .type = npf->suites[i] };
}

static void list_extensions(const struct rj_npf *npf, struct list *out)
{
	out->num = npf->num_extensions;
	for (size_t i = 0; i < out->num; i++)
		out->at[i] = (struct element){ .type = npf->extensions[i].type,
					       .len = npf->extensions[i].len,
					       .at = npf->extensions[i].at };
}

static bool is_too_long(const struct rj_npf *npf)
{
	return npf->num_suites > RJ_NEAREST_MAX_ELEMENTS ||
	       npf->num_extensions > RJ_NEAREST_MAX_ELEMENTS;
}

static size_t longer(size_t a, size_t b)
{
	return a > b ? a : b;
}

double rj_npf_distance(const struct rj_npf *a, const struct rj_npf *b, double max)
{
	size_t num_versions = a->quic_version || b->quic_version ? 2 : 1;
	size_t whole = EDIT * (num_versions + longer(a->num_suites, b->num_suites) +
			       longer(a->num_extensions, b->num_extensions));
	/* a share of halves, which division rounded */
	unsigned int limit = (unsigned int)floor(max * (double)whole + 1e-6), cost;
	struct list x, y;

	if (a->notation != b->notation || !a->quic_version != !b->quic_version || is_too_long(a) ||
	    is_too_long(b))
		return TOO_FAR;
	cost = EDIT *
	       (unsigned int)((a->version != b->version) + (a->quic_version != b->quic_version));
	if (cost > limit)
		return TOO_FAR;
	list_suites(a, &x);
	list_suites(b, &y);
	cost += edits(&x, &y, limit - cost);
	if (cost > limit)
		return TOO_FAR;
	list_extensions(a, &x);
	list_extensions(b, &y);
	cost += edits(&x, &y, limit - cost);
	return cost > limit ? TOO_FAR : (double)cost / (double)whole;
}

/* --- index --------------------------------------------------------------------------- */

/* struct entry - a pair of smallest hashes, and who has it. */
struct entry {
	uint64_t pair;
	uint32_t id;
};

struct rj_nearest {
	const struct rj_fpdb *db;
	struct entry *entries; /* by pair, then id */
	size_t num;
};

static uint64_t mixed(uint64_t value)
{
	value = (value ^ value >> 31) * UINT64_C(0x7fb5d329728ea185);
	value = (value ^ value >> 27) * UINT64_C(0x81dadef4bc2dd44d);
	return value ^ value >> 33;
}

/* Of the kind and notation, so that pairs of others are others. */
static uint64_t seed_of(const char *text, const struct rj_npf *npf)
{
	return mixed(((uint64_t)(uint8_t)*text << 8 | npf->notation) + 1);
}

static void take_smaller(uint64_t element, uint64_t smallest[2 * NUM_BANDS])
{
	for (unsigned int i = 0; i < 2 * NUM_BANDS; i++) {
		uint64_t hash = mixed(element + (i + 1) * UINT64_C(0x9e3779b97f4a7c15));

		if (hash < smallest[i])
			smallest[i] = hash;
	}
}

static void pairs_of(const char *text, const struct rj_npf *npf, uint64_t out[NUM_BANDS])
{
	uint64_t smallest[2 * NUM_BANDS], seed = seed_of(text, npf);

	memset(smallest, 0xff, sizeof(smallest));
	for (size_t i = 0; i < npf->num_suites; i++)
		take_smaller(SUITE | npf->suites[i], smallest);
	for (size_t i = 0; i < npf->num_extensions; i++)
		take_smaller(EXTENSION | npf->extensions[i].type, smallest);
	for (unsigned int i = 0; i < NUM_BANDS; i++)
		out[i] = mixed(mixed(smallest[2 * i] + seed) + smallest[2 * i + 1] + i);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->pair != y->pair)
		return x->pair < y->pair ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

struct rj_nearest *rj_nearest_new(const struct rj_fpdb *db)
{
	struct rj_nearest *n = calloc(1, sizeof(*n));
	uint64_t pairs[NUM_BANDS];
	struct rj_npf npf;

	if (!n)
		return NULL;
	n->db = db;
	n->entries = calloc((size_t)db->num * NUM_BANDS + 1, sizeof(*n->entries));
	if (!n->entries) {
		free(n);
		return NULL;
	}
	for (uint32_t id = 0; id < db->num; id++) {
		const struct rj_fpdb_fingerprint *f = db->all[id];

		if (!rj_npf_read(f->text, f->len, &npf) || is_too_long(&npf))
			continue;
		pairs_of(f->text, &npf, pairs);
		for (unsigned int i = 0; i < NUM_BANDS; i++)
			n->entries[n->num++] = (struct entry){ pairs[i], id };
	}
	if (n->num)
		qsort(n->entries, n->num, sizeof(*n->entries), compare_entries);
	return n;
}

void rj_nearest_free(struct rj_nearest *n)
{
	if (!n)
		return;
	free(n->entries);
	free(n);
}

/* Adds who has the pair; the number of them all. */
static size_t add_hits(const struct rj_nearest *n, uint64_t pair, uint32_t *hits, size_t num)
{
	size_t from = 0, to = n->num, end = num + MAX_IN_BAND;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (n->entries[middle].pair < pair)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < n->num && n->entries[from].pair == pair && num < end; from++)
		hits[num++] = n->entries[from].id;
	return num;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* struct candidate - with how many pairs it shares. */
struct candidate {
	uint32_t id;
	uint32_t num_shared;
};

/* Those that share the most, at equal numbers those of the most flows; how many. */
static size_t choose(uint32_t *hits, size_t num, struct candidate *out)
{
	size_t num_chosen = 0;

	if (num)
		qsort(hits, num, sizeof(*hits), compare_ids);
	for (size_t i = 0, next; i < num; i = next) {
		struct candidate c = { .id = hits[i] };
		size_t at = num_chosen;

		for (next = i; next < num && hits[next] == c.id; next++)
			c.num_shared++;
		while (at && out[at - 1].num_shared < c.num_shared)
			at--;
		if (at == RJ_NEAREST_CANDIDATES)
			continue;
		if (num_chosen < RJ_NEAREST_CANDIDATES)
			num_chosen++;
		memmove(&out[at + 1], &out[at], (num_chosen - at - 1) * sizeof(*out));
		out[at] = c;
	}
	return num_chosen;
}

const struct rj_fpdb_fingerprint *rj_nearest_find(const struct rj_nearest *n, const char *text,
						  size_t len, double *ret_distance)
{
	struct candidate candidates[RJ_NEAREST_CANDIDATES];
	const struct rj_fpdb_fingerprint *found = NULL;
	double best = RJ_NEAREST_MAX_DISTANCE;
	uint32_t hits[MAX_HITS];
	struct rj_npf wanted, other;
	uint64_t pairs[NUM_BANDS];
	size_t num = 0;

	if (!n->num || !rj_npf_read(text, len, &wanted) || is_too_long(&wanted))
		return NULL;
	pairs_of(text, &wanted, pairs);
	for (unsigned int i = 0; i < NUM_BANDS; i++)
		num = add_hits(n, pairs[i], hits, num);
	num = choose(hits, num, candidates);
	for (size_t i = 0; i < num; i++) {
		const struct rj_fpdb_fingerprint *f = n->db->all[candidates[i].id];
		double distance;

		if (*f->text != *text || !rj_npf_read(f->text, f->len, &other))
			continue;
		distance = rj_npf_distance(&wanted, &other, best);
		if (distance > best || (found && distance == best && f->id > found->id))
			continue;
		found = f;
		best = distance;
	}
	if (found)
		*ret_distance = best;
	return found;
}
