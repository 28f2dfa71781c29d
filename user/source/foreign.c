// SPDX-License-Identifier: BSD-3-Clause
/* Frames through libpcap. */
#include "source/foreign.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/limits.h"

struct rj_foreign {
	pcap_t *pcap;
};

/* What the window holds first, then what follows it. */
static ssize_t stream_read(void *cookie, char *to, size_t len)
{
	struct rj_window *w = cookie;
	size_t held = w->end - w->at;
	ssize_t got;

	if (held) {
		len = len < held ? len : held;
		memcpy(to, w->bytes + w->at, len);
		rj_window_use(w, len);
		return (ssize_t)len;
	}
	got = rj_input_read(w->in, to, len);
	if (got < 0)
		w->err = -errno;
	else
		w->offset += (uint64_t)got;
	return got;
}

static uint64_t unix_ns(const struct timeval *tv)
{
	/* with nanosecond precision asked for, tv_usec holds nanoseconds */
	int64_t ns;

	if (__builtin_mul_overflow((int64_t)tv->tv_sec, (int64_t)RJ_NS_PER_S, &ns) ||
	    __builtin_add_overflow(ns, (int64_t)tv->tv_usec, &ns))
		return tv->tv_sec < 0 ? 0 : INT64_MAX;
	return ns > 0 ? (uint64_t)ns : 0;
}

struct rj_foreign *rj_foreign_open(struct rj_window *w, const char **what)
{
	static char refusal[PCAP_ERRBUF_SIZE];
	struct rj_foreign *f = calloc(1, sizeof(*f));
	FILE *file = fopencookie(w, "r", (cookie_io_functions_t){ .read = stream_read });

	*what = NULL;
	if (!f || !file) {
		w->err = -ENOMEM;
	} else {
		f->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO,
								   refusal);
		if (f->pcap)
			return f;
		*what = refusal;
	}
	if (file)
		fclose(file);
	free(f);
	return NULL;
}

int rj_foreign_next(struct rj_foreign *f, struct rj_capture *out, const char **what)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int got = pcap_next_ex(f->pcap, &header, &data);

	if (got == PCAP_ERROR_BREAK)
		return 0;
	if (got != 1) {
		*what = pcap_geterr(f->pcap);
		return -EIO;
	}
	*out = (struct rj_capture){
		.link_type = pcap_datalink(f->pcap),
		.time_ns = unix_ns(&header->ts),
		.data = data,
		.captured_len = header->caplen,
		.wire_len = header->len,
	};
	return 1;
}

int rj_foreign_link_type(const struct rj_foreign *f)
{
	return pcap_datalink(f->pcap);
}

void rj_foreign_close(struct rj_foreign *f)
{
	if (!f)
		return;
	pcap_close(f->pcap);
	free(f);
}
