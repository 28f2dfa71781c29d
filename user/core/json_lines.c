// SPDX-License-Identifier: BSD-3-Clause
/* Files with a JSON object a line. */
#include "core/json_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "core/buffer.h"

#define CHUNK_BYTES (1u << 16)
#define MAX_NESTING 32 /* records nest 12 deep */

/* A header of a tar archive, POSIX.1-1988 ustar. */
#define TAR_BLOCK 512u
#define TAR_NAME_LEN 100u
#define TAR_SIZE_AT 124u
#define TAR_SIZE_LEN 12u
#define TAR_TYPE_AT 156u
#define TAR_MAGIC_AT 257u
#define TAR_MAX_SIZE (UINT64_C(1) << 36) /* 12 octal digits */

/*
 * struct input - a file on its way to lines.
 * @chunk: what was read; [@at, @len) is to be taken
 * @left: bytes up to the end of the member; UINT64_MAX: up to that of the file
 */
struct input {
	const struct rj_json_lines *how;
	const char *path;
	gzFile from;
	size_t at;
	size_t len;
	uint64_t left;
	unsigned long num;
	struct rj_buffer line;
	struct json_tokener *tokener;
	char chunk[CHUNK_BYTES];
};

static int open_input(struct input *in, struct rj_error *error)
{
	bool is_stdin = !strcmp(in->path, "-");
	int fd = is_stdin ? dup(STDIN_FILENO) : open(in->path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? errno : 0;

	if (is_stdin)
		in->path = "standard input";
	if (fd >= 0)
		in->from = gzdopen(fd, "rb");
	if (!in->from && fd >= 0) {
		close(fd);
		err = ENOMEM;
	}
	if (err)
		return rj_error_set(error, -err, "%s: cannot be read: %s", in->path, strerror(err));
	return 0;
}

static int tell_read_error(const struct input *in, struct rj_error *error)
{
	int number = Z_OK, system = errno;
	const char *text = gzerror(in->from, &number);

	if (number == Z_ERRNO)
		return rj_error_set(error, system ? -system : -EIO, "%s: cannot be read: %s",
				    in->path, strerror(system ? system : EIO));
	return rj_error_set(error, -EINVAL, "%s:%lu: cannot be decompressed: %s", in->path,
			    in->num + 1, number == Z_BUF_ERROR ? "the file ends early" : text);
}

/* Reads on where nothing is left of the chunk: 1, 0 at the end, or a negative errno. */
static int fill(struct input *in, struct rj_error *error)
{
	int got;

	if (in->at < in->len)
		return 1;
	errno = 0;
	got = gzread(in->from, in->chunk, sizeof(in->chunk));
	in->at = 0;
	in->len = got > 0 ? (size_t)got : 0;
	if (got > 0)
		return 1;
	/* of a file that is cut, zlib tells only then */
	gzerror(in->from, &got);
	return got < 0 ? tell_read_error(in, error) : 0;
}

/* --- the member of an archive ---------------------------------------------------- */

/* All @len bytes: 1, 0 where the file ends, or a negative errno. */
static int take_bytes(struct input *in, void *out, size_t len, struct rj_error *error)
{
	char *to = out;

	while (len) {
		int more = fill(in, error);
		size_t some = in->len - in->at < len ? in->len - in->at : len;

		if (more <= 0)
			return more;
		if (to) {
			memcpy(to, in->chunk + in->at, some);
			to += some;
		}
		in->at += some;
		len -= some;
	}
	return 1;
}

static bool is_tar(const struct input *in)
{
	return in->len >= TAR_BLOCK && !memcmp(in->chunk + TAR_MAGIC_AT, "ustar", 5);
}

static bool read_octal(const char *text, size_t len, uint64_t *out)
{
	uint64_t value = 0;
	size_t i = 0;

	while (i < len && text[i] == ' ')
		i++;
	if (i == len || text[i] < '0' || text[i] > '7')
		return false;
	for (; i < len && text[i] >= '0' && text[i] <= '7'; i++)
		value = value << 3 | (uint64_t)(text[i] - '0');
	*out = value;
	return value < TAR_MAX_SIZE && (i == len || !text[i] || text[i] == ' ');
}

/* Whether it is the file that is wanted, in whatever folder. */
static bool is_member(const struct input *in, const char *header)
{
	char name[TAR_NAME_LEN + 1] = "";
	const char *slash;

	memcpy(name, header, TAR_NAME_LEN);
	slash = strrchr(name, '/');
	return (header[TAR_TYPE_AT] == '0' || !header[TAR_TYPE_AT]) &&
	       !strcmp(slash ? slash + 1 : name, in->how->member);
}

/* Passes @size bytes; 1, 0 where the file ends, or a negative errno. */
static int pass_bytes(struct input *in, uint64_t size, struct rj_error *error)
{
	int more = 1;

	while (size && more > 0) {
		size_t some = size < CHUNK_BYTES ? (size_t)size : CHUNK_BYTES;

		more = take_bytes(in, NULL, some, error);
		size -= some;
	}
	return more;
}

/* Goes to the member, whose bytes are then all there is. */
static int find_member(struct input *in, struct rj_error *error)
{
	char header[TAR_BLOCK];
	uint64_t size;
	int more;

	while ((more = take_bytes(in, header, sizeof(header), error)) > 0 && *header) {
		if (!read_octal(header + TAR_SIZE_AT, TAR_SIZE_LEN, &size))
			return rj_error_set(error, -EINVAL, "%s: a damaged archive", in->path);
		if (is_member(in, header)) {
			in->left = size;
			return 0;
		}
		more = pass_bytes(in, (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK, error);
		if (more <= 0)
			break;
	}
	return more < 0 ? more :
			  rj_error_set(error, -EINVAL, "%s: an archive without %s", in->path,
				       in->how->member);
}

/* --- lines ------------------------------------------------------------------------- */

/* The next line, without its end: 1, 0 behind the last, or a negative errno. */
static int next_line(struct input *in, struct rj_error *error)
{
	bool has_end = false;

	rj_buffer_cut(&in->line, 0);
	while (!has_end && in->left) {
		int more = fill(in, error);
		size_t some = in->len - in->at;
		const char *end;

		if (more < 0)
			return more;
		if (!more && in->left != UINT64_MAX)
			return rj_error_set(error, -EINVAL, "%s:%lu: the archive ends early",
					    in->path, in->num + 1);
		if (!more)
			break;
		if (some > in->left)
			some = (size_t)in->left;
		end = memchr(in->chunk + in->at, '\n', some);
		has_end = end;
		if (end)
			some = (size_t)(end - (in->chunk + in->at));
		rj_buffer_put(&in->line, in->chunk + in->at, some);
		some += has_end;
		in->at += some;
		if (in->left != UINT64_MAX)
			in->left -= some;
	}
	in->num++;
	if (in->line.is_failed)
		return rj_error_set(error, -EINVAL, "%s:%lu: a line of more than %zu bytes",
				    in->path, in->num, in->how->max_bytes);
	return has_end || in->line.len;
}

static bool is_blank(const char *text, size_t len)
{
	while (len && strchr(" \t\r", text[len - 1]) && text[len - 1])
		len--;
	return !len;
}

/* What the tokener says is text of its own. */
static struct json_object *parse(struct input *in, struct rj_error *why)
{
	const char *text = (const char *)in->line.data;
	size_t len = in->line.len;
	struct json_object *object;
	size_t end;

	while (len && strchr(" \t\r", text[len - 1]) && text[len - 1])
		len--;
	json_tokener_reset(in->tokener);
	object = json_tokener_parse_ex(in->tokener, text, (int)len);
	end = json_tokener_get_parse_end(in->tokener);
	if (object && end == len && json_object_is_type(object, json_type_object))
		return object;
	if (object)
		rj_error_set(why, -EINVAL, "not one JSON object");
	else
		rj_error_set(why, -EINVAL, "not JSON, at byte %zu: %s", end + 1,
			     json_tokener_get_error(in->tokener) == json_tokener_continue ?
				     "it ends early" :
				     json_tokener_error_desc(json_tokener_get_error(in->tokener)));
	json_object_put(object);
	return NULL;
}

static int take_line(struct input *in, struct rj_error *why)
{
	struct rj_json_line line = {
		.text = (const char *)in->line.data,
		.len = in->line.len,
	};
	int err;

	if (!line.len || is_blank(line.text, line.len))
		return 0;
	line.object = parse(in, why);
	if (!line.object)
		return -EINVAL;
	err = in->how->take(in->how->user, &line, why);
	json_object_put(line.object);
	return err;
}

static int take_lines(struct input *in, struct rj_error *error)
{
	struct rj_error why = { .text = "" };
	int more = fill(in, error), err;

	if (more > 0 && in->how->member && is_tar(in)) {
		err = find_member(in, error);
		if (err)
			return err;
	}
	if (more < 0)
		return more;
	while ((more = next_line(in, error)) > 0) {
		err = take_line(in, &why);
		if (!err)
			continue;
		rj_error_set(error, err, "%s:%lu: %s", in->path, in->num, why.text);
		if (!in->how->bad)
			return err;
		in->how->bad(in->how->user, error);
	}
	return more;
}

int rj_json_lines_read(const char *path, const struct rj_json_lines *how, struct rj_error *error)
{
	struct input *in = calloc(1, sizeof(*in));
	int err;

	if (!in)
		return rj_error_set(error, -ENOMEM, "out of memory");
	in->how = how;
	in->path = path;
	in->left = UINT64_MAX;
	rj_buffer_init(&in->line, how->max_bytes);
	in->tokener = json_tokener_new_ex(MAX_NESTING);
	err = in->tokener ? open_input(in, error) : rj_error_set(error, -ENOMEM, "out of memory");
	if (!err) {
		json_tokener_set_flags(in->tokener,
				       JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
		err = take_lines(in, error);
	}
	if (in->from)
		gzclose(in->from);
	if (in->tokener)
		json_tokener_free(in->tokener);
	rj_buffer_done(&in->line);
	free(in);
	return err;
}
