/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/hd.h"

#include "bpf/wire.h"
#include "tests/unit/unit.h"

#define LEN 4

static void add(struct rj_hd *hd, const char *bytes)
{
	rj_hd_add(hd, (const uint8_t *)bytes, LEN);
}

static void check_counts(const struct rj_hd *hd, const char *want)
{
	uint8_t got[LEN];

	rj_hd_counts(hd, LEN, got);
	CHECK(!memcmp(got, want, LEN));
}

TEST(hd_keeps_the_bits_that_are_the_same_in_all)
{
	struct rj_hd hd = { 0 };

	add(&hd, "\x47\xff\x00\x0f");
	CHECK_EQ(hd.num, 1);
	add(&hd, "\x47\xf0\x00\x0e");
	add(&hd, "\x47\xff\x01\x0f");
	CHECK_EQ(hd.num, 3);
	/* 47: all; ff and f0: the upper four; 00 and 01: all but the last; 0f and 0e likewise */
	CHECK(!memcmp(hd.constant, "\xff\xf0\xfe\xfe", LEN));
	CHECK(!memcmp(hd.first, "\x47\xff\x00\x0f", LEN));
	check_counts(&hd, "\0\0\0\0");
}

TEST(hd_finds_a_counter)
{
	struct rj_hd hd = { 0 };

	add(&hd, "\x17\x00\x05\x41");
	check_counts(&hd, "\0\0\0\0"); /* of one segment nothing is known */
	add(&hd, "\x17\x00\x06\x90");
	add(&hd, "\x17\x00\x07\x13");
	/* 05 06 07 counts; the 00 before it may be its upper byte or a constant */
	check_counts(&hd, "\0\0\xff\0");
}

TEST(hd_finds_the_upper_bytes_of_a_counter_in_network_order)
{
	struct rj_hd hd = { 0 };

	add(&hd, "\x01\xff\xfe\x41"); /* 0x01fffe 0x01ffff 0x020000 0x020001 */
	add(&hd, "\x01\xff\xff\x41");
	add(&hd, "\x02\x00\x00\x41");
	add(&hd, "\x02\x00\x01\x41");
	check_counts(&hd, "\xff\xff\xff\0");
}

TEST(hd_takes_no_byte_for_a_counter_that_leaps)
{
	struct rj_hd hd = { 0 }, wide = { 0 };

	add(&hd, "\x00\x00\x01\x00");
	add(&hd, "\x00\x00\x02\x02"); /* the last one is two more */
	add(&hd, "\x00\x00\x04\x04"); /* now the third is too */
	check_counts(&hd, "\0\0\0\0");
	add(&wide, "\x00\x05\xff\x00");
	add(&wide, "\x00\x07\x00\x00"); /* the carry is one, the second byte two more */
	check_counts(&wide, "\0\0\xff\0");
}

TEST(hd_of_the_first_byte_looks_at_nothing_before_it)
{
	struct rj_hd hd = { 0 };

	add(&hd, "\xff\xff\xff\xff");
	add(&hd, "\x00\x00\x00\x00"); /* comes round: Joy read the byte before the first */
	check_counts(&hd, "\xff\xff\xff\xff");
	CHECK(!memcmp(hd.constant, "\0\0\0\0", LEN));
}

TEST(hd_compares_ten_segments_of_at_most_32_bytes)
{
	struct rj_hd hd = { 0 };
	uint8_t bytes[33] = { 0 };

	for (unsigned int i = 0; i < 12; i++) {
		bytes[31] = (uint8_t)i;
		rj_hd_add(&hd, bytes, 32);
	}
	CHECK_EQ(hd.num, 10);
	CHECK_EQ(hd.last[31], 9);
	rj_hd_add(&hd, bytes, 33);
	rj_hd_add(&hd, bytes, 0);
	CHECK_EQ(hd.num, 10);
}

TEST(hd_is_of_whole_tcp_segments_that_are_sent_once)
{
	struct rj_packet p = { .bits = RJ_PKT_TCP, .payload_len = 4 };
	struct rj_seen s = { .packet = &p, .payload = (const uint8_t *)"abcd", .len = 4 };
	struct rj_hd hd = { 0 };

	rj_hd_packet(&hd, &s, 5); /* shorter than what is compared */
	s.is_resent = true;
	rj_hd_packet(&hd, &s, 4);
	s.is_resent = false;
	p.bits = 0;
	rj_hd_packet(&hd, &s, 4);
	p.bits = RJ_PKT_TCP | RJ_PKT_LATER_FRAG;
	rj_hd_packet(&hd, &s, 4);
	CHECK_EQ(hd.num, 0);
	p.bits = RJ_PKT_TCP;
	rj_hd_packet(&hd, &s, 4);
	CHECK_EQ(hd.num, 1);
}
