/* SPDX-License-Identifier: BSD-3-Clause */
/* Digests of files, those of each version once. */
#include "owner/executable.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define PATH "/tmp/rj-executable-XXXXXX"

static struct rj_executables *start(void)
{
	struct rj_executables *e = NULL;

	CHECK_EQ(rj_executables_new(&e), 0);
	return e;
}

static struct rj_executable *open_one(struct rj_executables *e, const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	CHECK(fd >= 0);
	return rj_executables_of(e, fd);
}

static void write_bytes(const char *path, const char *bytes)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK_EQ(write(fd, bytes, strlen(bytes)), strlen(bytes));
	close(fd);
}

/* Until the thread has said of @num files that it cannot read them, or a few seconds. */
static bool wait_for_unread(struct rj_executables *e, uint64_t num)
{
	struct rj_executable_counts counts = { 0 };

	for (int i = 0; i < 500 && counts.unread < num; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		rj_executables_get_counts(e, &counts);
	}
	return counts.unread == num && !counts.crowded;
}

static void check_digest(struct rj_executable *x, const char *bytes)
{
	uint8_t got[RJ_EXECUTABLE_DIGEST_LEN], want[RJ_EXECUTABLE_DIGEST_LEN];
	bool is_known = false;

	CHECK(x != NULL);
	for (int i = 0; x && i < 500 && !is_known; i++) {
		is_known = rj_executable_digest(x, got);
		if (!is_known)
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	CHECK(is_known);
	CHECK(EVP_Digest(bytes, strlen(bytes), want, NULL, EVP_sha256(), NULL));
	CHECK(is_known && !memcmp(got, want, sizeof(want)));
}

TEST(executable_is_read_once_for_each_version)
{
	struct rj_executables *e = start();
	struct rj_executable *first, *again, *other;
	struct timespec times[2];
	char path[] = PATH;
	struct stat before;

	close(mkstemp(path));
	write_bytes(path, "good");
	CHECK_EQ(stat(path, &before), 0);
	first = open_one(e, path);
	check_digest(first, "good");
	again = open_one(e, path);
	CHECK(again == first);
	/* its owner can have it look as old as before */
	write_bytes(path, "evil");
	times[0] = before.st_atim;
	times[1] = before.st_mtim;
	CHECK_EQ(utimensat(AT_FDCWD, path, times, 0), 0);
	other = open_one(e, path);
	check_digest(other, "evil");
	check_digest(first, "good");
	rj_executable_put(first);
	check_digest(again, "good");
	rj_executable_put(again);
	rj_executable_put(other);
	rj_executable_put(NULL);
	other = open_one(e, path);
	check_digest(other, "evil");
	rj_executables_free(e);
	unlink(path);
}

/* The name goes before the thread comes to it. */
TEST(executable_needs_no_name)
{
	struct rj_executables *e = start();
	char path[] = PATH;
	int fd = mkstemp(path);

	CHECK_EQ(write(fd, "x", 1), 1);
	close(fd);
	fd = open(path, O_PATH | O_CLOEXEC);
	unlink(path);
	check_digest(rj_executables_of(e, fd), "x");
	rj_executables_free(e);
}

TEST(executable_is_a_file_of_bounded_length)
{
	struct rj_executables *e = start();
	uint8_t digest[RJ_EXECUTABLE_DIGEST_LEN];
	struct rj_executable *x;
	char path[] = PATH;
	int fd = mkstemp(path);

	CHECK_EQ(ftruncate(fd, (1ll << 30) + 1), 0);
	close(fd);
	x = open_one(e, path);
	CHECK(x != NULL);
	CHECK(wait_for_unread(e, 1));
	CHECK(!rj_executable_digest(x, digest));
	CHECK(!open_one(e, "/tmp"));
	CHECK(!open_one(e, "/dev/zero"));
	rj_executables_free(e);
	unlink(path);
}

/* Whoever asked for it went before it was read; nothing is left over, and nothing used again. */
TEST(executable_is_given_back_while_it_waits)
{
	struct rj_executables *e = start();
	char path[] = PATH;

	close(mkstemp(path));
	for (int i = 0; i < 200; i++) { /* fewer than may wait */
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		write_bytes(path, text);
		rj_executable_put(open_one(e, path));
	}
	check_digest(open_one(e, path), "199");
	rj_executables_free(e);
	unlink(path);
}
