/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/subnets.h"

#include <arpa/inet.h>
#include <errno.h>

#include "tests/unit/unit.h"

static uint64_t find(const struct rj_subnets *s, const char *text)
{
	uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
	bool is_ipv4 = !strchr(text, ':');

	if (inet_pton(is_ipv4 ? AF_INET : AF_INET6, text, is_ipv4 ? addr + 12 : addr) != 1)
		abort();
	return rj_subnets_find(s, addr, is_ipv4);
}

/* Subnets "A B C" with set 0 to the first, 1 to the second, … sealed. */
static struct rj_subnets *make(const char *list)
{
	struct rj_subnets *s = rj_subnets_new();
	unsigned int set = 0;

	for (size_t len; *list; list += len + (list[len] == ' ')) {
		char text[64];

		len = strcspn(list, " ");
		snprintf(text, sizeof(text), "%.*s", (int)len, list);
		CHECK_EQ(rj_subnets_add(s, text, set++), 0);
	}
	CHECK_EQ(rj_subnets_seal(s), 0);
	return s;
}

TEST(subnets_begin_and_end_at_their_first_and_last_address)
{
	struct rj_subnets *s = make("10.0.0.0/8 192.168.1.7 0.0.0.0/1 255.255.255.255/32 "
				    "2001:db8::/33 ffff:ffff::/32 ::1 fe80::/64");

	CHECK_EQ(find(s, "10.0.0.0"), 5);
	CHECK_EQ(find(s, "10.255.255.255"), 5);
	CHECK_EQ(find(s, "9.255.255.255"), 4);
	CHECK_EQ(find(s, "11.0.0.0"), 4);
	CHECK_EQ(find(s, "0.0.0.0"), 4);
	CHECK_EQ(find(s, "127.255.255.255"), 4);
	CHECK_EQ(find(s, "128.0.0.0"), 0);
	CHECK_EQ(find(s, "192.168.1.6"), 0);
	CHECK_EQ(find(s, "192.168.1.7"), 2);
	CHECK_EQ(find(s, "192.168.1.8"), 0);
	CHECK_EQ(find(s, "255.255.255.254"), 0);
	CHECK_EQ(find(s, "255.255.255.255"), 8);
	CHECK_EQ(find(s, "2001:db8::"), 16);
	CHECK_EQ(find(s, "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"), 16);
	CHECK_EQ(find(s, "2001:db8:8000::"), 0);
	CHECK_EQ(find(s, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 32);
	CHECK_EQ(find(s, "::"), 0);
	CHECK_EQ(find(s, "::1"), 64);
	CHECK_EQ(find(s, "::2"), 0);
	CHECK_EQ(find(s, "fe80::ffff:ffff:ffff:ffff"), 128);
	CHECK_EQ(find(s, "fe80:0:0:1::"), 0);
	rj_subnets_free(s);
}

TEST(subnets_of_one_family_have_nothing_of_the_other)
{
	struct rj_subnets *s = make("::/0 0.0.0.0/0 ::ffff:10.0.0.0/104");

	CHECK_EQ(find(s, "10.0.0.1"), 2);
	CHECK_EQ(find(s, "::ffff:10.0.0.1"), 5);
	CHECK_EQ(find(s, "::a00:1"), 1);
	rj_subnets_free(s);
}

TEST(subnets_of_a_set_may_overlap)
{
	struct rj_subnets *s = rj_subnets_new();

	CHECK_EQ(rj_subnets_add(s, "10.0.0.0/8", 63), 0);
	CHECK_EQ(rj_subnets_add(s, "10.0.0.99/8", 63), 0);
	CHECK_EQ(rj_subnets_add(s, "10.1.0.0/16", 63), 0);
	CHECK_EQ(rj_subnets_add(s, "11.0.0.0/8", 63), 0);
	CHECK_EQ(rj_subnets_add(s, "10.1.2.0/24", 0), 0);
	CHECK_EQ(rj_subnets_seal(s), 0);
	CHECK(find(s, "10.1.0.1") == 1ull << 63);
	CHECK(find(s, "10.1.2.3") == (1ull << 63 | 1));
	CHECK(find(s, "10.2.0.0") == 1ull << 63);
	CHECK(find(s, "11.255.255.255") == 1ull << 63);
	CHECK_EQ(find(s, "12.0.0.0"), 0);
	rj_subnets_free(s);
}

TEST(subnets_without_any_find_nothing)
{
	struct rj_subnets *s = make("");

	CHECK_EQ(find(s, "10.0.0.1"), 0);
	CHECK_EQ(find(s, "::"), 0);
	rj_subnets_free(s);
	rj_subnets_free(NULL);
}

TEST(subnets_that_are_none_are_refused)
{
	static const char *const bad[] = { "",
					   "/",
					   "/8",
					   "10.0.0.0/",
					   "10.0.0.0/33",
					   "10.0.0.0/-1",
					   "10.0.0.0/+8",
					   "10.0.0.0/8x",
					   "10.0.0.0/8 ",
					   "10.0.0.0/8/8",
					   "10.0.0",
					   "10.0.0.256",
					   "1::/129",
					   "1::2::3",
					   "::g",
					   "fe80::1%lo",
					   "a",
					   "10.0.0.0/00000000000000000000000008" };
	struct rj_subnets *s = rj_subnets_new();
	char text[200];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_EQ(rj_subnets_add(s, bad[i], 0), -EINVAL);
	memset(text, '1', sizeof(text));
	for (size_t len = 16; len < sizeof(text); len++) {
		char *copy = (char *)unit_copy(text, len + 1);

		copy[len] = 0;
		CHECK_EQ(rj_subnets_add(s, copy, 0), -EINVAL);
		free(copy);
	}
	rj_subnets_free(s);
}

/* Every address is in what is said to hold it, and in nothing else. */
TEST(subnets_agree_with_a_comparison_of_prefixes)
{
	enum { NUM = 700 }; /* of so many there is an index */
	struct rj_subnets *s = rj_subnets_new();
	uint32_t at[NUM], state = 12345;
	unsigned int len[NUM];

	for (unsigned int i = 0; i < NUM; i++) {
		char text[32];

		state = state * 1664525 + 1013904223;
		at[i] = state & 0xf0f0ffff; /* so that many lie in one another */
		len[i] = i % 33;
		snprintf(text, sizeof(text), "%u.%u.%u.%u/%u", at[i] >> 24, at[i] >> 16 & 255,
			 at[i] >> 8 & 255, at[i] & 255, len[i]);
		CHECK_EQ(rj_subnets_add(s, text, i % 64), 0);
	}
	CHECK_EQ(rj_subnets_seal(s), 0);
	for (unsigned int i = 0; i < 4 * NUM; i++) {
		uint32_t wanted = at[i % NUM] + (i / NUM) - 1;
		uint8_t addr[16] = { 0, [12] = (uint8_t)(wanted >> 24), (uint8_t)(wanted >> 16),
				     (uint8_t)(wanted >> 8), (uint8_t)wanted };
		uint64_t sets = 0;

		for (unsigned int j = 0; j < NUM; j++)
			if (!len[j] || !((wanted ^ at[j]) >> (32 - len[j])))
				sets |= 1ull << j % 64;
		CHECK(rj_subnets_find(s, addr, true) == sets);
	}
	rj_subnets_free(s);
}
