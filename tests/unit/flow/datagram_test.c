/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/datagram.h"

#include "tests/unit/unit.h"

/* Bytes [off, off + len) of a datagram whose byte i is i; from a block of exactly that size. */
static struct rj_datagram *put(struct rj_datagram **list, struct rj_datagram_counts *counts,
			       uint32_t id, uint32_t off, uint32_t len, bool is_last)
{
	uint8_t bytes[256];
	uint8_t *copy;
	struct rj_datagram *d;

	for (unsigned int i = 0; i < 256; i++)
		bytes[i] = (uint8_t)(off + i);
	copy = unit_copy(bytes, len);
	d = rj_datagram_put(list,
			    &(struct rj_fragment){ .id = id,
						   .off = off,
						   .len = len,
						   .wire_len = len,
						   .bytes = copy,
						   .is_last = is_last },
			    counts);
	free(copy);
	return d;
}

static void remove_all(struct rj_datagram **list, struct rj_datagram_counts *counts)
{
	while (*list)
		rj_datagram_remove(list, *list, counts);
	CHECK_EQ(counts->bytes, 0);
}

TEST(datagram_is_whole_whatever_the_order_of_its_fragments)
{
	for (unsigned int order = 0; order < 24; order++) {
		unsigned int left[] = { 0, 1, 2, 3 };
		struct rj_datagram_counts counts = { 0 };
		struct rj_datagram *list = NULL;

		for (unsigned int n = 4, rest = order; n; n--) {
			unsigned int at = rest % n, which = left[at];
			struct rj_datagram *d = put(&list, &counts, 7, which * 64,
						    which == 3 ? 10 : 64, which == 3);

			rest /= n;
			left[at] = left[n - 1];
			CHECK_EQ(d != NULL, n == 1);
			for (unsigned int i = 0; d && i < 202; i++)
				CHECK_EQ(d->bytes[i], (uint8_t)i);
			CHECK_EQ(d ? d->len : 202, 202);
		}
		CHECK_EQ(counts.whole, 1);
		remove_all(&list, &counts);
	}
}

/* The least fragments of the longest datagram, every other first: each second one fills a gap. */
TEST(datagram_is_whole_of_the_most_fragments_there_can_be)
{
	struct rj_datagram_counts counts = { 0 };
	struct rj_datagram *list = NULL, *d = NULL;
	uint32_t num = RJ_DATAGRAM_MAX_LEN / 8 + 1;

	for (uint32_t n = 0; n < num; n++) {
		uint32_t i = n < num / 2 ? 2 * n + 1 : 2 * (num - 1 - n);

		CHECK(!d);
		d = put(&list, &counts, 1, i * 8, i + 1 < num ? 8 : 7, i + 1 == num);
	}
	CHECK(d && d->len == RJ_DATAGRAM_MAX_LEN);
	for (uint32_t i = 0; d && i < d->len; i++)
		CHECK_EQ(d->bytes[i], (uint8_t)i);
	CHECK_EQ(counts.whole, 1);
	remove_all(&list, &counts);
}

TEST(datagram_takes_a_fragment_that_comes_twice_for_one)
{
	struct rj_datagram_counts counts = { 0 };
	struct rj_datagram *list = NULL;

	CHECK(!put(&list, &counts, 1, 0, 64, false));
	CHECK(!put(&list, &counts, 1, 0, 64, false));
	CHECK(!put(&list, &counts, 1, 8, 8, false));
	CHECK(put(&list, &counts, 1, 64, 64, true));
	CHECK_EQ(counts.overlapped, 0);
	remove_all(&list, &counts);
}

TEST(datagram_is_given_up_where_fragments_overlap)
{
	struct rj_datagram_counts counts = { 0 };
	struct rj_datagram *list = NULL;

	CHECK(!put(&list, &counts, 1, 0, 64, false));
	CHECK(!put(&list, &counts, 1, 56, 64, false));
	CHECK_EQ(counts.overlapped, 1);
	CHECK(!put(&list, &counts, 1, 64, 64, true));
	CHECK_EQ(counts.whole, 0);
	CHECK_EQ(list->capacity, 0);
	CHECK_EQ(rj_datagram_prefix(list), 0);
	remove_all(&list, &counts);
}

TEST(datagram_is_given_up_where_its_end_is_told_in_two_ways)
{
	struct rj_datagram_counts counts = { 0 };
	struct rj_datagram *list = NULL;

	put(&list, &counts, 1, 64, 64, true);
	put(&list, &counts, 1, 128, 64, false);
	put(&list, &counts, 2, 64, 64, true);
	put(&list, &counts, 2, 128, 64, true);
	put(&list, &counts, 3, 128, 64, false);
	put(&list, &counts, 3, 64, 64, true);
	CHECK_EQ(counts.overlapped, 3);
	remove_all(&list, &counts);
}

TEST(datagram_holds_no_more_than_its_limits)
{
	struct rj_datagram_counts counts = { 0 };
	struct rj_datagram *list = NULL;

	for (uint32_t i = 0; i <= RJ_MAX_SPANS; i++)
		put(&list, &counts, 1, i * 2, 1, false);
	CHECK_EQ(counts.over_limit, 1);
	put(&list, &counts, 2, 65528, 8, true);
	CHECK_EQ(counts.over_limit, 2);
	put(&list, &counts, 3, 65528, 7, true);
	CHECK_EQ(counts.over_limit, 2);
	for (uint32_t id = 4; id < 4 + RJ_MAX_OPEN_DATAGRAMS; id++)
		put(&list, &counts, id, 0, 8, false);
	CHECK_EQ(counts.incomplete, 1); /* the third: the others were given up before */
	remove_all(&list, &counts);
	counts.bytes = RJ_MAX_DATAGRAM_BYTES - 1000;
	put(&list, &counts, 1, 0, 8, false);
	CHECK_EQ(counts.over_limit, 3);
	rj_datagram_remove(&list, list, &counts);
	CHECK_EQ(counts.bytes, RJ_MAX_DATAGRAM_BYTES - 1000);
}

TEST(datagram_tells_apart_identifications_and_sides)
{
	struct rj_datagram_counts counts = { 0 };
	struct rj_datagram *list = NULL;
	uint8_t byte[8] = { 0 };
	struct rj_fragment other = { .id = 1, .side = 1, .len = 8, .wire_len = 8, .bytes = byte };

	put(&list, &counts, 1, 0, 8, false);
	put(&list, &counts, 2, 0, 8, false);
	CHECK(!rj_datagram_put(&list, &other, &counts));
	CHECK(put(&list, &counts, 1, 8, 8, true) && list->side);
	CHECK_EQ(counts.overlapped, 0);
	remove_all(&list, &counts);
}

TEST(datagram_knows_its_first_bytes_where_the_capture_cut_a_fragment)
{
	struct rj_datagram_counts counts = { 0 };
	struct rj_datagram *list = NULL;
	uint8_t bytes[8] = { 0 };
	struct rj_fragment cut = { .len = 8, .wire_len = 64, .bytes = bytes };

	CHECK(!rj_datagram_put(&list, &cut, &counts));
	CHECK(!put(&list, &counts, 0, 64, 64, true));
	CHECK_EQ(rj_datagram_prefix(list), 8);
	remove_all(&list, &counts);
}
