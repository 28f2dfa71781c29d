/* SPDX-License-Identifier: BSD-3-Clause */
#include "bpf/splt.h"

#include "tests/unit/unit.h"

/* A sequence in exact-size heap blocks. */
static struct rj_seq make_seq(uint32_t capacity)
{
	uint8_t zeros[2048] = { 0 };

	return (struct rj_seq){
		.splt = (void *)unit_copy(zeros, capacity * sizeof(uint64_t)),
		.ids = (void *)unit_copy(zeros, capacity * sizeof(uint16_t)),
		.capacity = capacity,
	};
}

static void free_seq(struct rj_seq *seq)
{
	free(seq->splt);
	free(seq->ids);
}

TEST(splt_entries_give_back_what_was_packed)
{
	static const uint32_t lens[] = { 0, 1, 1448, 65535, 1048575 };

	for (unsigned int i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		uint64_t entry = rj_splt_pack(1234567999, lens[i], 0xff);

		CHECK_EQ(rj_splt_len(entry), lens[i]);
		CHECK_EQ(rj_splt_us(entry), 1234567);
		CHECK_EQ(entry >> 58, 0x3f); /* ECE and CWR have no room */
	}
	CHECK_EQ(rj_splt_pack(0, 0, 0), 0);
	CHECK_EQ(rj_splt_pack(0, 0, 0x02) >> 58, 2);
}

TEST(splt_lengths_and_times_saturate)
{
	CHECK_EQ(rj_splt_len(rj_splt_pack(0, 1048576, 0)), 1048575);
	CHECK_EQ(rj_splt_len(rj_splt_pack(0, UINT32_MAX, 0)), 1048575);
	CHECK_EQ(rj_splt_us(rj_splt_pack(UINT64_MAX, 5, 0)), RJ_SPLT_TIME_MAX);
	CHECK_EQ(rj_splt_len(rj_splt_pack(UINT64_MAX, 5, 0)), 5);
	CHECK_EQ(rj_splt_us(rj_splt_pack(RJ_SPLT_TIME_MAX * 1000 + 999, 0, 0)), RJ_SPLT_TIME_MAX);
	CHECK_EQ(rj_splt_us(rj_splt_pack(RJ_SPLT_TIME_MAX * 1000 - 1, 0, 0)), RJ_SPLT_TIME_MAX - 1);
}

TEST(splt_keeps_and_counts_entries_up_to_its_limit)
{
	struct rj_seq seq = make_seq(3);
	struct rj_rest rest = { 0 };
	struct rj_packet p = { .num_segments = 1 };

	for (uint32_t i = 0; i < 5; i++) {
		p.payload_len = 10 + i;
		rj_splt_add(&rest, &seq, &p, 0, i * 1000, seq.capacity);
	}
	CHECK_EQ(rest.num_splt, 3);
	CHECK_EQ(rj_splt_len(seq.splt[0]), 10);
	CHECK_EQ(rj_splt_len(seq.splt[2]), 12);
	free_seq(&seq);
}

TEST(splt_without_room_counts_alone)
{
	struct rj_seq seq = { .capacity = 50 };
	struct rj_rest rest = { 0 };
	struct rj_packet p = { .num_segments = 3, .payload_len = 25, .segment_len = 10 };

	rj_splt_add(&rest, &seq, &p, 0, 0, seq.capacity);
	rj_ids_add(&rest, &seq, 7, 1, seq.capacity);
	CHECK_EQ(rest.num_splt, 3);
	CHECK_EQ(rest.num_ids, 1);
}

TEST(splt_enters_each_segment_of_a_super_packet)
{
	struct rj_seq seq = make_seq(4);
	struct rj_rest rest = { 0 };
	struct rj_packet p = { .num_segments = 3, .payload_len = 25, .segment_len = 10 };

	rj_splt_add(&rest, &seq, &p, 0, 5000, seq.capacity);
	CHECK_EQ(rest.num_splt, 3);
	CHECK_EQ(rj_splt_len(seq.splt[0]), 10);
	CHECK_EQ(rj_splt_len(seq.splt[1]), 10);
	CHECK_EQ(rj_splt_len(seq.splt[2]), 5);
	CHECK_EQ(rj_splt_us(seq.splt[2]), 5);
	rj_splt_add(&rest, &seq, &p, 0, 6000, seq.capacity);
	CHECK_EQ(rest.num_splt, 4);
	CHECK_EQ(rj_splt_len(seq.splt[3]), 10);
	free_seq(&seq);
}

TEST(splt_passes_over_the_first_segments_of_a_super_packet)
{
	struct rj_seq seq = make_seq(4);
	struct rj_rest rest = { 0 };
	struct rj_packet p = { .num_segments = 3, .payload_len = 25, .segment_len = 10 };

	rj_splt_add(&rest, &seq, &p, 2, 5000, seq.capacity);
	CHECK_EQ(rest.num_splt, 1);
	CHECK_EQ(rj_splt_len(seq.splt[0]), 5);
	rj_splt_add(&rest, &seq, &p, 1, 5000, seq.capacity);
	CHECK_EQ(rest.num_splt, 3);
	CHECK_EQ(rj_splt_len(seq.splt[1]), 10);
	CHECK_EQ(rj_splt_len(seq.splt[2]), 5);
	free_seq(&seq);
}

TEST(splt_has_no_entry_that_no_segment_wrote)
{
	struct rj_seq seq = make_seq(200);
	struct rj_rest rest = { 0 };
	struct rj_packet p = { .num_segments = 128, .payload_len = 1275, .segment_len = 10 };

	rj_splt_add(&rest, &seq, &p, 0, 0, seq.capacity);
	CHECK(rest.num_splt <= 128);
	for (uint32_t i = 0; i + 1 < rest.num_splt; i++)
		CHECK_EQ(rj_splt_len(seq.splt[i]), 10);
	CHECK_EQ(rj_splt_len(seq.splt[rest.num_splt - 1]), 5);
	free_seq(&seq);
}

TEST(splt_ids_of_a_super_packet_count_up_unless_its_sender_gives_none)
{
	struct rj_seq seq = make_seq(4);
	struct rj_rest rest = { 0 };

	rj_ids_add(&rest, &seq, 65535, 2, seq.capacity);
	rj_ids_add(&rest, &seq, 0, 4, seq.capacity);
	CHECK_EQ(rest.num_ids, 6);
	CHECK_EQ(rest.first_ids[0], 65535);
	CHECK_EQ(rest.first_ids[1], 0);
	for (unsigned int i = 2; i < RJ_FIRST_IDS; i++)
		CHECK_EQ(rest.first_ids[i], 0);
	CHECK_EQ(seq.ids[0] + seq.ids[1], 0);
	free_seq(&seq);
}

TEST(splt_first_ids_stand_in_the_rest_and_the_others_behind)
{
	struct rj_seq seq = make_seq(3);
	struct rj_rest rest = { 0 };

	for (uint16_t i = 0; i < 10; i++)
		rj_ids_add(&rest, &seq, (uint16_t)(100 + i), 1, seq.capacity);
	CHECK_EQ(rest.num_ids, RJ_FIRST_IDS + 3);
	for (uint16_t i = 0; i < RJ_FIRST_IDS; i++)
		CHECK_EQ(rest.first_ids[i], 100 + i);
	for (uint16_t i = 0; i < 3; i++)
		CHECK_EQ(seq.ids[i], 104 + i);
	free_seq(&seq);
}

/* Whether [at, at + len) is within the slot, behind @after, and aligned. Where it ends. */
static size_t check_part(const uint8_t *slot, const void *at, size_t len, size_t align,
			 size_t after, size_t slot_len)
{
	size_t off = (size_t)((const uint8_t *)at - slot);

	CHECK_EQ(off % align, 0);
	CHECK_EQ((uintptr_t)at % align, 0);
	CHECK(off >= after);
	CHECK(off + len <= slot_len);
	return off + len;
}

/* Each part of a slot is written over its whole length, in an exact-size block. */
static void check_slot(const struct rj_limits *l)
{
	uint32_t slot_len = rj_slot_bytes(l);
	uint8_t *slot = aligned_alloc(RJ_CACHE_LINE, slot_len);
	size_t words_len = rj_tls_words(l) * sizeof(__u64);
	size_t splt_len = l->num_packets * sizeof(__u64);
	size_t ids_len = l->num_packets * sizeof(__u16);
	size_t end = sizeof(struct rj_slot_head);
	struct rj_seq seq;

	if (!slot)
		abort();
	CHECK_EQ(slot_len % 64, 0);
	rj_slot_open(slot, l, &seq);
	CHECK_EQ(seq.capacity, l->num_packets);
	CHECK_EQ(seq.num_words, rj_tls_words(l));
	CHECK_EQ(!seq.hist, !l->with_hist);
	/* the head stands right before the rest: rj_slot_head_get */
	CHECK((uint8_t *)seq.rest == slot + sizeof(struct rj_slot_head));
	end = check_part(slot, seq.rest, sizeof(*seq.rest), 8, end, slot_len);
	if (seq.hist)
		end = check_part(slot, seq.hist, sizeof(*seq.hist), 8, end, slot_len);
	end = check_part(slot, seq.splt, splt_len, 8, end, slot_len);
	end = check_part(slot, seq.records, words_len, 8, end, slot_len);
	end = check_part(slot, seq.ids, ids_len, 2, end, slot_len);
	CHECK(slot_len - end < 64); /* and no more of it than that is for nothing */
	memset(slot, 1, sizeof(struct rj_slot_head));
	memset(seq.rest, 2, sizeof(*seq.rest));
	if (seq.hist)
		memset(seq.hist, 3, sizeof(*seq.hist));
	memset(seq.splt, 4, splt_len);
	memset(seq.records, 5, words_len);
	memset(seq.ids, 6, ids_len);
	free(slot);
}

TEST(splt_parts_of_a_slot_are_whole_apart_and_aligned)
{
	static const uint32_t packets[] = { 0, 1, 2, 3, 4, 5, 7, 31, 50, 999, RJ_MAX_PACKETS };
	static const uint32_t records[] = { 0, 1, 2, 3, 50, RJ_MAX_TLS_RECORDS };

	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++)
		for (size_t j = 0; j < sizeof(records) / sizeof(*records); j++)
			for (uint8_t with_hist = 0; with_hist < 2; with_hist++)
				check_slot(&(struct rj_limits){ .num_packets = packets[i],
								.num_records = records[j],
								.with_hist = with_hist });
}
