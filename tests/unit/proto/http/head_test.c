/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of header lines of HTTP/1: what is found however long the line is. */
#include "proto/common/http_head.h"
#include "tests/unit/unit.h"

#define NAME "X-Name"

/* @text, of which the first line is a header, gives @value, or NULL: it is malformed. */
static void check(const char *text, size_t len, const char *value, size_t value_len)
{
	uint8_t *exact = unit_copy((const uint8_t *)text, len);
	struct rj_cursor c = rj_cursor_init(exact, len, true);
	struct rj_http_field field;
	enum rj_status st = rj_http_field_read(&c, &field);

	CHECK_EQ(st, value ? RJ_OK : RJ_MALFORMED);
	if (value && !st) {
		CHECK(!field.is_end);
		CHECK_EQ(field.name.left, strlen(NAME));
		CHECK_EQ(field.value.left, value_len);
		CHECK(!memcmp(field.value.at, value, value_len));
	}
	CHECK_EQ(c.left == len, !value);
	free(exact);
}

TEST(http_what_ends_a_value_is_found_at_every_place)
{
	static const char odd[] = { 0, '\r', '\n', '\t', ' ', 'x' };
	char line[64] = NAME ":";
	char *value = line + strlen(line);

	for (size_t len = 1; len <= 40; len++) {
		for (size_t i = 0; i < sizeof(odd) * len; i++) {
			size_t at = i % len, behind = strlen(NAME) + 1 + len;
			char ch = odd[i / len];

			memset(value, 'v', len);
			value[at] = ch;
			memcpy(line + behind, "\r\n\r\n", 4);
			if (ch == '\n')
				check(line, behind + 4, value, at);
			else if (!ch || (ch == '\r' && at + 1 < len))
				check(line, behind + 4, NULL, 0);
			else if ((ch == ' ' || ch == '\t' || ch == '\r') && at + 1 == len)
				check(line, behind + 4, ch == '\r' ? NULL : value, at);
			else if ((ch == ' ' || ch == '\t') && !at)
				check(line, behind + 4, value + 1, len - 1);
			else
				check(line, behind + 4, value, len);
		}
	}
}

TEST(http_a_header_is_read_to_its_end_wherever_the_bytes_end)
{
	static const char line[] = NAME ": some value or other\r\n";
	static const char fold[] = NAME ": some value or other\r\n  and more\r\n";

	for (size_t len = 0; len < strlen(line); len++)
		check(line, len, NULL, 0);
	check(line, strlen(line), "some value or other", 19);
	check(fold, strlen(fold), "some value or other and more", 28);
	check(NAME ":\r\nB: c\r\n", 15, "", 0);
	check(NAME ": \t \r\nB: c\r\n", 18, "", 0);
	check(NAME " : a\r\nB: c\r\n", 16, NULL, 0);
	check(": a\r\nB: c\r\n", 11, NULL, 0);
	check(NAME "\r\nB: c\r\n", 14, NULL, 0);
}

/* However long a line is; of folded ones what fits. */
TEST(http_a_header_may_be_longer_than_a_head_that_is_kept)
{
	static char line[40000] = NAME ": ";
	static char want[RJ_HTTP_MAX_HEAD];
	size_t at = strlen(line);

	memset(line + at, 'x', sizeof(line) - at);
	memcpy(line + sizeof(line) - 4, "\r\n\r\n", 4);
	check(line, sizeof(line), line + at, sizeof(line) - 4 - at);
	memcpy(line + 30000, "\r\n ", 3);
	check(line, sizeof(line), line + at, 30000 - at);
	memset(line + 30000, 'x', 3);
	memcpy(line + at + 10000, "\r\n ", 3);
	memset(want, 'x', sizeof(want));
	want[10000] = ' ';
	check(line, sizeof(line), want, sizeof(want));
}

TEST(http_what_is_no_part_of_a_uri_is_found_at_every_place)
{
	static const uint8_t odd[] = { 0, 0x1f, ' ', 0x7f, '!', 0x80, 0xff };
	static const char version[] = " HTTP/1.1\r\n";
	char line[80] = "GET ";
	char *uri = line + strlen(line);

	for (size_t len = 1; len <= 40; len++) {
		for (size_t i = 0; i < sizeof(odd) * len; i++) {
			size_t all = (size_t)(uri - line) + len + strlen(version);
			struct rj_http_start start;
			struct rj_cursor c;
			uint8_t *exact;

			memset(uri, 'u', len);
			uri[i % len] = (char)odd[i / len];
			memcpy(uri + len, version, strlen(version));
			exact = unit_copy((const uint8_t *)line, all);
			c = rj_cursor_init(exact, all, true);
			CHECK_EQ(rj_http_start_read(&c, &start),
				 i / len < 4 ? RJ_MALFORMED : RJ_OK);
			CHECK(c.left || start.uri.left == len);
			free(exact);
		}
	}
}
