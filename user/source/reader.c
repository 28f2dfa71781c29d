// SPDX-License-Identifier: BSD-3-Clause
/* pcap itself, and what the formats share. */
#include "source/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/limits.h"
#include "source/foreign.h"
#include "source/kinds.h"
#include "source/link.h"
#include "source/pcapng.h"
#include "source/window.h"

#define MAGIC_SECTION 0x0a0d0d0au

#define FILE_HEAD_LEN 24u
#define FRAME_HEAD_LEN 16u
#define TOTAL_LEN 4u		   /* of IXIA: the bytes of all frames, behind the header */
#define LINK_TYPE_BITS 0x03ffffffu /* above them: the length of check sequences */

/*
 * By then a frame is in the file, if whoever writes it does not wait for a buffer to fill:
 * tcpdump's own wait for the kernel's is a second.
 */
#define FOLLOW_LAG_NS (2 * RJ_NS_PER_S)

struct rj_reader {
	struct rj_window window;
	const char *name;
	uint64_t num_frames;
	int decimals;
	int link_type;
	int (*next)(struct rj_reader *r, struct rj_capture *out, struct rj_error *error);
	uint64_t time_ns; /* of the last frame */
	/* of pcap; a frame that is passed over, and what is left of it */
	bool is_swapped;
	uint64_t unit_ns;
	bool is_passing;
	struct rj_capture passed;
	uint64_t pass_left;
	/* of the others; the first section was read */
	bool has_section;
	struct rj_pcapng pcapng;
	struct rj_foreign *foreign;
};

static uint32_t u32_at(const struct rj_reader *r, const uint8_t *at)
{
	return rj_u32_at(at, r->is_swapped);
}

static int failed(const struct rj_reader *r, int err, const char *what, struct rj_error *error)
{
	if (err == -EAGAIN)
		return err;
	if (err == -EINTR)
		return rj_error_set(error, err,
				    "%s: interrupted by a signal; what was read is kept", r->name);
	if (err == -ESTALE)
		return rj_error_set(error, err, "%s: %s%s, behind frame %llu", r->name,
				    rj_input_fate(r->window.in),
				    rj_reader_num_waiting(r) ? " inside a frame" : "",
				    (unsigned long long)r->num_frames);
	if (!what && rj_input_is_damaged(r->window.in))
		what = "the gzip data are damaged or cut short";
	return rj_error_set(
		error, err,
		"%s: %s, behind frame %llu, at byte %llu; what was read before it is kept", r->name,
		what ? what : strerror(-err), (unsigned long long)r->num_frames,
		(unsigned long long)r->window.offset);
}

static __attribute__((noinline)) int cut_short(const struct rj_reader *r, struct rj_error *error)
{
	if (r->window.err)
		return failed(r, r->window.err, NULL, error);
	return failed(r, -EIO, "the file ends inside a frame", error);
}

static __attribute__((noinline)) int pass_on(struct rj_reader *r, struct rj_capture *out,
					     struct rj_error *error)
{
	if (!rj_window_skip(&r->window, &r->pass_left))
		return cut_short(r, error);
	r->is_passing = false;
	*out = r->passed;
	return 1;
}

/* A frame that is not parsed anyway may be longer than is held: then none of it is. */
static __attribute__((noinline)) int skip_frame(struct rj_reader *r, struct rj_capture *out,
						struct rj_error *error)
{
	uint32_t len = out->captured_len;

	if (rj_link_is_read(r->link_type) || len > INT32_MAX)
		return failed(r, -EIO, "a frame is longer than any", error);
	rj_window_use(&r->window, FRAME_HEAD_LEN);
	out->captured_len = 0;
	r->passed = *out;
	r->pass_left = len;
	r->is_passing = true;
	return pass_on(r, out, error);
}

static __always_inline int next_pcap(struct rj_reader *r, struct rj_capture *out,
				     struct rj_error *error)
{
	const uint8_t *head;

	if (r->is_passing)
		return pass_on(r, out, error);
	head = rj_window_need(&r->window, FRAME_HEAD_LEN);
	if (!head && rj_window_ended(&r->window))
		return 0;
	if (!head)
		return cut_short(r, error);
	out->link_type = r->link_type;
	out->time_ns = u32_at(r, head) * RJ_NS_PER_S + u32_at(r, head + 4) * r->unit_ns;
	out->captured_len = u32_at(r, head + 8);
	out->wire_len = u32_at(r, head + 12);
	if (out->captured_len > RJ_MAX_CAPTURED)
		return skip_frame(r, out, error);
	head = rj_window_need(&r->window, FRAME_HEAD_LEN + out->captured_len);
	if (!head)
		return cut_short(r, error);
	out->data = head + FRAME_HEAD_LEN;
	rj_window_use(&r->window, FRAME_HEAD_LEN + out->captured_len);
	return 1;
}

static int next_pcapng(struct rj_reader *r, struct rj_capture *out, struct rj_error *error)
{
	const char *what;
	int kind;

	do {
		kind = rj_pcapng_step(&r->pcapng, out, &what);
	} while (kind == RJ_PCAPNG_OTHER || kind == RJ_PCAPNG_INTERFACE);
	return kind < 0 ? failed(r, kind, what, error) : kind == RJ_PCAPNG_FRAME;
}

static int next_foreign(struct rj_reader *r, struct rj_capture *out, struct rj_error *error)
{
	const char *what = NULL;
	int got = rj_foreign_next(r->foreign, out, &what);

	if (got < 0 && r->window.err)
		return failed(r, r->window.err, NULL, error);
	return got < 0 ? failed(r, got, what, error) : got;
}

int rj_reader_next(struct rj_reader *r, struct rj_capture *out, struct rj_error *error)
{
	/* that of most files in line */
	int got = r->next == next_pcap ? next_pcap(r, out, error) : r->next(r, out, error);

	if (got == 1) {
		r->num_frames++;
		r->time_ns = out->time_ns;
		if (out->wire_len < out->captured_len)
			out->wire_len = out->captured_len;
	}
	return got;
}

static uint16_t u16_at(const struct rj_reader *r, const uint8_t *at)
{
	return rj_u16_at(at, r->is_swapped);
}

/* By what pcap begins: microseconds, nanoseconds, and those of IXIA's lcap. */
static const struct magic {
	uint32_t value;
	uint32_t unit_ns;
	size_t head_len;
} magics[] = {
	{ 0xa1b2c3d4, 1000, FILE_HEAD_LEN },
	{ 0xa1b23c4d, 1, FILE_HEAD_LEN },
	{ 0x1c0001ab, 1000, FILE_HEAD_LEN + TOTAL_LEN },
	{ 0x1c0001ac, 1, FILE_HEAD_LEN + TOTAL_LEN },
};

static const struct magic *magic_of(uint32_t value)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (magics[i].value == value)
			return &magics[i];
	return NULL;
}

/* Of pcap as it is written today; NULL: others, of old or patched systems, libpcap knows. */
static const struct magic *find_magic(struct rj_reader *r, const uint8_t *head)
{
	const struct magic *magic = magic_of(u32_at(r, head));

	if (!magic) {
		r->is_swapped = !r->is_swapped;
		magic = magic_of(u32_at(r, head));
	}
	return magic && u16_at(r, head + 4) == 2 && u16_at(r, head + 6) == 4 ? magic : NULL;
}

/* As far as the first interface, if there is one before the frames. What is wrong, those tell. */
static const char *begin_pcapng(struct rj_reader *r)
{
	struct rj_capture unused;
	const char *what = NULL;
	int kind;

	r->pcapng.window = &r->window;
	kind = r->has_section ? RJ_PCAPNG_OTHER : rj_pcapng_step(&r->pcapng, &unused, &what);
	if (kind < 0)
		return what ? what : "it cannot be read";
	r->has_section = true;
	while (kind == RJ_PCAPNG_OTHER && !rj_pcapng_is_frame(&r->pcapng))
		kind = rj_pcapng_step(&r->pcapng, &unused, &what);
	if (kind == -EAGAIN)
		return "it has no interface yet";
	r->next = next_pcapng;
	if (kind == RJ_PCAPNG_INTERFACE) {
		r->link_type = r->pcapng.interfaces->link_type;
		r->decimals = rj_pcapng_decimals(r->pcapng.interfaces);
	}
	return NULL;
}

static const char *begin_foreign(struct rj_reader *r)
{
	const char *what;

	if (rj_input_is_followed(r->window.in))
		return "only those can be followed";
	r->next = next_foreign;
	r->foreign = rj_foreign_open(&r->window, &what);
	if (!r->foreign)
		return what ? what : "it cannot be read";
	r->link_type = rj_foreign_link_type(r->foreign);
	return NULL;
}

/* NULL, or why there is nothing to be read. */
static const char *begin(struct rj_reader *r)
{
	const struct magic *magic;
	const uint8_t *head;

	if (r->pcapng.window)
		return begin_pcapng(r);
	head = rj_window_need(&r->window, FILE_HEAD_LEN);
	if (!head)
		return "the file ends inside its header";
	if (u32_at(r, head) == MAGIC_SECTION)
		return begin_pcapng(r);
	magic = find_magic(r, head);
	if (!magic)
		return rj_kind_of(head) ? rj_kind_of(head) : begin_foreign(r);
	head = rj_window_need(&r->window, magic->head_len);
	if (!head)
		return "the file ends inside its header";
	r->unit_ns = magic->unit_ns;
	r->decimals = magic->unit_ns == 1 ? 9 : 6;
	r->next = next_pcap;
	r->link_type = (int)(u32_at(r, head + 20) & LINK_TYPE_BITS);
	rj_window_use(&r->window, magic->head_len);
	return NULL;
}

/* What is told of a file that does not begin as it should. */
static int refused(const struct rj_reader *r, const char *what, struct rj_error *error)
{
	if (r->window.err)
		return failed(r, r->window.err, NULL, error);
	return rj_error_set(error, -ENOEXEC, "%s: not a capture file (pcap or pcapng): %s", r->name,
			    what);
}

/* Of a file that is followed and had no whole head when it was opened. */
static int next_begin(struct rj_reader *r, struct rj_capture *out, struct rj_error *error)
{
	const char *what = begin(r);

	(void)out;
	/* who follows it is to know what the head says before there are frames */
	return what ? refused(r, what, error) : -EAGAIN;
}

int rj_reader_open(struct rj_input *in, const char *name, struct rj_reader **out,
		   struct rj_error *error)
{
	struct rj_reader *r = calloc(1, sizeof(*r));
	const char *what;
	int err;

	if (!r)
		return rj_error_set(error, -ENOMEM, "out of memory");
	r->window.in = in;
	r->name = name;
	r->link_type = -1;
	r->decimals = 6;
	r->next = next_begin;
	what = rj_input_is_followed(in) ? NULL : begin(r);
	if (!what) {
		*out = r;
		return 0;
	}
	err = refused(r, what, error);
	rj_reader_close(r);
	return err;
}

int rj_reader_decimals(const struct rj_reader *r)
{
	return r->decimals;
}

int rj_reader_link_type(const struct rj_reader *r)
{
	return r->link_type;
}

bool rj_reader_is_foreign(const struct rj_reader *r)
{
	return r->foreign;
}

void rj_reader_hold(struct rj_reader *r)
{
	r->window.is_held = true;
}

bool rj_reader_swap(struct rj_reader *r, uint8_t **bytes, size_t *size)
{
	r->window.is_held = false;
	return rj_window_swap(&r->window, bytes, size);
}

uint64_t rj_reader_quiet_until(const struct rj_reader *r)
{
	uint64_t quiet_ns = rj_input_quiet_ns(r->window.in);

	/* half a frame: whoever writes the file holds back more of them */
	if (!r->num_frames || rj_reader_num_waiting(r) || quiet_ns <= FOLLOW_LAG_NS)
		return 0;
	return r->time_ns + (quiet_ns - FOLLOW_LAG_NS);
}

size_t rj_reader_num_waiting(const struct rj_reader *r)
{
	return r->window.end - r->window.at + (r->is_passing || r->pcapng.passing);
}

void rj_reader_close(struct rj_reader *r)
{
	if (!r)
		return;
	rj_foreign_close(r->foreign);
	rj_pcapng_done(&r->pcapng);
	rj_window_done(&r->window);
	free(r);
}
