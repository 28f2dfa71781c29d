/* SPDX-License-Identifier: BSD-3-Clause */
#include "features/bins.h"

#include <errno.h>

#include "tests/unit/features/files.h"

/* A map of Joy's format: byte value @from on, each in bin value % 16; @last is the last line. */
static char *map_text(unsigned int num, const char *last)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	for (unsigned int i = 0; i < num; i++)
		fprintf(to, "%u\t%u\n", i, i % 16);
	fprintf(to, "%s", last);
	fclose(to);
	return text;
}

static int read_map(unsigned int num, const char *last, struct rj_byte_bins *out,
		    struct rj_error *error)
{
	char *text = map_text(num, last);
	char path[FILE_NAME_LEN];
	int err;

	write_file(path, text);
	err = rj_bins_read(path, out, error);
	unlink(path);
	free(text);
	return err;
}

TEST(bins_are_of_sixteen_values_each)
{
	struct rj_byte_bins bins;
	uint64_t count[256] = { [0] = 1, [15] = 2, [16] = 4, [239] = 8, [240] = 16, [255] = 32 };
	uint64_t got[RJ_NUM_BYTE_BINS], sum = 0;

	rj_bins_equal(&bins);
	rj_bins_fold(&bins, count, got);
	CHECK_EQ(got[0], 3);
	CHECK_EQ(got[1], 4);
	CHECK_EQ(got[14], 8);
	CHECK_EQ(got[15], 48);
	for (unsigned int i = 0; i < RJ_NUM_BYTE_BINS; i++)
		sum += got[i];
	CHECK_EQ(sum, 63);
}

TEST(bins_of_a_file)
{
	struct rj_error error = { "" };
	struct rj_byte_bins bins;
	uint64_t count[256] = { [1] = 1, [17] = 2, [255] = 5 };
	uint64_t got[RJ_NUM_BYTE_BINS];

	CHECK_EQ(read_map(256, "", &bins, &error), 0);
	rj_bins_fold(&bins, count, got); /* 1 % 16 = 17 % 16 = 1, 255 % 16 = 15 */
	CHECK_EQ(got[1], 3);
	CHECK_EQ(got[15], 5);
	CHECK_EQ(got[0], 0);
}

TEST(bins_of_a_file_that_is_no_map)
{
	struct rj_byte_bins bins;
	struct rj_error error;

	memset(&bins, 0x5a, sizeof(bins));
	CHECK_EQ(read_map(255, "255\t16\n", &bins, &error), -EINVAL);
	CHECK(strstr(error.text, "pair 256: must be a byte value and a bin below 16"));
	CHECK_EQ(read_map(255, "256\t1\n", &bins, &error), -EINVAL);
	CHECK_EQ(read_map(255, "254.5\t1\n", &bins, &error), -EINVAL);
	CHECK_EQ(read_map(255, "-1\t1\n", &bins, &error), -EINVAL);
	CHECK_EQ(read_map(255, "7\t1\n", &bins, &error), -EINVAL);
	CHECK(strstr(error.text, "byte value 7 stands there twice"));
	CHECK_EQ(read_map(255, "", &bins, &error), -EINVAL);
	CHECK_EQ(read_map(255, "255\n", &bins, &error), -EINVAL);
	CHECK_EQ(bins.bin[0], 0x5a);
	CHECK_EQ(bins.bin[255], 0x5a);
}
