/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/flow/engine_run.h"

TEST(engine_gathers_both_directions_into_one_record)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	packet(run, 1, 0, 1, SYN);
	packet(run, 1, 1, 0, SYN | ACK);
	packet(run, 1, 2, 1, ACK);
	expect(run, "1:eof:1/2@1 ");
}

TEST(engine_gives_time_limits_to_the_nanosecond_whatever_the_bucket)
{
	for (uint64_t start_ns = 0; start_ns < 400 * MS; start_ns += 12345678) {
		struct run *run = start(10000 * MS, 30000 * MS, 100);

		packet_ns(run, 1, start_ns, 0, ACK);
		packet_ns(run, 1, start_ns + 10000 * MS, 0, ACK);
		packet_ns(run, 1, start_ns + 20000 * MS + 1, 0, ACK);
		expect(run, "1:idle:2/0@0 1:eof:1/0@0 ");
	}
}

TEST(engine_keeps_the_originator_over_an_active_cut_and_not_over_an_idle_one)
{
	struct run *run = start(10000 * MS, 15000 * MS, 100);

	packet(run, 1, 0, 1, ACK);
	packet(run, 1, 9000, 0, ACK);
	packet(run, 1, 15001, 0, ACK);
	packet(run, 1, 25002, 0, ACK);
	expect(run, "1:active:1/1@1 1:idle:1/0@1 1:eof:1/0@0 ");
}

TEST(engine_starts_a_new_flow_at_a_syn_after_the_end_of_the_old)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	packet(run, 1, 0, 0, SYN);
	packet(run, 1, 1, 0, FIN | ACK);
	packet(run, 1, 2, 1, FIN | ACK);
	packet(run, 1, 3, 0, ACK);
	packet(run, 1, 4, 1, SYN);
	packet(run, 1, 5, 0, RST);
	packet(run, 1, 6, 0, RST);
	packet(run, 1, 7, 0, SYN);
	expect(run, "1:reuse:3/1@0 1:reuse:2/1@1 1:eof:1/0@0 ");
}

TEST(engine_takes_the_receiver_of_a_syn_ack_for_the_originator)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	packet(run, 1, 0, 0, SYN | ACK);
	expect(run, "1:eof:1/0@1 ");
}

TEST(engine_ends_idle_flows_when_another_packet_or_a_tick_tells_the_time)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	packet(run, 1, 0, 0, ACK);
	packet(run, 2, 5000, 0, ACK);
	packet(run, 3, 12000, 0, ACK);
	CHECK_STR(run->log, "1:idle:1/0@0 ");
	rj_engine_tick(run->engine, 16000 * MS);
	CHECK_STR(run->log, "1:idle:1/0@0 2:idle:1/0@0 ");
	expect(run, "1:idle:1/0@0 2:idle:1/0@0 3:eof:1/0@0 ");
}

TEST(engine_without_limits_ends_nothing_by_time)
{
	struct run *run = start(0, 0, 100);

	packet_ns(run, 1, 0, 0, ACK);
	packet_ns(run, 1, UINT64_MAX, 1, ACK);
	rj_engine_tick(run->engine, UINT64_MAX);
	expect(run, "1:eof:1/1@0 ");
}

TEST(engine_without_idle_limit_ends_flows_at_the_active_one)
{
	struct run *run = start(0, 1000 * MS, 100);

	packet(run, 1, 0, 0, ACK);
	packet(run, 2, 5000, 0, ACK);
	expect(run, "1:active:1/0@0 2:eof:1/0@0 ");
}

TEST(engine_evicts_the_oldest_flow_for_a_new_one)
{
	struct run *run = start(10000 * MS, 30000 * MS, 2);
	struct rj_engine_stats stats;

	packet(run, 1, 0, 0, ACK);
	packet(run, 2, 1, 0, ACK);
	packet(run, 1, 2, 1, ACK); /* old by its beginning still */
	packet(run, 3, 3, 0, ACK);
	packet(run, 1, 4, 0, ACK);
	rj_engine_get_stats(run->engine, &stats);
	CHECK_EQ(stats.flows_evicted, 2);
	expect(run, "1:evicted:1/1@0 2:evicted:1/0@0 3:eof:1/0@0 1:eof:1/0@0 ");
}

TEST(engine_works_with_room_for_one_flow)
{
	struct run *run = start(10000 * MS, 30000 * MS, 1);

	packet(run, 1, 0, 0, ACK);
	packet(run, 2, 1, 0, ACK);
	packet(run, 2, 20000, 0, ACK);
	expect(run, "1:evicted:1/0@0 2:idle:1/0@0 2:eof:1/0@0 ");
}

TEST(engine_flushes_in_order_of_beginning)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	for (unsigned int port = 9; port; port--)
		packet(run, port, 10, 0, ACK);
	packet(run, 9, 11, 0, ACK);
	expect(run, "9:eof:2/0@0 8:eof:1/0@0 7:eof:1/0@0 6:eof:1/0@0 5:eof:1/0@0 4:eof:1/0@0 "
		    "3:eof:1/0@0 2:eof:1/0@0 1:eof:1/0@0 ");
}

TEST(engine_forgets_time_with_a_flush)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	packet(run, 1, 1000000, 0, ACK);
	rj_engine_flush(run->engine, RJ_END_EOF);
	packet(run, 1, 0, 0, ACK); /* a file is its own time */
	packet(run, 2, 20000, 0, ACK);
	expect(run, "1:eof:1/0@0 1:idle:1/0@0 2:eof:1/0@0 ");
}

TEST(engine_goes_on_with_flows_when_the_clock_steps_back)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	packet(run, 1, 100000, 0, ACK);
	packet(run, 1, 0, 1, ACK);
	packet(run, 2, 5, 1, ACK);
	packet(run, 1, 100001, 0, ACK);
	expect(run, "2:idle:0/1@1 1:eof:2/1@0 ");
}

TEST(engine_ends_by_packet_what_a_clock_that_ran_ahead_keeps_from_the_ticks)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	packet_ns(run, 9, 1ull << 62, 0, ACK); /* a hostile capture's */
	packet(run, 1, 1000, 0, ACK);
	packet(run, 1, 12000, 0, ACK);
	expect(run, "1:idle:1/0@0 9:eof:1/0@0 1:idle:1/0@0 ");
}

TEST(engine_ends_within_time_even_at_the_end_of_time)
{
	struct run *run = start(10000 * MS, 0, 100);

	packet_ns(run, 1, UINT64_MAX - 9000 * MS, 0, ACK);
	packet_ns(run, 2, UINT64_MAX - 4000 * MS, 0, ACK);
	packet_ns(run, 1, UINT64_MAX, 0, ACK);
	expect(run, "1:eof:2/0@0 2:eof:1/0@0 ");
	run = start(UINT64_MAX - 1, 0, 100);
	packet_ns(run, 1, 1700000000ull * 1000 * MS, 0, ACK);
	packet_ns(run, 1, UINT64_MAX - 1, 0, ACK);
	expect(run, "1:eof:2/0@0 ");
}

TEST(engine_account_holds_for_random_packets_and_few_places)
{
	struct run *run = start(50 * MS, 200 * MS, 37);
	uint64_t seed = 1, now = 1000 * MS;

	run->is_quiet = true;
	for (unsigned int i = 0; i < 200000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		now += (seed >> 60) ? seed >> 44 : seed >> 38; /* up to 1 ms, at times up to 67 */
		if (!(seed >> 30 & 0xfff))
			now -= 300 * MS;
		packet_ns(run, seed >> 33 & 63, now, seed >> 20 & 1, seed >> 10 & 0x1f);
	}
	CHECK(run->records > 37);
	expect(run, NULL);
}

TEST(engine_ends_a_million_flows_of_one_moment_without_looking_at_them_twice)
{
	struct run *run = start(10000 * MS, 30000 * MS, 300000);

	run->is_quiet = true;
	for (unsigned int i = 0; i < 300000; i++) {
		struct rj_packet p = { .key = { .addr = { { i, 0 }, { 0, 1 } } },
				       .time_ns = 1000 * MS,
				       .num_segments = 1 };

		rj_engine_packet(run->engine, &p, NULL, 0);
	}
	for (unsigned int ms = 1000; ms < 12000; ms++)
		rj_engine_tick(run->engine, ms * MS);
	CHECK_EQ(run->records, 300000);
	expect(run, NULL);
}

TEST(engine_refuses_options_out_of_bounds)
{
	struct rj_engine_options o = { .on_record = on_record, .max_flows = 1 };
	struct rj_engine *e = NULL;

	o.limits.num_packets = RJ_MAX_PACKETS + 1;
	CHECK_EQ(rj_engine_new(&o, &e), -22);
	o.limits.num_packets = RJ_MAX_PACKETS;
	o.max_flows = 0;
	CHECK_EQ(rj_engine_new(&o, &e), -22);
	CHECK(!e);
	rj_engine_free(NULL);
}

TEST(engine_joins_what_went_around_the_kernel_to_the_kernels_flow)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);
	struct rj_key key = { .addr = { { 0, 1 }, { 0, 2 } }, .port = { 1, 443 }, .proto = 6 };
	struct rj_flow flow = { .start_ns = 5 * MS, .originator = 0 };
	struct rj_rest rest = { .first_ns = 5 * MS };
	const struct rj_seq seq[RJ_NUM_SIDES] = { { .rest = &rest } };

	packet(run, 1, 1, 1, ACK);
	flow.half[0].packets = 7;
	flow.half[0].last_ns = 5 * MS;
	rj_engine_state(run->engine, &key, &flow, seq, RJ_END_IDLE);
	expect(run, "1:idle:7/1@1 ");
}

TEST(engine_waits_for_the_kernels_part_of_a_flow_and_does_not_hang)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	packet(run, 1, 1000, 0, ACK);
	run->alive_since = 1001 * MS;
	for (unsigned int s = 0; s < 60; s++)
		rj_engine_tick(run->engine, (11000 + s * 1000) * MS);
	CHECK_STR(run->log, "");
	CHECK(run->num_asked < 100);
	run->alive_since = 0;
	rj_engine_tick(run->engine, 100000 * MS);
	expect(run, "1:idle:1/0@0 ");
}

TEST(engine_counts_what_went_around_the_kernel_on_one_interface)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);
	struct rj_packet p = { .key = { .addr = { { 0, 1 }, { 0, 2 } }, .port = { 1, 443 } },
			       .num_segments = 3 };
	struct rj_engine_stats stats;

	for (unsigned int i = 0; i < 12; i++) {
		p.ifindex = 5 + i % 3;
		p.time_ns = 1000 * MS + i / 3;
		rj_engine_packet(run->engine, &p, NULL, 0);
	}
	p.time_ns += 1001 * MS; /* the first one has been silent for long enough */
	rj_engine_packet(run->engine, &p, NULL, 0);
	rj_engine_get_stats(run->engine, &stats);
	CHECK_EQ(stats.packets_duplicate, 8 * 3);
	expect(run, "1:eof:15/0@0 ");
}

static const char *name_of(void *user, uint32_t ifindex)
{
	static const char *const names[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };

	(void)user;
	return ifindex < 9 ? names[ifindex] : NULL; /* 9 is gone since */
}

static void log_interfaces(void *user, const struct rj_record *r)
{
	struct run *run = user;

	for (unsigned int i = 0; i < r->num_ifnames; i++)
		run->log[run->len++] = *r->ifname[i];
	run->log[run->len++] = ' ';
}

TEST(engine_names_the_interfaces_of_both_sides_and_pieces_once_the_first_one_first)
{
	struct run run = { .len = 0 };
	struct rj_engine_options o = { .limits = { .idle_ns = 10000 * MS },
				       .max_flows = 10,
				       .on_record = log_interfaces,
				       .ifname = name_of,
				       .user = &run };
	struct rj_packet p = { .key = { .addr = { { 0, 1 }, { 0, 2 } } }, .num_segments = 1 };
	struct rj_flow flow = { .start_ns = 3 * MS,
				.half = { { .packets = 1 }, { .packets = 1 } } };
	struct rj_rest rest[RJ_NUM_SIDES] = { { .ifindex = 5, .also = { 7, 3 } },
					      { .ifindex = 1, .also = { 9, 6, 8, 5 } } };
	const struct rj_seq seq[RJ_NUM_SIDES] = { { .rest = &rest[0] }, { .rest = &rest[1] } };

	if (rj_engine_new(&o, &run.engine))
		abort();
	for (unsigned int i = 0; i < 4; i++) { /* the last two of each are set aside */
		static const uint8_t sides[] = { 1, 1, 0, 0 }, interfaces[] = { 4, 2, 2, 4 };

		p.time_ns = MS + i;
		p.side = sides[i];
		p.ifindex = interfaces[i];
		rj_engine_packet(run.engine, &p, NULL, 0);
	}
	rj_engine_state(run.engine, &p.key, &flow, seq, RJ_END_IDLE);
	rest[0].ifindex = rest[0].also[0] = rest[0].also[1] = 0; /* a reader of files knows none */
	rest[1] = rest[0];
	rj_engine_state(run.engine, &p.key, &flow, seq, RJ_END_IDLE);
	/* of the side that began: 4 2 1 9 6, and there is no room for 8; of the other: 2 4 5 7 3 */
	CHECK_STR(run.log, "4216573  ");
	rj_engine_free(run.engine);
}

/* A piece of a kernel's flow that begins at @ms, of so many packets of either side. */
static void fold(struct run *run, uint64_t ms, uint32_t packets, uint32_t answers, enum rj_end end)
{
	struct rj_flow flow = { .start_ns = ms * MS };
	struct rj_rest rest[RJ_NUM_SIDES] = { { .first_ns = ms * MS }, { .first_ns = ms * MS } };
	const struct rj_seq seq[RJ_NUM_SIDES] = { { .rest = &rest[0] }, { .rest = &rest[1] } };
	struct rj_key key = { .addr = { { 0, 1 }, { 0, 2 } }, .port = { 1, 443 }, .proto = 6 };

	flow.half[0].packets = packets;
	flow.half[1].packets = answers;
	flow.half[0].last_ns = flow.half[1].last_ns = ms * MS;
	rj_engine_state(run->engine, &key, &flow, seq, end);
}

TEST(engine_joins_the_pieces_of_a_flow_that_was_folded)
{
	struct run *run = start(10000 * MS, 0, 100);

	fold(run, 1000, RJ_FOLD_PACKETS + 1, 5, RJ_END_FOLD);
	fold(run, 2000, 7, 3, RJ_END_IDLE);
	expect(run, "1:idle:2147483655/8@0 ");
}

TEST(engine_counts_all_packets_of_a_flow_that_was_folded_often)
{
	struct run *run = start(10000 * MS, 0, 100);

	for (unsigned int i = 0; i < 5; i++)
		fold(run, 1000 + i, RJ_FOLD_PACKETS + 1, 1, RJ_END_FOLD);
	fold(run, 2000, 7, 1, RJ_END_IDLE);
	/* in as many records as it takes for counters of 32 bits */
	expect(run, "1:fold:2147483648/1@0 1:fold:2147483648/1@0 1:fold:2147483648/1@0 "
		    "1:fold:2147483648/1@0 1:idle:2147483655/2@0 ");
}

static void on_first_bytes(void *user, const struct rj_record *r)
{
	struct run *run = user;

	run->records++;
	run->packets += rj_flow_packets(r->flow);
	run->len += (size_t)snprintf(run->log + run->len, sizeof(run->log) - run->len, "%u of %u ",
				     r->traits ? r->traits->prefix[0].len : 0,
				     r->bytes ? (unsigned int)rj_bytes_total(r->bytes) : 0);
}

static void segment(struct run *run, unsigned int port, uint32_t seq, uint8_t flags,
		    const char *bytes)
{
	const struct rj_packet p = {
		.key = { .addr = { { 0, 1 }, { 0, 2 } },
			 .port = { (uint16_t)port, 443 },
			 .proto = RJ_IP_TCP },
		.time_ns = MS,
		.ip_len = 40 + (uint32_t)strlen(bytes),
		.payload_len = (uint32_t)strlen(bytes),
		.num_segments = 1,
		.bits = RJ_PKT_TCP,
		.tcp_seq = seq,
		.tcp_flags = flags,
	};

	rj_engine_packet(run->engine, &p, (const uint8_t *)bytes, p.payload_len);
}

/* Without a SYN nothing else tells that the byte, which is one of before, is not the first. */
TEST(engine_takes_a_byte_that_keeps_a_connection_alive_for_none_of_it)
{
	struct run *run = calloc(1, sizeof(*run));
	struct rj_engine_options o = {
		.limits = { .idle_ns = 1000 * MS, .active_ns = 1000 * MS, .num_packets = 50 },
		.max_flows = 10,
		.time_decimals = 9,
		.bd_bytes = 1000,
		.on_record = on_first_bytes,
		.user = run,
	};
	const char *name;
	size_t len;

	if (!run || rj_feature_set_parse("bd,payload", &o.features, &name, &len) ||
	    rj_engine_new(&o, &run->engine))
		abort();
	segment(run, 1, 999, ACK, "x");
	segment(run, 1, 1000, ACK | RJ_TCP_PSH, "hello");
	segment(run, 2, 999, ACK, "x");
	segment(run, 3, 999, ACK | RJ_TCP_PSH, "x"); /* data */
	expect(run, "5 of 5 0 of 0 1 of 1 ");
}
