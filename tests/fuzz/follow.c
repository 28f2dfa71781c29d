// SPDX-License-Identifier: BSD-3-Clause
/*
 * libFuzzer harness that reads a file at once and while it grows, a few bytes at a time: the same
 * frames, and where the one ends inside a frame the other waits. The first byte is the step.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/reader.h"
#include "tests/fuzz/must.h"

#define MAX_FRAMES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* struct seen - what of a frame is compared: all but the bytes, and a sum of those. */
struct seen {
	uint64_t time_ns;
	uint64_t sum;
	uint32_t captured_len;
	uint32_t wire_len;
	int link_type;
};

/* struct list - the frames of one way of reading, and how it ended. */
struct list {
	struct seen frames[MAX_FRAMES];
	size_t num;
	int end;
	struct rj_error error;
};

static struct list whole, grown;

static void note(struct list *l, const struct rj_capture *frame)
{
	struct seen *seen = &l->frames[l->num++ % MAX_FRAMES];

	*seen = (struct seen){ .time_ns = frame->time_ns,
			       .captured_len = frame->captured_len,
			       .wire_len = frame->wire_len,
			       .link_type = frame->link_type };
	for (uint32_t i = 0; i < frame->captured_len; i++)
		seen->sum = seen->sum * 31 + frame->data[i];
}

/* As far as it goes now. */
static void read_on(struct list *l, struct rj_reader *r)
{
	struct rj_capture frame;

	do {
		l->end = rj_reader_next(r, &frame, &l->error);
		if (l->end == 1)
			note(l, &frame);
	} while (l->end == 1);
}

static void path_of(int fd, char path[32])
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}

static void put(int fd, const uint8_t *data, size_t size)
{
	MUST(write(fd, data, size) == (ssize_t)size);
}

static void read_whole(struct list *l, const uint8_t *data, size_t size)
{
	int fd = memfd_create("whole", MFD_CLOEXEC);
	struct rj_reader *r = NULL;
	struct rj_input *in;
	char path[32];

	put(fd, data, size);
	path_of(fd, path);
	in = rj_input_open(path, false);
	MUST(in);
	l->end = rj_reader_open(in, "whole", &r, &l->error);
	if (!l->end)
		read_on(l, r);
	rj_reader_close(r);
	rj_input_close(in);
	close(fd);
}

/* A head that is not whole asks to be called again, once more when it is. */
static void read_grown(struct list *l, const uint8_t *data, size_t size, size_t step)
{
	int fd = memfd_create("grown", MFD_CLOEXEC);
	struct rj_reader *r = NULL;
	struct rj_input *in;
	char path[32];

	path_of(fd, path);
	in = rj_input_open(path, true);
	MUST(in && !rj_reader_open(in, "grown", &r, &l->error));
	l->end = -EAGAIN;
	for (size_t at = 0; at < size && l->end == -EAGAIN; at += step) {
		put(fd, data + at, size - at < step ? size - at : step);
		for (int i = 0; i < 3 && l->end == -EAGAIN; i++)
			read_on(l, r);
	}
	rj_reader_close(r);
	rj_input_close(in);
	close(fd);
}

/* Whether the file may only not be whole yet. */
static bool is_cut(const struct list *l)
{
	return !l->end || strstr(l->error.text, "the file ends inside") ||
	       strstr(l->error.text, "damaged or cut short"); /* what is compressed */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_good;

	if (size < 2)
		return 0;
	whole.num = grown.num = 0;
	whole.error = grown.error = (struct rj_error){ { 0 } };
	read_whole(&whole, data + 1, size - 1);
	/* what only libpcap reads cannot be followed */
	read_grown(&grown, data + 1, size - 1, 1 + data[0] * 3u);
	if (strstr(grown.error.text, "only those can be followed"))
		return 0;
	is_good = whole.num == grown.num &&
		  (grown.end == -EAGAIN ? is_cut(&whole) : grown.end == whole.end);
	if (!is_good)
		fprintf(stderr, "%zu frames, then %d %s; %zu frames, then %d %s\n", whole.num,
			whole.end, whole.error.text, grown.num, grown.end, grown.error.text);
	MUST(is_good);
	MUST(!memcmp(whole.frames, grown.frames,
		     sizeof(*whole.frames) * (whole.num < MAX_FRAMES ? whole.num : MAX_FRAMES)));
	return 0;
}
