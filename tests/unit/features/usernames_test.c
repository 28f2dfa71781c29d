/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/usernames.h"

#include <errno.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static int read_names(const char *lines, struct rj_usernames **out, struct rj_error *error)
{
	char path[] = "/tmp/rj_users_XXXXXX";
	int fd = mkstemp(path), err;

	if (fd < 0 || write(fd, lines, strlen(lines)) != (ssize_t)strlen(lines))
		abort();
	close(fd);
	err = rj_usernames_read(path, out, error);
	unlink(path);
	return err;
}

/* All names found in the text, each with a bar behind it, from an exact copy. */
static void expect(const struct rj_usernames *u, const char *text, size_t len, const char *want)
{
	uint8_t *copy = unit_copy(text, len);
	size_t from = 0, at, name_len;
	char got[300] = "";

	while (rj_usernames_find(u, copy, len, from, &at, &name_len)) {
		size_t done = strlen(got);

		snprintf(got + done, sizeof(got) - done, "%.*s|", (int)name_len, copy + at);
		from = at + name_len;
	}
	CHECK_STR(got, want);
	free(copy);
}

TEST(usernames_are_found_as_whole_words)
{
	struct rj_usernames *u = NULL;
	struct rj_error error;

	CHECK_EQ(read_names("bob\n# the others\nalice\njohn.doe\njohn\n_admin\n", &u, &error), 0);
	expect(u, "alice", 5, "alice|");
	expect(u, "/x?user=alice&y=1", 17, "alice|");
	expect(u, "/alice/bob;bob", 14, "alice|bob|bob|");
	expect(u, "-bob\\bob_bob.bob?bob&bob=", 25, "bob|bob|bob|bob|bob|bob|");
	expect(u, "/\0bob\0", 6, "bob|");
	expect(u, "/malice/alicea/Alice/alic", 25, "");
	expect(u, "/bob%20/bob+bob/bob:x", 21, "");
	expect(u, "/bo", 3, "");
	expect(u, "", 0, "");
	rj_usernames_free(u);
}

TEST(usernames_with_delimiters_in_them_are_found_longest_first)
{
	struct rj_usernames *u = NULL;
	struct rj_error error;

	CHECK_EQ(read_names("john.doe\njohn\n_admin\nab\n", &u, &error), 0);
	expect(u, "/john.doe/", 10, "john.doe|");
	expect(u, "/john.do/", 9, "john|");
	expect(u, "/john/_admin", 12, "john|_admin|");
	expect(u, "/x_admin", 8, "");
	expect(u, "/ab\0cd", 6, "ab|");
	rj_usernames_free(u);
}

TEST(usernames_of_an_empty_file_are_none_and_long_ones_refused)
{
	struct rj_usernames *u = NULL;
	struct rj_error error;
	char line[300], want[300];

	CHECK_EQ(read_names("", &u, &error), 0);
	expect(u, "/alice", 6, "");
	rj_usernames_free(u);
	rj_usernames_free(NULL);
	memset(line, 'x', sizeof(line));
	line[RJ_MAX_USERNAME_LEN] = 0;
	CHECK_EQ(read_names(line, &u, &error), 0);
	snprintf(want, sizeof(want), "%.*s|", (int)RJ_MAX_USERNAME_LEN, line);
	expect(u, line, RJ_MAX_USERNAME_LEN, want);
	rj_usernames_free(u);
	line[RJ_MAX_USERNAME_LEN] = 'x';
	line[RJ_MAX_USERNAME_LEN + 1] = 0;
	CHECK_EQ(read_names(line, &u, &error), -EINVAL);
	CHECK(strstr(error.text, ":1: a name of 256 bytes; at most 255"));
}
