// SPDX-License-Identifier: BSD-3-Clause
/*
 * libFuzzer harness for frames through rj_session_feed. The input is a byte of
 * options (1 zeros, 2 retransmissions, 4 four entries a sequence, 8 few flows,
 * 16 no time limits) and frames. A frame is a byte of flags, the link type, two
 * bytes of captured length (little endian), then the bytes. Flags: 1 a byte of
 * length that the capture cut off follows, 2 two bytes of milliseconds since the
 * frame before follow, 4 eight bytes of absolute time follow; in this order. 8
 * adds 256 to the link type.
 */
#include "source/link.h"
#include "source/part.h"
#include "tests/fuzz/session.h"

#define HAS_CUT 1u
#define HAS_GAP 2u
#define HAS_TIME 4u
#define HAS_HIGH_TYPE 8u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* struct input - what is not read yet; behind its end all is zero. */
struct input {
	const uint8_t *at;
	size_t left;
};

static uint64_t next(struct input *in, unsigned int num_bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < num_bytes && in->left; i++) {
		value |= (uint64_t)*in->at++ << 8 * i;
		in->left--;
	}
	return value;
}

/* What is told of a frame's part before it is parsed must be what parsing it gives. */
static void check_part(const struct rj_session_frame *frame)
{
	const struct rj_capture capture = { .link_type = frame->link_type,
					    .data = frame->data,
					    .captured_len = frame->captured_len,
					    .wire_len = frame->wire_len };
	struct rj_frame f = { .data = frame->data,
			      .captured_len = frame->captured_len,
			      .wire_len = frame->wire_len,
			      .is_deep = 1 };
	struct rj_layers layers;
	struct rj_packet p;

	for (f.is_closed = 0; f.is_closed < 2; f.is_closed++) {
		uint32_t part = rj_part_before_parsing(&capture, f.is_closed);
		uint32_t at = 0;

		if (part != RJ_PART_UNKNOWN &&
		    !rj_link_parse(frame->link_type, &f, &at, &layers, &p))
			MUST(part == rj_part_of(&p.key));
	}
}

/* Feeds one frame, from a heap block of its length: a sanitizer sees one byte too many. */
static void feed(struct checked *c, struct input *in, uint64_t *time_ns)
{
	struct rj_session_frame frame = { 0 };
	unsigned int flags = (unsigned int)next(in, 1);
	uint8_t *bytes;
	size_t len;

	frame.link_type = (int)next(in, 1) + (flags & HAS_HIGH_TYPE ? 256 : 0);
	len = next(in, 2);
	if (flags & HAS_CUT)
		frame.wire_len = (uint32_t)next(in, 1);
	if (flags & HAS_GAP)
		*time_ns += next(in, 2) * 1000000u;
	if (flags & HAS_TIME)
		*time_ns = next(in, 8);
	len = len < in->left ? len : in->left;
	bytes = malloc(len ? len : 1);
	MUST(bytes);
	memcpy(bytes, in->at, len);
	in->at += len;
	in->left -= len;
	frame.time_ns = *time_ns;
	frame.data = bytes;
	frame.captured_len = (uint32_t)len;
	frame.wire_len += (uint32_t)len;
	check_part(&frame);
	MUST(!rj_session_feed(c->session, &frame));
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .at = data, .left = size };
	unsigned int flags = (unsigned int)next(&in, 1);
	struct rj_options options = {
		.with_zeros = flags & 1,
		.with_retrans = flags >> 1 & 1,
		.num_packets = flags & 4 ? 4 : 0,
		.max_flows = flags & 8 ? 2 : 0,
		.idle_ms = flags & 16 ? RJ_NEVER : 0,
		.active_ms = flags & 16 ? RJ_NEVER : 0,
	};
	uint64_t time_ns = 1700000000000000000u;
	uint64_t num_fed = 0;
	struct rj_stats stats;
	struct checked c;

	checked_open(&c, &options);
	while (in.left) {
		feed(&c, &in, &time_ns);
		num_fed++;
	}
	stats = checked_close(&c);
	MUST(stats.packets >= num_fed); /* a frame may hold several */
	return 0;
}
