// SPDX-License-Identifier: BSD-3-Clause
/* Records as lines of JSON: to stdout or a file, compressed by its name. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "cli/cli.h"

#define TEXT_BYTES (1u << 16)
#define PACKED_BYTES (1u << 16)
#define LEVEL 6
#define GZIP_WINDOW (15 + 16) /* zlib.h: 16 asks for gzip's head and end */

/* So much text may be inside zlib: of a compressed output that is cut, the rest can be read. */
#define PACK_AT_MOST (1u << 18)
#define FLUSH_EVERY_S 1.0

/*
 * struct output_buffer - what is on its way to the file.
 * @text: whole lines, and one that is longer than the buffer in pieces
 * @packed_len: of text that zlib has got and may still have
 */
struct output_buffer {
	char text[TEXT_BYTES];
	size_t len;
	bool is_gzip;
	z_stream zlib;
	size_t packed_len;
	double flushed_at;
	unsigned char packed[PACKED_BYTES];
};

bool is_gzip_name(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && !strcmp(name + len - 3, ".gz");
}

/* Closed, its number would be that of the next file. */
static int open_stdout(void)
{
	return fcntl(STDOUT_FILENO, F_GETFD) < 0 ? -1 : STDOUT_FILENO;
}

static int open_file(struct output *out, const char *name)
{
	if (!name || !strcmp(name, "-"))
		return open_stdout();
	if (rotation_is_on(&out->rotation))
		return rotate_open(&out->rotation, &out->rotating, name);
	return open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

enum exit_status output_open(struct output *out, const char *name, const struct rotation *rotation)
{
	bool is_stdout = !name || !strcmp(name, "-");
	struct output_buffer *b = calloc(1, sizeof(*b));

	*out = (struct output){ .name = is_stdout ? "standard output" : name,
				.fd = -1,
				.rotation = *rotation };
	if (b && !is_stdout && is_gzip_name(name)) {
		b->is_gzip = true;
		if (deflateInit2(&b->zlib, LEVEL, Z_DEFLATED, GZIP_WINDOW, MAX_MEM_LEVEL,
				 Z_DEFAULT_STRATEGY) != Z_OK) {
			free(b);
			b = NULL;
		}
	}
	if (!b) {
		complain("%s: out of memory", out->name);
		return EXIT_SOME_FAILED;
	}
	out->buffer = b;
	out->fd = open_file(out, name);
	if (out->fd >= 0)
		return EXIT_DONE;
	complain("%s: cannot be written: %s", out->name, strerror(errno));
	if (b->is_gzip)
		deflateEnd(&b->zlib);
	free(b);
	out->buffer = NULL;
	return EXIT_SOME_FAILED;
}

static void lose_pending(struct output *out)
{
	out->num_lost += out->num_pending;
	out->num_pending = 0;
	out->buffer->len = 0;
}

static void fail(struct output *out, const char *why)
{
	complain("%s: writing failed: %s; later records are counted as lost", out->name, why);
	out->is_failed = true;
	lose_pending(out);
}

/*
 * Some of it, however long the reader takes; the number of bytes, or negative with errno set. A
 * signal ends the run, not the record: only who insists breaks the waiting off.
 */
static ssize_t write_some(int fd, const void *bytes, size_t len)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	ssize_t done;

	while (!is_urgent()) {
		done = write(fd, bytes, len);
		if (done >= 0)
			return done;
		if (errno == EAGAIN) /* another process made the pipe so, for all who have it */
			poll(&wait, 1, -1);
		else if (errno != EINTR)
			return done;
	}
	errno = EINTR;
	return -1;
}

static void are_written(struct output *out, uint64_t num)
{
	out->num_written += num;
	out->num_pending -= num;
}

/* JSON has no line end in it: so many records end in these bytes. */
static uint64_t num_ends(const char *text, size_t len)
{
	uint64_t num = 0;

	for (const char *end = text + len; (text = memchr(text, '\n', (size_t)(end - text)));
	     text++)
		num++;
	return num;
}

/* All of it; false when that failed, which was told. @is_text: lines that count as written. */
static bool write_all(struct output *out, const void *bytes, size_t len, bool is_text)
{
	const char *at = bytes;

	while (len) {
		ssize_t done = write_some(out->fd, at, len);

		if (done < 0) {
			fail(out, errno == EINTR ? "interrupted twice" : strerror(errno));
			return false;
		}
		if (is_text)
			are_written(out, (size_t)done == len ? out->num_pending :
							       num_ends(at, (size_t)done));
		at += done;
		len -= (size_t)done;
	}
	return true;
}

/*
 * Hands the text to zlib, and what comes out of it to the file. @flush: one of zlib's; but for
 * Z_NO_FLUSH all that is pending is in the file then.
 */
static bool pack(struct output *out, int flush)
{
	struct output_buffer *b = out->buffer;
	bool is_more = true;

	b->zlib.next_in = (unsigned char *)b->text;
	b->zlib.avail_in = (unsigned int)b->len;
	b->packed_len += b->len;
	b->len = 0;
	while (is_more) {
		b->zlib.next_out = b->packed;
		b->zlib.avail_out = PACKED_BYTES;
		deflate(&b->zlib, flush);
		is_more = !b->zlib.avail_out;
		if (!write_all(out, b->packed, PACKED_BYTES - b->zlib.avail_out, false))
			return false;
	}
	if (flush != Z_NO_FLUSH) {
		b->packed_len = 0;
		are_written(out, out->num_pending);
	}
	return true;
}

/* Empties the buffer, of compressed ones into zlib. */
static bool drain(struct output *out)
{
	struct output_buffer *b = out->buffer;
	size_t len = b->len;

	if (!b->is_gzip) {
		b->len = 0;
		return write_all(out, b->text, len, true);
	}
	return pack(out, b->packed_len + len > PACK_AT_MOST ? Z_SYNC_FLUSH : Z_NO_FLUSH);
}

static bool put(struct output *out, const char *text, size_t len)
{
	struct output_buffer *b = out->buffer;

	while (len) {
		size_t part = TEXT_BYTES - b->len;

		if (part > len)
			part = len;
		memcpy(b->text + b->len, text, part);
		b->len += part;
		text += part;
		len -= part;
		if (b->len == TEXT_BYTES && !drain(out))
			return false;
	}
	return true;
}

/* All that is pending is in the file, with gzip's end; said where it could not be. */
static void finish_text(struct output *out)
{
	if (out->is_failed)
		return;
	if (out->buffer->is_gzip)
		pack(out, Z_FINISH);
	else
		drain(out);
}

/* Closes the file; one of several gets its name then, if all of it is there. */
static void close_file(struct output *out)
{
	int fd = out->fd;

	out->fd = -1;
	/* of what a network's file system finds out so late nobody knows which records it was */
	if (fd > STDERR_FILENO && close(fd) && !out->is_failed) {
		complain("%s: writing failed: %s", out->name, strerror(errno));
		out->is_failed = true;
	}
	if (!rotation_is_on(&out->rotation) || out->is_failed || rotate_close(&out->rotating))
		return;
	complain("%s: cannot be renamed: %s", out->rotating.path, strerror(errno));
	out->is_failed = true;
}

/* It is no record: nobody counts it. */
static void put_header(struct output *out)
{
	size_t len;

	if (!out->header)
		return;
	len = strlen(out->header);
	if (out->buffer->is_gzip)
		put(out, out->header, len);
	else
		write_all(out, out->header, len, false);
	out->rotating.num_bytes += len;
}

void output_header(struct output *out, char *line)
{
	out->header = line;
	put_header(out);
}

/* The next file, where there is none now. */
static bool begin_file(struct output *out)
{
	if (out->fd >= 0)
		return true;
	out->fd = open_file(out, out->name);
	if (out->fd >= 0) {
		if (out->buffer->is_gzip)
			deflateReset(&out->buffer->zlib);
		put_header(out);
		return !out->is_failed;
	}
	complain("%s: cannot be written: %s; later records are counted as lost", out->rotating.path,
		 strerror(errno));
	out->is_failed = true;
	return false;
}

/* The file for a record of so many bytes is open; false when that failed, which was told. */
static bool turn_file(struct output *out, size_t len)
{
	if (!rotation_is_on(&out->rotation))
		return true;
	if (out->fd >= 0 && rotate_is_due(&out->rotation, &out->rotating, len)) {
		finish_text(out);
		close_file(out);
	}
	if (out->is_failed || !begin_file(out))
		return false;
	out->rotating.num_records++;
	out->rotating.num_bytes += len;
	return true;
}

void output_line(void *user, const char *text, size_t len)
{
	struct output *out = user;

	if (!text && !out->is_failed)
		complain("%s: a record is lost: no memory for its line, or longer than 16 MiB",
			 out->name);
	if (!text || out->is_failed) {
		out->num_lost++;
		return;
	}
	if (!turn_file(out, len + 1)) {
		out->num_lost++;
		return;
	}
	/* whole lines, where they fit: whoever kills us does it between lines */
	if (out->buffer->len + len + 1 > TEXT_BYTES && !drain(out)) {
		out->num_lost++;
		return;
	}
	if (!put(out, text, len)) {
		out->num_lost++;
		return;
	}
	out->num_pending++;
	put(out, "\n", 1);
}

void output_flush(struct output *out)
{
	struct output_buffer *b = out->buffer;
	double now;

	if (out->fd >= 0 && !out->is_failed && rotate_is_late(&out->rotation, &out->rotating)) {
		finish_text(out);
		close_file(out);
	}
	if (out->is_failed || !out->num_pending)
		return;
	if (!b->is_gzip) {
		drain(out);
		return;
	}
	now = seconds_now();
	if (now - b->flushed_at < FLUSH_EVERY_S)
		return;
	b->flushed_at = now;
	pack(out, Z_SYNC_FLUSH);
}

bool output_close(struct output *out)
{
	struct output_buffer *b = out->buffer;

	if (b && out->fd >= 0) {
		finish_text(out);
		close_file(out);
	}
	if (b && b->is_gzip)
		deflateEnd(&b->zlib);
	free(b);
	out->buffer = NULL;
	free(out->header);
	out->header = NULL;
	return !out->is_failed && !out->num_lost;
}
