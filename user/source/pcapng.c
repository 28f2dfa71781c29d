// SPDX-License-Identifier: BSD-3-Clause
/* Reads pcapng block by block. What has no frame is passed over without holding it. */
#include "source/pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/limits.h"
#include "source/link.h"
#include "source/reader.h"

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 2u /* obsolete */
#define BLOCK_SIMPLE 3u
#define BLOCK_ENHANCED 6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

#define BLOCK_HEAD 8u /* type, length */
#define BLOCK_TAIL 4u /* the length again */
#define SECTION_LEN 28u
#define INTERFACE_LEN 16u
#define SIMPLE_LEN 12u
#define PACKET_LEN 28u	     /* of either kind */
#define MAX_BLOCK (1u << 20) /* of those that are held: a frame and its options */
#define MAX_INTERFACES (1u << 16)

#define OPTION_HEAD 4u /* code, length */
#define OPTION_TSRESOL 9u
#define OPTION_TSOFFSET 14u
#define TSRESOL_DEFAULT 6u

static uint32_t u32_at(const struct rj_pcapng *p, const uint8_t *at)
{
	return rj_u32_at(at, p->is_swapped);
}

static uint16_t u16_at(const struct rj_pcapng *p, const uint8_t *at)
{
	return rj_u16_at(at, p->is_swapped);
}

static int damaged(const char **what, const char *why)
{
	*what = why;
	return -EIO;
}

/* The stream ended inside a block, or reading failed. */
static int cut_short(const struct rj_pcapng *p, const char **what)
{
	if (p->window->err)
		return p->window->err;
	return damaged(what, "the file ends inside a block");
}

/* Nanoseconds of a time stamp in units of the interface, without its offset. */
static uint64_t to_ns(uint64_t units, uint8_t resolution)
{
	uint32_t power = resolution & 0x7fu;
	uint64_t seconds, fraction, ns;

	if (!(resolution & 0x80)) {
		for (; power > 9; power--)
			units /= 10;
		for (; power < 9; power++)
			if (__builtin_mul_overflow(units, 10, &units))
				return UINT64_MAX;
		return units;
	}
	seconds = power < 64 ? units >> power : 0;
	fraction = power < 64 ? units & ((1ull << power) - 1) : units;
	for (; power > 34; power--) /* so that it can be multiplied */
		fraction >>= 1;
	fraction = fraction * RJ_NS_PER_S >> power;
	return __builtin_mul_overflow(seconds, RJ_NS_PER_S, &ns) ||
			       __builtin_add_overflow(ns, fraction, &ns) ?
		       UINT64_MAX :
		       ns;
}

static uint64_t time_of(const struct rj_pcapng_interface *i, uint64_t units)
{
	uint64_t ns = to_ns(units, i->resolution);
	int64_t offset, time;

	if (ns > INT64_MAX)
		ns = INT64_MAX;
	if (__builtin_mul_overflow(i->offset_s, (int64_t)RJ_NS_PER_S, &offset) ||
	    __builtin_add_overflow((int64_t)ns, offset, &time))
		return i->offset_s < 0 ? 0 : INT64_MAX;
	return time > 0 ? (uint64_t)time : 0;
}

static int64_t s64_at(const struct rj_pcapng *p, const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return (int64_t)(p->is_swapped ? __builtin_bswap64(value) : value);
}

/* False where an option ends behind the block, or one that says how times are read is damaged. */
static bool read_options(const struct rj_pcapng *p, const uint8_t *at, uint32_t len,
			 struct rj_pcapng_interface *i)
{
	bool has_resolution = false, has_offset = false;

	while (len >= OPTION_HEAD) {
		uint16_t code = u16_at(p, at);
		uint32_t value_len = u16_at(p, at + 2);
		uint32_t padded_len = (value_len + 3) & ~3u;

		at += OPTION_HEAD;
		len -= OPTION_HEAD;
		if (!code)
			return true;
		if (padded_len > len)
			return false;
		if (code == OPTION_TSRESOL) {
			if (has_resolution || value_len != 1)
				return false;
			has_resolution = true;
			i->resolution = *at;
		}
		if (code == OPTION_TSOFFSET) {
			if (has_offset || value_len != 8)
				return false;
			has_offset = true;
			i->offset_s = s64_at(p, at);
		}
		at += padded_len;
		len -= padded_len;
	}
	return true;
}

static struct rj_pcapng_interface *add_interface(struct rj_pcapng *p)
{
	if (p->num_interfaces == p->room) {
		uint32_t room = p->room ? 2 * p->room : 4;
		void *more = reallocarray(p->interfaces, room, sizeof(*p->interfaces));

		if (!more)
			return NULL;
		p->interfaces = more;
		p->room = room;
	}
	return &p->interfaces[p->num_interfaces++];
}

/* The whole block of @len bytes; NULL with *@err set. */
static const uint8_t *hold(struct rj_pcapng *p, uint32_t len, int *err, const char **what)
{
	const uint8_t *block = rj_window_need(p->window, len);

	*err = 0;
	if (!block)
		*err = cut_short(p, what);
	else if (u32_at(p, block + len - BLOCK_TAIL) != len)
		*err = damaged(what, "a block's two lengths are not the same");
	return *err ? NULL : block;
}

/* Goes on passing over a block that is not held. */
static int pass_on(struct rj_pcapng *p, struct rj_capture *out, const char **what)
{
	const uint8_t *tail;

	if (!rj_window_skip(p->window, &p->pass_left))
		return cut_short(p, what);
	tail = rj_window_need(p->window, BLOCK_TAIL);
	if (!tail)
		return cut_short(p, what);
	if (u32_at(p, tail) != p->passing)
		return damaged(what, "a block's two lengths are not the same");
	rj_window_use(p->window, BLOCK_TAIL);
	p->passing = 0;
	if (p->passed == RJ_PCAPNG_FRAME)
		*out = p->frame;
	return (int)p->passed;
}

/* Passes over a block of @len bytes, of which nothing is of interest any more. */
static int pass(struct rj_pcapng *p, uint32_t len, const char **what)
{
	p->passing = len;
	p->pass_left = len - BLOCK_TAIL;
	p->passed = RJ_PCAPNG_OTHER;
	return pass_on(p, NULL, what);
}

/* The same of a frame, of which @out has what is known. */
static int pass_frame(struct rj_pcapng *p, uint32_t len, struct rj_capture *out, const char **what)
{
	p->passing = len;
	p->pass_left = len - BLOCK_TAIL;
	p->passed = RJ_PCAPNG_FRAME;
	out->captured_len = 0;
	p->frame = *out;
	return pass_on(p, out, what);
}

static int step_interface(struct rj_pcapng *p, uint32_t len, const char **what)
{
	struct rj_pcapng_interface *i;
	const uint8_t *block;
	int err;

	if (len < INTERFACE_LEN + BLOCK_TAIL || len > MAX_BLOCK)
		return damaged(what, "an interface's block has an impossible length");
	if (p->num_interfaces == MAX_INTERFACES)
		return damaged(what, "there are more than 65536 interfaces");
	block = hold(p, len, &err, what);
	if (!block)
		return err;
	i = add_interface(p);
	if (!i)
		return -ENOMEM;
	*i = (struct rj_pcapng_interface){
		.link_type = u16_at(p, block + 8),
		.snap_len = u32_at(p, block + 12),
		.resolution = TSRESOL_DEFAULT,
	};
	if (!read_options(p, block + INTERFACE_LEN, len - INTERFACE_LEN - BLOCK_TAIL, i))
		return damaged(what, "an interface's options are damaged");
	rj_window_use(p->window, len);
	return RJ_PCAPNG_INTERFACE;
}

static int step_section(struct rj_pcapng *p, uint32_t len, const char **what)
{
	const uint8_t *block = rj_window_need(p->window, SECTION_LEN - BLOCK_TAIL);

	if (!block)
		return cut_short(p, what);
	if (len < SECTION_LEN)
		return damaged(what, "a section's header has an impossible length");
	/* 1.2 is 1.0: draft-ietf-opsawg-pcapng 4.1 */
	if (u16_at(p, block + 12) != 1 || (u16_at(p, block + 14) & ~2u))
		return damaged(what, "a section is of a version that is not read");
	p->num_interfaces = 0;
	return pass(p, len, what);
}

/*
 * The frame of @captured_len bytes behind the first @head bytes of the block. What is not parsed
 * anyway may be longer than is held.
 */
static int put_frame(struct rj_pcapng *p, uint32_t head, uint32_t len, struct rj_capture *out,
		     const char **what)
{
	const uint8_t *block;
	int err;

	out->time_ns = p->time_ns;
	if (out->captured_len > len - head - BLOCK_TAIL)
		return damaged(what, "a frame is longer than its block");
	if (out->captured_len > RJ_MAX_CAPTURED && !rj_link_is_read(out->link_type))
		return pass_frame(p, len, out, what);
	if (out->captured_len > RJ_MAX_CAPTURED || len > MAX_BLOCK)
		return damaged(what, "a frame is longer than any");
	block = hold(p, len, &err, what);
	if (!block)
		return err;
	out->data = block + head;
	rj_window_use(p->window, len);
	return RJ_PCAPNG_FRAME;
}

static int step_simple(struct rj_pcapng *p, uint32_t len, struct rj_capture *out, const char **what)
{
	const uint8_t *block = rj_window_need(p->window, SIMPLE_LEN);
	const struct rj_pcapng_interface *i = p->interfaces;

	if (!block)
		return cut_short(p, what);
	if (len < SIMPLE_LEN + BLOCK_TAIL || !p->num_interfaces)
		return damaged(what, "a frame's block is too short, or its interface not there");
	out->link_type = i->link_type;
	out->wire_len = out->captured_len = u32_at(p, block + 8);
	if (i->snap_len && out->captured_len > i->snap_len)
		out->captured_len = i->snap_len;
	return put_frame(p, SIMPLE_LEN, len, out, what);
}

static int step_frame(struct rj_pcapng *p, uint32_t type, uint32_t len, struct rj_capture *out,
		      const char **what)
{
	const uint8_t *block = rj_window_need(p->window, PACKET_LEN);
	const struct rj_pcapng_interface *i;
	uint32_t index;

	if (!block)
		return cut_short(p, what);
	if (len < PACKET_LEN + BLOCK_TAIL)
		return damaged(what, "a frame's block is too short");
	index = type == BLOCK_ENHANCED ? u32_at(p, block + 8) : u16_at(p, block + 8);
	if (index >= p->num_interfaces)
		return damaged(what, "a frame's interface is not there");
	i = &p->interfaces[index];
	p->time_ns = time_of(i, (uint64_t)u32_at(p, block + 12) << 32 | u32_at(p, block + 16));
	out->link_type = i->link_type;
	out->captured_len = u32_at(p, block + 20);
	out->wire_len = u32_at(p, block + 24);
	return put_frame(p, PACKET_LEN, len, out, what);
}

/* The head of the next block; a section's says in which byte order it is. */
static const uint8_t *peek(struct rj_pcapng *p, uint32_t *ret_type)
{
	const uint8_t *head = rj_window_need(p->window, BLOCK_HEAD);

	if (!head)
		return NULL;
	*ret_type = u32_at(p, head);
	if (*ret_type != BLOCK_SECTION)
		return head;
	head = rj_window_need(p->window, BLOCK_HEAD + 4);
	if (head && u32_at(p, head + BLOCK_HEAD) != BYTE_ORDER_MAGIC)
		p->is_swapped = !p->is_swapped;
	return head;
}

bool rj_pcapng_is_frame(struct rj_pcapng *p)
{
	uint32_t type;

	return peek(p, &type) &&
	       (type == BLOCK_ENHANCED || type == BLOCK_SIMPLE || type == BLOCK_PACKET);
}

int rj_pcapng_step(struct rj_pcapng *p, struct rj_capture *out, const char **what)
{
	const uint8_t *head;
	uint32_t type, len;

	*what = NULL;
	if (p->passing)
		return pass_on(p, out, what);
	head = peek(p, &type);
	if (!head)
		return rj_window_ended(p->window) ? RJ_PCAPNG_END : cut_short(p, what);
	len = u32_at(p, head + 4);
	if (type == BLOCK_SECTION && u32_at(p, head + BLOCK_HEAD) != BYTE_ORDER_MAGIC)
		return damaged(what, "a section has no byte order");
	if (len < BLOCK_HEAD + BLOCK_TAIL || len % 4)
		return damaged(what, "a block has an impossible length");
	switch (type) {
	case BLOCK_ENHANCED:
	case BLOCK_PACKET:
		return step_frame(p, type, len, out, what);
	case BLOCK_SIMPLE:
		return step_simple(p, len, out, what);
	case BLOCK_SECTION:
		return step_section(p, len, what);
	case BLOCK_INTERFACE:
		return step_interface(p, len, what);
	default:
		return pass(p, len, what);
	}
}

int rj_pcapng_decimals(const struct rj_pcapng_interface *i)
{
	uint32_t power = i->resolution & 0x7fu;

	/* 2^-20 s is about a microsecond */
	return power > (i->resolution & 0x80 ? 20 : 6) ? 9 : 6;
}

void rj_pcapng_done(struct rj_pcapng *p)
{
	free(p->interfaces);
	p->interfaces = NULL;
	p->num_interfaces = p->room = 0;
}
