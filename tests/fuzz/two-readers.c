// SPDX-License-Identifier: BSD-3-Clause
/*
 * libFuzzer harness that reads a file twice, with our reader and with libpcap: the same frames,
 * times and lengths, and the same kind of end. What differs on purpose stands here.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/reader.h"
#include "tests/fuzz/must.h"

#define NS_PER_S 1000000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* struct pair - both readers at work on the same bytes. */
struct pair {
	struct rj_input *input;
	struct rj_reader *ours;
	pcap_t *theirs;
	struct rj_error error;
	char refusal[PCAP_ERRBUF_SIZE];
	uint64_t last_ns; /* of ours */
	uint64_t num_frames;
};

/*
 * What libpcap has against a file that we read on. It gives a file one link type and one snap
 * length, and holds frames and blocks to them; sections must be of one byte order (of the length of
 * another's header it takes the wrong one); clocks must fit its arithmetic.
 */
static bool is_read_by_us_alone(const char *refusal)
{
	static const char *const words[] = {
		"different from the",
		"bigger than snaplen",
		"> maximum",
		"BT_SHB_INSANE_MAX",
		"different byte orders",
		"is too high",
		"opt_endofopt option with length",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(refusal, words[i]))
			return true;
	return false;
}

/*
 * Of a file's first section it takes any length, and does not look at the one behind it; another
 * one before the first interface it does not look at.
 */
static bool is_read_by_it_alone(const char *error)
{
	return strstr(error, "a block's two lengths are not the same") ||
	       strstr(error, "a block has an impossible length") || strstr(error, "a section");
}

static int open_both(struct pair *p, int fd, const uint8_t *data, size_t size)
{
	FILE *file = fmemopen((void *)data, size, "r");
	char path[32];

	MUST(file);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	p->input = rj_input_open(path, false);
	MUST(p->input);
	if (rj_reader_open(p->input, "file", &p->ours, &p->error))
		p->ours = NULL;
	p->theirs = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO,
							     p->refusal);
	if (!p->theirs)
		fclose(file);
	return p->ours && p->theirs;
}

static void compare_times(const struct pair *p, const struct rj_capture *frame,
			  const struct pcap_pkthdr *header)
{
	int64_t ns = header->ts.tv_usec; /* nanoseconds were asked for */
	int64_t seconds = header->ts.tv_sec;

	/* of simple packets, which have none, it says 0 and we the time before */
	if (!seconds && !ns && frame->time_ns == p->last_ns)
		return;
	/* what it has signed, and fractions that are none, we do not wrap */
	if (seconds < 0 || seconds > UINT32_MAX || ns < 0 || ns >= NS_PER_S)
		return;
	MUST(frame->time_ns == (uint64_t)(seconds * NS_PER_S + ns));
}

static void compare_frames(const struct pair *p, const struct rj_capture *frame,
			   const struct pcap_pkthdr *header, const u_char *data)
{
	uint32_t wire_len = header->len < header->caplen ? header->caplen : header->len;
	uint32_t len = frame->captured_len;

	compare_times(p, frame, header);
	/* it cuts at the snap length what we read whole, and holds what we pass over */
	if (header->caplen < len) {
		MUST((int)header->caplen == pcap_snapshot(p->theirs));
		len = header->caplen;
	}
	MUST(header->caplen == len || !len);
	MUST(!memcmp(frame->data, data, len));
	MUST(frame->wire_len == wire_len || wire_len < frame->captured_len);
}

static void read_both(struct pair *p)
{
	for (;;) {
		struct rj_capture frame;
		struct pcap_pkthdr *header;
		const u_char *data;
		int ours = rj_reader_next(p->ours, &frame, &p->error);
		int theirs = pcap_next_ex(p->theirs, &header, &data);

		if (theirs == PCAP_ERROR && is_read_by_us_alone(pcap_geterr(p->theirs)))
			return;
		if (ours == 1 && theirs == 1) {
			compare_frames(p, &frame, header, data);
			p->last_ns = frame.time_ns;
			p->num_frames++;
			continue;
		}
		if (ours < 0 && !p->num_frames && is_read_by_it_alone(p->error.text))
			return;
		if (ours < 0 ? theirs != PCAP_ERROR : ours > 0 || theirs != PCAP_ERROR_BREAK)
			fprintf(stderr, "ours %d %s, theirs %d %s\n", ours, p->error.text, theirs,
				pcap_geterr(p->theirs));
		MUST(ours < 0 ? theirs == PCAP_ERROR : !ours && theirs == PCAP_ERROR_BREAK);
		return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pair p = { .input = NULL };
	int fd;

	/* compressed files are for the other harness */
	if (size < 2 || (data[0] == 0x1f && data[1] == 0x8b))
		return 0;
	fd = memfd_create("capture", MFD_CLOEXEC);
	MUST(fd >= 0);
	MUST(write(fd, data, size) == (ssize_t)size);
	if (open_both(&p, fd, data, size))
		read_both(&p);
	else if (p.theirs && !is_read_by_it_alone(p.error.text))
		fprintf(stderr, "only libpcap reads it: %s\n", p.error.text);
	MUST(p.ours || !p.theirs || is_read_by_it_alone(p.error.text));
	if (p.theirs)
		pcap_close(p.theirs);
	rj_reader_close(p.ours);
	rj_input_close(p.input);
	close(fd);
	return 0;
}
