// SPDX-License-Identifier: BSD-3-Clause
/* Capture files as a source: frames of the reader, past the filter, in batches. */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "source/input.h"
#include "source/link.h"
#include "source/reader.h"
#include "source/source.h"

struct pcap_source {
	struct rj_source base;
	struct rj_input *input;
	struct rj_reader *reader;
	char *name;
	struct rj_filter *filter;
	int link_type; /* of the last frame; -1: there was none */
	bool is_read;  /* that link type */
	bool has_read;
	struct rj_intake intake;
};

static void note_link_type(struct pcap_source *s, int link_type)
{
	s->link_type = link_type;
	s->is_read = rj_link_is_read(link_type);
	s->has_read = s->has_read || s->is_read;
}

/*
 * Whether the frame matches the filter: 1, 0, or negative where that is none for its link type.
 * Counts what the filter leaves out; libpcap's own filtering would drop it unseen.
 */
static __attribute__((noinline)) int matches(struct pcap_source *s, const struct rj_capture *frame)
{
	struct rj_error why;
	int err;

	err = rj_filter_use(s->filter, frame->link_type, &why);
	if (err)
		return rj_error_set(&s->base.error, err, "%s: %s", s->name, why.text);
	if (rj_filter_matches(s->filter, frame->data, frame->captured_len, frame->wire_len))
		return 1;
	rj_intake_filtered(&s->intake, frame->wire_len);
	return 0;
}

/* The end, which is told where there was nothing to be read up to it. */
static int end_of(struct pcap_source *s)
{
	const char *name = pcap_datalink_val_to_name(s->link_type);

	if (s->link_type < 0 || s->has_read)
		return 0;
	return rj_error_set(&s->base.error, -EOPNOTSUPP,
			    "%s: link type %d (%s) is not read by this build: all frames are set "
			    "aside",
			    s->name, s->link_type, name ? name : "unknown");
}

/* There is no further frame as yet: time goes on all the same, or idle flows would never end. */
static int wait_for_more(struct pcap_source *s, struct rj_batch *out, int timeout_ms)
{
	out->quiet_until_ns = rj_reader_quiet_until(s->reader);
	rj_input_wait(s->input, timeout_ms);
	return 1;
}

static int no_memory(struct pcap_source *s)
{
	return rj_error_set(&s->base.error, -ENOMEM, "out of memory");
}

/*
 * A frame into the batch: 1; else why there is none: 0 at the end, negative as rj_reader_next's.
 */
static inline int take_frame(struct pcap_source *s, struct rj_batch *out, bool stays)
{
	struct rj_capture *frame = rj_batch_room(out);
	int got = frame ? rj_reader_next(s->reader, frame, &s->base.error) : no_memory(s);

	if (got != 1)
		return got;
	if (frame->link_type != s->link_type)
		note_link_type(s, frame->link_type);
	if (s->filter && s->is_read) { /* what is not read is set aside in any case */
		int wanted = matches(s, frame);

		if (wanted <= 0)
			return wanted < 0 ? wanted : 1;
	}
	if (stays)
		rj_batch_add(out);
	else if (!rj_batch_copy(out, frame))
		return no_memory(s);
	return 1;
}

/* Frames of one reading: the first may have to be waited for, the others are beside it. */
static int take_frames(struct pcap_source *s, struct rj_batch *out)
{
	bool stays = !rj_reader_is_foreign(s->reader);
	size_t num = 0;
	int got;

	do {
		got = take_frame(s, out, stays);
		if (!num++ && stays)
			rj_reader_hold(s->reader);
	} while (got == 1 && (stays || !rj_batch_is_full(out)));
	if (stays && !rj_reader_swap(s->reader, &out->bytes, &out->size))
		return no_memory(s);
	/* whether there is more is not known before it is asked for */
	return got == -EAGAIN && num > 1 ? 1 : got;
}

static int file_fill(struct rj_source *base, struct rj_batch *out, int timeout_ms)
{
	struct pcap_source *s = (struct pcap_source *)base;
	int got = take_frames(s, out);

	out->decimals = rj_reader_decimals(s->reader);
	if (got == -EAGAIN)
		return wait_for_more(s, out, timeout_ms);
	return got ? got : end_of(s);
}

static void file_stats(struct rj_source *base, struct rj_intake *out)
{
	*out = ((struct pcap_source *)base)->intake;
}

static void file_progress(struct rj_source *base, struct rj_source_progress *out)
{
	struct pcap_source *s = (struct pcap_source *)base;

	rj_input_position(s->input, &out->read, &out->total);
	out->waiting = rj_reader_num_waiting(s->reader);
}

static void file_close(struct rj_source *base)
{
	struct pcap_source *s = (struct pcap_source *)base;

	rj_reader_close(s->reader);
	rj_input_close(s->input);
	free(s->name);
	free(s);
}

static const struct rj_source_ops file_ops = {
	.fill = file_fill,
	.stats = file_stats,
	.progress = file_progress,
	.close = file_close,
};

static int open_capture(struct pcap_source *s, const char *path, bool is_followed,
			struct rj_error *error)
{
	int err;

	errno = 0;
	s->input = rj_input_open(path, is_followed);
	if (!s->input)
		return rj_error_set(error, errno ? -errno : -EIO, "%s: cannot be read: %s", s->name,
				    strerror(errno ? errno : EIO));
	s->base.may_wait = rj_input_may_wait(s->input);
	err = rj_reader_open(s->input, s->name, &s->reader, error);
	if (!err)
		s->base.time_decimals = rj_reader_decimals(s->reader);
	return err;
}

static int set_filter(struct pcap_source *s, struct rj_filter *filter, struct rj_error *error)
{
	struct rj_error why;
	int link_type = rj_reader_link_type(s->reader);
	bool is_early = filter && link_type >= 0 && rj_link_is_read(link_type);
	int err = is_early ? rj_filter_use(filter, link_type, &why) : 0;

	if (err)
		return rj_error_set(error, err, "%s: %s", s->name, why.text);
	s->filter = filter;
	return 0;
}

int rj_pcap_open(const char *path, bool is_followed, struct rj_filter *filter,
		 struct rj_source **out, struct rj_error *error)
{
	struct pcap_source *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return rj_error_set(error, -ENOMEM, "out of memory");
	s->base.ops = &file_ops;
	s->base.end = RJ_END_EOF;
	s->link_type = -1;
	s->name = strdup(strcmp(path, "-") ? path : "standard input");
	if (!s->name) {
		rj_error_set(error, -ENOMEM, "out of memory");
		goto fail;
	}
	err = open_capture(s, path, is_followed, error);
	if (!err)
		err = set_filter(s, filter, error);
	if (err)
		goto fail;
	*out = &s->base;
	return 0;
fail:
	file_close(&s->base);
	return err;
}
