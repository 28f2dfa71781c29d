/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames with a link header of any type, and what must be read of them. */
#ifndef RJ_TESTS_UNIT_SOURCE_LINK_FRAMES_H
#define RJ_TESTS_UNIT_SOURCE_LINK_FRAMES_H

#include "source/link.h"

#include <pcap/dlt.h>

#include "tests/unit/bpf/frames.h"

/* What is read of the packet at *@at of @f as a frame of @link_type, cut to @captured_len bytes. */
static inline struct parsed link_parse_at(int link_type, const struct frame *f, size_t captured_len,
					  uint32_t *at)
{
	struct parsed got;
	struct rj_layers layers;
	uint8_t *copy = unit_copy(f->at, captured_len);
	struct rj_frame frame = { .data = copy,
				  .captured_len = (uint32_t)captured_len,
				  .wire_len = (uint32_t)f->len };

	memset(&got, 0xee, sizeof(got));
	got.reason = rj_link_parse(link_type, &frame, at, &layers, &got.p);
	free(copy);
	return got;
}

static inline struct parsed link_parse(int link_type, const struct frame *f, size_t captured_len)
{
	uint32_t at = 0;

	return link_parse_at(link_type, f, captured_len, &at);
}

static inline enum rj_reason link_reason(int link_type, const struct frame *f)
{
	return link_parse(link_type, f, f->len).reason;
}

/* A datagram with one byte of payload, which is its last. */
static inline void put_packet(struct frame *f, bool is_v6)
{
	if (is_v6)
		put_ipv6(f, RJ_IP_UDP, 9, 1, 2);
	else
		put_ipv4(f, RJ_IP_UDP, 9, 1, 2);
	put_udp(f, 5, 6, 9);
	put_u8(f, 'x');
}

static inline unsigned int ethertype(bool is_v6)
{
	return is_v6 ? RJ_ETH_IPV6 : RJ_ETH_IPV4;
}

static inline void put_le16(struct frame *f, unsigned int value)
{
	put_u16(f, __builtin_bswap16((uint16_t)value));
}

static inline void put_le32(struct frame *f, uint32_t value)
{
	put_u32(f, __builtin_bswap32(value));
}

static inline void put_llc(struct frame *f, unsigned int type)
{
	put_u32(f, 0xaaaa0300);
	put_u16(f, 0);
	put_u16(f, type);
}

/* Every cut of the link header is truncated, and the packet behind it is read. */
static inline void check_frame(int link_type, const struct frame *f, size_t header_len, bool is_v6)
{
	struct parsed got = link_parse(link_type, f, f->len);

	CHECK_EQ(got.reason, RJ_REASON_NONE);
	CHECK_EQ(got.p.payload_len, 1);
	CHECK_EQ(got.p.payload_off, f->len - 1);
	CHECK_EQ(!(got.p.bits & RJ_PKT_IPV4), is_v6);
	CHECK_EQ(got.p.key.version, is_v6 ? 6 : 4);
	for (size_t len = 0; len < f->len - 1; len++) {
		enum rj_reason reason = link_parse(link_type, f, len).reason;

		if (len < header_len || !len)
			CHECK_EQ(reason, RJ_REASON_LINK_TRUNCATED);
		else if (len < f->len - 9 + 4)
			CHECK(reason == RJ_REASON_LINK_TRUNCATED ||
			      reason == RJ_REASON_IP_TRUNCATED || reason == RJ_REASON_L4_SHORT);
		else
			CHECK_EQ(reason, RJ_REASON_NONE);
	}
}

/* check_frame of packets of both versions behind the header that @put writes. */
static inline void check_link(int link_type, void (*put)(struct frame *f, bool is_v6))
{
	for (int v6 = 0; v6 < 2; v6++) {
		struct frame f = { .len = 0 };
		size_t header_len;

		put(&f, v6);
		header_len = f.len;
		put_packet(&f, v6);
		check_frame(link_type, &f, header_len, v6);
	}
}

#endif
