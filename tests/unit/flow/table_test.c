/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/table.h"

#include "flow/seq.h"
#include "tests/unit/unit.h"

#define SPAN 3200000ull /* buckets of 100001 ns */
#define NUM_MANY 100000u

static struct rj_key key_of(uint32_t number)
{
	struct rj_key key = { .addr = { { 0, number }, { 1, 2 } }, .proto = 6 };

	return key;
}

static struct rj_entry *add(struct rj_table *t, uint32_t number, uint64_t id)
{
	struct rj_key key = key_of(number);
	struct rj_entry *entry = rj_table_add(t, &key, id);

	if (!entry)
		abort();
	return entry;
}

static struct rj_entry *find(const struct rj_table *t, uint32_t number, uint64_t id)
{
	struct rj_key key = key_of(number);

	return rj_table_find(t, &key, id);
}

/* Of the table that a test has; the next one frees them. */
static struct rj_flow_pools *pools_for(const struct rj_limits *limits)
{
	static struct rj_flow_pools pools;

	rj_flow_pools_done(&pools);
	if (rj_flow_pools_init(&pools, limits))
		abort();
	return &pools;
}

static struct rj_table make_table(uint64_t seed)
{
	struct rj_table t;

	const struct rj_limits limits = { .num_packets = 50 };

	if (rj_table_init(&t, &limits, SPAN, seed, pools_for(&limits)))
		abort();
	return t;
}

TEST(table_finds_what_was_added_by_key_and_id)
{
	struct rj_table t = make_table(1);
	struct rj_entry *plain = add(&t, 1, 0), *other = add(&t, 1, 77);

	CHECK(find(&t, 1, 0) == plain);
	CHECK(find(&t, 1, 77) == other);
	CHECK(!find(&t, 1, 78));
	CHECK(!find(&t, 2, 0));
	CHECK_EQ(t.num_entries, 2);
	CHECK_EQ(plain->flow.half[1].packets, 0);
	rj_table_done(&t);
}

TEST(table_entries_have_sides_that_are_zero_until_they_are_opened)
{
	static const struct rj_side empty;

	for (unsigned int i = 0; i < 4; i++) {
		const struct rj_limits limits = { .num_packets = 100, .with_hist = i & 1 };
		unsigned int first = i >> 1;
		struct rj_table t;
		struct rj_entry *entry;

		CHECK_EQ(rj_table_init(&t, &limits, SPAN, 1, pools_for(&limits)), 0);
		entry = add(&t, 1, 0);
		for (unsigned int n = 0; n < 2 * RJ_NUM_SIDES; n++) {
			const struct rj_seq seq =
				rj_table_room(&t, entry, n % 2 ? !first : first, 0);

			CHECK(!memcmp(seq.rest, &empty.rest, sizeof(empty.rest)));
			CHECK_EQ(seq.hist != NULL, limits.with_hist);
			if (seq.hist)
				CHECK(!memcmp(seq.hist, &empty.hist, sizeof(empty.hist)));
			if (n == 1) { /* from here on they are the entry's */
				CHECK(rj_table_open(&t, entry, first));
				CHECK(rj_table_open(&t, entry, !first));
			}
		}
		for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
			struct rj_rest *rest = rj_rest_of(entry, side);

			rest->retrans = 7 + side;
			CHECK(rj_table_open(&t, entry, side));
			CHECK(rj_rest_of(entry, side) == rest);
		}
		CHECK_EQ(rj_rest_of(entry, 0)->retrans, 7);
		CHECK(rj_rest_of(entry, first) == &entry->own.rest);
		rj_table_done(&t);
	}
}

/* So many packets of lengths @first, @first + 1, … to a side that is open. */
static void fill(struct rj_table *t, struct rj_entry *entry, unsigned int side, uint32_t first,
		 uint32_t num)
{
	struct rj_side *kept = entry->side[side];

	for (uint32_t i = first; i < first + num; i++) {
		CHECK(rj_packed_packet(&kept->packed, &t->pools->sequences,
				       rj_splt_pack(i * 1000ull, i, 0), RJ_PACKED_NO_ID));
		kept->rest.num_splt++;
	}
}

TEST(table_unpacks_two_entries_at_once_and_keeps_what_became_of_them)
{
	struct rj_seq seq[2][RJ_NUM_SIDES];
	struct rj_table t = make_table(1);
	struct rj_entry *entries[] = { add(&t, 1, 0), add(&t, 1, 7) };

	for (uint32_t i = 0; i < 2; i++) {
		CHECK(rj_table_open(&t, entries[i], 0));
		fill(&t, entries[i], 0, 10 * i, 20);
	}
	for (unsigned int i = 0; i < 2; i++)
		rj_table_unpack(&t, entries[i], i, seq[i]);
	for (uint32_t i = 0; i < 2; i++) {
		CHECK_EQ(rj_seq_len(&seq[i][0]), 20);
		CHECK_EQ(rj_seq_len(&seq[i][1]), 0);
		for (uint32_t at = 0; at < 20; at++)
			CHECK_EQ(rj_splt_len(seq[i][0].splt[at]), 10 * i + at);
	}
	CHECK(rj_table_open(&t, entries[0], 1));
	rj_table_unpack(&t, entries[0], 0, seq[0]);
	rj_seq_append(&seq[0][0], &seq[1][0], 0);
	entries[0]->side[0]->rest.num_splt = 40;
	CHECK(rj_table_repack(&t, entries[0], seq[0]));
	memset(t.pools->splt, 0xee, 50 * sizeof(*t.pools->splt));
	rj_table_unpack(&t, entries[0], 0, seq[0]);
	CHECK_EQ(rj_seq_len(&seq[0][0]), 40);
	for (uint32_t at = 0; at < 40; at++)
		CHECK_EQ(rj_splt_len(seq[0][0].splt[at]), at < 20 ? at : at - 10);
	rj_table_done(&t);
}

TEST(table_tells_keys_apart_by_every_byte)
{
	struct rj_table t = make_table(5);
	struct rj_key key = key_of(9);

	(void)!rj_table_add(&t, &key, 0);
	for (size_t i = 0; i < sizeof(key); i++) {
		struct rj_key other = key;

		((uint8_t *)&other)[i] ^= 0x80;
		CHECK(!rj_table_find(&t, &other, 0));
	}
	CHECK(rj_table_find(&t, &key, 0));
	rj_table_done(&t);
}

TEST(table_forgets_what_was_removed_and_nothing_else)
{
	struct rj_table t = make_table(1);

	for (uint32_t i = 0; i < 3000; i++)
		add(&t, i, 0);
	for (uint32_t i = 0; i < 3000; i += 3)
		rj_table_remove(&t, find(&t, i, 0));
	for (uint32_t i = 0; i < 3000; i++)
		CHECK_EQ(find(&t, i, 0) != NULL, i % 3 != 0);
	CHECK_EQ(t.num_entries, 2000);
	rj_table_done(&t);
}

TEST(table_keeps_the_order_of_beginning_through_growth_and_removal)
{
	struct rj_table t = make_table(1);
	uint32_t expected = 1;
	size_t num = 0;

	for (uint32_t i = 0; i < NUM_MANY; i++)
		add(&t, i, i);
	for (uint32_t i = 0; i < NUM_MANY; i += 2)
		rj_table_remove(&t, find(&t, i, i));
	for (struct rj_entry *e = t.oldest; e; e = e->newer, expected += 2, num++)
		CHECK_EQ(e->id, expected);
	CHECK_EQ(num, NUM_MANY / 2);
	CHECK_EQ(t.newest->id, NUM_MANY - 1);
	CHECK(t.num_slots >= NUM_MANY / 2);
	rj_table_done(&t);
}

TEST(table_finds_entries_under_their_new_id_after_a_rename)
{
	struct rj_table t = make_table(1);
	struct rj_entry *entry = add(&t, 4, 99);

	rj_table_rename(&t, entry, 0);
	CHECK(find(&t, 4, 0) == entry);
	CHECK(!find(&t, 4, 99));
	rj_table_remove(&t, entry);
	CHECK(!t.oldest && !t.newest);
	rj_table_done(&t);
}

static size_t longest_chain(const struct rj_table *t)
{
	size_t longest = 0;

	for (size_t i = 0; i < t->num_slots; i++) {
		size_t len = 0;

		for (struct rj_entry *e = t->slots[i]; e; e = e->chain)
			len++;
		longest = len > longest ? len : longest;
	}
	return longest;
}

/* The hash's step, as anyone can read it. */
static uint64_t mix(uint64_t value)
{
	__extension__ unsigned __int128 product = (unsigned __int128)value * 0x9e3779b97f4a7c15ull;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

TEST(table_spreads_addresses_that_were_made_to_collide)
{
	for (uint64_t seed = 0; seed < 3; seed++) {
		struct rj_table t = make_table(seed * 0x123456789abcdefull + 12345);

		for (uint64_t i = 0; i < 4096; i++) {
			/* equal after the first two words, if no seed came in between */
			struct rj_key key = { .addr = { { i, mix(i) }, { 1, 2 } } };

			(void)!rj_table_add(&t, &key, 0);
		}
		CHECK(longest_chain(&t) < 12);
		rj_table_done(&t);
	}
}

TEST(table_spreads_neighbouring_addresses_and_ports)
{
	struct rj_table t = make_table(42);

	for (uint32_t i = 0; i < 16384; i++) {
		struct rj_key key = key_of(0);

		key.addr[1][1] = (uint64_t)(i & 0xff) << 56;
		key.port[1] = (uint16_t)(i >> 8);
		(void)!rj_table_add(&t, &key, 0);
	}
	CHECK(longest_chain(&t) < 14);
	rj_table_done(&t);
}

TEST(table_returns_nothing_before_its_deadline)
{
	struct rj_table t = make_table(1);
	struct rj_entry *entry = add(&t, 1, 0);
	uint64_t deadline = 50 * SPAN + 7;

	CHECK(!rj_table_due(&t, 50 * SPAN));
	rj_table_set_deadline(&t, entry, deadline);
	for (uint64_t now = 50 * SPAN; now <= deadline; now++)
		CHECK(!rj_table_due(&t, now));
	CHECK(!rj_table_due(&t, deadline));
	CHECK(rj_table_due(&t, deadline + SPAN) == entry);
	rj_table_done(&t);
}

TEST(table_returns_every_entry_within_a_bucket_of_its_deadline)
{
	struct rj_table t = make_table(1);
	uint64_t start = 1234567890123ull;
	unsigned int num = 0;

	CHECK(!rj_table_due(&t, start));
	for (uint32_t i = 0; i < 1000; i++)
		rj_table_set_deadline(&t, add(&t, i, 0), start + i * 3200);
	for (uint64_t now = start; now < start + 2 * SPAN; now += 1000) {
		struct rj_entry *entry;

		while ((entry = rj_table_due(&t, now))) {
			CHECK(entry->deadline_ns < now);
			CHECK(now - entry->deadline_ns <= SPAN / 32 + 1001);
			rj_table_remove(&t, entry);
			num++;
		}
	}
	CHECK_EQ(num, 1000);
	rj_table_done(&t);
}

TEST(table_returns_all_after_any_leap_in_time)
{
	static const uint64_t leaps[] = { SPAN,	     2 * SPAN,	     2 * SPAN + 200002,
					  65 * SPAN, UINT64_MAX / 2, UINT64_MAX - 2 * SPAN };

	for (size_t i = 0; i < sizeof(leaps) / sizeof(*leaps); i++) {
		struct rj_table t = make_table(1);
		unsigned int num = 0;
		struct rj_entry *entry;

		CHECK(!rj_table_due(&t, SPAN));
		for (uint32_t n = 0; n < 100; n++)
			rj_table_set_deadline(&t, add(&t, n, 0), SPAN + n * (SPAN / 200));
		while ((entry = rj_table_due(&t, SPAN + leaps[i]))) {
			rj_table_remove(&t, entry);
			num++;
		}
		CHECK_EQ(num, 100);
		rj_table_done(&t);
	}
}

TEST(table_moves_an_entry_when_its_deadline_is_set_anew)
{
	struct rj_table t = make_table(1);
	struct rj_entry *entry = add(&t, 1, 0);

	rj_table_set_deadline(&t, entry, SPAN);
	rj_table_set_deadline(&t, entry, 2 * SPAN);
	CHECK(!rj_table_due(&t, SPAN + SPAN / 2));
	rj_table_set_deadline(&t, entry, 2 * SPAN + 5);
	CHECK(rj_table_due(&t, 3 * SPAN) == entry);
	rj_table_set_deadline(&t, entry, 4 * SPAN); /* as a caller does that is not done with it */
	CHECK(!rj_table_due(&t, 3 * SPAN));
	CHECK(rj_table_due(&t, 5 * SPAN) == entry);
	rj_table_done(&t);
}

TEST(table_returns_deadlines_in_the_past_at_the_next_bucket)
{
	struct rj_table t = make_table(1);
	struct rj_entry *entry = add(&t, 1, 0);

	CHECK(!rj_table_due(&t, 100 * SPAN));
	rj_table_set_deadline(&t, entry, 5); /* a packet whose clock stepped back */
	CHECK(!rj_table_due(&t, 50 * SPAN));
	CHECK(rj_table_due(&t, 100 * SPAN + SPAN / 16) == entry);
	rj_table_done(&t);
}

TEST(table_takes_a_deadline_at_time_zero_and_at_the_end_of_time)
{
	struct rj_table t = make_table(1);
	struct rj_entry *first = add(&t, 1, 0), *last = add(&t, 2, 0);

	rj_table_set_deadline(&t, first, 0);
	rj_table_set_deadline(&t, last, UINT64_MAX);
	CHECK(rj_table_due(&t, SPAN) == first);
	rj_table_remove(&t, first);
	CHECK(!rj_table_due(&t, UINT64_MAX));
	rj_table_remove(&t, last);
	rj_table_done(&t);
}

TEST(table_without_a_span_sets_no_deadline)
{
	const struct rj_limits limits = { .with_hist = 1 };
	struct rj_table t;

	CHECK_EQ(rj_table_init(&t, &limits, 0, 9, pools_for(&limits)), 0);
	add(&t, 1, 0);
	CHECK(!rj_table_due(&t, UINT64_MAX));
	rj_table_done(&t);
}

TEST(table_removes_from_the_middle_of_a_bucket)
{
	struct rj_table t = make_table(1);
	struct rj_entry *e[3];

	for (uint32_t i = 0; i < 3; i++)
		rj_table_set_deadline(&t, e[i] = add(&t, i, 0), SPAN);
	rj_table_remove(&t, e[1]);
	CHECK(rj_table_due(&t, 2 * SPAN) == e[2]);
	rj_table_remove(&t, e[2]);
	CHECK(rj_table_due(&t, 2 * SPAN) == e[0]);
	rj_table_remove(&t, e[0]);
	CHECK(!rj_table_due(&t, 2 * SPAN));
	rj_table_done(&t);
}
