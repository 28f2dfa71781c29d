/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/local.h"

#include <arpa/inet.h>

#include "tests/unit/unit.h"

static bool has(struct rj_local *l, uint32_t peer, const char *text, uint8_t version,
		uint64_t now_ns)
{
	uint8_t bytes[16] = { [10] = 0xff, [11] = 0xff };

	if (version == 4)
		CHECK_EQ(inet_pton(AF_INET, text, bytes + 12), 1);
	else
		CHECK_EQ(inet_pton(AF_INET6, text, bytes), 1);
	return rj_local_has(l, peer, bytes, version, now_ns);
}

static bool is_local(struct rj_local *l, const char *text, uint8_t version, uint64_t now_ns)
{
	return has(l, 0, text, version, now_ns);
}

TEST(local_addresses_are_told_from_others)
{
	struct rj_local *l;

	CHECK_EQ(rj_local_open(&l), 0);
	for (uint64_t now_ns = 1; now_ns < 3 * RJ_LOCAL_NS; now_ns += RJ_LOCAL_NS / 2) {
		CHECK(is_local(l, "127.0.0.1", 4, now_ns));
		CHECK(is_local(l, "127.4.5.6", 4, now_ns));
		CHECK(!is_local(l, "192.0.2.1", 4, now_ns));
		CHECK(!is_local(l, "2001:db8::1", 6, now_ns));
		CHECK(!is_local(l, "224.0.0.1", 4, now_ns));
		/* of a namespace that is none: what is local here is not taken for local there */
		CHECK(!has(l, 4000000, "127.0.0.1", 4, now_ns));
		CHECK(!has(l, 4000000, "::1", 6, now_ns));
	}
	rj_local_close(l);
	CHECK(!is_local(NULL, "127.0.0.1", 4, 1));
	rj_local_close(NULL);
}
