/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/text.h"

#include <arpa/inet.h>
#include <float.h>
#include <math.h>

#include "tests/unit/unit.h"

/* A text in an exact heap block of the promised size, ended with a NUL outside of it. */
static const char *ended(uint8_t *block, const uint8_t *end)
{
	static char text[512];
	size_t len = (size_t)(end - block);

	memcpy(text, block, len);
	text[len] = 0;
	free(block);
	return text;
}

static const char *u64_text(uint64_t value)
{
	uint8_t *block = unit_copy((uint8_t[RJ_TEXT_U64_LEN]){ 0 }, RJ_TEXT_U64_LEN);

	return ended(block, rj_text_u64(block, value));
}

static const char *time_text(uint64_t ns, int decimals)
{
	uint8_t *block = unit_copy((uint8_t[RJ_TEXT_TIME_LEN]){ 0 }, RJ_TEXT_TIME_LEN);

	return ended(block, rj_text_time(block, ns, decimals));
}

static const char *f64_text(double value)
{
	uint8_t *block = unit_copy((uint8_t[RJ_TEXT_F64_LEN]){ 0 }, RJ_TEXT_F64_LEN);

	return ended(block, rj_text_f64(block, value));
}

static const char *address_text(const uint8_t addr[16])
{
	uint8_t *block = unit_copy((uint8_t[RJ_TEXT_ADDRESS_LEN]){ 0 }, RJ_TEXT_ADDRESS_LEN);

	return ended(block, rj_text_address(block, addr));
}

static uint64_t next_random(uint64_t *state) /* xorshift64, Marsaglia 2003 */
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void check_u64(uint64_t value)
{
	char want[32];

	snprintf(want, sizeof(want), "%" PRIu64, value);
	CHECK_STR(u64_text(value), want);
}

TEST(text_u64_is_what_printf_prints)
{
	uint64_t random = 1;

	for (uint64_t power = 1;; power *= 10) {
		check_u64(power - 1);
		check_u64(power);
		check_u64(power + 1);
		if (power > UINT64_MAX / 10)
			break;
	}
	for (int shift = 0; shift < 64; shift++)
		check_u64(UINT64_MAX >> shift);
	for (int i = 0; i < 20000; i++)
		check_u64(next_random(&random) >> (i % 64));
	for (uint64_t value = 0; value < 20000; value++)
		check_u64(value);
}

TEST(text_time_has_six_or_nine_decimals)
{
	CHECK_STR(time_text(0, 6), "0.000000");
	CHECK_STR(time_text(0, 9), "0.000000000");
	CHECK_STR(time_text(1, 9), "0.000000001");
	CHECK_STR(time_text(999, 6), "0.000000");
	CHECK_STR(time_text(1000, 6), "0.000001");
	CHECK_STR(time_text(999999999, 6), "0.999999");
	CHECK_STR(time_text(999999999, 9), "0.999999999");
	CHECK_STR(time_text(UINT64_C(1502118721115234000), 6), "1502118721.115234");
	CHECK_STR(time_text(UINT64_C(1502118721015234567), 9), "1502118721.015234567");
	CHECK_STR(time_text(UINT64_MAX, 9), "18446744073.709551615");
	CHECK_STR(time_text(UINT64_MAX, 6), "18446744073.709551");
}

TEST(text_f64_is_short_and_has_no_exponent)
{
	CHECK_STR(f64_text(0.0), "0");
	CHECK_STR(f64_text(-0.0), "0");
	CHECK_STR(f64_text(0.5), "0.5");
	CHECK_STR(f64_text(-2.25), "-2.25");
	CHECK_STR(f64_text(0.1), "0.1");
	CHECK_STR(f64_text(60.607143), "60.607143");
	CHECK_STR(f64_text(0.000001), "0.000001");
	CHECK_STR(f64_text(0.0000004), "0");
	CHECK_STR(f64_text(-0.0000004), "0");
	CHECK_STR(f64_text(0.9999996), "1");
	CHECK_STR(f64_text(-99.9999999), "-100");
	CHECK_STR(f64_text(100), "100");
	CHECK_STR(f64_text(DBL_MIN), "0");
	CHECK_STR(f64_text(1e15), "1000000000000000");
	CHECK_STR(f64_text(9007199254740993.0), "9007199254740992");
	CHECK_STR(f64_text(18446744073709549568.0), "18446744073709549568");
	CHECK_STR(f64_text(18446744073709551616.0), "18446744073709551616");
	CHECK_EQ(strlen(f64_text(-DBL_MAX)), 310);
}

TEST(text_f64_reads_back_within_half_a_millionth)
{
	uint64_t random = 2;

	for (int i = 0; i < 100000; i++) {
		double value = (double)(int64_t)next_random(&random) / pow(10, i % 30);
		double back = strtod(f64_text(value), NULL);

		if (!(fabs(back - value) <= 0.5000001e-6 + fabs(value) * DBL_EPSILON))
			unit_failed(__FILE__, __LINE__, f64_text(value));
	}
}

TEST(text_hex_is_lower_case_and_complete)
{
	uint8_t bytes[256], text[512];
	char want[513];

	for (unsigned int i = 0; i < 256; i++) {
		bytes[i] = (uint8_t)i;
		snprintf(want + 2 * (size_t)i, 3, "%02x", i);
	}
	CHECK(rj_text_hex(text, bytes, 256) == text + 512);
	CHECK(!memcmp(text, want, 512));
	CHECK(rj_text_hex(text, NULL, 0) == text);
	for (unsigned int len = 1; len < 100; len++) {
		uint8_t *exact = malloc(len), *out = malloc(2 * (size_t)len);

		memcpy(exact, bytes + 100, len);
		CHECK(rj_text_hex(out, exact, len) == out + 2 * (size_t)len);
		CHECK(!memcmp(out, want + 200, 2 * (size_t)len));
		free(exact);
		free(out);
	}
}

/* Against inet_ntop, but for ::ffff:a.b.c.d, which is IPv4. */
static void check_address(const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char want[INET6_ADDRSTRLEN] = "";

	if (memcmp(addr, mapped, 12))
		inet_ntop(AF_INET6, addr, want, sizeof(want));
	else
		inet_ntop(AF_INET, addr + 12, want, sizeof(want));
	CHECK_STR(address_text(addr), want);
}

TEST(text_address_is_rfc5952)
{
	static const char *const samples[] = {
		"::",
		"::1",
		"::2:1",
		"1::",
		"2001:db8::1",
		"2001:0:0:1::",
		"1:0:0:2:0:0:0:3",
		"1:0:0:2:3:0:0:4",
		"1:0:2:3:4:5:6:7",
		"0:1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:0",
		"::1.2.3.4",
		"::ffff:0:1.2.3.4",
		"64:ff9b::c000:221",
		"fe80::abcd:0:0:1",
		"::ffff",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	uint8_t addr[16];

	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		CHECK_EQ(inet_pton(AF_INET6, samples[i], addr), 1);
		check_address(addr);
	}
	CHECK_EQ(inet_pton(AF_INET6, "::ffff:192.0.2.255", addr), 1);
	CHECK_STR(address_text(addr), "192.0.2.255");
	CHECK_EQ(inet_pton(AF_INET6, "::ffff:0.0.0.0", addr), 1);
	CHECK_STR(address_text(addr), "0.0.0.0");
	CHECK_EQ(inet_pton(AF_INET6, "1:0:0:2:3:0:0:4", addr), 1);
	CHECK_STR(address_text(addr), "1::2:3:0:0:4");
}

TEST(text_address_is_what_inet_ntop_prints)
{
	uint64_t random = 3;

	for (int i = 0; i < 100000; i++) {
		uint64_t shape = next_random(&random);
		uint8_t addr[16];

		for (int b = 0; b < 16; b += 8) {
			uint64_t bits = next_random(&random);

			memcpy(addr + b, &bits, 8);
		}
		for (int g = 0; g < 8; g++) { /* a group is zero, short, or as it is */
			uint64_t kind = shape >> (4 * g) & 15;

			if (kind < 8)
				addr[2 * g] = 0;
			if (kind < 7)
				addr[2 * g + 1] = 0;
		}
		if (i % 10 == 0) {
			memset(addr, 0, 10);
			memset(addr + 10, i % 20 ? 0xff : 0, 2);
		}
		check_address(addr);
	}
}

TEST(text_address_groups_zero_in_every_pattern)
{
	for (unsigned int mask = 0; mask < 256; mask++) {
		uint8_t addr[16] = { 0 };

		for (unsigned int g = 0; g < 8; g++)
			addr[2 * g + 1] = mask >> g & 1 ? 0xa0 : 0;
		check_address(addr);
	}
}

static size_t encode(uint32_t code, uint8_t out[4]) /* RFC 3629 section 3 */
{
	if (code < 0x80) {
		out[0] = (uint8_t)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (uint8_t)(0xc0 | code >> 6);
		out[1] = (uint8_t)(0x80 | (code & 63));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (uint8_t)(0xe0 | code >> 12);
		out[1] = (uint8_t)(0x80 | (code >> 6 & 63));
		out[2] = (uint8_t)(0x80 | (code & 63));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | code >> 18);
	out[1] = (uint8_t)(0x80 | (code >> 12 & 63));
	out[2] = (uint8_t)(0x80 | (code >> 6 & 63));
	out[3] = (uint8_t)(0x80 | (code & 63));
	return 4;
}

TEST(text_utf8_takes_every_code_point_whole)
{
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		uint8_t text[4];
		int len = (int)encode(code, text);
		bool is_surrogate = code >= 0xd800 && code <= 0xdfff;

		if (rj_text_utf8(text, (size_t)len) != (is_surrogate ? -1 : len)) {
			CHECK_EQ(code, -1);
			return;
		}
	}
}

/* [n][x]: 1 when the n bytes in x are a whole character, 2 when they begin one. By enumeration. */
static uint8_t *known[4];

static void learn_characters(void)
{
	for (size_t n = 1; n <= 3; n++)
		known[n] = calloc(1, (size_t)1 << (8 * n));
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		uint8_t text[4];
		size_t len = encode(code, text), x = 0;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		for (size_t n = 1; n <= 3 && n <= len; n++) {
			x = x << 8 | text[n - 1];
			known[n][x] |= n == len ? 1 : 2;
		}
	}
}

static int expected_utf8(const uint8_t *text, size_t len)
{
	size_t x = 0;

	for (size_t n = 1; n <= 3 && n <= len; n++) {
		x = x << 8 | text[n - 1];
		if (!known[n][x])
			return n == 1 ? -1 : -(int)(n - 1);
		if (known[n][x] & 1)
			return (int)n;
	}
	if (len < 4)
		return -(int)len;
	return text[3] >= 0x80 && text[3] <= 0xbf ? 4 : -3;
}

TEST(text_utf8_finds_maximal_subparts)
{
	static const uint8_t edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
					 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xff };
	size_t num = sizeof(edges), num_wrong = 0;
	uint8_t text[4];

	learn_characters();
	for (size_t i = 0; i < 256 * num * num * num; i++) {
		text[0] = (uint8_t)(i & 255);
		text[1] = edges[i >> 8 & 15];
		text[2] = edges[i >> 12 & 15];
		text[3] = edges[i >> 16];
		for (size_t len = 1; len <= 4; len++)
			num_wrong += rj_text_utf8(text, len) != expected_utf8(text, len);
	}
	CHECK_EQ(num_wrong, 0);
	for (size_t n = 1; n <= 3; n++)
		free(known[n]);
}
