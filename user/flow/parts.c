// SPDX-License-Identifier: BSD-3-Clause
/* An engine for each part; what several of them have in common: fragments, time, order. */
#include "flow/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "flow/pools.h"

/* A capture's last flows end behind all of its frames. */
#define AT_THE_END UINT64_MAX

/* How far ahead the memory of a flow is fetched for each step of that. Ours, measured. */
#define FLOWS_A_STEP 2u

/* So many flows are taken from the lists at once when all end. Ours. */
#define MAX_ENDINGS_AT_THE_END 256u

/* struct ending - a flow that is over, on its way to be a record; @began is the entry's. */
struct ending {
	struct rj_engine *engine;
	struct rj_entry *entry;
	uint64_t began;
};

/*
 * @engine: by number of the part; NULL: of others
 * @first: the first one here
 * @looks_at_ns: no flow of any is over before
 */
struct rj_parts {
	struct rj_engine *engine[RJ_NUM_PARTS];
	uint32_t num_parts;
	uint32_t first;
	struct rj_flow_pools pools;
	bool is_closed;
	bool keeps_headers;
	bool is_one_way;
	struct rj_fragments *fragments;
	uint64_t now_ns;
	uint64_t looks_at_ns;
	struct ending *endings;
	size_t num_endings;
	size_t room;
};

/* What one of @num parts may use. */
static void share(struct rj_engine_options *o, uint32_t num)
{
	o->is_part = true;
	o->max_flows /= num;
	o->max_dissect_bytes /= num;
	o->max_datagram_bytes = RJ_MAX_DATAGRAM_BYTES / num;
}

uint32_t rj_parts_num(const struct rj_engine_options *options)
{
	return options->max_flows < RJ_MIN_FLOWS_FOR_PARTS ? 1 : RJ_NUM_PARTS;
}

int rj_parts_new(const struct rj_engine_options *options, uint32_t first, uint32_t num,
		 struct rj_parts **out)
{
	struct rj_engine_options o = *options;
	struct rj_parts *p = calloc(1, sizeof(*p));
	uint64_t seed;
	int err = -ENOMEM;

	if (!p)
		return -ENOMEM;
	p->num_parts = rj_parts_num(options);
	p->first = first;
	p->is_closed = options->limits.no_decap;
	p->keeps_headers = rj_feature_keeps_headers(&options->features);
	p->is_one_way = options->limits.no_bidir;
	share(&o, p->num_parts);
	o.pools = &p->pools;
	if (getrandom(&seed, sizeof(seed), 0) == sizeof(seed))
		p->fragments = rj_fragments_new(seed);
	if (p->fragments)
		err = rj_flow_pools_init(&p->pools, &options->limits);
	for (uint32_t i = first; !err && i < first + num && i < p->num_parts; i++)
		err = rj_engine_new(&o, &p->engine[i]);
	if (err) {
		rj_parts_free(p);
		return err;
	}
	*out = p;
	return 0;
}

void rj_parts_free(struct rj_parts *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < RJ_NUM_PARTS; i++)
		rj_engine_free(p->engine[i]);
	rj_flow_pools_done(&p->pools);
	rj_fragments_free(p->fragments);
	free(p->endings);
	free(p);
}

static struct rj_engine *engine_of(const struct rj_parts *p, uint32_t number)
{
	return p->engine[p->num_parts == 1 ? 0 : number];
}

bool rj_parts_has(const struct rj_parts *p, uint32_t number)
{
	return engine_of(p, number);
}

/* Without memory for the list it ends out of order. */
static void will_end(struct rj_parts *p, struct rj_engine *e, struct rj_entry *entry,
		     enum rj_end end)
{
	size_t room = p->room ? 2 * p->room : 64;
	struct ending *endings;

	if (p->num_endings == p->room) {
		endings = realloc(p->endings, room * sizeof(*endings));
		if (!endings) {
			rj_engine_end(e, entry, end);
			return;
		}
		p->endings = endings;
		p->room = room;
	}
	p->endings[p->num_endings++] = (struct ending){
		.engine = e,
		.entry = entry,
		.began = entry->began,
	};
}

/* No two began with the same packet. */
static int by_beginning(const void *a, const void *b)
{
	uint64_t x = ((const struct ending *)a)->began;
	uint64_t y = ((const struct ending *)b)->began;

	return x < y ? -1 : x > y;
}

/* In the order of the list. */
static void end_them(struct rj_parts *p, enum rj_end end)
{
	for (size_t i = 0; i < p->num_endings; i++) {
		for (int step = 0; step < RJ_FETCH_STEPS; step++) {
			size_t ahead = i + (size_t)(RJ_FETCH_STEPS - step) * FLOWS_A_STEP;

			if (ahead < p->num_endings)
				rj_engine_fetch_entry(p->endings[ahead].engine,
						      p->endings[ahead].entry, step);
		}
		rj_engine_end(p->endings[i].engine, p->endings[i].entry, end);
	}
	p->num_endings = 0;
}

/* One flow that is over of each engine; false: there was none. */
static bool take_one_each(struct rj_parts *p)
{
	bool is_any = false;

	for (uint32_t i = 0; i < RJ_NUM_PARTS; i++) {
		struct rj_engine *e = p->engine[i];
		struct rj_entry *entry = e ? rj_engine_over(e, p->now_ns) : NULL;

		if (entry)
			will_end(p, e, entry, RJ_END_IDLE);
		is_any |= entry != NULL;
	}
	return is_any;
}

static void end_those_over(struct rj_parts *p, uint64_t at)
{
	for (uint32_t i = 0; i < RJ_NUM_PARTS; i++) {
		if (!p->engine[i])
			continue;
		rj_engine_at(p->engine[i], at);
		rj_engine_set_now(p->engine[i], p->now_ns);
	}
	/* one after the other: the next of an engine is fetched while the others are looked at */
	while (take_one_each(p))
		;
	p->looks_at_ns = UINT64_MAX;
	for (uint32_t i = 0; i < RJ_NUM_PARTS; i++)
		if (p->engine[i] && rj_engine_looks_at(p->engine[i]) < p->looks_at_ns)
			p->looks_at_ns = rj_engine_looks_at(p->engine[i]);
	if (p->num_endings)
		qsort(p->endings, p->num_endings, sizeof(*p->endings), by_beginning);
	end_them(p, RJ_END_IDLE);
}

void rj_parts_time(struct rj_parts *p, uint64_t frame, uint64_t time_ns)
{
	if (time_ns <= p->now_ns) /* clocks step back */
		return;
	p->now_ns = time_ns;
	rj_fragments_expire(p->fragments, time_ns);
	if (time_ns >= p->looks_at_ns)
		end_those_over(p, rj_place(frame, 0));
}

uint64_t rj_parts_now(const struct rj_parts *p)
{
	return p->now_ns;
}

uint64_t rj_parts_looks_at(const struct rj_parts *p)
{
	return p->looks_at_ns;
}

struct rj_spot rj_parts_spot(const struct rj_parts *p, const struct rj_packet *packet)
{
	struct rj_engine *e = engine_of(p, rj_part_of(&packet->key));

	return (struct rj_spot){ .engine = e, .hash = e ? rj_engine_hash(e, packet) : 0 };
}

void rj_spot_fetch(const struct rj_spot *spot, unsigned int side, int step)
{
	if (spot->engine)
		rj_engine_fetch(spot->engine, spot->hash, side, step);
}

static void add(const struct rj_spot *spot, uint64_t place, const struct rj_packet *packet,
		const struct rj_captured *c)
{
	if (!spot->engine)
		return;
	rj_engine_at(spot->engine, place);
	rj_engine_packet_hashed(spot->engine, packet, spot->hash, c);
}

static void add_joined(struct rj_parts *p, uint64_t place, const struct rj_packet *packet,
		       const struct rj_captured *c)
{
	struct rj_spot spot = rj_parts_spot(p, packet);

	if (!spot.engine)
		return;
	rj_engine_at(spot.engine, place);
	rj_engine_fragment(spot.engine, packet, spot.hash, c);
}

/* Those that waited for the first fragment @packet. */
static void add_waiting(struct rj_parts *p, uint64_t place, const struct rj_packet *packet)
{
	struct rj_waiting *w = rj_fragments_first(p->fragments, packet);

	while (w) {
		const struct rj_captured c = { .payload = w->bytes, .payload_len = w->len };
		struct rj_waiting *next = w->next;

		add_joined(p, place, &w->packet, &c);
		free(w);
		w = next;
	}
}

static void add_later(struct rj_parts *p, uint64_t place, const struct rj_packet *packet,
		      const struct rj_captured *c)
{
	struct rj_packet later = *packet;

	if (rj_fragments_later(p->fragments, &later, c->payload, c->payload_len))
		add_joined(p, place, &later, c);
}

static __attribute__((noinline)) void add_fragment(struct rj_parts *p, uint64_t place,
						   const struct rj_packet *packet,
						   const struct rj_captured *c)
{
	if (packet->bits & RJ_PKT_LATER_FRAG) {
		add_later(p, place, packet, c);
		return;
	}
	add_waiting(p, place, packet);
	add_joined(p, place, packet, c);
}

void rj_parts_packet(struct rj_parts *p, uint64_t place, const struct rj_packet *packet,
		     const struct rj_spot *spot, const struct rj_captured *c)
{
	if (packet->bits & (RJ_PKT_FIRST_FRAG | RJ_PKT_LATER_FRAG))
		add_fragment(p, place, packet, c);
	else
		add(spot, place, packet, c);
}

void rj_parts_tunnels(struct rj_parts *p, const struct rj_packet *packet,
		      const struct rj_tunnels *tunnels)
{
	struct rj_engine *e = engine_of(p, rj_part_of(&packet->key));

	if (e)
		rj_engine_tunnels(e, &packet->key, 0, packet->time_ns, tunnels);
}

void rj_parts_set_decimals(struct rj_parts *p, int decimals)
{
	for (uint32_t i = 0; i < RJ_NUM_PARTS; i++)
		if (p->engine[i])
			rj_engine_set_decimals(p->engine[i], decimals);
}

bool rj_parts_is_closed(const struct rj_parts *p)
{
	return p->is_closed;
}

bool rj_parts_keeps_headers(const struct rj_parts *p)
{
	return p->keeps_headers;
}

bool rj_parts_is_one_way(const struct rj_parts *p)
{
	return p->is_one_way;
}

/* Which of @next, the oldest flow of each part that is left, began first; RJ_NUM_PARTS: none. */
static uint32_t first_of(struct rj_entry *const next[RJ_NUM_PARTS])
{
	uint32_t found = RJ_NUM_PARTS;

	for (uint32_t i = 0; i < RJ_NUM_PARTS; i++)
		if (next[i] && (found == RJ_NUM_PARTS || next[i]->began < next[found]->began))
			found = i;
	return found;
}

/* The flows that began first, as many as are taken at once; false: there are none. */
static bool take_first_flows(struct rj_parts *p, enum rj_end end)
{
	struct rj_entry *next[RJ_NUM_PARTS] = { NULL };
	bool is_any = false;
	uint32_t i;

	for (i = 0; i < RJ_NUM_PARTS; i++)
		if (p->engine[i])
			next[i] = rj_engine_oldest(p->engine[i]);
	while (p->num_endings < MAX_ENDINGS_AT_THE_END && (i = first_of(next)) < RJ_NUM_PARTS) {
		struct rj_entry *entry = next[i];

		next[i] = entry->newer;
		if (next[i])
			rj_engine_fetch_entry(p->engine[i], next[i]->newer, 0);
		will_end(p, p->engine[i], entry, end);
		is_any = true;
	}
	return is_any;
}

void rj_parts_flush(struct rj_parts *p, enum rj_end end)
{
	for (uint32_t i = 0; i < RJ_NUM_PARTS; i++) {
		if (!p->engine[i])
			continue;
		rj_engine_set_now(p->engine[i], p->now_ns);
		rj_engine_at(p->engine[i], AT_THE_END);
	}
	while (take_first_flows(p, end))
		end_them(p, end);
	rj_fragments_expire(p->fragments, UINT64_MAX);
}

void rj_parts_add_stats(const struct rj_parts *p, struct rj_engine_stats *out)
{
	struct rj_engine_stats one;

	for (uint32_t i = 0; i < RJ_NUM_PARTS; i++) {
		if (!p->engine[i])
			continue;
		rj_engine_get_stats(p->engine[i], &one);
		rj_engine_stats_add(out, &one);
	}
	if (!p->first)
		out->fragments = rj_fragments_get_counts(p->fragments);
}
