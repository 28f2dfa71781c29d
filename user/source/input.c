// SPDX-License-Identifier: BSD-3-Clause
/* Files and pipes as plain bytes. zlib's own file functions wait for half a megabyte at a time. */
#include "source/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "source/follow.h"

#define RAW_BYTES (1u << 16)
#define GZIP_WINDOW (15 + 16) /* zlib.h: 16 asks for gzip's head and end */

/* RFC 1952 section 2.3.1. */
static const uint8_t gzip_magic[] = { 0x1f, 0x8b };

/*
 * @follow: what is read instead of @fd, where the file still grows; @has_begun: whether it is
 *       compressed is known
 * @num_read: of the file
 * @raw: of the file, [@raw_at, @raw_len) still to be used
 * @is_inside: a gzip member has begun and not ended; @has_member: one has ended; @is_damaged: what
 *       follows cannot be decompressed; @is_padding: it is no gzip
 */
struct rj_input {
	int fd;
	struct rj_follow *follow;
	bool has_begun;
	uint64_t num_read;
	bool is_gzip;
	bool is_inside;
	bool has_member;
	bool is_damaged;
	bool is_padding;
	bool was_interrupted;
	z_stream zlib;
	size_t raw_at;
	size_t raw_len;
	uint8_t raw[RAW_BYTES];
};

static ssize_t read_fd(struct rj_input *s, void *to, size_t len)
{
	ssize_t got;

	if (s->was_interrupted) {
		errno = EINTR;
		return -1;
	}
	got = s->follow ? rj_follow_read(s->follow, to, len) : read(s->fd, to, len);
	s->was_interrupted = got < 0 && errno == EINTR;
	if (got > 0)
		s->num_read += (uint64_t)got;
	return got;
}

static ssize_t read_plain(struct rj_input *s, void *to, size_t len)
{
	if (s->raw_at == s->raw_len)
		return read_fd(s, to, len);
	if (len > s->raw_len - s->raw_at)
		len = s->raw_len - s->raw_at;
	memcpy(to, s->raw + s->raw_at, len);
	s->raw_at += len;
	return (ssize_t)len;
}

/* More raw bytes behind those that are there. */
static ssize_t fill(struct rj_input *s)
{
	ssize_t got;

	if (s->raw_at == s->raw_len)
		s->raw_at = s->raw_len = 0;
	got = read_fd(s, s->raw + s->raw_len, RAW_BYTES - s->raw_len);
	if (got > 0)
		s->raw_len += (size_t)got;
	return got;
}

/* Inflates into @to what is there; the number of bytes, which are good also before damage. */
static ssize_t inflate_some(struct rj_input *s, void *to, size_t len)
{
	size_t left = s->raw_len - s->raw_at;
	int result;

	s->zlib.next_in = s->raw + s->raw_at;
	s->zlib.avail_in = (unsigned int)left;
	s->zlib.next_out = to;
	s->zlib.avail_out = (unsigned int)len;
	result = inflate(&s->zlib, Z_NO_FLUSH);
	s->raw_at = s->raw_len - s->zlib.avail_in;
	if (result == Z_STREAM_END) {
		s->is_inside = false;
		s->has_member = true;
		inflateReset(&s->zlib);
	} else if (result == Z_OK || result == Z_BUF_ERROR) {
		s->is_inside = true;
	} else {
		s->is_damaged = true;
	}
	return (ssize_t)(len - s->zlib.avail_out);
}

/*
 * Behind a member another may follow, RFC 1952 section 2.2, or padding, which gzip(1) passes over
 * too, to the end. Positive where one follows, else as fill: 0 is the end.
 */
static ssize_t next_member(struct rj_input *s)
{
	ssize_t got = 1;

	while (got > 0) {
		size_t len = s->raw_len - s->raw_at;

		if (len > sizeof(gzip_magic))
			len = sizeof(gzip_magic);
		if (s->is_padding || memcmp(s->raw + s->raw_at, gzip_magic, len)) {
			s->is_padding = true;
			s->raw_at = s->raw_len;
		} else if (len == sizeof(gzip_magic)) {
			s->is_inside = true;
			return 1;
		}
		memmove(s->raw, s->raw + s->raw_at, s->raw_len - s->raw_at);
		s->raw_len -= s->raw_at;
		s->raw_at = 0;
		got = fill(s);
	}
	return got;
}

static ssize_t read_gzip(struct rj_input *s, void *to, size_t len)
{
	while (!s->is_damaged) {
		ssize_t got = 1;

		if (s->has_member && !s->is_inside)
			got = next_member(s);
		else if (s->raw_at == s->raw_len)
			got = fill(s);
		if (got < 0 || (!got && !s->is_inside))
			return got;
		if (!got) /* cut short */
			break;
		got = inflate_some(s, to, len);
		if (got)
			return got;
	}
	s->is_damaged = true;
	errno = EIO;
	return -1;
}

/* Is it compressed? An interrupted one may have begun all the same. */
static bool begin(struct rj_input *s)
{
	ssize_t got = 1;

	while (got > 0 && s->raw_len < sizeof(gzip_magic))
		got = fill(s);
	if (got < 0 && !(s->was_interrupted && s->raw_len))
		return false;
	s->is_gzip = s->raw_len >= sizeof(gzip_magic) &&
		     !memcmp(s->raw, gzip_magic, sizeof(gzip_magic));
	if (s->is_gzip && inflateInit2(&s->zlib, GZIP_WINDOW) != Z_OK) {
		s->is_gzip = false;
		errno = ENOMEM;
		return false;
	}
	s->has_begun = true;
	return true;
}

ssize_t rj_input_read(struct rj_input *s, void *to, size_t len)
{
	if (!s->has_begun && !begin(s))
		return -1;
	return s->is_gzip ? read_gzip(s, to, len) : read_plain(s, to, len);
}

static bool open_file(struct rj_input *s, const char *path)
{
	s->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
				    fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	return s->fd >= 0 && begin(s);
}

struct rj_input *rj_input_open(const char *path, bool is_followed)
{
	struct rj_input *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return NULL;
	s->fd = -1;
	if (is_followed)
		s->follow = rj_follow_open(path);
	if (is_followed ? s->follow != NULL : open_file(s, path))
		return s;
	err = errno;
	rj_input_close(s);
	errno = err;
	return NULL;
}

bool rj_input_is_followed(const struct rj_input *s)
{
	return s->follow != NULL;
}

bool rj_input_may_wait(const struct rj_input *s)
{
	struct stat st;

	return s->follow || fstat(s->fd, &st) || !S_ISREG(st.st_mode);
}

const char *rj_input_fate(const struct rj_input *s)
{
	return s->follow ? rj_follow_fate(s->follow) : "";
}

bool rj_input_is_damaged(const struct rj_input *s)
{
	return s->is_damaged;
}

void rj_input_wait(struct rj_input *s, int timeout_ms)
{
	if (s->follow)
		rj_follow_wait(s->follow, timeout_ms);
}

uint64_t rj_input_quiet_ns(const struct rj_input *s)
{
	return s->follow ? rj_follow_quiet_ns(s->follow) : 0;
}

void rj_input_position(const struct rj_input *s, uint64_t *ret_read, uint64_t *ret_total)
{
	int fd = s->follow ? rj_follow_fd(s->follow) : s->fd;
	struct stat st;

	*ret_read = s->num_read;
	*ret_total = !fstat(fd, &st) && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

void rj_input_close(struct rj_input *s)
{
	if (!s)
		return;
	rj_follow_close(s->follow);
	if (s->is_gzip)
		inflateEnd(&s->zlib);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}
