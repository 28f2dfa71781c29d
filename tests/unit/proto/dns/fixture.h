/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the DNS dissector share. */
#ifndef RJ_TESTS_UNIT_PROTO_DNS_FIXTURE_H
#define RJ_TESTS_UNIT_PROTO_DNS_FIXTURE_H

#include "proto/registry.h"
#include "tests/unit/unit.h"

#define QUESTION "07 6578616d706c65 03 636f6d 00 0001 0001 " /* example.com A IN, at 12 */

struct fixture {
	uint64_t *state;
	struct rj_arena arena;
	unsigned int over;
	uint16_t port;
	uint64_t time_ns;
};

static inline void begin(struct fixture *f, uint16_t port)
{
	f->state = calloc(1, rj_dns.state_bytes);
	f->over = RJ_OVER_UDP;
	f->port = port;
	f->time_ns = 0;
	rj_arena_init(&f->arena, 4u << 20);
}

static inline enum rj_status feed(struct fixture *f, const uint8_t *bytes, size_t len,
				  unsigned int side, bool is_hard, bool is_done)
{
	struct rj_message m = { .side = side,
				.over = f->over,
				.src_port = side ? f->port : 40000,
				.dst_port = side ? 40000 : f->port,
				.time_ns = f->time_ns,
				.arena = &f->arena,
				.is_done = is_done };
	uint8_t *exact = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(exact, len, is_hard);
	enum rj_status st = rj_dns.parse(f->state, &m, &c);

	CHECK(st || !c.left || f->over == RJ_OVER_TCP);
	CHECK(st || !m.is_done);
	free(exact);
	return st;
}

static inline enum rj_status feed_hex(struct fixture *f, const char *hex, unsigned int side)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_status st = feed(f, bytes, len, side, true, false);

	free(bytes);
	return st;
}

static inline void end(struct fixture *f, const char *want)
{
	char *json = unit_json(&rj_dns, f->state, 0);

	if (want)
		CHECK_STR(json, want);
	free(json);
	free(f->state);
	rj_arena_done(&f->arena);
}

/* The datagram of side 1 on @port gives @want. */
static inline void check(uint16_t port, const char *hex, const char *want)
{
	struct fixture f;

	begin(&f, port);
	CHECK_EQ(feed_hex(&f, hex, 1), RJ_OK);
	end(&f, want);
}

#endif
