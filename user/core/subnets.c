// SPDX-License-Identifier: BSD-3-Clause
/* Subnets as ranges of addresses, cut where the sets they are in change: a binary search finds. */
#include "core/subnets.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/lines.h"

#define NUM_UPPER 65536u /* values of the upper half of an IPv4 address */
#define MIN_INDEXED 256u /* ranges; of fewer the search is in the cache. Ours */
#define MAX_TEXT_LEN 64	 /* longer than any address with its length */

struct address {
	uint64_t high;
	uint64_t low;
};

/* struct edge - a subnet of a set begins, or one has ended just before. */
struct edge {
	struct address at;
	uint8_t set;
	bool is_end;
};

/* struct range - from here to the next one. */
struct range {
	struct address from;
	uint64_t sets;
};

/*
 * struct family - IPv4 or IPv6. @edges until it is sealed, then @ranges; both in order then.
 * @index: of many of IPv4: for each value of an address's upper half the first range that begins
 *     there or behind it, and one more; or NULL
 */
struct family {
	struct edge *edges;
	size_t num_edges;
	size_t room;
	struct range *ranges;
	size_t num_ranges;
	uint32_t *index;
};

struct rj_subnets {
	struct family family[2]; /* IPv4, IPv6 */
};

struct rj_subnets *rj_subnets_new(void)
{
	return calloc(1, sizeof(struct rj_subnets));
}

void rj_subnets_free(struct rj_subnets *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; i < 2; i++) {
		free(s->family[i].edges);
		free(s->family[i].ranges);
		free(s->family[i].index);
	}
	free(s);
}

/* IPv4 is a number of 32 bits. */
static struct address address_of(const uint8_t addr[16], bool is_ipv4)
{
	struct address a;

	memcpy(&a.high, addr, 8);
	memcpy(&a.low, addr + 8, 8);
	a.high = is_ipv4 ? 0 : be64toh(a.high);
	a.low = be64toh(a.low);
	if (is_ipv4)
		a.low &= UINT32_MAX;
	return a;
}

static int compare(const struct address *a, const struct address *b)
{
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return a->low < b->low ? -1 : a->low > b->low;
}

static int by_address(const void *a, const void *b)
{
	return compare(&((const struct edge *)a)->at, &((const struct edge *)b)->at);
}

/* @len ones from the top of a word of 64 bits. */
static uint64_t ones(unsigned int len)
{
	return len ? UINT64_MAX << (64 - len) : 0;
}

static struct address mask_of(unsigned int len)
{
	return (struct address){ .high = ones(len < 64 ? len : 64),
				 .low = ones(len < 64 ? 0 : len - 64) };
}

static void put_edge(struct family *f, struct address at, unsigned int set, bool is_end)
{
	f->edges[f->num_edges++] = (struct edge){ .at = at, .set = (uint8_t)set, .is_end = is_end };
}

/* Room for a subnet's two edges. */
static bool reserve(struct family *f)
{
	size_t room = f->room ? 2 * f->room : 64;
	struct edge *edges;

	if (f->room - f->num_edges >= 2)
		return true;
	edges = reallocarray(f->edges, room, sizeof(*edges));
	if (!edges)
		return false;
	f->edges = edges;
	f->room = room;
	return true;
}

/* The number behind the slash. */
static bool read_len(const char *text, unsigned int max, unsigned int *out)
{
	size_t num_digits = strspn(text, "0123456789");
	unsigned long len = strtoul(text, NULL, 10);

	if (!num_digits || num_digits > 3 || text[num_digits] || len > max)
		return false;
	*out = (unsigned int)len;
	return true;
}

int rj_subnets_add(struct rj_subnets *s, const char *text, unsigned int set)
{
	size_t len = strcspn(text, "/");
	bool is_ipv4 = !memchr(text, ':', len);
	struct family *f = &s->family[!is_ipv4];
	unsigned int max = is_ipv4 ? 32 : 128, prefix = max;
	char alone[MAX_TEXT_LEN] = "";
	uint8_t addr[16] = { 0 };
	struct address from, mask;

	if (len >= sizeof(alone))
		return -EINVAL;
	memcpy(alone, text, len);
	if (inet_pton(is_ipv4 ? AF_INET : AF_INET6, alone, is_ipv4 ? addr + 12 : addr) != 1)
		return -EINVAL;
	if (text[len] && !read_len(text + len + 1, max, &prefix))
		return -EINVAL;
	if (!reserve(f))
		return -ENOMEM;
	from = address_of(addr, is_ipv4);
	mask = mask_of(is_ipv4 ? 96 + prefix : prefix);
	from.high &= mask.high;
	from.low &= mask.low;
	put_edge(f, from, set, false);
	from.high |= ~mask.high;
	from.low |= ~mask.low;
	/* the one behind its last; there is none behind the last of all */
	if (++from.low || ++from.high)
		put_edge(f, from, set, true);
	return 0;
}

/* struct reading - whose lines they are. */
struct reading {
	struct rj_subnets *s;
	unsigned int set;
};

static int take_line(void *user, const char *line, struct rj_error *error)
{
	const struct reading *r = user;
	int err = rj_subnets_add(r->s, line, r->set);

	if (err == -EINVAL)
		return rj_error_set(error, err, "%.60s: no subnet; say ADDRESS or ADDRESS/LENGTH",
				    line);
	return err ? rj_error_set(error, err, "out of memory") : 0;
}

int rj_subnets_read(struct rj_subnets *s, const char *path, unsigned int set,
		    struct rj_error *error)
{
	struct reading r = { .s = s, .set = set };

	return rj_lines_read(path, take_line, &r, error);
}

/* Subnets of one set may overlap: it ends where as many have ended as began. */
static void turn_to_ranges(struct family *f)
{
	uint32_t num_open[RJ_MAX_SUBNET_SETS] = { 0 };
	uint64_t sets = 0;

	for (size_t i = 0; i < f->num_edges; i++) {
		const struct edge *e = &f->edges[i];
		uint64_t bit = 1ull << e->set;
		struct range *last;

		num_open[e->set] += e->is_end ? -1u : 1u;
		sets = num_open[e->set] ? sets | bit : sets & ~bit;
		if (i + 1 < f->num_edges && !compare(&e->at, &e[1].at))
			continue;
		last = f->num_ranges ? &f->ranges[f->num_ranges - 1] : NULL;
		if (sets != (last ? last->sets : 0))
			f->ranges[f->num_ranges++] = (struct range){ .from = e->at, .sets = sets };
	}
}

/* An index saves most steps of the search; without memory it is as right without. */
static void make_index(struct family *f)
{
	size_t at = 0;

	if (f->num_ranges < MIN_INDEXED || f->num_ranges > UINT32_MAX)
		return;
	f->index = calloc(NUM_UPPER + 1, sizeof(*f->index));
	for (uint64_t upper = 0; f->index && upper <= NUM_UPPER; upper++) {
		while (at < f->num_ranges && f->ranges[at].from.low < upper << 16)
			at++;
		f->index[upper] = (uint32_t)at;
	}
}

int rj_subnets_seal(struct rj_subnets *s)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct family *f = &s->family[i];

		if (!f->num_edges)
			continue;
		f->ranges = reallocarray(NULL, f->num_edges, sizeof(*f->ranges));
		if (!f->ranges)
			return -ENOMEM;
		qsort(f->edges, f->num_edges, sizeof(*f->edges), by_address);
		turn_to_ranges(f);
		free(f->edges);
		f->edges = NULL;
	}
	make_index(&s->family[0]);
	return 0;
}

uint64_t rj_subnets_find(const struct rj_subnets *s, const uint8_t addr[16], bool is_ipv4)
{
	const struct family *f = &s->family[!is_ipv4];
	struct address wanted = address_of(addr, is_ipv4);
	size_t low = 0, high = f->num_ranges;

	if (f->index) {
		low = f->index[wanted.low >> 16];
		high = f->index[(wanted.low >> 16) + 1];
	}
	while (low < high) { /* the first range that begins behind it */
		size_t middle = low + (high - low) / 2;

		if (compare(&f->ranges[middle].from, &wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? f->ranges[low - 1].sets : 0;
}
