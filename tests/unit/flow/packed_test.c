/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/packed.h"

#include "core/pool.h"
#include "flow/seq.h"
#include "tests/unit/unit.h"

#define MOST 1000u

/* Of the heap: what is not put back is a leak. */
static struct rj_pool pool;

/* struct flat - what is to be packed, or was unpacked. */
struct flat {
	struct rj_rest rest;
	__u64 splt[MOST];
	__u16 ids[MOST];
	struct rj_seq seq;
};

static uint64_t random_state = 7;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 20) % bound;
}

static void make(struct flat *f)
{
	memset(f, 0, sizeof(*f));
	if (!pool.object_bytes)
		rj_packed_pool(&pool, NULL);
	f->seq = (struct rj_seq){ .rest = &f->rest,
				  .splt = f->splt,
				  .ids = f->ids,
				  .capacity = MOST };
}

/* That what is unpacked is what @f has. */
static void expect(const struct rj_packed *packed, const struct flat *f)
{
	static struct flat got;

	make(&got);
	got.rest = f->rest;
	rj_packed_open(packed, &got.seq);
	CHECK_EQ(rj_seq_len(&got.seq), rj_seq_len(&f->seq));
	CHECK(!memcmp(got.splt, f->splt, sizeof(got.splt)));
	CHECK_EQ(rj_seq_num_ids(&got.seq), rj_seq_num_ids(&f->seq));
	CHECK(!memcmp(got.ids, f->ids, sizeof(got.ids)));
}

static void put(struct flat *f, uint64_t us, uint64_t len, uint64_t flags)
{
	f->splt[f->rest.num_splt++] = us | len << RJ_SPLT_TIME_BITS |
				      flags << (RJ_SPLT_TIME_BITS + RJ_SPLT_LEN_BITS);
}

static void put_id(struct flat *f, uint16_t id)
{
	if (f->rest.num_ids >= RJ_FIRST_IDS)
		f->ids[f->rest.num_ids - RJ_FIRST_IDS] = id;
	f->rest.num_ids++;
}

TEST(packed_gives_back_lengths_and_gaps_at_the_edges_of_their_bytes)
{
	static const uint32_t lens[] = { 0, 1, 255, 256, 65535, 65536, 1048575 };
	static const uint64_t gaps[] = {
		0,	7,	   8,	      2047,	  2048,	      524287,
		524288, 134217727, 134217728, 4294967295, 4294967296, 8589934592,
	};
	static struct flat f;
	struct rj_packed packed = { 0 };
	uint64_t us = 1;

	make(&f);
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		for (size_t j = 0; j < sizeof(gaps) / sizeof(*gaps); j++) {
			us += gaps[j];
			put(&f, us, lens[i], 0);
			if ((i + j) % 3)
				put_id(&f, (uint16_t)(j * 5461));
		}
	}
	CHECK(rj_packed_add(&packed, &pool, &f.seq, 0, 0));
	expect(&packed, &f);
	rj_packed_free(&packed, &pool, NULL);
}

TEST(packed_keeps_what_is_no_packet_and_what_comes_before_the_one_before)
{
	static struct flat f;
	struct rj_packed packed = { 0 };

	make(&f);
	put(&f, 0, 0, 2); /* told from the next by its flags alone */
	put(&f, 0, 0, 0);
	put(&f, 5000, 10, 0);
	put(&f, 0, 0, 0);
	put(&f, 4999, 11, 0);
	put(&f, 4000, 11, 0);
	put(&f, RJ_SPLT_TIME_MAX, RJ_SPLT_LEN_MAX, 0);
	put(&f, RJ_SPLT_TIME_MAX, 12, 0);
	CHECK(rj_packed_add(&packed, &pool, &f.seq, 0, 0));
	expect(&packed, &f);
	rj_packed_free(&packed, &pool, NULL);
}

/* Packets as they come, a few at once, with identifications of some and of others alone. */
TEST(packed_gives_back_what_was_added_bit_by_bit)
{
	static struct flat f;

	for (unsigned int run = 0; run < 300; run++) {
		struct rj_packed packed = { 0 };
		uint64_t us = random_below(1000), limit = 1 + random_below(1 + run * 3);

		make(&f);
		while (f.rest.num_splt < limit && f.rest.num_ids < limit) {
			uint32_t num_splt = f.rest.num_splt, num_ids = f.rest.num_ids;

			for (uint64_t i = random_below(3); i && f.rest.num_splt < limit; i--) {
				us += random_below(1ull << random_below(32)) + 1;
				put(&f, us & RJ_SPLT_TIME_MAX,
				    random_below(1ull << random_below(21)), 0);
			}
			for (uint64_t i = random_below(3); i && f.rest.num_ids < limit; i--)
				put_id(&f, (uint16_t)random_below(65536));
			CHECK(rj_packed_add(&packed, &pool, &f.seq, num_splt, num_ids));
		}
		expect(&packed, &f);
		rj_packed_clear(&packed, &pool);
		CHECK(!packed.last && !packed.used);
		CHECK(rj_packed_add(&packed, &pool, &f.seq, 0, 0));
		expect(&packed, &f);
		rj_packed_free(&packed, &pool, NULL);
	}
}

TEST(packed_takes_little_for_few_packets)
{
	struct rj_packed packed = { 0 };

	CHECK_EQ(sizeof(packed), 48);
	for (uint64_t i = 0; i < 4; i++)
		CHECK(rj_packed_packet(&packed, &pool, rj_splt_pack(i * 3000000, 1448, 0),
				       RJ_PACKED_NO_ID));
	CHECK(!packed.last);
	rj_packed_free(&packed, &pool, NULL);
}

TEST(packed_open_stops_where_there_is_no_more_room)
{
	static struct flat f;
	struct rj_packed packed = { 0 };

	make(&f);
	for (uint32_t i = 0; i < 50; i++) {
		put(&f, 1 + i, i, 0);
		put_id(&f, (uint16_t)i);
	}
	CHECK(rj_packed_add(&packed, &pool, &f.seq, 0, 0));
	memset(f.splt, 0xee, sizeof(f.splt));
	memset(f.ids, 0xee, sizeof(f.ids));
	f.seq.capacity = 20;
	rj_packed_open(&packed, &f.seq);
	CHECK_EQ(rj_splt_len(f.splt[19]), 19);
	CHECK_EQ(f.splt[20], 0xeeeeeeeeeeeeeeee);
	CHECK_EQ(f.ids[19], 23);
	CHECK_EQ(f.ids[20], 0xeeee);
	rj_packed_free(&packed, &pool, NULL);
}
