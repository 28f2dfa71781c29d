// SPDX-License-Identifier: BSD-3-Clause
/* The flow table: chained hash, list in order of beginning, buckets of deadlines. */
#include "flow/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u
#define BUCKETS_A_SPAN 32u

/* Multiply and fold: every input bit reaches every output bit after the second round. */
static uint64_t mix(uint64_t h, uint64_t word)
{
	__extension__ unsigned __int128 product =
		(unsigned __int128)(h ^ word) * 0x9e3779b97f4a7c15ull;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t rj_table_hash(const struct rj_table *t, const struct rj_key *key, uint64_t id)
{
	uint64_t h = id; /* the seed comes in with each word: twice at once it would cancel out */
	uint64_t rest;

	memcpy(&rest, key->port, sizeof(rest));
	h = mix(h, key->addr[0][0] ^ t->seed);
	h = mix(h, key->addr[0][1] ^ t->seed);
	h = mix(h, key->addr[1][0] ^ t->seed);
	h = mix(h, key->addr[1][1] ^ t->seed);
	return mix(h, rest ^ t->seed);
}

static struct rj_entry **slot_of(const struct rj_table *t, uint64_t hash)
{
	return &t->slots[hash & (t->num_slots - 1)];
}

int rj_table_init(struct rj_table *t, const struct rj_limits *limits, uint64_t span_ns,
		  uint64_t seed, struct rj_flow_pools *pools)
{
	*t = (struct rj_table){
		.slots = calloc(FIRST_SLOTS, sizeof(*t->slots)),
		.num_slots = FIRST_SLOTS,
		.with_hist = limits->with_hist,
		.num_packets = limits->num_packets,
		.seed = seed,
		.pools = pools,
		.bucket_ns = span_ns / BUCKETS_A_SPAN + 1,
	};
	return t->slots ? 0 : -ENOMEM;
}

/* What a side has that did not speak: records ask it of both sides, and never change it. */
static const struct rj_side silent;

bool rj_table_open_side(struct rj_table *t, struct rj_entry *entry, unsigned int side)
{
	struct rj_side *to = &entry->own;

	if (entry->is_open[!side])
		to = rj_pool_take(&t->pools->sides);
	if (!to)
		return false;
	entry->is_open[side] = true;
	entry->side[side] = to;
	return true;
}

void rj_table_unpack(const struct rj_table *t, const struct rj_entry *entry, unsigned int nr,
		     struct rj_seq out[RJ_NUM_SIDES])
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		out[side] = rj_table_room(t, entry, side, nr);
		if (entry->is_open[side])
			rj_packed_open(&entry->side[side]->packed, &out[side]);
	}
}

bool rj_table_repack(struct rj_table *t, const struct rj_entry *entry,
		     const struct rj_seq seq[RJ_NUM_SIDES])
{
	bool is_whole = true;

	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		struct rj_packed *packed = &entry->side[side]->packed;

		packed->records = seq[side].records;
		packed->num_words = (uint16_t)seq[side].num_words;
		rj_packed_clear(packed, &t->pools->sequences);
		is_whole &= rj_packed_add(packed, &t->pools->sequences, &seq[side], 0, 0);
	}
	return is_whole;
}

static void free_side(struct rj_table *t, struct rj_entry *entry, unsigned int side)
{
	if (!entry->is_open[side])
		return;
	rj_packed_free(&entry->side[side]->packed, &t->pools->sequences, &t->pools->blocks);
	if (entry->side[side] != &entry->own)
		rj_pool_put(&t->pools->sides, entry->side[side]);
}

static void free_entry(struct rj_table *t, struct rj_entry *entry)
{
	rj_dissect_free(entry->dissect);
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		if (entry->paused[side])
			rj_pool_put(&t->pools->paused, entry->paused[side]);
	free(entry->tunnels);
	free(entry->about);
	free(entry->sampled);
	free(entry->owners);
	free_side(t, entry, 0);
	free_side(t, entry, 1);
	rj_pool_put(&t->pools->entries, entry);
}

static void fetch(const void *from, size_t len)
{
	for (const char *at = from; from && at < (const char *)from + len; at += 64)
		__builtin_prefetch(at);
}

static void fetch_side(const struct rj_entry *entry, unsigned int side)
{
	const struct rj_side *kept = entry->side[side];

	if (!entry->is_open[side])
		return;
	if (kept != &entry->own)
		fetch(kept, offsetof(struct rj_side, hist));
}

/* What a side that was fetched points to, and what that does. */
static void fetch_lists(const struct rj_entry *entry, int step)
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		if (!entry->is_open[side])
			continue;
		rj_packed_fetch_all(&entry->side[side]->packed, step);
		if (!step)
			fetch(entry->side[side]->packed.records, 128);
	}
}

/* Those before and behind it in the list, which it leaves. */
static void fetch_neighbours(const struct rj_entry *entry)
{
	if (entry->older)
		__builtin_prefetch(&entry->older->newer, 1);
	if (entry->newer)
		__builtin_prefetch(&entry->newer->older, 1);
}

void rj_table_fetch_entry(const struct rj_table *t, const struct rj_entry *entry, int step)
{
	switch (step) {
	case 0:
		fetch(entry, offsetof(struct rj_entry, own.hist));
		break;
	case 1:
		__builtin_prefetch(slot_of(t, entry->hash));
		fetch_neighbours(entry);
		for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
			fetch_side(entry, side);
		fetch(entry->dissect, rj_dissect_fetch_len());
		fetch(entry->tunnels, 64);
		fetch(entry->bytes, entry->bytes ? rj_bytes_size() : 0);
		if (entry->traits)
			rj_traits_fetch(entry->traits, 0);
		break;
	case 2:
		fetch_lists(entry, 0);
		if (entry->dissect)
			rj_dissect_fetch(entry->dissect, 0);
		if (entry->traits)
			rj_traits_fetch(entry->traits, 1);
		break;
	default:
		fetch_lists(entry, 1);
		if (entry->dissect)
			rj_dissect_fetch(entry->dissect, 1);
		break;
	}
}

void rj_table_done(struct rj_table *t)
{
	struct rj_entry *entry = t->oldest;

	while (entry) {
		struct rj_entry *newer = entry->newer;

		free_entry(t, entry);
		entry = newer;
	}
	free(t->slots);
	*t = (struct rj_table){ 0 };
}

struct rj_entry *rj_table_find_hashed(const struct rj_table *t, const struct rj_key *key,
				      uint64_t id, uint64_t hash)
{
	struct rj_entry *entry = *slot_of(t, hash);

	while (entry && (entry->hash != (uint32_t)hash || entry->id != id ||
			 memcmp(&entry->key, key, sizeof(*key))))
		entry = entry->chain;
	return entry;
}

struct rj_entry *rj_table_find(const struct rj_table *t, const struct rj_key *key, uint64_t id)
{
	return rj_table_find_hashed(t, key, id, rj_table_hash(t, key, id));
}

/* The first of the chain: there is rarely another. */
void rj_table_fetch(const struct rj_table *t, uint64_t hash, unsigned int side, int step)
{
	struct rj_entry **slot = slot_of(t, hash);
	const struct rj_entry *entry;

	if (!step) {
		__builtin_prefetch(slot);
		return;
	}
	entry = *slot;
	if (!entry)
		return;
	if (step == 1) {
		fetch(entry, offsetof(struct rj_entry, traits) + 8);
		fetch(&entry->own, 128);
	} else if (step == 2) {
		const struct rj_side *kept = entry->side[side];

		if (kept == &entry->own)
			rj_packed_fetch(&kept->packed);
		else
			fetch(kept, 128);
		if (entry->dissect && !(entry->unheard >> side & 1))
			rj_dissect_fetch_side(entry->dissect, side);
		if (t->with_hist)
			fetch(&kept->hist, sizeof(kept->hist));
		fetch(entry->traits, entry->traits ? RJ_TRAITS_FETCH : 0);
		fetch(entry->bytes, entry->bytes ? RJ_BYTES_FETCH : 0);
	} else if (entry->side[side] != &entry->own) {
		rj_packed_fetch(&entry->side[side]->packed);
	}
}

/* Twice the slots; without memory for them the chains just get longer. */
static void grow(struct rj_table *t)
{
	struct rj_table bigger = *t;

	bigger.num_slots = t->num_slots * 2;
	bigger.slots = calloc(bigger.num_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return;
	for (struct rj_entry *entry = t->oldest; entry; entry = entry->newer) {
		struct rj_entry **slot = slot_of(&bigger, entry->hash);

		entry->chain = *slot;
		*slot = entry;
	}
	free(t->slots);
	*t = bigger;
}

static void leave_chain(struct rj_table *t, struct rj_entry *entry)
{
	struct rj_entry **at = slot_of(t, entry->hash);

	while (*at != entry)
		at = &(*at)->chain;
	*at = entry->chain;
}

static void enter_chain(struct rj_table *t, struct rj_entry *entry)
{
	struct rj_entry **slot = slot_of(t, entry->hash);

	entry->chain = *slot;
	*slot = entry;
}

/* As the newest. */
static void enter_list(struct rj_table *t, struct rj_entry *entry)
{
	entry->older = t->newest;
	entry->newer = NULL;
	if (t->newest)
		t->newest->newer = entry;
	else
		t->oldest = entry;
	t->newest = entry;
}

static void leave_list(struct rj_table *t, struct rj_entry *entry)
{
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		t->oldest = entry->newer;
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		t->newest = entry->older;
}

struct rj_entry *rj_table_add(struct rj_table *t, const struct rj_key *key, uint64_t id)
{
	struct rj_entry *entry = rj_pool_take(&t->pools->entries);

	if (!entry)
		return NULL;
	if (t->num_entries >= t->num_slots)
		grow(t);
	entry->key = *key;
	entry->id = id;
	entry->hash = (uint32_t)rj_table_hash(t, key, id);
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		entry->side[side] = (struct rj_side *)(uintptr_t)&silent;
	enter_chain(t, entry);
	enter_list(t, entry);
	t->num_entries++;
	return entry;
}

static struct rj_entry **bucket_of(struct rj_table *t, uint64_t deadline_ns)
{
	return &t->bucket[deadline_ns / t->bucket_ns % RJ_TABLE_BUCKETS];
}

void rj_table_clear_deadline(struct rj_table *t, struct rj_entry *entry)
{
	if (!entry->deadline_ns)
		return;
	if (entry->bucket_next)
		entry->bucket_next->bucket_prev = entry->bucket_prev;
	if (entry->bucket_prev)
		entry->bucket_prev->bucket_next = entry->bucket_next;
	else
		*bucket_of(t, entry->deadline_ns) = entry->bucket_next;
	entry->bucket_prev = NULL;
	entry->bucket_next = NULL;
	entry->deadline_ns = 0;
}

void rj_table_renew(struct rj_table *t, struct rj_entry *entry)
{
	leave_list(t, entry);
	enter_list(t, entry);
}

void rj_table_rename(struct rj_table *t, struct rj_entry *entry, uint64_t id)
{
	leave_chain(t, entry);
	entry->id = id;
	entry->hash = (uint32_t)rj_table_hash(t, &entry->key, id);
	enter_chain(t, entry);
}

void rj_table_remove(struct rj_table *t, struct rj_entry *entry)
{
	leave_chain(t, entry);
	leave_list(t, entry);
	rj_table_clear_deadline(t, entry);
	t->num_entries--;
	free_entry(t, entry);
}

void rj_table_set_deadline(struct rj_table *t, struct rj_entry *entry, uint64_t deadline_ns)
{
	uint64_t first_ns = t->bucket_at * t->bucket_ns;
	struct rj_entry **bucket;

	rj_table_clear_deadline(t, entry);
	if (deadline_ns < first_ns) /* its bucket is past already: the next one that is not */
		deadline_ns = first_ns;
	entry->deadline_ns = deadline_ns ? deadline_ns : 1;
	bucket = bucket_of(t, entry->deadline_ns);
	entry->bucket_next = *bucket;
	if (*bucket)
		(*bucket)->bucket_prev = entry;
	*bucket = entry;
}

struct rj_entry *rj_table_due(struct rj_table *t, uint64_t now_ns)
{
	uint64_t bucket_now = now_ns / t->bucket_ns;

	/* after a leap in time each bucket is looked at once, not each bucket's worth of time */
	if (bucket_now > t->bucket_at + RJ_TABLE_BUCKETS)
		t->bucket_at = bucket_now - RJ_TABLE_BUCKETS;
	while (t->bucket_at < bucket_now) {
		struct rj_entry *entry = t->bucket[t->bucket_at % RJ_TABLE_BUCKETS];

		while (entry && entry->deadline_ns >= now_ns)
			entry = entry->bucket_next;
		if (entry)
			return entry;
		t->bucket_at++;
	}
	return NULL;
}
