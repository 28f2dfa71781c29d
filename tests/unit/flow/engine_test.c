/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/engine.h"

#include "bpf/accumulate.h"
#include "bpf/wire.h"
#include "tests/unit/unit.h"

#define MS 1000000ull
#define SYN RJ_TCP_SYN
#define ACK RJ_TCP_ACK
#define FIN RJ_TCP_FIN
#define RST RJ_TCP_RST

/*
 * struct run - an engine and what came out of it: for each record
 * "port:end:packets of side 0/of side 1@originator ".
 */
struct run {
	struct rj_engine *engine;
	char log[4096];
	size_t len;
	uint64_t packets;
	uint64_t records;
	uint64_t lost; /* samples */
	bool is_quiet;
	uint64_t alive_since; /* 0: no flow goes on in the kernel */
	unsigned int num_asked;
	char said[1000]; /* what was wanted of slots: "slot/generation:until " */
	size_t said_len;
};

static void on_record(void *user, const struct rj_record *r)
{
	static const char *const ends[] = { "",	    "idle",    "active", "reuse",
					    "fold", "evicted", "eof",	 "stop" };
	struct run *run = user;

	run->packets += rj_flow_packets(r->flow);
	run->records++;
	run->lost += r->seq[0].rest->lost_samples + r->seq[1].rest->lost_samples;
	if (run->is_quiet)
		return;
	run->len += (size_t)snprintf(run->log + run->len, sizeof(run->log) - run->len,
				     "%u:%s:%u/%u@%u ", r->key->port[0], ends[r->end],
				     (unsigned int)r->flow->half[0].packets,
				     (unsigned int)r->flow->half[1].packets, r->flow->originator);
}

static bool is_alive(void *user, const struct rj_key *key, uint64_t *ret_start_ns)
{
	struct run *run = user;

	(void)key;
	if (++run->num_asked > 1000000)
		abort(); /* asked for ever */
	*ret_start_ns = run->alive_since;
	return run->alive_since;
}

static void want(void *user, uint32_t slot, uint32_t generation, uint32_t until)
{
	struct run *run = user;

	run->said_len += (size_t)snprintf(run->said + run->said_len,
					  sizeof(run->said) - run->said_len, "%u/%u:%u ", slot,
					  generation, until);
}

static struct run *start(uint64_t idle_ns, uint64_t active_ns, uint32_t max_flows)
{
	struct run *run = calloc(1, sizeof(*run));
	struct rj_engine_options o = {
		.limits = { .idle_ns = idle_ns,
			    .active_ns = active_ns,
			    .num_packets = 50,
			    .sample_bytes = 1000 },
		.max_flows = max_flows,
		.time_decimals = 9,
		.on_record = on_record,
		.is_alive = is_alive,
		.want = want,
		.features = { .dissectors = ~0u },
		.user = run,
	};

	if (!run || rj_engine_new(&o, &run->engine))
		abort();
	return run;
}

/* A packet of the flow of @port. */
static void packet_ns(struct run *run, unsigned int port, uint64_t time_ns, unsigned int side,
		      uint8_t flags)
{
	struct rj_packet p = {
		.key = { .addr = { { 0, 1 }, { 0, 2 } },
			 .port = { (uint16_t)port, 443 },
			 .proto = 6 },
		.time_ns = time_ns,
		.ip_len = 40,
		.num_segments = 1,
		.side = (uint8_t)side,
		.bits = RJ_PKT_TCP,
		.tcp_flags = flags,
	};

	rj_engine_packet(run->engine, &p, NULL, 0);
}

static void packet(struct run *run, unsigned int port, uint64_t time_ms, unsigned int side,
		   uint8_t flags)
{
	packet_ns(run, port, time_ms * MS, side, flags);
}

/* Flushes, compares the log, checks the account. */
static void expect(struct run *run, const char *log)
{
	struct rj_engine_stats stats;

	rj_engine_flush(run->engine, RJ_END_EOF);
	rj_engine_get_stats(run->engine, &stats);
	if (log)
		CHECK_STR(run->log, log);
	CHECK_EQ(stats.flows_now, 0);
	CHECK_EQ(stats.packets_in_flows, run->packets);
	CHECK_EQ(stats.packets_recorded, run->packets);
	CHECK_EQ(stats.flows, run->records);
	CHECK_EQ(stats.packets_refused, 0);
	rj_engine_free(run->engine);
	free(run);
}

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

/*
 * @len bytes that the kernel sampled of its flow that began at 1 ms; @start_seq: of the side's
 * first byte where the kernel had its SYN, else 0.
 */
static void started_sample(struct run *run, unsigned int port, uint8_t proto, unsigned int side,
			   uint32_t seq, const void *bytes, uint32_t len, uint32_t start_seq)
{
	struct rj_sample *s = calloc(1, sizeof(*s) + len);

	if (!s)
		abort();
	s->key = (struct rj_key){ .addr = { { 0, 1 }, { 0, 2 } },
				  .port = { (uint16_t)port, 443 },
				  .proto = proto };
	s->flow_start_ns = MS;
	s->time_ns = 2 * MS;
	s->stream_seq = seq;
	s->payload_len = len;
	s->len = len;
	s->side = (uint8_t)side;
	s->slot = 7 + side;
	s->generation = 5;
	s->bits = proto == RJ_IP_TCP ? RJ_PKT_TCP : 0;
	s->has_start = !!start_seq;
	s->start_seq = start_seq;
	memcpy(s->bytes, bytes, len);
	rj_engine_sample(run->engine, s);
	free(s);
}

static void sample(struct run *run, unsigned int port, uint8_t proto, unsigned int side,
		   uint32_t seq, const void *bytes, uint32_t len)
{
	started_sample(run, port, proto, side, seq, bytes, len, 0);
}

TEST(engine_has_the_kernel_stop_where_nothing_can_be_told)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	for (unsigned int i = 0; i < 3; i++) {
		sample(run, 1, RJ_IP_UDP, 0, 0, "\xee\xee\xee\xee", 4);
		sample(run, 1, RJ_IP_UDP, 1, 0, "\xee\xee\xee\xee", 4);
	}
	CHECK_STR(run->said, "");
	sample(run, 1, RJ_IP_UDP, 0, 0, "\xee\xee\xee\xee", 4);
	CHECK_STR(run->said, "");
	sample(run, 1, RJ_IP_UDP, 1, 0, "\xee\xee\xee\xee", 4);
	CHECK_STR(run->said, "7/5:4 8/5:4 ");
	sample(run, 1, RJ_IP_UDP, 1, 0, "\xee\xee\xee\xee", 4); /* was on its way */
	CHECK_STR(run->said, "7/5:4 8/5:4 ");
	expect(run, "");
}

/* A head of HTTP that is not complete: as much as its dissector takes, from where it began. */
TEST(engine_has_the_kernel_go_on_where_more_is_wanted)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: ";
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	sample(run, 1, RJ_IP_TCP, 0, 1000, head, sizeof(head) - 1);
	CHECK_STR(run->said, "7/5:17384 "); /* 1000 + 16384 */
	/* behind a hole nothing can be read: back to the first bytes */
	sample(run, 1, RJ_IP_TCP, 0, 5000, "x", 1);
	CHECK_STR(run->said, "7/5:17384 7/5:0 ");
	expect(run, "");
}

/* What lies before the stream's start, or out of order behind it, does not hide its first bytes. */
TEST(engine_knows_from_the_first_sample_where_a_stream_starts)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: ";
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	started_sample(run, 1, RJ_IP_TCP, 0, 900, "stray", 5, 1000);
	started_sample(run, 1, RJ_IP_TCP, 0, 1010, head + 10, sizeof(head) - 11, 1000);
	CHECK(!strstr(run->said, "7/5:17384"));
	started_sample(run, 1, RJ_IP_TCP, 0, 1000, head, 10, 1000);
	CHECK(strstr(run->said, "7/5:17384")); /* 1000 + 16384, of HTTP's dissector */
	sample(run, 2, RJ_IP_TCP, 0, 900, "stray", 5);
	sample(run, 2, RJ_IP_TCP, 0, 1010, head + 10, sizeof(head) - 11);
	run->said[0] = 0;
	sample(run, 2, RJ_IP_TCP, 0, 1000, head, 10);
	CHECK(!strstr(run->said, "7/5:17384")); /* nobody knows */
	expect(run, "");
}

TEST(engine_counts_bytes_and_wants_none_of_a_flow_without_dissectors)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	sample(run, 1, 132, 0, 0, "x", 1); /* neither TCP nor UDP: nobody asked for its bytes */
	CHECK_STR(run->said, "");
	expect(run, "");
}

/* Of a packet that went around the kernel the payload did not come along. */
TEST(engine_counts_the_samples_that_orphans_lack)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);
	struct rj_packet p = { .key = { .addr = { { 0, 1 }, { 0, 2 } }, .proto = RJ_IP_TCP },
			       .time_ns = MS,
			       .num_segments = 1,
			       .bits = RJ_PKT_TCP };
	struct rj_engine_stats stats;

	rj_engine_orphan(run->engine, &p); /* has none */
	p.payload_len = 600;
	rj_engine_orphan(run->engine, &p);
	rj_engine_orphan(run->engine, &p);
	rj_engine_orphan(run->engine, &p); /* behind the 1000 that are sampled */
	rj_engine_get_stats(run->engine, &stats);
	CHECK_EQ(stats.samples_lost, 2);
	CHECK_EQ(run->lost, 0);
	rj_engine_flush(run->engine, RJ_END_EOF);
	CHECK_EQ(run->lost, 2);
	expect(run, "0:eof:4/0@0 ");
}

/* Flows that go around the kernel push each other out, not what is known of the kernel's flows. */
TEST(engine_evicts_what_is_counted_here_before_what_the_kernel_keeps)
{
	struct run *run = start(10000 * MS, 30000 * MS, 4);
	struct rj_flow flow = { .start_ns = MS };
	struct rj_rest rest = { .first_ns = 3 * MS };
	const struct rj_seq seq[RJ_NUM_SIDES] = { { .rest = &rest } };
	struct rj_key key = { .addr = { { 0, 1 }, { 0, 2 } }, .port = { 1, 443 }, .proto = 6 };

	run->alive_since = MS;
	sample(run, 1, RJ_IP_TCP, 0, 1000, "GET / HTTP/1.1\r\n", 16);
	sample(run, 2, RJ_IP_TCP, 0, 1000, "GET / HTTP/1.1\r\n", 16);
	for (unsigned int port = 10; port < 20; port++)
		packet(run, port, 3, 0, ACK);
	flow.half[0].packets = 9;
	flow.half[0].last_ns = 3 * MS;
	rj_engine_state(run->engine, &key, &flow, seq, RJ_END_IDLE);
	/* eight went, one after the other; none for flow 1, which was there */
	expect(run, "10:evicted:1/0@0 11:evicted:1/0@0 12:evicted:1/0@0 13:evicted:1/0@0 "
		    "14:evicted:1/0@0 15:evicted:1/0@0 16:evicted:1/0@0 17:evicted:1/0@0 "
		    "1:idle:9/0@0 18:eof:1/0@0 19:eof:1/0@0 ");
}

/*
 * Behind a head and the start of its body nothing is wanted but the next head: the kernel stops,
 * finds that by itself, and what it hands up then is in its place.
 */
TEST(engine_has_the_kernel_stop_at_a_body_and_reads_the_head_behind_it)
{
	static const char head[] = "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n"
				   "0123456789abcdef";
	uint32_t len = sizeof(head) - 1, behind = 1000 + len - 16 + 1000000;
	struct run *run = start(10000 * MS, 30000 * MS, 100);
	char want[100];

	sample(run, 1, RJ_IP_TCP, 0, 1000, head, len);
	snprintf(want, sizeof(want), "7/5:%u ", 1000 + len);
	CHECK_STR(run->said, want);
	sample(run, 1, RJ_IP_TCP, 0, 1000 + len, "of the body", 11); /* was on its way */
	run->said_len = 0;
	sample(run, 1, RJ_IP_TCP, 0, behind, "PUT / HTTP/1.1\r\n", 16);
	/* the head is not whole: on, as far as its dissector reads; the body did not count */
	snprintf(want, sizeof(want), "7/5:%u ", behind + 16384 - len);
	CHECK_STR(run->said, want);
	expect(run, "");
}

/* Of a body that ends within the first 1000 bytes: the head behind it may stand anywhere. */
TEST(engine_has_the_kernel_go_on_behind_a_short_body)
{
	static const char near[] = "PUT / HTTP/1.1\r\nContent-Length: 960\r\n\r\n0123456789abcdef";
	static const char far[] = "PUT / HTTP/1.1\r\nContent-Length: 961\r\n\r\n0123456789abcdef";
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	sample(run, 1, RJ_IP_TCP, 0, 1000, near, sizeof(near) - 1);
	CHECK_STR(run->said, "");
	sample(run, 2, RJ_IP_TCP, 0, 1000, far, sizeof(far) - 1);
	CHECK_STR(run->said, "7/5:1055 ");
	expect(run, "");
}

/* A fragment's sample of the answer to port 53's flow @port: @len bytes at @off of the datagram. */
static void fragment_sample(struct run *run, unsigned int port, uint8_t bits, uint32_t off,
			    const char *bytes, uint32_t len)
{
	struct rj_sample *s = calloc(1, sizeof(*s) + len);

	if (!s)
		abort();
	s->key = (struct rj_key){ .addr = { { 0, 1 }, { 0, 2 } },
				  .port = { (uint16_t)port, 53 },
				  .proto = RJ_IP_UDP };
	s->bits = bits;
	s->flow_start_ns = bits & RJ_PKT_FIRST_FRAG ? MS : 0;
	s->time_ns = MS;
	s->offset = off;
	s->stream_seq = 5;
	s->len = s->payload_len = len;
	memcpy(s->bytes, bytes, len);
	rj_engine_sample(run->engine, s);
	free(s);
}

/* The last fragment goes around the kernel and waits; the datagram is whole with its first. */
TEST(engine_puts_a_datagram_together_whose_first_fragment_comes_last)
{
	static const char query[] = "\0\1\1\0\0\1\0\0\0\0\0\0\1a\1b\0\0\1\0\1";
	struct run *run = start(10000 * MS, 30000 * MS, 100);
	struct rj_packet p = {
		.key = { .addr = { { 0, 1 }, { 0, 2 } }, .proto = RJ_IP_UDP },
		.time_ns = MS,
		.payload_len = 4,
		.num_segments = 1,
		.frag_id = 5,
		.frag_off = 24,
		.bits = RJ_PKT_LATER_FRAG | RJ_PKT_LAST_FRAG,
	};
	struct rj_engine_stats stats;

	rj_engine_orphan(run->engine, &p);
	fragment_sample(run, 0, p.bits, 24, query + 16, 4);
	p.bits = RJ_PKT_FIRST_FRAG;
	p.frag_off = 8;
	p.key.port[0] = 1;
	p.key.port[1] = 53;
	rj_engine_first(run->engine, &p);
	fragment_sample(run, 1, RJ_PKT_FIRST_FRAG, 0, query, 16);
	rj_engine_get_stats(run->engine, &stats);
	CHECK_EQ(stats.datagrams.whole, 1);
	expect(run, "1:eof:1/0@0 ");
}

/* Its header could not be read (RFC 1858 3), and what follows it stands where its payload would. */
TEST(engine_leaves_fragments_of_an_unreadable_segment_alone)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);
	struct rj_packet p = {
		.key = { .addr = { { 0, 1 }, { 0, 2 } }, .port = { 1, 443 }, .proto = 6 },
		.time_ns = MS,
		.payload_len = 18,
		.num_segments = 1,
		.bits = RJ_PKT_TCP,
	};
	struct rj_engine_stats stats;

	rj_engine_packet(run->engine, &p, (const uint8_t *)"GET / HTTP/1.1\r\n\r\n", 18);
	p.bits = RJ_PKT_BAD_L4 | RJ_PKT_FIRST_FRAG;
	p.frag_off = 16; /* an AH lies before the segment */
	rj_engine_packet(run->engine, &p, (const uint8_t *)"GET / HTTP/1.1\r\n\r\n", 18);
	p.bits = RJ_PKT_LATER_FRAG | RJ_PKT_LAST_FRAG;
	rj_engine_packet(run->engine, &p, (const uint8_t *)"GET / HTTP/1.1\r\n\r\n", 18);
	rj_engine_get_stats(run->engine, &stats);
	CHECK_EQ(stats.datagrams.whole, 0);
	rj_engine_flush(run->engine, RJ_END_EOF);
	expect(run, "1:eof:3/0@0 ");
}

/*
 * A kernel's flow of a request and @answer; @half says more of its sides, @syn_seq of the answer's:
 * messages malformed.
 */
static uint64_t malformed_of(const char *request, const char *answer, const struct rj_half half[2],
			     uint32_t syn_seq)
{
	struct run *run = start(10000 * MS, 30000 * MS, 100);
	struct rj_flow flow = { .start_ns = MS, .half = { half[0], half[1] } };
	struct rj_rest rest[RJ_NUM_SIDES] = { { .first_ns = MS }, { .syn_seq = syn_seq } };
	const struct rj_seq seq[RJ_NUM_SIDES] = { { .rest = &rest[0] }, { .rest = &rest[1] } };
	struct rj_key key = { .addr = { { 0, 1 }, { 0, 2 } }, .port = { 1, 443 }, .proto = 6 };
	struct rj_engine_stats stats;

	sample(run, 1, RJ_IP_TCP, 0, 1000, request, (uint32_t)strlen(request));
	if (*answer)
		sample(run, 1, RJ_IP_TCP, 1, 5000, answer, (uint32_t)strlen(answer));
	flow.half[0].packets = 3;
	flow.half[0].last_ns = MS;
	rj_engine_state(run->engine, &key, &flow, seq, RJ_END_STOP);
	rj_engine_get_stats(run->engine, &stats);
	expect(run, "1:stop:3/0@0 ");
	return stats.dissect.malformed;
}

static uint64_t malformed_at_end(uint8_t flags, uint32_t next_seq)
{
	const struct rj_half half[2] = { { .tcp_flags = flags, .next_seq = next_seq } };

	return malformed_of("GET / HTTP/1.1\r\nHost", "", half, 0);
}

TEST(engine_tells_dissectors_of_an_end_that_came_without_payload)
{
	CHECK_EQ(malformed_at_end(ACK | FIN, 1021), 1);
	CHECK_EQ(malformed_at_end(ACK, 1020), 0);
	/* bytes before it are missing */
	CHECK_EQ(malformed_at_end(ACK | FIN, 1022), 0);
}

static uint64_t malformed_from(uint8_t tcp_bits, uint32_t syn_seq, const char *answer)
{
	const struct rj_half half[2] = { [1] = { .tcp_bits = tcp_bits } };

	return malformed_of("GET / HTTP/1.1\r\n\r\n", answer, half, syn_seq);
}

TEST(engine_tells_dissectors_of_a_start_that_came_without_payload)
{
	/* it may be the middle of an answer, or is the start of one */
	CHECK_EQ(malformed_from(0, 0, "of no protocol\r\n\r\n"), 0);
	CHECK_EQ(malformed_from(RJ_TCP_HAS_SYN, 4999, "of no protocol\r\n\r\n"), 1);
	/* the start is missing */
	CHECK_EQ(malformed_from(RJ_TCP_HAS_SYN, 4900, "of no protocol\r\n\r\n"), 0);
	/* what is refused by its content is so once */
	CHECK_EQ(malformed_from(RJ_TCP_HAS_SYN, 4999, "HTTP/1.1 nothing\r\n\r\n"), 1);
}

/* A segment of one byte, and how much memory dissectors have then. */
static uint64_t dissect_bytes_after(struct run *run, uint64_t time_ms, unsigned int side,
				    uint8_t flags)
{
	struct rj_engine_stats stats;
	const struct rj_packet p = {
		.key = { .port = { 5, 443 }, .proto = 6 },
		.time_ns = time_ms * MS,
		.ip_len = 41,
		.payload_len = 1,
		.tcp_seq = 7,
		.num_segments = 1,
		.side = (uint8_t)side,
		.bits = RJ_PKT_TCP,
		.tcp_flags = flags,
	};

	rj_engine_packet(run->engine, &p, (const uint8_t *)"\xff", 1);
	rj_engine_get_stats(run->engine, &stats);
	return stats.dissect_bytes;
}

TEST(engine_keeps_no_dissectors_of_a_flow_that_none_knows)
{
	struct run *run = start(10000 * MS, 0, 4);

	CHECK(dissect_bytes_after(run, 0, 0, SYN) > 0); /* the other side may tell what it is */
	CHECK_EQ(dissect_bytes_after(run, 1, 1, SYN | ACK), 0);
	for (unsigned int i = 2; i < 10; i++)
		CHECK_EQ(dissect_bytes_after(run, i, i % 2, ACK), 0);
	packet(run, 5, 20, 0, FIN | ACK);
	expect(run, "5:eof:5/5@0 5:eof:1/0@0 ");
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
