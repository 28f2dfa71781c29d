/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/bytes.h"

#include <math.h>

#include "tests/unit/unit.h"

#define ALL UINT64_MAX

static bool is_near(double got, double want)
{
	return fabs(got - want) < 1e-9;
}

static struct rj_bytes *new_bytes(void)
{
	struct rj_bytes *b = malloc(rj_bytes_size());

	memset(b, 0xa5, rj_bytes_size());
	rj_bytes_init(b);
	return b;
}

static void free_bytes(struct rj_bytes *b)
{
	rj_bytes_done(b);
	free(b);
}

static void count(struct rj_bytes *b, unsigned int side, const void *bytes, uint32_t len,
		  uint64_t limit)
{
	CHECK(rj_bytes_datagram(b, side, bytes, len, limit));
}

static void count_at(struct rj_bytes *b, unsigned int side, uint32_t seq, const void *bytes,
		     uint32_t len, uint64_t limit)
{
	CHECK(rj_bytes_stream(b, side, seq, bytes, len, limit));
}

static void add(struct rj_bytes *to, const struct rj_bytes *from)
{
	CHECK(rj_bytes_add(to, from));
}

static struct rj_byte_dist dist_of(const struct rj_bytes *b)
{
	struct rj_byte_dist d;

	rj_bytes_dist(b, &d);
	return d;
}

TEST(bytes_nothing_counted_is_zero)
{
	struct rj_bytes *b = new_bytes();
	struct rj_byte_dist d = dist_of(b);

	CHECK_EQ(d.total, 0);
	CHECK(is_near(d.mean, 0) && is_near(d.deviation, 0) && is_near(d.entropy, 0));
	free_bytes(b);
}

TEST(bytes_each_value_once_is_eight_bits)
{
	struct rj_bytes *b = new_bytes();
	uint8_t all[256];
	struct rj_byte_dist d;

	for (unsigned int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	count(b, 0, all, sizeof(all), ALL);
	d = dist_of(b);
	CHECK_EQ(d.total, 256);
	for (unsigned int i = 0; i < 256; i++)
		CHECK_EQ(d.count[i], 1);
	CHECK(is_near(d.mean, 127.5));
	/* of 0…n-1 once each: n(n+1)/12 by n-1 */
	CHECK(is_near(d.deviation, sqrt(256.0 * 257.0 / 12.0)));
	CHECK(is_near(d.entropy, 8));
	free_bytes(b);
}

TEST(bytes_one_value_has_no_entropy)
{
	struct rj_bytes *b = new_bytes();
	struct rj_byte_dist d;

	count(b, 1, "\x07", 1, ALL);
	d = dist_of(b);
	CHECK(is_near(d.mean, 7) && is_near(d.deviation, 0));
	CHECK(!signbit(d.entropy) && is_near(d.entropy, 0));
	count(b, 0, "\x07\x07\x07", 3, ALL);
	d = dist_of(b);
	CHECK_EQ(d.total, 4);
	CHECK(is_near(d.mean, 7) && is_near(d.deviation, 0) && is_near(d.entropy, 0));
	free_bytes(b);
}

/* 1/2, 1/4, 1/8, 1/8: 1.75 bits by definition; both sides are one distribution. */
TEST(bytes_shares_of_both_sides_make_the_entropy)
{
	struct rj_bytes *b = new_bytes();
	struct rj_byte_dist d;

	count(b, 0, "aaaab", 5, ALL);
	count(b, 1, "bcd", 3, ALL);
	d = dist_of(b);
	CHECK_EQ(d.total, 8);
	CHECK(is_near(d.entropy, 1.75));
	CHECK(is_near(d.mean, 97 + 7 / 8.0));
	/* squares: 4 * 49/64 + 2 * 1/64 + 81/64 + 289/64 = 568/64 */
	CHECK(is_near(d.deviation, sqrt(568 / 64.0 / 7)));
	free_bytes(b);
}

TEST(bytes_datagrams_stop_at_the_limit_of_their_side)
{
	struct rj_bytes *b = new_bytes();

	count(b, 0, "abcdef", 6, 4);
	count(b, 0, "abcdef", 6, 4);
	count(b, 1, "xy", 2, 4);
	CHECK_EQ(dist_of(b).total, 6);
	CHECK_EQ(dist_of(b).count['d'], 1);
	CHECK_EQ(dist_of(b).count['e'], 0);
	CHECK_EQ(dist_of(b).count['x'], 1);
	free_bytes(b);
}

TEST(bytes_retransmissions_count_once)
{
	struct rj_bytes *b = new_bytes();

	count_at(b, 0, 1000, "abcd", 4, ALL);
	count_at(b, 0, 1000, "abcd", 4, ALL);
	count_at(b, 0, 1002, "cdef", 4, ALL); /* half of it is new */
	count_at(b, 0, 1003, "d", 1, ALL);
	CHECK_EQ(dist_of(b).total, 6);
	for (unsigned int c = 'a'; c <= 'f'; c++)
		CHECK_EQ(dist_of(b).count[c], 1);
	free_bytes(b);
}

TEST(bytes_holes_are_filled_once)
{
	struct rj_bytes *b = new_bytes();

	count_at(b, 0, 0xfffffffe, "ab", 2, ALL); /* comes round */
	count_at(b, 0, 4, "gh", 2, ALL);
	count_at(b, 0, 0xfffffffe, "abcdefgh", 8, ALL);
	count_at(b, 0, 2, "efghij", 6, ALL);
	CHECK_EQ(dist_of(b).total, 10);
	for (unsigned int c = 'a'; c <= 'j'; c++)
		CHECK_EQ(dist_of(b).count[c], 1);
	free_bytes(b);
}

TEST(bytes_of_a_stream_end_at_the_limit_by_position)
{
	struct rj_bytes *b = new_bytes();

	rj_bytes_start(b, 0, 500);
	rj_bytes_start(b, 0, 900);	   /* a SYN that comes again */
	count_at(b, 0, 506, "ghij", 4, 8); /* overtook the first */
	CHECK_EQ(dist_of(b).total, 2);
	count_at(b, 0, 500, "abcdef", 6, 8);
	CHECK_EQ(dist_of(b).total, 8);
	CHECK_EQ(dist_of(b).count['h'], 1);
	CHECK_EQ(dist_of(b).count['i'], 0);
	count_at(b, 0, 510, "k", 1, 8);
	CHECK_EQ(dist_of(b).total, 8);
	free_bytes(b);
}

/* Without a SYN a segment before the first one seen counts too, but never more than the limit. */
TEST(bytes_before_the_first_segment_count)
{
	struct rj_bytes *b = new_bytes();

	count_at(b, 1, 100, "cd", 2, 3);
	count_at(b, 1, 98, "ab", 2, 3);
	CHECK_EQ(dist_of(b).total, 3);
	CHECK_EQ(dist_of(b).count['a'], 1);
	CHECK_EQ(dist_of(b).count['b'], 0);
	free_bytes(b);
}

TEST(bytes_far_before_the_first_segment_do_not_count)
{
	struct rj_bytes *b = new_bytes();

	rj_bytes_start(b, 0, 1000);
	count_at(b, 0, 1000 - 65536, "a", 1, ALL);
	count_at(b, 0, 1000 - 65537, "b", 1, ALL);
	count_at(b, 0, 1000 + (1u << 31), "c", 1, ALL);
	count_at(b, 0, 1000, "d", 1, ALL);
	CHECK_EQ(dist_of(b).total, 2);
	CHECK_EQ(dist_of(b).count['a'], 1);
	CHECK_EQ(dist_of(b).count['d'], 1);
	free_bytes(b);
}

/* Segments in any order, each byte of it twice: what is counted is a model's answer. */
TEST(bytes_any_order_counts_each_byte_once)
{
	static uint8_t stream[4096];
	uint64_t state = 1;

	for (unsigned int i = 0; i < sizeof(stream); i++)
		stream[i] = (uint8_t)(i * 7 + i / 256);
	for (unsigned int round = 0; round < 200; round++) {
		struct rj_bytes *b = new_bytes();
		uint64_t want[256] = { 0 };
		bool seen[64] = { false };

		rj_bytes_start(b, 0, 0xfffff800);
		for (unsigned int i = 0; i < 14; i++) { /* at most 15 ranges at once */
			unsigned int piece, len = 64;

			state = state * 6364136223846793005u + 1442695040888963407u;
			piece = state >> 33 & 63;
			count_at(b, 0, 0xfffff800 + piece * 64, stream + piece * 64, len, ALL);
			for (unsigned int j = 0; !seen[piece] && j < len; j++)
				want[stream[piece * 64 + j]]++;
			seen[piece] = true;
		}
		CHECK(!memcmp(dist_of(b).count, want, sizeof(want)));
		free_bytes(b);
	}
}

/* More holes than are followed: bytes may be missing, none counts twice. */
TEST(bytes_too_many_holes_never_count_twice)
{
	struct rj_bytes *b = new_bytes();

	for (unsigned int round = 0; round < 3; round++)
		for (uint32_t i = 0; i < 100; i++)
			count_at(b, 0, i * 2, "x", 1, ALL);
	CHECK_EQ(dist_of(b).total, 100);
	for (uint32_t i = 0; i < 100; i++)
		count_at(b, 0, i * 2 + 1, "y", 1, ALL);
	CHECK_EQ(dist_of(b).count['x'], 100);
	CHECK(dist_of(b).count['y'] >= 15 && dist_of(b).count['y'] <= 100);
	free_bytes(b);
}

TEST(bytes_pieces_of_one_flow_add_up)
{
	struct rj_bytes *a = new_bytes(), *b = new_bytes();

	count(a, 0, "ab", 2, ALL);
	count_at(b, 1, 7, "bc", 2, ALL);
	add(a, b);
	CHECK_EQ(dist_of(a).total, 4);
	CHECK_EQ(dist_of(a).count['b'], 2);
	free_bytes(a);
	free_bytes(b);
}

/* Past 2^32, by counting and by adding: 65535 pieces of which each has all values 256 times. */
TEST(bytes_of_a_flow_beyond_four_gigabytes)
{
	struct rj_bytes *b = new_bytes(), *piece = new_bytes();
	static uint8_t bytes[65536];
	struct rj_byte_dist d;

	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	count(piece, 0, bytes, sizeof(bytes), ALL);
	for (unsigned int i = 0; i < 16; i++) { /* 1 + 2 + 4 + … + 32768 */
		add(b, piece);
		add(piece, piece);
	}
	count(b, 1, bytes, 65535, ALL);
	CHECK_EQ(dist_of(b).total, UINT32_MAX); /* the last that fits */
	count(b, 1, bytes + 65535, 1, ALL);
	count(b, 1, "\x05\x05\x05\x05\x05\x05\x05\x05\x05", 9, ALL);
	d = dist_of(b);
	CHECK_EQ(d.total, (1ULL << 32) + 9);
	for (unsigned int i = 0; i < 256; i++)
		CHECK_EQ(d.count[i], (1u << 24) + (i == 5) * 9);
	d = dist_of(piece);
	CHECK_EQ(d.total, 1ULL << 32);
	CHECK_EQ(d.count[0], 1u << 24);
	for (unsigned int i = 0; i < 10; i++)
		add(piece, piece);
	d = dist_of(piece);
	CHECK_EQ(d.count[255], 1ULL << 34);
	CHECK(is_near(d.mean, 127.5) && is_near(d.entropy, 8));
	/* (256^2 - 1) / 12, as good as whole */
	CHECK(is_near(d.deviation, sqrt(65535 / 12.0)));
	free_bytes(b);
	free_bytes(piece);
}

/* Around what the small counts hold, of one value: nothing is lost, and memory is told. */
TEST(bytes_counts_go_on_in_wider_ones)
{
	struct rj_bytes *b = new_bytes(), *more = new_bytes();
	static uint8_t bytes[200000];

	memset(bytes, 7, sizeof(bytes));
	count(b, 0, bytes, 65535, ALL);
	CHECK_EQ(dist_of(b).count[7], 65535);
	CHECK_EQ(rj_bytes_memory(b), rj_bytes_size());
	count(b, 1, bytes, 1, ALL);
	CHECK_EQ(dist_of(b).count[7], 65536);
	CHECK_EQ(rj_bytes_memory(b), rj_bytes_size() + 256 * sizeof(uint64_t));
	count_at(b, 1, 1, bytes, sizeof(bytes), ALL);
	CHECK_EQ(dist_of(b).count[7], 65536 + 200000);
	CHECK_EQ(rj_bytes_total(b), 65536 + 200000);
	count(more, 0, "\x07\x08", 2, ALL);
	add(more, b);
	CHECK_EQ(dist_of(more).count[7], 65536 + 200000 + 1);
	CHECK_EQ(dist_of(more).count[8], 1);
	free_bytes(b);
	free_bytes(more);
}

/* Where all is in few values next to each other nothing may be left of what is subtracted. */
TEST(bytes_deviation_of_many_equal_is_exact)
{
	struct rj_bytes *b = new_bytes();
	static uint8_t bytes[65536];
	struct rj_byte_dist d;

	memset(bytes, 254, sizeof(bytes));
	for (unsigned int i = 0; i < 100; i++)
		count(b, 0, bytes, sizeof(bytes), ALL);
	d = dist_of(b);
	CHECK(d.mean == 254 && d.deviation == 0 && d.entropy == 0);
	count(b, 0, "\xff", 1, ALL);
	d = dist_of(b);
	/* one of N is 1 off: variance 1/N */
	CHECK(is_near(d.deviation, sqrt(1.0 / 6553601)));
	free_bytes(b);
}

/* Counted as it waits, by its own and in several goes: each packet is groups of its own. */
TEST(bytes_transform_of_each_packet)
{
	static const uint32_t lens[] = { 1, 7, 100, 600, 16, 3, 4096, 4097, 9, 65535, 70000 };
	struct rj_bytes *b = new_bytes();
	static uint8_t bytes[70000];
	struct rj_wht want = { 0 };
	uint64_t counts[RJ_BYTE_VALUES] = { 0 };
	struct rj_byte_dist d;

	for (uint32_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + i / 256);
	rj_bytes_transform(b);
	for (unsigned int i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		count(b, i % 2, bytes, lens[i], ALL);
		rj_wht_add(&want, bytes, lens[i]);
		for (uint32_t k = 0; k < lens[i]; k++)
			counts[bytes[k]]++;
	}
	CHECK(!memcmp(rj_bytes_wht(b), &want, sizeof(want)));
	d = dist_of(b);
	CHECK(!memcmp(d.count, counts, sizeof(counts)));
	free_bytes(b);
}
