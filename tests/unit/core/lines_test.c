/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/lines.h"

#include <errno.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* struct taken - the lines, each with a bar behind it. */
struct taken {
	char text[256];
};

static int take(void *user, const char *line, struct rj_error *error)
{
	struct taken *t = user;

	if (!strcmp(line, "bad"))
		return rj_error_set(error, -EINVAL, "%s\rluck", line);
	snprintf(t->text + strlen(t->text), sizeof(t->text) - strlen(t->text), "%s|", line);
	return 0;
}

/* Reads these bytes from a file; its name goes to @path. */
static int read_bytes(const char *bytes, size_t len, char path[32], struct taken *t,
		      struct rj_error *error)
{
	int fd, err;

	snprintf(path, 32, "/tmp/rj_lines_XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	close(fd);
	*t = (struct taken){ "" };
	*error = (struct rj_error){ "" };
	err = rj_lines_read(path, take, t, error);
	unlink(path);
	return err;
}

TEST(lines_are_told_without_comments_and_blanks)
{
	static const char bytes[] = "one\n\n  two \t# three\n#four\r\n\t \nfive six\r\n seven";
	struct rj_error error;
	struct taken t;
	char path[32];

	CHECK_EQ(read_bytes(bytes, sizeof(bytes) - 1, path, &t, &error), 0);
	CHECK_STR(t.text, "one|two|five six|seven|");
	CHECK_STR(error.text, "");
	CHECK_EQ(read_bytes("", 0, path, &t, &error), 0);
	CHECK_STR(t.text, "");
}

TEST(lines_that_are_wrong_are_told_by_file_and_number)
{
	struct rj_error error;
	struct taken t;
	char path[32], want[96];

	CHECK_EQ(read_bytes("one\n\nbad\ntwo\n", 13, path, &t, &error), -EINVAL);
	CHECK_STR(t.text, "one|");
	snprintf(want, sizeof(want), "%s:3: bad?luck", path);
	CHECK_STR(error.text, want);
	CHECK_EQ(read_bytes("one\nt\0wo\n", 9, path, &t, &error), -EINVAL);
	snprintf(want, sizeof(want), "%s:2: a zero byte; this is no text", path);
	CHECK_STR(error.text, want);
}

TEST(lines_of_what_cannot_be_read_are_an_error)
{
	struct rj_error error;
	struct taken t = { "" };

	CHECK_EQ(rj_lines_read("/nowhere/x", take, &t, &error), -ENOENT);
	CHECK_STR(error.text, "/nowhere/x: cannot be read: No such file or directory");
	CHECK_EQ(rj_lines_read("/", take, &t, &error), -EISDIR);
	CHECK_STR(error.text, "/: cannot be read: Is a directory");
}
