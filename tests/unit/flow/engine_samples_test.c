/* SPDX-License-Identifier: BSD-3-Clause */
/* Payload in the engine: samples of the kernel, what is wanted of it, and dissectors that end. */
#include "tests/unit/flow/engine_run.h"

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
	CHECK_STR(run->said, "7/5:66536 "); /* 1000 + 65536 */
	/* behind a hole nothing can be read: back to the first bytes */
	sample(run, 1, RJ_IP_TCP, 0, 5000, "x", 1);
	CHECK_STR(run->said, "7/5:66536 7/5:0 ");
	expect(run, "");
}

/* What lies before the stream's start, or out of order behind it, does not hide its first bytes. */
TEST(engine_knows_from_the_first_sample_where_a_stream_starts)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: ";
	struct run *run = start(10000 * MS, 30000 * MS, 100);

	started_sample(run, 1, RJ_IP_TCP, 0, 900, "stray", 5, 1000);
	started_sample(run, 1, RJ_IP_TCP, 0, 1010, head + 10, sizeof(head) - 11, 1000);
	CHECK(!strstr(run->said, "7/5:66536"));
	started_sample(run, 1, RJ_IP_TCP, 0, 1000, head, 10, 1000);
	CHECK(strstr(run->said, "7/5:66536")); /* 1000 + 65536, of HTTP's dissector */
	sample(run, 2, RJ_IP_TCP, 0, 900, "stray", 5);
	sample(run, 2, RJ_IP_TCP, 0, 1010, head + 10, sizeof(head) - 11);
	run->said[0] = 0;
	sample(run, 2, RJ_IP_TCP, 0, 1000, head, 10);
	CHECK(!strstr(run->said, "7/5:66536")); /* nobody knows */
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
	snprintf(want, sizeof(want), "7/5:%u ", behind + 65536 - len);
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

/* A sample of a fragment of TCP from the flow of port 1: @len bytes at @off of the datagram. */
static void segment_sample(struct run *run, uint8_t bits, uint32_t seq, uint32_t off,
			   const char *bytes, uint32_t len)
{
	struct rj_sample *s = calloc(1, sizeof(*s) + len);

	if (!s)
		abort();
	s->key = (struct rj_key){ .addr = { { 0, 1 }, { 0, 2 } }, .proto = RJ_IP_TCP };
	if (bits & RJ_PKT_FIRST_FRAG) {
		s->key.port[0] = 1;
		s->key.port[1] = 80;
		s->flow_start_ns = MS;
	}
	s->bits = bits;
	s->time_ns = MS;
	s->slot = 7;
	s->generation = 5;
	s->stream_seq = seq;
	s->offset = off;
	s->len = s->payload_len = len;
	memcpy(s->bytes, bytes, len);
	rj_engine_sample(run->engine, s);
	free(s);
}

/* The bytes of fragments that waited are read with those of the kernel's flow. */
TEST(engine_reads_a_segment_whose_first_fragment_comes_last)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: www.example.test\r\n";
	const uint32_t len = sizeof(head) - 1;
	struct rj_engine_stats stats;

	for (unsigned int is_lost = 0; is_lost < 2; is_lost++) {
		struct run *run = start(10000 * MS, 30000 * MS, 100);
		struct rj_packet p = {
			.key = { .addr = { { 0, 1 }, { 0, 2 } }, .proto = RJ_IP_TCP },
			.time_ns = MS,
			.num_segments = 1,
			.frag_id = 5,
		};

		for (uint32_t at = 24; at >= 16; at -= 8) { /* the last one first */
			uint32_t num = at == 24 ? len - 24 : 8;

			p.bits = RJ_PKT_LATER_FRAG;
			p.frag_off = (uint16_t)(20 + at);
			p.payload_len = num;
			rj_engine_orphan(run->engine, &p);
			if (!is_lost || at != 16)
				segment_sample(run, p.bits, 5, 20 + at, head + at, num);
		}
		p.bits = RJ_PKT_FIRST_FRAG | RJ_PKT_TCP;
		p.frag_off = 20;
		p.key.port[0] = 1;
		p.key.port[1] = 80;
		p.tcp_seq = 1000;
		rj_engine_first(run->engine, &p);
		segment_sample(run, p.bits, 1000, 0, head, 16);
		/* all that HTTP's dissector takes; behind a hole nothing can be read */
		CHECK_STR(run->said, is_lost ? "" : "7/5:66536 ");
		rj_engine_get_stats(run->engine, &stats);
		CHECK_EQ(stats.fragments.unread, 0);
		expect(run, "1:eof:2/0@0 ");
	}
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

static void keep_json(void *user, const struct rj_record *r)
{
	*(char **)user = unit_record_json(r);
}

/* Fingerprints of a connection of side 0's in which @asking sends a request of HTTP. */
static char *fingerprints_of(unsigned int asking, uint8_t direction)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	const uint32_t len = sizeof(request) - 1;
	char *json = NULL;
	struct rj_engine_options o = {
		.limits = { .idle_ns = 1000 * MS, .active_ns = 1000 * MS },
		.max_flows = 4,
		.on_record = keep_json,
		.features = { .dissectors = ~0u, .bits = 1u << RJ_FEATURE_FINGERPRINT },
		.user = &json,
	};
	struct rj_packet p = {
		.key = { .port = { 5, 443 }, .proto = 6, .direction = direction },
		.time_ns = MS,
		.num_segments = 1,
		.bits = RJ_PKT_TCP,
		.tcp_flags = direction ? ACK : SYN,
	};
	struct rj_engine *engine;

	CHECK_EQ(rj_engine_new(&o, &engine), 0);
	if (!direction)
		rj_engine_packet(engine, &p, NULL, 0);
	p.side = (uint8_t)asking;
	p.tcp_flags = ACK;
	p.tcp_seq = 1;
	p.payload_len = len;
	rj_engine_packet(engine, &p, (const uint8_t *)request, len);
	rj_engine_flush(engine, RJ_END_EOF);
	rj_engine_free(engine);
	return json;
}

/* Who connects may be asked; of one direction alone its sender is known. */
TEST(engine_says_where_the_client_is_the_responder)
{
	static const struct {
		unsigned int asking;
		uint8_t direction;
		bool is_reversed;
	} rows[] = { { 0, 0, false }, { 1, 0, true }, { 1, 2, false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *json = fingerprints_of(rows[i].asking, rows[i].direction);

		CHECK(strstr(json, "\"http\":\"http/(474554)(485454502f312e31)"));
		CHECK_EQ(strstr(json, "\"reversed\":true}") != NULL, rows[i].is_reversed);
		free(json);
	}
}
