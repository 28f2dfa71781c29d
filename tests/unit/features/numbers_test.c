/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/numbers.h"

#include <errno.h>

#include "tests/unit/features/files.h"

static int read_text(const char *text, size_t num, double *out, struct rj_error *error)
{
	char path[FILE_NAME_LEN];
	int err;

	write_file(path, text);
	err = rj_numbers_read(path, num, out, error);
	unlink(path);
	return err;
}

TEST(numbers_are_read_whatever_blanks_are_between)
{
	struct rj_error error = { "" };
	double got[4] = { 0 };

	CHECK_EQ(read_text("1.5\n-2e3\n0\n7\n", 4, got, &error), 0);
	CHECK(got[0] == 1.5 && got[1] == -2000 && got[2] == 0 && got[3] == 7);
	CHECK_EQ(read_text("\n 1\t2\r\n\n3 4", 4, got, &error), 0);
	CHECK(got[0] == 1 && got[1] == 2 && got[2] == 3 && got[3] == 4);
	CHECK_STR(error.text, "");
}

TEST(numbers_must_be_as_many)
{
	struct rj_error error = { "" };
	double got[2];

	CHECK_EQ(read_text("1\n", 2, got, &error), -EINVAL);
	CHECK(strstr(error.text, ": 1 numbers, there must be 2"));
	CHECK_EQ(read_text("", 2, got, &error), -EINVAL);
	CHECK(strstr(error.text, ": 0 numbers, there must be 2"));
	CHECK_EQ(read_text("1\n2\n3\n", 2, got, &error), -EINVAL);
	CHECK(strstr(error.text, ": more than 2 numbers"));
	CHECK_EQ(read_text("1 2 3", 2, got, &error), -EINVAL);
}

TEST(numbers_are_all_that_is_there)
{
	static const char *const bad[] = { "1\nx\n",   "1\n2x\n",  "1\nnan\n",
					   "1\ninf\n", "1\n2,3\n", "1\n1e999\n" };
	struct rj_error error;
	double got[2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		error.text[0] = 0;
		CHECK_EQ(read_text(bad[i], 2, got, &error), -EINVAL);
		CHECK(strstr(error.text, ": line 2: not a number"));
	}
}

TEST(numbers_of_no_file_say_so)
{
	struct rj_error error = { "" };
	double got[1];

	CHECK_EQ(rj_numbers_read("/nowhere/x", 1, got, &error), -ENOENT);
	CHECK(strstr(error.text, "/nowhere/x: cannot be opened: "));
	CHECK_EQ(rj_numbers_read("/", 1, got, &error), -EISDIR);
	CHECK(strstr(error.text, "/: cannot be read: "));
}
