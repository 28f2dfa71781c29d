/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures that grow, piece by piece: each frame as soon as it is whole, and none twice. */
#include "source/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "source/reader.h"
#include "tests/unit/unit.h"

#define MAX_BYTES 700000u

/* Bytes of a file, and where in it frames end. */
struct bytes {
	uint8_t *at;
	size_t len;
	size_t ends[8];
	size_t num_frames;
};

/* A capture that is being written, and who reads it. */
struct growing {
	char path[40];
	int fd;
	struct rj_input *in;
	struct rj_reader *reader;
	struct rj_error error;
};

/* Little-endian, whatever the machine is. */
static void put(struct bytes *b, uint32_t value, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++)
		b->at[b->len++] = (uint8_t)(value >> 8 * i);
}

static void put_zeros(struct bytes *b, size_t len)
{
	memset(b->at + b->len, 0, len);
	b->len += len;
}

static struct bytes new_bytes(void)
{
	return (struct bytes){ .at = calloc(1, MAX_BYTES) };
}

static struct bytes pcap_bytes(uint32_t magic, uint32_t link_type)
{
	struct bytes b = new_bytes();

	put(&b, magic, 4), put(&b, 2 | 4 << 16, 4), put_zeros(&b, 8);
	put(&b, 262144, 4), put(&b, link_type, 4);
	return b;
}

static void put_frame(struct bytes *b, uint32_t seconds, uint32_t len)
{
	put(b, seconds, 4), put(b, 7, 4), put(b, len, 4), put(b, len, 4);
	put_zeros(b, len);
	b->ends[b->num_frames++] = b->len;
}

static void put_section(struct bytes *b)
{
	put(b, 0x0a0d0d0a, 4), put(b, 28, 4), put(b, 0x1a2b3c4d, 4), put(b, 1, 4);
	put(b, UINT32_MAX, 4), put(b, UINT32_MAX, 4), put(b, 28, 4);
}

/* Times in nanoseconds. */
static void put_interface(struct bytes *b, uint32_t link_type)
{
	put(b, 1, 4), put(b, 28, 4), put(b, link_type, 4), put(b, 0, 4);
	put(b, 9 | 1 << 16, 4), put(b, 9, 4), put(b, 28, 4);
}

static void put_enhanced(struct bytes *b, uint32_t number, uint32_t len)
{
	put(b, 6, 4), put(b, 32 + len, 4), put(b, number, 4), put(b, 0, 4), put(b, 5, 4);
	put(b, len, 4), put(b, len, 4), put_zeros(b, len), put(b, 32 + len, 4);
	b->ends[b->num_frames++] = b->len;
}

static void put_other(struct bytes *b, uint32_t len)
{
	put(b, 0xbad, 4), put(b, 12 + len, 4), put_zeros(b, len), put(b, 12 + len, 4);
}

/* Two sections; blocks that are passed over; one frame that is longer than what is held. */
static struct bytes pcapng_bytes(void)
{
	struct bytes b = new_bytes();

	put_section(&b), put_other(&b, 40), put_interface(&b, 1), put_enhanced(&b, 0, 60);
	put_other(&b, 300), put_enhanced(&b, 0, 64);
	put_section(&b), put_interface(&b, 189), put_enhanced(&b, 0, 300000);
	put_interface(&b, 1), put_enhanced(&b, 1, 20);
	return b;
}

static void begin(struct growing *g)
{
	snprintf(g->path, sizeof(g->path), "/tmp/rj-follow-XXXXXX");
	g->fd = mkstemp(g->path);
	g->in = rj_input_open(g->path, true);
	if (g->fd < 0 || !g->in || rj_reader_open(g->in, "x", &g->reader, &g->error))
		abort();
}

static void end(struct growing *g)
{
	rj_reader_close(g->reader);
	rj_input_close(g->in);
	close(g->fd);
	unlink(g->path);
}

static void grow(struct growing *g, const void *bytes, size_t len)
{
	if (write(g->fd, bytes, len) != (ssize_t)len)
		abort();
}

/* Frames that are there; how it went on behind them is in *@ret_end. */
static size_t num_there(struct growing *g, int *ret_end)
{
	struct rj_capture frame;
	size_t num = 0;

	while ((*ret_end = rj_reader_next(g->reader, &frame, &g->error)) == 1)
		num++;
	return num;
}

static size_t num_whole(const struct bytes *b, size_t len)
{
	size_t num = 0;

	while (num < b->num_frames && b->ends[num] <= len)
		num++;
	return num;
}

static void check_pieces(const struct bytes *b, size_t step)
{
	struct growing g = { .fd = -1 };
	size_t num = 0, at = 0;
	int how;

	begin(&g);
	while (at < b->len) {
		size_t some = b->len - at < step ? b->len - at : step;

		grow(&g, b->at + at, some);
		at += some;
		/* the header is told by itself, and so are a section and its interface */
		for (int i = 0; i < 3; i++) {
			num += num_there(&g, &how);
			CHECK_EQ(how, -EAGAIN);
		}
		CHECK_EQ(num, num_whole(b, at));
	}
	CHECK_EQ(num, b->num_frames);
	CHECK_EQ(rj_reader_num_waiting(g.reader), 0);
	end(&g);
}

TEST(follow_gives_each_frame_when_it_is_whole)
{
	struct bytes pcap = pcap_bytes(0xa1b2c3d4, 1);
	struct bytes usb = pcap_bytes(0xa1b23c4d, 189);
	struct bytes ng = pcapng_bytes();
	const struct bytes *all[] = { &pcap, &usb, &ng };

	put_frame(&pcap, 1, 60), put_frame(&pcap, 2, 0), put_frame(&pcap, 3, 200);
	put_frame(&usb, 1, 60), put_frame(&usb, 2, 300000), put_frame(&usb, 3, 60);
	check_pieces(&pcap, 1);
	for (size_t i = 0; i < 3; i++)
		for (size_t step = 3; step < 400000; step = step * 7 + 2)
			if (all[i]->len / step < 30000)
				check_pieces(all[i], step);
	free(pcap.at);
	free(usb.at);
	free(ng.at);
}

TEST(follow_knows_the_clock_before_the_first_frame)
{
	struct bytes pcap = pcap_bytes(0xa1b23c4d, 1), ng = pcapng_bytes();
	struct growing g = { .fd = -1 };
	int how;

	begin(&g);
	grow(&g, pcap.at, 10);
	CHECK_EQ(num_there(&g, &how), 0);
	CHECK_EQ(rj_reader_decimals(g.reader), 6);
	grow(&g, pcap.at + 10, pcap.len - 10);
	CHECK_EQ(num_there(&g, &how), 0);
	CHECK_EQ(rj_reader_decimals(g.reader), 9);
	CHECK_EQ(rj_reader_link_type(g.reader), 1);
	end(&g);
	begin(&g);
	grow(&g, ng.at, ng.ends[0] - 92); /* the frame's block not yet */
	CHECK_EQ(num_there(&g, &how), 0);
	CHECK_EQ(rj_reader_decimals(g.reader), 9);
	grow(&g, ng.at + ng.ends[0] - 92, 92);
	CHECK_EQ(num_there(&g, &how), 1);
	end(&g);
	free(pcap.at);
	free(ng.at);
}

static size_t pack(const struct bytes *b, size_t from, size_t to, uint8_t *out)
{
	z_stream z = { .next_in = b->at + from, .avail_in = (unsigned int)(to - from) };

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_out = out;
	z.avail_out = MAX_BYTES / 2;
	CHECK_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

/* Octet by octet: one that stands alone tells neither a member nor padding. */
TEST(follow_reads_compressed_files_as_they_come)
{
	struct bytes pcap = pcap_bytes(0xa1b2c3d4, 1);
	struct growing g = { .fd = -1 };
	uint8_t *packed = malloc(MAX_BYTES);
	size_t len, num = 0;
	int how;

	put_frame(&pcap, 1, 600), put_frame(&pcap, 2, 600);
	len = pack(&pcap, 0, pcap.ends[0] - 10, packed);
	len += pack(&pcap, pcap.ends[0] - 10, pcap.len, packed + len);
	begin(&g);
	for (size_t i = 0; i < len + 9; i++) {
		grow(&g, i < len ? packed + i : (const uint8_t *)"", 1);
		num += num_there(&g, &how);
		num += num_there(&g, &how);
		CHECK_EQ(how, -EAGAIN);
	}
	CHECK_EQ(num, 2);
	end(&g);
	free(packed);
	free(pcap.at);
}

TEST(follow_waits_for_a_file_that_is_not_there)
{
	struct bytes pcap = pcap_bytes(0xa1b2c3d4, 1);
	struct growing g = { .fd = -1 };
	int how;

	put_frame(&pcap, 1, 60);
	begin(&g);
	end(&g);
	g.in = rj_input_open(g.path, true);
	CHECK(g.in);
	CHECK_EQ(rj_reader_open(g.in, "x", &g.reader, &g.error), 0);
	CHECK_EQ(num_there(&g, &how), 0);
	CHECK_EQ(how, -EAGAIN);
	g.fd = open(g.path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	grow(&g, pcap.at, pcap.len);
	num_there(&g, &how);
	CHECK_EQ(num_there(&g, &how), 1);
	end(&g);
	errno = 0;
	CHECK(!rj_input_open("/dev/null/x", true));
	CHECK_EQ(errno, ENOTDIR);
	free(pcap.at);
}

/* What was written to it before it went is read, and once more a moment later. */
static void check_gone(bool is_replaced, size_t cut, const char *what)
{
	struct bytes pcap = pcap_bytes(0xa1b2c3d4, 1);
	struct growing g = { .fd = -1 };
	struct timespec moment = { .tv_nsec = 10000000 };
	int how, other;

	put_frame(&pcap, 1, 60), put_frame(&pcap, 2, 60);
	begin(&g);
	grow(&g, pcap.at, pcap.ends[0]);
	num_there(&g, &how);
	CHECK_EQ(num_there(&g, &how), 1);
	if (is_replaced) {
		unlink(g.path);
		num_there(&g, &how);
		CHECK_EQ(how, -EAGAIN); /* nothing has its name: who writes it may go on */
		other = open(g.path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		CHECK_EQ(num_there(&g, &how), 0);
		CHECK_EQ(how, -EAGAIN);
		grow(&g, pcap.at + pcap.ends[0], pcap.len - pcap.ends[0] - cut);
		CHECK_EQ(num_there(&g, &how), !cut);
		close(other);
	} else if (ftruncate(g.fd, 24)) {
		abort();
	}
	for (int i = 0; i < 100 && how == -EAGAIN; i++) {
		nanosleep(&moment, NULL);
		CHECK_EQ(num_there(&g, &how), 0);
	}
	CHECK_EQ(how, -ESTALE);
	CHECK_STR(g.error.text, what);
	CHECK_EQ(num_there(&g, &how), 0);
	CHECK_EQ(how, -ESTALE);
	end(&g);
	free(pcap.at);
}

TEST(follow_tells_when_another_file_has_the_name)
{
	check_gone(true, 0, "x: another file has its name now, behind frame 2");
	check_gone(true, 3, "x: another file has its name now inside a frame, behind frame 1");
	check_gone(false, 0, "x: it was truncated, behind frame 1");
}

TEST(follow_comes_to_the_end_of_a_pipe)
{
	struct bytes pcap = pcap_bytes(0xa1b2c3d4, 1);
	struct growing g = { .fd = -1 };
	int ends[2], how;

	put_frame(&pcap, 1, 60);
	if (pipe(ends))
		abort();
	snprintf(g.path, sizeof(g.path), "/dev/fd/%d", ends[0]);
	g.in = rj_input_open(g.path, true);
	g.fd = ends[1];
	CHECK_EQ(rj_reader_open(g.in, "x", &g.reader, &g.error), 0);
	grow(&g, pcap.at, pcap.len);
	num_there(&g, &how);
	CHECK_EQ(num_there(&g, &how), 1);
	CHECK_EQ(how, -EAGAIN);
	rj_input_wait(g.in, 1);
	close(ends[1]);
	CHECK_EQ(num_there(&g, &how), 0);
	CHECK_EQ(how, 0);
	rj_reader_close(g.reader);
	rj_input_close(g.in);
	close(ends[0]);
	free(pcap.at);
}

/* Time stands still before the first frame, just behind one, and while half a frame is there. */
TEST(follow_lets_time_go_on_behind_whole_frames_alone)
{
	struct bytes pcap = pcap_bytes(0xa1b2c3d4, 1);
	struct growing whole = { .fd = -1 }, half = { .fd = -1 };
	struct timespec wait = { .tv_sec = 2, .tv_nsec = 50000000 };
	uint64_t until;
	int how;

	put_frame(&pcap, 1, 60), put_frame(&pcap, 2, 60);
	begin(&whole);
	begin(&half);
	CHECK_EQ(rj_reader_quiet_until(whole.reader), 0);
	grow(&whole, pcap.at, pcap.ends[0]);
	grow(&half, pcap.at, pcap.ends[0] + 20);
	num_there(&whole, &how);
	num_there(&half, &how);
	CHECK_EQ(num_there(&whole, &how), 1);
	CHECK_EQ(num_there(&half, &how), 1);
	CHECK_EQ(rj_reader_quiet_until(whole.reader), 0);
	nanosleep(&wait, NULL);
	until = rj_reader_quiet_until(whole.reader);
	CHECK(until > 1000007000 && until < 2000000000);
	CHECK_EQ(rj_reader_quiet_until(half.reader), 0);
	CHECK_EQ(rj_reader_num_waiting(half.reader), 20);
	grow(&half, pcap.at + pcap.ends[0] + 20, pcap.len - pcap.ends[0] - 20);
	CHECK_EQ(num_there(&half, &how), 1);
	CHECK_EQ(rj_reader_num_waiting(half.reader), 0);
	end(&whole);
	end(&half);
	free(pcap.at);
}
