/* SPDX-License-Identifier: BSD-3-Clause */
/* The flows held now: found by key, ended by time, walked in order of their beginning. */
#ifndef RJ_FLOW_TABLE_H
#define RJ_FLOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "bpf/splt.h"
#include "core/status.h"
#include "features/bytes.h"
#include "features/traits.h"
#include "flow/datagram.h"
#include "flow/dissect.h"
#include "flow/packed.h"
#include "flow/pools.h"

/*
 * struct rj_sampled - one side of a kernel flow of which samples came.
 * @slot, @generation: where to tell the kernel what is wanted; slot 0: nowhere
 * @first_seq, @end_seq: TCP: first byte of the first sample, and behind the last one
 * @said: what it was told last, 0 nothing; see struct rj_slot_head
 */
struct rj_sampled {
	uint32_t slot;
	uint32_t generation;
	uint32_t first_seq;
	uint32_t end_seq;
	uint32_t said;
};

/*
 * struct rj_side - what is kept of a side that spoke, beside its half: most flows' are few packets,
 * and many flows' have one side.
 * @hist: last, as it may not be allocated
 */
struct rj_side {
	struct rj_packed packed;
	struct rj_rest rest;
	struct rj_hist hist;
};

/*
 * struct rj_entry - a flow.
 * @id: 0 for a flow whose packets user space accumulates, else the start time of the kernel's
 *      flow whose samples are gathered here; together with the key it names the entry
 * @is_opaque: its dissectors were given up: memory was short, or they found nothing
 * @unheard: a bit for a side of which dissectors are known to want nothing more, though they may of
 *      the other
 * @is_open: of either side: whether rj_table_open was called for it
 * @paused: of either side, or NULL; there are no dissectors beside it
 * @bytes: its byte values, NULL when they are not asked for, or with @is_uncounted
 * @is_uncounted: likewise given up
 * @traits: what features keep of its packets, NULL where there is nothing, or with @is_untold
 * @is_untold: likewise: memory was short before there was any
 * @told_retrans: retransmissions of either side before the packet that features are told of
 * @datagrams: in fragments, of which some have not come; the engine frees them
 * @tunnels: what its packets came in, or NULL; a heap block of the entry's own
 * @began: place of its first packet in the order of all packets (rj_engine_at)
 * @about: of ICMP errors: what they are about, or NULL; likewise
 * @hash: rj_table_hash of its name, of which no more is needed
 * @side: what is kept of either; of one that is not open all is zero, and not to be written to
 * @sampled: of either side, or NULL; likewise
 * @owners: whose sockets either side's packets were sent by, or NULL; likewise
 * @own: of the side that spoke first; last, as its hist may not be allocated
 */
struct rj_entry {
	struct rj_entry *chain;
	uint64_t id;
	struct rj_key key;
	uint32_t hash;
	bool is_opaque : 1;
	bool is_uncounted : 1;
	bool is_untold : 1;
	uint8_t unheard;
	bool is_open[RJ_NUM_SIDES];
	struct rj_flow flow;
	struct rj_side *side[RJ_NUM_SIDES];
	struct rj_dissect *dissect;
	struct rj_paused *paused[RJ_NUM_SIDES];
	struct rj_bytes *bytes;
	struct rj_traits *traits;
	uint32_t told_retrans[RJ_NUM_SIDES];
	struct rj_datagram *datagrams;
	/* so far what a packet may need, and of own */
	struct rj_tunnels *tunnels;
	struct rj_abouts *about;
	struct rj_sampled *sampled;
	struct rj_owner *owners;
	uint64_t began;
	struct rj_entry *older, *newer;
	struct rj_entry *bucket_prev, *bucket_next;
	uint64_t deadline_ns;
	struct rj_side own;
};

/* rj_rest_of - what is known of a side beside its half. */
static inline struct rj_rest *rj_rest_of(const struct rj_entry *entry, unsigned int side)
{
	return &entry->side[side]->rest;
}

/* rj_entry_len - bytes of an entry, without what its pointers hold. */
static inline size_t rj_entry_len(bool with_hist)
{
	return with_hist ? sizeof(struct rj_entry) : offsetof(struct rj_entry, own.hist);
}

/* rj_side_len - likewise of the block that the side has that spoke second. */
static inline size_t rj_side_len(bool with_hist)
{
	return with_hist ? sizeof(struct rj_side) : offsetof(struct rj_side, hist);
}

/*
 * Deadlines are kept in buckets of 1/32 of the longest one; a bucket is looked at when it is
 * past.
 */
#define RJ_TABLE_BUCKETS 64u

/*
 * struct rj_table - embedded; see rj_table_init.
 * @oldest, @newest: ends of the list in order of beginning
 */
struct rj_table {
	struct rj_entry **slots;
	size_t num_slots;
	size_t num_entries;
	bool with_hist;
	uint64_t seed;
	struct rj_entry *oldest, *newest;
	struct rj_entry *bucket[RJ_TABLE_BUCKETS];
	uint64_t bucket_ns;
	uint64_t bucket_at; /* number of the first bucket not looked at yet */
	uint32_t num_packets;
	struct rj_flow_pools *pools;
};

/*
 * rj_table_init - an empty table of entries, with histograms and sequences as @limits say.
 * @span_ns: no deadline is set further ahead than this; 0: none is ever set
 * @seed: makes the hash unpredictable to senders; it does not show in any output
 * @pools: where entries and sides come from; borrowed
 * 0 or -ENOMEM.
 */
RJ_MUST_CHECK int rj_table_init(struct rj_table *t, const struct rj_limits *limits,
				uint64_t span_ns, uint64_t seed, struct rj_flow_pools *pools);

/* rj_table_done - frees all entries too. */
void rj_table_done(struct rj_table *t);

/* rj_table_find - the entry or NULL. */
struct rj_entry *rj_table_find(const struct rj_table *t, const struct rj_key *key, uint64_t id);

/* rj_table_hash - where an entry of that name is looked for. */
uint64_t rj_table_hash(const struct rj_table *t, const struct rj_key *key, uint64_t id);

/* rj_table_find_hashed - rj_table_find of a name whose rj_table_hash is known. */
struct rj_entry *rj_table_find_hashed(const struct rj_table *t, const struct rj_key *key,
				      uint64_t id, uint64_t hash);

/*
 * rj_table_fetch - has the processor fetch what a packet from @side will need of the flow with this
 * @hash, in RJ_FETCH_STEPS steps some packets before it. A step uses what the one before fetched.
 */
void rj_table_fetch(const struct rj_table *t, uint64_t hash, unsigned int side, int step);

/*
 * An entry's time comes when nobody has looked at it for long, and it lies in many lines. They are
 * fetched in steps, some flows ahead: the entry, what it points to, what that points to, and once
 * more. Takes NULL.
 */
#define RJ_FETCH_STEPS 4
void rj_table_fetch_entry(const struct rj_table *t, const struct rj_entry *entry, int step);

/* rj_table_add - a new entry with a zero flow, the newest; NULL without memory. */
RJ_MUST_CHECK struct rj_entry *rj_table_add(struct rj_table *t, const struct rj_key *key,
					    uint64_t id);

/* rj_table_open_side - see rj_table_open. */
RJ_MUST_CHECK bool rj_table_open_side(struct rj_table *t, struct rj_entry *entry,
				      unsigned int side);

/*
 * rj_table_open - makes what is kept of a side, before anything of it is written; once more does
 * nothing. False without memory, which the first side never meets.
 */
RJ_MUST_CHECK static inline bool rj_table_open(struct rj_table *t, struct rj_entry *entry,
					       unsigned int side)
{
	return entry->is_open[side] || rj_table_open_side(t, entry, side);
}

/* rj_table_open_both - both sides, as rj_flow_merge needs them. */
RJ_MUST_CHECK static inline bool rj_table_open_both(struct rj_table *t, struct rj_entry *entry)
{
	return rj_table_open(t, entry, 0) && rj_table_open(t, entry, 1);
}

/*
 * rj_table_room - an empty sequence with what else is kept of a side of @entry, for packets to be
 * added to: in room @nr (below RJ_FLOW_ROOMS) of the table, until that is used again.
 */
static inline struct rj_seq rj_table_room(const struct rj_table *t, const struct rj_entry *entry,
					  unsigned int side, unsigned int nr)
{
	size_t at = (size_t)(nr * RJ_NUM_SIDES + side) * t->num_packets;
	struct rj_side *kept = entry->side[side];

	return (struct rj_seq){
		.rest = &kept->rest,
		.hist = t->with_hist ? &kept->hist : NULL,
		.splt = t->pools->splt + at,
		.ids = t->pools->ids + at,
		.capacity = t->num_packets,
		.records = kept->packed.records,
		.num_words = kept->packed.num_words,
	};
}

/* rj_table_unpack - the same with what is there of both sides. */
void rj_table_unpack(const struct rj_table *t, const struct rj_entry *entry, unsigned int nr,
		     struct rj_seq out[RJ_NUM_SIDES]);

/*
 * rj_table_repack - keeps what came of such sequences, whose sides are open. False without memory:
 * some packets are gone, and not counted in the rest.
 */
RJ_MUST_CHECK bool rj_table_repack(struct rj_table *t, const struct rj_entry *entry,
				   const struct rj_seq seq[RJ_NUM_SIDES]);

/* rj_table_remove - takes the entry out and frees it. */
void rj_table_remove(struct rj_table *t, struct rj_entry *entry);

/* rj_table_renew - makes the entry the newest, as if it had begun now. */
void rj_table_renew(struct rj_table *t, struct rj_entry *entry);

/* rj_table_rename - gives the entry another id; there must be none of that name yet. */
void rj_table_rename(struct rj_table *t, struct rj_entry *entry, uint64_t id);

/* rj_table_set_deadline - when rj_table_due is to return the entry. */
void rj_table_set_deadline(struct rj_table *t, struct rj_entry *entry, uint64_t deadline_ns);

/* rj_table_clear_deadline - rj_table_due does not return the entry any more. */
void rj_table_clear_deadline(struct rj_table *t, struct rj_entry *entry);

/*
 * rj_table_due - an entry whose deadline is before @now_ns, in order of
 * buckets, or NULL. The caller removes it or sets its deadline anew.
 */
struct rj_entry *rj_table_due(struct rj_table *t, uint64_t now_ns);

#endif
