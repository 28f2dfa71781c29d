/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/split_head.h"

#include <pcap/dlt.h>

#include "bpf/accumulate.h"
#include "proto/dissector.h"
#include "source/intake.h"
#include "tests/unit/bpf/frames.h"

#define SEQ 0x01020304u

/* @json: of the only record; @flags, @num_disordered: of both sides' packets. */
struct run {
	struct rj_parts *parts;
	struct rj_intake in;
	uint64_t number;
	unsigned int num_records;
	char *json;
	uint64_t packets;
	unsigned int flags;
	unsigned int num_disordered;
};

static void on_record(void *user, const struct rj_record *r)
{
	struct run *run = user;

	free(run->json);
	run->json = unit_record_json(r);
	run->num_records++;
	run->packets += rj_flow_packets(r->flow);
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		run->flags |= r->flow->half[side].tcp_flags;
		run->num_disordered += r->seq[side].rest->retrans + r->seq[side].rest->ooo;
	}
}

static struct run *start(rj_dissector_mask dissectors)
{
	struct run *run = calloc(1, sizeof(*run));
	struct rj_engine_options o = { .limits.num_packets = 50,
				       .limits.num_records = 50,
				       .features.dissectors = dissectors,
				       .max_flows = 100,
				       .on_record = on_record,
				       .user = run };

	if (!run || rj_parts_new(&o, 0, rj_parts_num(&o), &run->parts))
		abort();
	return run;
}

static void done(struct run *run)
{
	rj_parts_free(run->parts);
	free(run->json);
	free(run);
}

/* The only record's text; nothing is held any more. */
static const char *flush(struct run *run)
{
	struct rj_engine_stats stats = { 0 };

	rj_parts_flush(run->parts, RJ_END_EOF);
	rj_parts_add_stats(run->parts, &stats);
	CHECK_EQ(run->num_records, 1);
	CHECK_EQ(run->packets, run->in.packets);
	CHECK_EQ(stats.datagrams.bytes, 0);
	return run->json;
}

/* A segment of side @side from byte @at of its stream on, with a SYN's options where @flags say. */
static struct frame segment(unsigned int side, uint32_t at, unsigned int flags, const char *text)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7, 0, 0 };
	bool is_syn = flags & RJ_TCP_SYN;
	struct frame f = { .len = 0 };

	put_tcp(&f, side ? 80 : 40000, side ? 40000 : 80, flags, is_syn ? 8 : 5);
	set_u16(&f, 4, (SEQ + at) >> 16);
	set_u16(&f, 6, (SEQ + at) & 0xffff);
	for (size_t i = 0; is_syn && i < sizeof(options); i++)
		put_u8(&f, options[i]);
	for (size_t i = 0; text[i]; i++)
		put_u8(&f, (uint8_t)text[i]);
	return f;
}

/*
 * Fragment @which of the datagram @s, in such of @size bytes; padded as Ethernet does.
 * @captured_len: of the datagram's bytes in it, at most
 */
static void take_cut(struct run *run, unsigned int side, const struct frame *s, unsigned int id,
		     size_t size, size_t which, size_t captured_len)
{
	size_t off = which * size, len = s->len - off < size ? s->len - off : size;
	bool is_last = off + len == s->len;
	struct frame f = { .len = 0 };
	uint8_t *copy;

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_TCP, len, 1 + side, 2 - side);
	set_u16(&f, 18, id);
	set_u16(&f, 20, (unsigned int)(off / 8) | (is_last ? 0 : 0x2000));
	for (size_t i = 0; i < len; i++)
		put_u8(&f, s->at[off + i]);
	while (f.len < 60)
		put_u8(&f, 0xff);
	if (captured_len > f.len - 34)
		captured_len = f.len - 34;
	copy = unit_copy(f.at, 34 + captured_len);
	rj_intake_frames(&run->in, run->parts, run->number++,
			 &(struct rj_capture){ .link_type = DLT_EN10MB,
					       .data = copy,
					       .time_ns = 1000,
					       .captured_len = (uint32_t)(34 + captured_len),
					       .wire_len = (uint32_t)f.len },
			 1, NULL);
	free(copy);
}

static void take(struct run *run, unsigned int side, const struct frame *s, unsigned int id,
		 size_t size, size_t which)
{
	take_cut(run, side, s, id, size, which, SIZE_MAX);
}

/* All of it: @order 0 as it was sent, 1 reversed, 2 every other first. */
static void take_all(struct run *run, unsigned int side, const struct frame *s, unsigned int id,
		     size_t size, unsigned int order)
{
	size_t num = (s->len + size - 1) / size;

	for (size_t i = 0; i < num; i++) {
		size_t num_odd = num / 2;
		size_t other = i < num_odd ? 2 * i + 1 : 2 * (i - num_odd);

		take(run, side, s, id, size, order == 2 ? other : order ? num - 1 - i : i);
	}
}

static const char request[] = "GET /index.html HTTP/1.1\r\nHost: example.org\r\n\r\n";

TEST(split_head_tells_of_syn_order_payload_and_fin_as_any_segment)
{
	for (size_t size = 8; size <= 40; size += 8) {
		for (unsigned int order = 0; order < 3; order++) {
			struct run *run = start(~0u);
			struct frame syn = segment(0, 0, RJ_TCP_SYN, ""),
				     get = segment(0, 1, RJ_TCP_ACK | RJ_TCP_FIN, request);
			const char *json;

			take_all(run, 0, &syn, 1, size, order);
			take_all(run, 0, &get, 2, size, order);
			json = flush(run);
			CHECK_EQ(run->flags, RJ_TCP_FIN | RJ_TCP_SYN | RJ_TCP_ACK);
			/* with a whole header in the first fragment each one is a segment */
			CHECK(!run->num_disordered || (order && size > 20));
			CHECK(strstr(json, "\"mss\":1460"));
			CHECK(strstr(json, "example.org"));
			done(run);
		}
	}
}

TEST(split_head_is_read_without_dissectors_too)
{
	struct run *run = start(0);
	struct frame syn = segment(0, 0, RJ_TCP_SYN, "");
	const char *json;

	take_all(run, 0, &syn, 1, 8, 0);
	json = flush(run);
	CHECK(strstr(json, "\"flags\":\"S\""));
	CHECK(strstr(json, "\"mss\":1460"));
	done(run);
}

TEST(split_head_of_an_answer_tells_who_began)
{
	for (unsigned int order = 0; order < 3; order++) {
		struct run *run = start(~0u);
		struct frame answer = segment(1, 0, RJ_TCP_SYN | RJ_TCP_ACK, "");

		take_all(run, 1, &answer, 1, 8, order);
		CHECK(strstr(flush(run), "\"sa\":\"10.0.0.1\""));
		done(run);
	}
}

TEST(split_head_counts_packets_and_bytes_as_they_come)
{
	struct run *run = start(~0u);
	struct frame get = segment(0, 1, RJ_TCP_ACK, request);
	size_t num = (get.len + 7) / 8;
	char text[64];

	take_all(run, 0, &get, 2, 8, 0);
	snprintf(text, sizeof(text), "\"num_pkts_out\":%zu,", num);
	CHECK(strstr(flush(run), text));
	/* all but the first fragment's, which has nothing but the header */
	snprintf(text, sizeof(text), "\"bytes_out\":%zu,", get.len - 8);
	CHECK(strstr(run->json, text));
	snprintf(text, sizeof(text), "\"ip_bytes_out\":%zu,", get.len + 20 * num);
	CHECK(strstr(run->json, text));
	done(run);
}

TEST(split_head_of_a_datagram_that_stays_incomplete_shows_its_first_bytes)
{
	struct frame get = segment(0, 1, RJ_TCP_ACK | RJ_TCP_FIN, request);
	size_t num = (get.len + 7) / 8;

	for (size_t missing = 0; missing < num; missing++) {
		struct run *run = start(~0u);
		const char *json;

		for (size_t i = 0; i < num; i++)
			if (i != missing)
				take(run, 0, &get, 2, 8, i);
		if (!missing) { /* nothing has a flow */
			rj_parts_flush(run->parts, RJ_END_EOF);
			CHECK_EQ(run->num_records, 0);
			done(run);
			continue;
		}
		json = flush(run);
		CHECK_EQ(strstr(json, "index.html") != NULL, missing > 4);
		CHECK_EQ(run->flags, missing > 2 ? RJ_TCP_FIN | RJ_TCP_ACK : 0);
		done(run);
	}
}

TEST(split_head_that_was_not_captured_is_none)
{
	struct frame get = segment(0, 1, RJ_TCP_ACK, request);
	size_t num = (get.len + 7) / 8;

	for (size_t captured = 0; captured < 8; captured++) {
		struct run *run = start(~0u);

		take_cut(run, 0, &get, 2, 8, 0, captured);
		for (size_t i = 1; captured >= 4 && i < num; i++)
			take(run, 0, &get, 2, 8, i);
		rj_parts_flush(run->parts, RJ_END_EOF);
		CHECK(captured < 4 || !strstr(run->json, "index.html"));
		done(run);
	}
}

TEST(split_head_that_is_no_header_says_nothing)
{
	struct run *run = start(~0u);
	struct frame get = segment(0, 1, RJ_TCP_ACK, request);

	get.at[12] = 4 << 4;
	take_all(run, 0, &get, 2, 8, 0);
	CHECK(!strstr(flush(run), "index.html"));
	CHECK_EQ(run->flags, 0);
	done(run);
}
