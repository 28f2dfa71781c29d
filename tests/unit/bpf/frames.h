/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames built header by header, and parsed from heap blocks of exactly their size. */
#ifndef RJ_TESTS_UNIT_BPF_FRAMES_H
#define RJ_TESTS_UNIT_BPF_FRAMES_H

#include "bpf/parse.h"
#include "tests/unit/unit.h"

struct frame {
	uint8_t at[12000];
	size_t len;
	uint32_t outer_tci;
	uint16_t type;	   /* that the kernel knows it by; 0: nobody says */
	uint32_t wire_len; /* 0: as long as it is */
};

struct parsed {
	enum rj_reason reason;
	struct rj_packet p;
	struct rj_tunnels t;
};

static inline void put_u8(struct frame *f, unsigned int value)
{
	f->at[f->len++] = (uint8_t)value;
}

static inline void put_u16(struct frame *f, unsigned int value)
{
	put_u8(f, value >> 8 & 0xff);
	put_u8(f, value & 0xff);
}

static inline void put_u32(struct frame *f, uint32_t value)
{
	put_u16(f, value >> 16);
	put_u16(f, value & 0xffff);
}

static inline void put_fill(struct frame *f, unsigned int value, size_t num)
{
	while (num--)
		put_u8(f, value);
}

static inline void set_u16(struct frame *f, size_t at, unsigned int value)
{
	f->at[at] = (uint8_t)(value >> 8);
	f->at[at + 1] = (uint8_t)value;
}

static inline void put_ethernet(struct frame *f, unsigned int type)
{
	put_fill(f, 2, 12);
	put_u16(f, type);
}

/* From 10.0.0.@src to 10.0.0.@dst; @len bytes follow the header. */
static inline void put_ipv4(struct frame *f, unsigned int proto, size_t len, unsigned int src,
			    unsigned int dst)
{
	put_u16(f, 0x4500);
	put_u16(f, (unsigned int)len + 20);
	put_u16(f, 0x1234);
	put_u16(f, 0);
	put_u8(f, 64);
	put_u8(f, proto);
	put_u16(f, 0);
	put_u32(f, 0x0a000000 + src);
	put_u32(f, 0x0a000000 + dst);
}

/* From 2001:db8::@src to 2001:db8::@dst. */
static inline void put_ipv6(struct frame *f, unsigned int next, size_t len, unsigned int src,
			    unsigned int dst)
{
	put_u32(f, 0x60000000);
	put_u16(f, (unsigned int)len);
	put_u8(f, next);
	put_u8(f, 255);
	put_u32(f, 0x20010db8);
	put_fill(f, 0, 8);
	put_u32(f, src);
	put_u32(f, 0x20010db8);
	put_fill(f, 0, 8);
	put_u32(f, dst);
}

/* A header of 20 bytes and @options_len of options (zeros unless written behind). */
static inline void put_tcp(struct frame *f, unsigned int src, unsigned int dst, unsigned int flags,
			   unsigned int offset_words)
{
	put_u16(f, src);
	put_u16(f, dst);
	put_u32(f, 0x01020304);
	put_u32(f, 0xa0b0c0d0);
	put_u8(f, offset_words << 4);
	put_u8(f, flags);
	put_u16(f, 0xfaf0);
	put_u32(f, 0);
}

static inline void put_udp(struct frame *f, unsigned int src, unsigned int dst, unsigned int len)
{
	put_u16(f, src);
	put_u16(f, dst);
	put_u16(f, len);
	put_u16(f, 0);
}

/* IPv4 of UDP from 10.0.0.5, port 1000, to 10.0.0.6, port 2000, with 5 bytes. */
static inline void put_inner(struct frame *f)
{
	put_ipv4(f, RJ_IP_UDP, 13, 5, 6);
	put_udp(f, 1000, 2000, 13);
	put_fill(f, 'x', 5);
}

static inline void put_icmp(struct frame *f, unsigned int type, unsigned int code, unsigned int id)
{
	put_u8(f, type);
	put_u8(f, code);
	put_u16(f, 0);
	put_u16(f, id);
	put_u16(f, 1);
}

/* Ethernet, IPv4, TCP: payload from byte 54 on. */
static inline struct frame tcp4_frame(size_t payload_len)
{
	struct frame f = { .len = 0 };

	put_ethernet(&f, RJ_ETH_IPV4);
	put_ipv4(&f, RJ_IP_TCP, 20 + payload_len, 1, 2);
	put_tcp(&f, 40000, 443, RJ_TCP_ACK, 5);
	put_fill(&f, 'x', payload_len);
	return f;
}

/* @how: what it is to be read as; bytes and lengths are the frame's, @captured_len captured. */
static inline struct parsed parse_as(const struct frame *f, size_t captured_len,
				     struct rj_frame how)
{
	struct parsed got;
	struct rj_layers layers;
	uint8_t *copy = unit_copy(f->at, captured_len);

	how.data = copy;
	how.captured_len = (uint32_t)captured_len;
	how.wire_len = f->wire_len ? f->wire_len : (uint32_t)f->len;
	/* what the parser leaves must not be what we hope for */
	memset(&got, 0xee, sizeof(got));
	memset(&layers, 0xee, sizeof(layers));
	got.reason = rj_parse_ethernet(&how, &layers, &got.p);
	got.t = layers.tunnels;
	free(copy);
	return got;
}

/* What is read of the frame when only @captured_len bytes of it were captured. */
static inline struct parsed parse_cut(const struct frame *f, size_t captured_len)
{
	return parse_as(f, captured_len,
			(struct rj_frame){ .outer_tci = f->outer_tci, .type = f->type });
}

static inline struct parsed parse(const struct frame *f)
{
	return parse_cut(f, f->len);
}

#endif
