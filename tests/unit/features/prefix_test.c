/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/prefix.h"

#include "tests/unit/unit.h"

static struct rj_blocks blocks;

/* From a block of exactly these bytes: a sanitizer sees one too many. */
static void put(struct rj_prefix *x, uint32_t seq, const char *text, uint32_t limit)
{
	size_t len = strlen(text);
	uint8_t *bytes = malloc(len + !len);

	memcpy(bytes, text, len);
	CHECK(rj_prefix_stream(x, seq, bytes, (uint32_t)len, limit, &blocks));
	free(bytes);
}

static void check_is(const struct rj_prefix *x, const char *want)
{
	CHECK_EQ(x->len, strlen(want));
	CHECK(x->len != strlen(want) || !x->len || !memcmp(x->bytes, want, x->len));
}

TEST(prefix_of_a_stream_goes_over_segments)
{
	struct rj_prefix x = { 0 };

	put(&x, 100, "GE", 8);
	check_is(&x, "GE");
	put(&x, 102, "T / HTTP/1.1", 8);
	check_is(&x, "GET / HT");
	put(&x, 108, "xxx", 8);
	check_is(&x, "GET / HT");
	rj_prefix_done(&x, &blocks);
	check_is(&x, "");
}

TEST(prefix_of_a_stream_is_by_sequence_numbers)
{
	struct rj_prefix x = { 0 };

	rj_prefix_start(&x, 4294967294u);
	rj_prefix_start(&x, 7); /* said again it changes nothing */
	put(&x, 2, "ef", 6);	/* positions 4, 5: 2 - (2^32 - 2) */
	check_is(&x, "");
	put(&x, 4294967294u, "ab", 6);
	check_is(&x, "ab");
	put(&x, 4294967295u, "XcdX", 6); /* what came first stands */
	check_is(&x, "abcdef");
	rj_prefix_done(&x, &blocks);
}

TEST(prefix_ends_at_the_first_gap)
{
	struct rj_prefix x = { 0 };

	put(&x, 10, "abc", 100);
	put(&x, 14, "efg", 100);
	check_is(&x, "abc");
	rj_prefix_done(&x, &blocks);
}

TEST(prefix_leaves_out_what_is_before_the_start)
{
	struct rj_prefix x = { 0 };

	put(&x, 10, "def", 100);
	put(&x, 7, "abc", 100);
	check_is(&x, "def");
	put(&x, 8, "bcdefgh", 100);
	check_is(&x, "defgh");
	rj_prefix_done(&x, &blocks);
}

TEST(prefix_grows_to_its_limit)
{
	struct rj_prefix x = { 0 };
	char text[2] = "";

	for (uint32_t i = 0; i < 1000; i++) {
		text[0] = (char)('a' + i % 26);
		put(&x, 999 - i, text, 700);
	}
	check_is(&x, "a"); /* the first that came is the start; all others are before it */
	rj_prefix_done(&x, &blocks);
	rj_prefix_start(&x, 0);
	for (uint32_t i = 0; i < 1000; i++) {
		text[0] = (char)('a' + (999 - i) % 26);
		put(&x, 999 - i, text, 700);
	}
	CHECK_EQ(x.len, 700);
	CHECK(x.capacity <= 700);
	for (uint32_t i = 0; i < x.len; i++)
		CHECK_EQ(x.bytes[i], 'a' + i % 26);
	rj_prefix_done(&x, &blocks);
}

TEST(prefix_of_datagrams_is_of_the_first_that_has_any)
{
	struct rj_prefix x = { 0 };

	CHECK(rj_prefix_datagram(&x, NULL, 0, 4, &blocks));
	CHECK(rj_prefix_datagram(&x, (const uint8_t *)"abcdef", 6, 4, &blocks));
	CHECK(rj_prefix_datagram(&x, (const uint8_t *)"ghijkl", 6, 4, &blocks));
	check_is(&x, "abcd");
	rj_prefix_done(&x, &blocks);
}
