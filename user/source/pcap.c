// SPDX-License-Identifier: BSD-3-Clause
/* Capture files through libpcap, compressed or not. */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/limits.h"
#include "source/link.h"
#include "source/precision.h"
#include "source/source.h"
#include "source/input.h"

/* Frames delivered by one poll: the caller looks at signals and progress in between. */
#define FRAMES_A_POLL 4096

struct pcap_source {
	struct rj_source base;
	pcap_t *pcap;
	struct rj_input *input; /* pcap's */
	char *name;
	struct rj_filter *filter;
	int link_type;
	struct rj_intake intake;
};

/* What libpcap's small reads are served from. */
#define STREAM_BUFFER (1u << 16)

static ssize_t input_read(void *cookie, char *to, size_t len)
{
	return rj_input_read(cookie, to, len);
}

static int input_close(void *cookie)
{
	rj_input_close(cookie);
	return 0;
}

/* The file as plain bytes for libpcap, which closes the input with it; NULL with errno set. */
static FILE *open_plain(const char *path, struct rj_input **ret_input)
{
	cookie_io_functions_t io = { .read = input_read, .close = input_close };
	struct rj_input *s = rj_input_open(path);
	FILE *file = s ? fopencookie(s, "r", io) : NULL;

	if (!file) {
		rj_input_close(s);
		return NULL;
	}
	setvbuf(file, NULL, _IOFBF, STREAM_BUFFER);
	*ret_input = s;
	return file;
}

/* Counts what the filter leaves out; libpcap's own filtering would drop it unseen. */
static bool is_wanted(struct pcap_source *s, const struct pcap_pkthdr *header, const u_char *data)
{
	if (!s->filter || rj_filter_matches(s->filter, data, header->caplen, header->len))
		return true;
	rj_intake_filtered(&s->intake, header->len);
	return false;
}

static uint64_t unix_ns(const struct timeval *tv)
{
	/* with nanosecond precision asked for, tv_usec holds nanoseconds */
	int64_t ns;

	/* pcapng counts in 64 bits of whatever unit it likes */
	if (__builtin_mul_overflow((int64_t)tv->tv_sec, (int64_t)RJ_NS_PER_S, &ns) ||
	    __builtin_add_overflow(ns, (int64_t)tv->tv_usec, &ns))
		return tv->tv_sec < 0 ? 0 : INT64_MAX;
	return ns > 0 ? (uint64_t)ns : 0;
}

static int interrupted(const struct pcap_source *s, struct rj_error *error)
{
	return rj_error_set(error, -EINTR, "%s: interrupted by a signal; what was read is kept",
			    s->name);
}

static int file_poll(struct rj_source *base, struct rj_engine *e, int timeout_ms)
{
	struct pcap_source *s = (struct pcap_source *)base;

	(void)timeout_ms;
	for (int i = 0; i < FRAMES_A_POLL; i++) {
		struct pcap_pkthdr *header;
		const u_char *data;
		int got = pcap_next_ex(s->pcap, &header, &data);
		struct rj_capture frame;

		if (got == PCAP_ERROR_BREAK)
			return 0;
		if (got != 1 && rj_input_was_interrupted(s->input))
			return interrupted(s, &base->error);
		if (got != 1)
			return rj_error_set(&base->error, -EIO,
					    "%s: %s; what was read before it is kept", s->name,
					    pcap_geterr(s->pcap));
		if (!is_wanted(s, header, data))
			continue;
		frame = (struct rj_capture){
			.link_type = s->link_type,
			.time_ns = unix_ns(&header->ts),
			.data = data,
			.captured_len = header->caplen,
			.wire_len = header->len < header->caplen ? header->caplen : header->len,
		};
		rj_intake_frame(&s->intake, e, &frame);
	}
	return 1;
}

static int file_stop(struct rj_source *base, struct rj_engine *e)
{
	(void)base;
	(void)e;
	return 0;
}

static void file_stats(struct rj_source *base, struct rj_intake *out)
{
	*out = ((struct pcap_source *)base)->intake;
}

static void file_close(struct rj_source *base)
{
	struct pcap_source *s = (struct pcap_source *)base;

	if (s->pcap)
		pcap_close(s->pcap);
	free(s->name);
	free(s);
}

static const struct rj_source_ops file_ops = {
	.poll = file_poll,
	.stop = file_stop,
	.stats = file_stats,
	.close = file_close,
};

static int open_capture(struct pcap_source *s, const char *path, struct rj_error *error)
{
	char text[PCAP_ERRBUF_SIZE];
	const uint8_t *head;
	size_t len;
	FILE *file;

	errno = 0;
	file = open_plain(path, &s->input);
	if (!file)
		return rj_error_set(error, errno ? -errno : -EIO, "%s: cannot be read: %s", s->name,
				    strerror(errno ? errno : EIO));
	head = rj_input_head(s->input, &len);
	s->base.time_decimals = rj_capture_decimals(head, len);
	s->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, text);
	if (!s->pcap) {
		bool was_interrupted = rj_input_was_interrupted(s->input);

		fclose(file);
		if (was_interrupted)
			return interrupted(s, error);
		return rj_error_set(error, -ENOEXEC, "%s: not a capture file (pcap or pcapng): %s",
				    s->name, text);
	}
	s->link_type = pcap_datalink(s->pcap);
	return 0;
}

static int set_filter(struct pcap_source *s, struct rj_filter *filter, struct rj_error *error)
{
	struct rj_error why;
	int err;

	if (!filter)
		return 0;
	err = rj_filter_use(filter, s->link_type, &why);
	if (err)
		return rj_error_set(error, err, "%s: %s", s->name, why.text);
	s->filter = filter;
	return 0;
}

static int check_link_type(const struct pcap_source *s, struct rj_error *error)
{
	const char *name = pcap_datalink_val_to_name(s->link_type);

	if (rj_link_is_read(s->link_type))
		return 0;
	return rj_error_set(error, -EOPNOTSUPP, "%s: link type %d (%s) is not read by this build",
			    s->name, s->link_type, name ? name : "unknown");
}

int rj_pcap_open(const char *path, struct rj_filter *filter, struct rj_source **out,
		 struct rj_error *error)
{
	struct pcap_source *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return rj_error_set(error, -ENOMEM, "out of memory");
	s->base.ops = &file_ops;
	s->base.end = RJ_END_EOF;
	s->name = strdup(strcmp(path, "-") ? path : "standard input");
	if (!s->name) {
		rj_error_set(error, -ENOMEM, "out of memory");
		goto fail;
	}
	err = open_capture(s, path, error);
	if (!err)
		err = check_link_type(s, error);
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
