/* SPDX-License-Identifier: BSD-3-Clause */
#include "source/intake.h"

#include <pcap/dlt.h>

#include "bpf/accumulate.h"
#include "bpf/wire.h"
#include "proto/dissector.h"
#include "tests/unit/bpf/frames.h"

/* What came out: packets of records, the last one's text. */
struct result {
	uint64_t packets;
	char *json;
};

static void on_record(void *user, const struct rj_record *r)
{
	struct result *result = user;

	free(result->json);
	result->json = unit_record_json(r);
	result->packets += rj_flow_packets(r->flow);
}

static struct rj_parts *start(struct result *result)
{
	struct rj_engine_options o = { .limits.num_packets = 50,
				       .features.dissectors = ~0u,
				       .max_flows = 100,
				       .on_record = on_record,
				       .user = result };
	struct rj_parts *e;

	if (rj_parts_new(&o, 0, rj_parts_num(&o), &e))
		abort();
	return e;
}

/* The first @captured_len bytes of the frame, from a block of exactly that size. */
static void take(struct rj_intake *in, struct rj_parts *e, const struct frame *f,
		 size_t captured_len)
{
	uint8_t *copy = unit_copy(f->at, captured_len);

	rj_intake_frames(in, e, 0,
			 &(struct rj_capture){ .link_type = DLT_EN10MB,
					       .data = copy,
					       .captured_len = (uint32_t)captured_len,
					       .wire_len = (uint32_t)f->len },
			 1, NULL);
	free(copy);
}

static const char request[] = "GET /index.html HTTP/1.1\r\nHost: example.org\r\n\r\n";

/* A segment of the request: @len bytes from @from on, then @padding of the link. */
static struct frame part_frame(size_t from, size_t len, size_t padding)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_TCP, 20 + len, 1, 2);
	put_tcp(&f, 40000, 80, RJ_TCP_ACK | RJ_TCP_PSH, 5);
	f.at[41] = (uint8_t)(f.at[41] + from); /* the sequence number's last octet */
	for (size_t i = 0; i < len; i++)
		put_u8(&f, (uint8_t)request[from + i]);
	put_fill(&f, 'P', padding);
	return f;
}

static struct frame http_frame(void)
{
	return part_frame(0, sizeof(request) - 1, 0);
}

TEST(intake_counts_every_frame_in_a_flow_or_aside)
{
	struct result result = { 0 };
	struct rj_parts *e = start(&result);
	struct rj_intake in = { 0 };
	struct frame f = http_frame();
	uint64_t aside = 0;

	for (size_t len = 0; len <= f.len; len++)
		take(&in, e, &f, len);
	rj_parts_flush(e, RJ_END_EOF);
	for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
		aside += in.set_aside[i];
	CHECK_EQ(in.packets, f.len + 1);
	CHECK_EQ(in.bytes, (f.len + 1) * f.len);
	CHECK_EQ(result.packets + aside, in.packets);
	CHECK_EQ(in.set_aside[RJ_REASON_LINK_TRUNCATED], 14);
	CHECK_EQ(in.set_aside[RJ_REASON_IP_TRUNCATED], 20);
	CHECK_EQ(in.set_aside[RJ_REASON_L4_SHORT], 4);
	rj_parts_free(e);
	free(result.json);
}

TEST(intake_hands_payload_to_the_dissectors_without_the_padding)
{
	struct result result = { 0 };
	struct rj_parts *e = start(&result);
	struct rj_intake in = { 0 };
	struct frame first = part_frame(0, 35, 9), second = part_frame(35, 12, 9);

	take(&in, e, &first, first.len);
	take(&in, e, &second, second.len);
	rj_parts_flush(e, RJ_END_EOF);
	CHECK(strstr(result.json, "\"http\""));
	CHECK(strstr(result.json, "example.org"));
	CHECK(!strstr(result.json, "PP"));
	CHECK(strstr(result.json, "\"bytes_out\":47,"));
	rj_parts_free(e);
	free(result.json);
}

TEST(intake_counts_bytes_by_the_headers_whatever_was_captured)
{
	struct frame f = http_frame();

	for (size_t len = 38; len <= f.len; len++) {
		struct result result = { 0 };
		struct rj_parts *e = start(&result);
		struct rj_intake in = { 0 };

		take(&in, e, &f, len);
		rj_parts_flush(e, RJ_END_EOF);
		CHECK(strstr(result.json, "\"bytes_out\":47,"));
		rj_parts_free(e);
		free(result.json);
	}
}

TEST(intake_does_not_take_a_cut_datagram_for_a_malformed_one)
{
	/* id 1, one question: a.b, A */
	static const uint8_t query[] = { 0, 1, 1,   0, 0,   1, 0, 0, 0, 0, 0,
					 0, 1, 'a', 1, 'b', 0, 0, 1, 0, 1 };
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_UDP, 8 + sizeof(query), 1, 2);
	put_udp(&f, 5000, 53, 8 + sizeof(query));
	for (size_t i = 0; i < sizeof(query); i++)
		put_u8(&f, query[i]);
	for (size_t len = 42; len <= f.len; len++) {
		struct result result = { 0 };
		struct rj_parts *e = start(&result);
		struct rj_intake in = { 0 };
		struct rj_engine_stats stats = { 0 };

		take(&in, e, &f, len);
		rj_parts_flush(e, RJ_END_EOF);
		rj_parts_add_stats(e, &stats);
		CHECK_EQ(stats.dissect.malformed, 0);
		CHECK_EQ(strstr(result.json, "\"a.b\"") != NULL, len == f.len);
		rj_parts_free(e);
		free(result.json);
	}
}

TEST(intake_names_every_reason)
{
	for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
		CHECK(rj_reason_text((enum rj_reason)i) && *rj_reason_text((enum rj_reason)i));
	CHECK_STR(rj_reason_text(RJ_REASON_NOT_IP), "not_ip");
	CHECK_STR(rj_reason_text(RJ_REASON_FILTERED), "filtered");
}

TEST(intake_sets_unknown_links_aside_and_leaves_later_fragments_to_the_engine)
{
	struct result result = { 0 };
	struct rj_parts *e = start(&result);
	struct rj_intake in = { 0 };
	struct rj_engine_stats stats = { 0 };
	struct frame f = http_frame();
	struct rj_capture other = { .link_type = DLT_USB_LINUX,
				    .data = f.at,
				    .captured_len = 60,
				    .wire_len = 60 };

	set_u16(&f, 20, 1);
	take(&in, e, &f, f.len);
	rj_intake_frames(&in, e, 0, &other, 1, NULL);
	rj_parts_flush(e, RJ_END_EOF);
	rj_parts_add_stats(e, &stats);
	CHECK_EQ(stats.fragments.unjoined, 1);
	CHECK_EQ(stats.packets_in_flows, 0);
	CHECK_EQ(in.set_aside[RJ_REASON_FRAGMENT], 0);
	CHECK_EQ(in.set_aside[RJ_REASON_LINK_TYPE], 1);
	CHECK_EQ(in.packets, 2);
	CHECK(!result.json);
	rj_parts_free(e);
}

/* A subframe with the start of a request whose IP length covers the next subframe's header too. */
static struct frame lying_amsdu_frame(void)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: ";
	static const char addresses[] = "evil.org\r\n\r\n";
	struct frame f = { .len = 0 };

	put_u32(&f, 0x88010000);
	put_fill(&f, 2, 18);
	put_u16(&f, 0);
	put_u16(&f, 0x8000);
	put_fill(&f, 5, 12);
	put_u16(&f, 8 + 40 + sizeof(head) - 1);
	put_u32(&f, 0xaaaa0300);
	put_u32(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_TCP, 20 + sizeof(head) - 1 + 12, 1, 2);
	put_tcp(&f, 40000, 80, RJ_TCP_ACK, 5);
	for (const char *at = head; *at; at++)
		put_u8(&f, (uint8_t)*at);
	while ((f.len - 26) % 4)
		put_u8(&f, ' ');
	for (const char *at = addresses; *at; at++)
		put_u8(&f, (uint8_t)*at);
	put_u16(&f, 40);
	put_fill(&f, 0, 40);
	return f;
}

static void take_wlan(struct rj_intake *in, struct rj_parts *e, const struct frame *f)
{
	rj_intake_frames(in, e, 0,
			 &(struct rj_capture){ .link_type = DLT_IEEE802_11,
					       .data = f->at,
					       .captured_len = (uint32_t)f->len,
					       .wire_len = (uint32_t)f->len },
			 1, NULL);
	rj_parts_flush(e, RJ_END_EOF);
}

TEST(intake_takes_no_payload_from_the_next_packet_of_a_frame)
{
	struct result result = { 0 };
	struct rj_parts *e = start(&result);
	struct rj_intake in = { 0 };
	struct frame f = lying_amsdu_frame();

	take_wlan(&in, e, &f);
	CHECK_EQ(in.packets, 2);
	CHECK_EQ(result.packets, 1);
	CHECK(!strstr(result.json, "evil"));
	rj_parts_free(e);
	free(result.json);
}

/* Two datagrams of one flow in a frame of IEEE 802.11, and ARP between them. */
static struct frame amsdu_frame(void)
{
	static const unsigned int types[] = { RJ_ETH_IPV4, RJ_ETH_ARP, RJ_ETH_IPV4 };
	struct frame f = { .len = 0 };

	put_u32(&f, 0x88010000);
	put_fill(&f, 2, 18);
	put_u16(&f, 0);
	put_u16(&f, 0x8000);
	for (size_t i = 0; i < 3; i++) {
		put_fill(&f, 5, 12);
		put_u16(&f, 8 + 20 + 8 + 2);
		put_u32(&f, 0xaaaa0300);
		put_u16(&f, 0);
		put_u16(&f, types[i]);
		put_ipv4(&f, RJ_IP_UDP, 10, 1, 2);
		put_udp(&f, 5, 6, 10);
		put_u16(&f, 0x6162);
	}
	return f;
}

TEST(intake_counts_each_packet_of_a_frame_and_the_frames_bytes_once)
{
	struct result result = { 0 };
	struct rj_parts *e = start(&result);
	struct rj_intake in = { 0 };
	struct frame f = amsdu_frame();

	take_wlan(&in, e, &f);
	CHECK_EQ(in.packets, 3);
	CHECK_EQ(in.bytes, f.len);
	CHECK_EQ(in.set_aside[RJ_REASON_NOT_IP], 1);
	CHECK_EQ(result.packets, 2);
	CHECK(strstr(result.json, "\"bytes_out\":4,"));
	rj_parts_free(e);
	free(result.json);
}
