/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the reader of BER. */
#include "proto/common/ber.h"

#include "tests/unit/unit.h"

static enum rj_status head(const char *hex, bool is_hard, uint16_t *ret_tag, uint32_t *ret_len)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_status st = rj_ber_head(&c, ret_tag, ret_len);

	CHECK(!st || c.left == len);
	free(bytes);
	return st;
}

static void check_head(const char *hex, uint16_t tag, uint32_t len)
{
	uint16_t got_tag = 0;
	uint32_t got_len = 0;

	CHECK_EQ(head(hex, true, &got_tag, &got_len), RJ_OK);
	CHECK_EQ(got_tag, tag);
	CHECK_EQ(got_len, len);
}

static void check_refused(const char *hex)
{
	uint16_t tag;
	uint32_t len;

	CHECK_EQ(head(hex, false, &tag, &len), RJ_MALFORMED);
}

TEST(ber_lengths)
{
	check_head("3000", 0x30, 0);
	check_head("047f", 4, 127);
	check_head("30 81 c9", 0x30, 201); /* X.690 8.1.3.5, the example */
	check_head("30 84 00000005", 0x30, 5);
	check_head("30 84 ffffffff", 0x30, UINT32_MAX);
	check_refused("30 80");
	check_refused("30 85 0000000001");
	check_refused("30 ff");
}

TEST(ber_tags)
{
	check_head("7f65 01", 0x7f65, 1);
	check_head("7f1f 00", 0x7f1f, 0);
	check_refused("7f1e 00");
	check_refused("7f8165 00");
}

TEST(ber_every_prefix_of_a_head_is_truncated_softly_and_malformed_hard)
{
	static const char *const prefixes[] = { "", "7f", "7f65", "7f6582", "7f658201" };
	uint16_t tag;
	uint32_t len;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		CHECK_EQ(head(prefixes[i], false, &tag, &len), RJ_TRUNCATED);
		CHECK_EQ(head(prefixes[i], true, &tag, &len), RJ_MALFORMED);
	}
}

static enum rj_status number(const char *hex, bool is_hard, int64_t *out)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_status st = rj_ber_int(&c, RJ_BER_INTEGER, out);

	CHECK(st ? c.left == len : !c.left);
	free(bytes);
	return st;
}

static void check_number(const char *hex, int64_t want)
{
	int64_t got = 0;

	CHECK_EQ(number(hex, true, &got), RJ_OK);
	CHECK_EQ(got, want);
}

TEST(ber_numbers)
{
	int64_t got;

	check_number("0201 00", 0);
	check_number("0201 7f", 127);
	check_number("0201 80", -128);
	check_number("0202 0080", 128);
	check_number("0202 ff7b", -133);
	check_number("0208 7fffffffffffffff", INT64_MAX);
	check_number("0208 8000000000000000", INT64_MIN);
	CHECK_EQ(number("0200", true, &got), RJ_MALFORMED);
	CHECK_EQ(number("0209 000000000000000001", true, &got), RJ_MALFORMED);
	CHECK_EQ(number("0202 01", true, &got), RJ_MALFORMED);
	CHECK_EQ(number("0202 01", false, &got), RJ_TRUNCATED);
}

TEST(ber_another_tag_is_refused_before_its_length_is_there)
{
	int64_t got;

	CHECK_EQ(number("04", false, &got), RJ_MALFORMED);
}

TEST(ber_a_value_ends_where_its_length_says)
{
	size_t len;
	uint8_t *bytes = unit_unhex("3003 020101 0400", &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, false), value;
	int64_t got = 0;

	CHECK_EQ(rj_ber_open(&c, RJ_BER_SEQUENCE, &value), RJ_OK);
	CHECK(value.is_hard);
	CHECK_EQ(value.left, 3);
	CHECK_EQ(rj_ber_int(&value, RJ_BER_INTEGER, &got), RJ_OK);
	CHECK_EQ(got, 1);
	CHECK_EQ(rj_ber_int(&value, RJ_BER_INTEGER, &got), RJ_MALFORMED);
	CHECK_EQ(c.left, 2);
	free(bytes);
}
