/* SPDX-License-Identifier: BSD-3-Clause */
#include "owner/tree.h"

#include <errno.h>

#include "tests/unit/owner/host.h"

/* What reading comes to: the text, which is freed, or the error. */
static int got(const struct rj_tree *t, const char *path, size_t max, char out[64])
{
	char *text = NULL;
	size_t len = 0;
	int err = rj_tree_read(t, path, max, &text, &len);

	out[0] = 0;
	if (!err) {
		CHECK_EQ(strlen(text), len);
		snprintf(out, 64, "%s", text);
		free(text);
	}
	return err;
}

TEST(tree_files_have_a_limit)
{
	struct rj_tree t;
	struct host h;
	char text[64];

	host_init(&h);
	host_file(&h, "a/five", "12345");
	host_file(&h, "a/none", "");
	CHECK_EQ(rj_tree_open(h.root, &t), 0);
	CHECK_EQ(got(&t, "a/five", 5, text), 0);
	CHECK_STR(text, "12345");
	CHECK_EQ(got(&t, "/a/five", 5, text), 0);
	CHECK_EQ(got(&t, "a/five", 4, text), -EFBIG);
	CHECK_EQ(got(&t, "a/none", 4, text), 0);
	CHECK_STR(text, "");
	CHECK_EQ(got(&t, "a/other", 4, text), -ENOENT);
	rj_tree_close(&t);
	host_done(&h);
	CHECK_EQ(rj_tree_open(h.root, &t), -ENOENT);
}

TEST(tree_reads_files_alone)
{
	char path[HOST_PATH_LEN], text[64];
	struct rj_tree t;
	struct host h;

	host_init(&h);
	host_path(&h, "fifo", path);
	CHECK_EQ(mkfifo(path, 0600), 0);
	host_folder(&h, "folder");
	CHECK_EQ(rj_tree_open(h.root, &t), 0);
	CHECK_EQ(got(&t, "fifo", 64, text), -EINVAL); /* and at once */
	CHECK_EQ(got(&t, "folder", 64, text), -EINVAL);
	rj_tree_close(&t);
	CHECK_EQ(rj_tree_open("/dev", &t), 0);
	CHECK_EQ(got(&t, "zero", 64, text), -EINVAL);
	rj_tree_close(&t);
	host_done(&h);
}

TEST(tree_links_stay_below)
{
	struct rj_tree t;
	struct host h;
	char text[64];

	host_init(&h);
	host_file(&h, "data/docker/file", "found");
	host_link(&h, "var/lib/docker", "/data/docker");
	host_link(&h, "var/run", "../run");
	host_file(&h, "run/file", "run");
	host_link(&h, "out", "../../../../../../etc");
	host_link(&h, "passwd", "/etc/passwd");
	if (host_has_openat2()) {
		CHECK_EQ(rj_tree_open(h.root, &t), 0);
		CHECK_EQ(got(&t, "var/lib/docker/file", 64, text), 0);
		CHECK_STR(text, "found");
		CHECK_EQ(got(&t, "var/run/file", 64, text), 0);
		CHECK_STR(text, "run");
		CHECK_EQ(got(&t, "passwd", 1 << 20, text), -ENOENT);
		CHECK_EQ(got(&t, "out/passwd", 1 << 20, text), -ENOENT);
		CHECK_EQ(got(&t, "../../../../../etc/passwd", 1 << 20, text), -ENOENT);
		rj_tree_close(&t);
	}
	host_done(&h);
}

TEST(tree_of_a_home_follows_no_links)
{
	struct rj_tree t, home;
	struct host h;
	char text[64];
	char passwd[256];

	host_init(&h);
	snprintf(passwd, sizeof(passwd),
		 "a:x:4000000001:1::/home/a:\nb:x:4000000002:1::relative:\n"
		 "c:x:%u:1:C:/home/c:/bin/sh\n",
		 getuid());
	host_file(&h, "etc/passwd", passwd);
	host_file(&h, "home/c/file", "mine");
	host_link(&h, "home/c/link", "file");
	host_link(&h, "home/c/up", "..");
	host_folder(&h, "home/a");
	CHECK_EQ(rj_tree_open(h.root, &t), 0);
	CHECK_EQ(rj_tree_open_home(&t, 4000000003u, &home), -ENOENT);
	CHECK_EQ(rj_tree_open_home(&t, 4000000002u, &home), -ENOENT);
	if (host_has_openat2()) {
		CHECK_EQ(rj_tree_open_home(&t, getuid(), &home), 0);
		CHECK_EQ(got(&home, "file", 64, text), 0);
		CHECK_STR(text, "mine");
		CHECK_EQ(got(&home, "link", 64, text), -ELOOP);
		CHECK_EQ(got(&home, "up/c/file", 64, text), -ELOOP);
		CHECK_EQ(got(&home, "../c/file", 64, text), -EXDEV);
		home.uid++; /* as if it were another's */
		CHECK_EQ(got(&home, "file", 64, text), -EPERM);
		rj_tree_close(&home);
	}
	rj_tree_close(&t);
	host_done(&h);
}

static bool count(void *user, const char *name)
{
	unsigned int *num = user;

	CHECK(*name != '.');
	return ++*num == 2;
}

TEST(tree_lists_names_until_enough)
{
	unsigned int num = 0;
	struct rj_tree t;
	struct host h;

	host_init(&h);
	host_file(&h, "folder/a", "");
	CHECK_EQ(rj_tree_open(h.root, &t), 0);
	CHECK_EQ(rj_tree_list(&t, "folder", count, &num), 0);
	CHECK_EQ(num, 1);
	host_file(&h, "folder/b", "");
	host_file(&h, "folder/c", "");
	num = 0;
	CHECK_EQ(rj_tree_list(&t, "folder", count, &num), 0);
	CHECK_EQ(num, 2);
	CHECK_EQ(rj_tree_list(&t, "folder/a", count, &num), -ENOTDIR);
	CHECK_EQ(rj_tree_list(&t, "other", count, &num), -ENOENT);
	rj_tree_close(&t);
	host_done(&h);
}
