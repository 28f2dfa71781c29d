/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/ppi.h"

#include "bpf/wire.h"
#include "tests/unit/unit.h"

static struct rj_blocks blocks;

struct sent {
	unsigned int side;
	uint64_t us;
	uint8_t flags;
	uint32_t seq;
	uint32_t ack;
	uint32_t len;
};

static void add(struct rj_ppi *ppi, const struct sent *x, uint8_t opt_len, uint32_t limit)
{
	struct rj_packet p = { .bits = RJ_PKT_TCP,
			       .side = (uint8_t)x->side,
			       .tcp_flags = x->flags,
			       .tcp_seq = x->seq,
			       .tcp_ack = x->ack,
			       .payload_len = x->len,
			       .tcp_opt_len = opt_len };
	const struct rj_seen s = { .packet = &p, .since_us = x->us };

	memset(p.tcp_opts, 0x40 + opt_len, opt_len);
	CHECK(rj_ppi_packet(ppi, &s, limit, &blocks));
}

TEST(ppi_numbers_are_from_the_highest_so_far)
{
	enum { S = RJ_TCP_SYN, A = RJ_TCP_ACK };
	static const struct {
		struct sent sent;
		int32_t rseq;
		int32_t rack;
	} rows[] = {
		{ { 0, 0, S, 1000, 77, 0 }, 0, 0 },	  /* without ACK its number says nothing */
		{ { 1, 5, S | A, 5000, 1001, 0 }, 0, 1 }, /* 1001 - 1000 */
		{ { 0, 9, A, 1001, 5001, 0 }, 1, 1 },
		{ { 0, 10, A, 1001, 5001, 100 }, 0, 1 },
		{ { 0, 11, A, 1201, 5001, 100 }, 200, 1 },  /* 1201 - 1001: one is missing */
		{ { 0, 12, A, 1101, 5001, 100 }, -100, 1 }, /* it comes late */
		{ { 0, 13, A, 1301, 5001, 100 }, 100, 1 },  /* 1301 - 1201 */
		{ { 1, 20, A, 5001, 1401, 10 }, 1, 100 },   /* 1401 - 1301 */
		{ { 1, 21, A, 5001, 1401, 10 }, 0, 100 },   /* sent again */
		{ { 0, 22, RJ_TCP_RST, 1401, 0, 0 }, 100, 0 },
	};
	struct rj_ppi ppi = { 0 };
	struct rj_ppi_packet p;
	const uint8_t *opts;
	uint32_t at = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		add(&ppi, &rows[i].sent, 0, 50);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CHECK(rj_ppi_next(&ppi, &at, &p, &opts));
		CHECK_EQ(p.side, rows[i].sent.side);
		CHECK_EQ(p.seq, rows[i].sent.seq);
		CHECK_EQ(p.ack, rows[i].sent.ack);
		CHECK_EQ(p.rseq, rows[i].rseq);
		CHECK_EQ(p.rack, rows[i].rack);
		CHECK_EQ(p.flags, rows[i].sent.flags);
		CHECK_EQ(p.payload_len, rows[i].sent.len);
		CHECK_EQ(p.since_us, rows[i].sent.us);
	}
	CHECK(!rj_ppi_next(&ppi, &at, &p, &opts));
	rj_list_done(&ppi.packets, &blocks);
}

TEST(ppi_numbers_come_round)
{
	struct rj_ppi ppi = { 0 };
	struct rj_ppi_packet p;
	const uint8_t *opts;
	uint32_t at = 0;

	add(&ppi, &(struct sent){ 0, 0, RJ_TCP_ACK, 4294967290u, 0, 10 }, 0, 9);
	add(&ppi, &(struct sent){ 0, 1, RJ_TCP_ACK, 4, 0, 10 }, 0, 9);
	CHECK(rj_ppi_next(&ppi, &at, &p, &opts));
	CHECK(rj_ppi_next(&ppi, &at, &p, &opts));
	CHECK_EQ(p.rseq, 10); /* 2^32 - 6 to 4 */
	CHECK_EQ(p.rack, 0);  /* nothing came from the other side */
	rj_list_done(&ppi.packets, &blocks);
}

TEST(ppi_times_never_step_back)
{
	static const uint64_t us[] = { 10, 30, 20, 25, 31, 0 };
	static const uint64_t want[] = { 10, 30, 30, 30, 31, 31 };
	struct rj_ppi ppi = { 0 };
	struct rj_ppi_packet p;
	const uint8_t *opts;
	uint32_t at = 0;

	for (size_t i = 0; i < 6; i++)
		add(&ppi, &(struct sent){ i & 1, us[i], RJ_TCP_ACK, 1, 1, 0 }, 0, 9);
	for (size_t i = 0; i < 6; i++) {
		CHECK(rj_ppi_next(&ppi, &at, &p, &opts));
		CHECK_EQ(p.since_us, want[i]);
	}
	rj_list_done(&ppi.packets, &blocks);
}

TEST(ppi_has_so_many_of_each_side_with_their_options)
{
	struct rj_ppi ppi = { 0 };
	struct rj_ppi_packet p;
	const uint8_t *opts;
	uint32_t at = 0, num = 0;

	for (unsigned int i = 0; i < 100; i++)
		add(&ppi, &(struct sent){ i & 1, i, RJ_TCP_ACK, i, 1, 0 }, (uint8_t)(i % 11 * 4),
		    i & 1 ? 10 : 40);
	while (rj_ppi_next(&ppi, &at, &p, &opts)) {
		CHECK_EQ(p.opt_len, p.seq % 11 * 4);
		for (unsigned int i = 0; i < p.opt_len; i++)
			CHECK_EQ(opts[i], 0x40 + p.opt_len);
		num++;
	}
	CHECK_EQ(num, 50);
	CHECK_EQ(ppi.num[0], 40);
	CHECK_EQ(ppi.num[1], 10);
	rj_list_done(&ppi.packets, &blocks);
}

TEST(ppi_is_of_packets_with_a_tcp_header)
{
	const struct rj_packet udp = { .payload_len = 4 };
	const struct rj_packet later = { .bits = RJ_PKT_TCP | RJ_PKT_LATER_FRAG };
	struct rj_ppi ppi = { 0 };

	CHECK(rj_ppi_packet(&ppi, &(struct rj_seen){ .packet = &udp }, 9, &blocks));
	CHECK(rj_ppi_packet(&ppi, &(struct rj_seen){ .packet = &later }, 9, &blocks));
	CHECK_EQ(ppi.packets.len, 0);
}
