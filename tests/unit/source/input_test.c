/* SPDX-License-Identifier: BSD-3-Clause */
/* Files and pipes as plain bytes: compressed or not, in pieces, cut, interrupted. */
#include "source/input.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/unit/unit.h"

#define NUM_BYTES 200000u

/* What an input of these bytes gives: the number that are as @want has them, and how it ends. */
struct outcome {
	size_t num;
	ssize_t last;
	int err;
};

static uint8_t plain[NUM_BYTES];
static uint8_t packed[2 * NUM_BYTES];

static void set_plain(void)
{
	for (size_t i = 0; i < NUM_BYTES; i++)
		plain[i] = (uint8_t)(i * i / 7 ^ i >> 8);
}

/* A gzip member of [@from, @from + @len) of the plain bytes. */
static size_t pack(uint8_t *to, size_t from, size_t len)
{
	z_stream z = { .next_in = plain + from, .avail_in = (unsigned int)len };

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_out = to;
	z.avail_out = sizeof(packed) / 2;
	CHECK_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static struct outcome read_all(struct rj_input *s, size_t piece)
{
	struct outcome out = { 0 };
	uint8_t *at = malloc(piece);

	for (;;) {
		out.last = rj_input_read(s, at, piece);
		out.err = errno;
		if (out.last <= 0)
			break;
		if (out.num + (size_t)out.last > NUM_BYTES ||
		    memcmp(at, plain + out.num, (size_t)out.last))
			break;
		out.num += (size_t)out.last;
	}
	free(at);
	return out;
}

static struct outcome read_bytes(const uint8_t *bytes, size_t len, size_t piece)
{
	char path[] = "/tmp/rj-input-XXXXXX";
	int fd = mkstemp(path);
	struct outcome out = { .last = -1 };
	struct rj_input *s;

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
	s = rj_input_open(path, false);
	unlink(path);
	out.err = errno;
	if (s)
		out = read_all(s, piece);
	rj_input_close(s);
	return out;
}

static void check_whole(struct outcome o)
{
	CHECK_EQ(o.num, NUM_BYTES);
	CHECK_EQ(o.last, 0);
}

TEST(input_gives_plain_bytes_as_they_are)
{
	set_plain();
	check_whole(read_bytes(plain, NUM_BYTES, 1));
	check_whole(read_bytes(plain, NUM_BYTES, 100000));
	for (size_t len = 0; len < 4; len++) /* too short for anything; the first is not gzip's */
		CHECK_EQ(read_bytes(plain, len, 10).num, len);
}

TEST(input_gives_all_gzip_members)
{
	size_t len;

	set_plain();
	len = pack(packed, 0, 1000);
	len += pack(packed + len, 1000, NUM_BYTES - 1000);
	check_whole(read_bytes(packed, len, 1));
	check_whole(read_bytes(packed, len, 70000));
	memset(packed + len, 0, 512); /* padding */
	check_whole(read_bytes(packed, len + 512, 4096));
}

/* Every one would take long; these are of the head, the middle and the trailer. */
TEST(input_tells_gzip_that_is_cut)
{
	size_t len;

	set_plain();
	len = pack(packed, 0, NUM_BYTES);
	for (size_t cut = 1; cut < len - 2; cut += cut < 20 ? 1 : 20011) {
		struct outcome o = read_bytes(packed, len - cut, 4096);

		CHECK_EQ(o.last, -1);
		CHECK_EQ(o.err, EIO);
	}
	packed[len - 8] ^= 1; /* the checksum: what came before is not less for it */
	CHECK_EQ(read_bytes(packed, len, NUM_BYTES + 1).err, EIO);
	CHECK_EQ(read_bytes(packed, len, NUM_BYTES + 1).num, NUM_BYTES);
	packed[len - 8] ^= 1;
	packed[len / 2] ^= 1;
	CHECK_EQ(read_bytes(packed, len, 4096).err, EIO);
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
}

/* What came before the signal is read, then it is over for good. */
TEST(input_ends_with_a_signal)
{
	struct sigaction action = { .sa_handler = on_alarm }, before;
	struct itimerval often = { .it_interval.tv_usec = 1000, .it_value.tv_usec = 1000 };
	const struct itimerval never = { 0 };
	struct rj_input *s;
	struct outcome o;
	char name[32];
	int ends[2];

	set_plain();
	if (pipe(ends) || write(ends[1], plain, 10000) != 10000)
		abort();
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	sigaction(SIGALRM, &action, &before);
	s = rj_input_open(name, false);
	setitimer(ITIMER_REAL, &often, NULL);
	o = read_all(s, 700);
	setitimer(ITIMER_REAL, &never, NULL);
	CHECK_EQ(o.num, 10000);
	CHECK_EQ(o.last, -1);
	CHECK_EQ(o.err, EINTR);
	CHECK_EQ(write(ends[1], plain, 1), 1);
	CHECK_EQ(read_all(s, 700).err, EINTR);
	sigaction(SIGALRM, &before, NULL);
	rj_input_close(s);
	close(ends[0]);
	close(ends[1]);
}
