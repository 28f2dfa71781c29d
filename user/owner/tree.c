// SPDX-License-Identifier: BSD-3-Clause
/* Files of a host below a folder that no path leads out of, read by root without trust in them. */
#include "owner/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_PASSWD_BYTES (1u << 20) /* ours */
#define MAX_PASSWD_LINE 4096u	    /* ours */

/* A FIFO is opened without waiting, a terminal does not become ours. */
#define TO_READ (O_RDONLY | O_NOCTTY | O_NONBLOCK)

static int open_below(const struct rj_tree *t, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC) };
	long fd;

	path += strspn(path, "/");
	how.resolve = t->is_home ? RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV :
				   RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
	fd = syscall(SYS_openat2, t->fd, path, &how, sizeof(how));
	/* emulators (QEMU's for users before 10) lack it; the kernel has it from 5.6 on */
	if (fd < 0 && errno == ENOSYS && !t->is_home)
		fd = openat(t->fd, path, flags | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : (int)fd;
}

int rj_tree_open(const char *path, struct rj_tree *out)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*out = (struct rj_tree){ .fd = fd };
	return 0;
}

void rj_tree_close(struct rj_tree *t)
{
	close(t->fd);
	t->fd = -1;
}

/* Where the user's home is, to @home; false where nothing says it. */
static bool find_home(const struct rj_tree *root, uint32_t uid, char home[MAX_PASSWD_LINE])
{
	struct passwd entry, *got;
	char line[MAX_PASSWD_LINE];
	bool is_found = false;
	char *text = NULL;
	FILE *from = NULL;
	size_t len = 0;

	if (!rj_tree_read(root, "etc/passwd", MAX_PASSWD_BYTES, &text, &len) && len)
		from = fmemopen(text, len, "r");
	while (from && !is_found && !fgetpwent_r(from, &entry, line, sizeof(line), &got)) {
		is_found = entry.pw_uid == uid && entry.pw_dir && *entry.pw_dir == '/';
		if (is_found)
			snprintf(home, MAX_PASSWD_LINE, "%s", entry.pw_dir);
	}
	if (from)
		fclose(from);
	free(text);
	return is_found;
}

int rj_tree_open_home(const struct rj_tree *root, uint32_t uid, struct rj_tree *out)
{
	char home[MAX_PASSWD_LINE];
	int fd;

	if (!find_home(root, uid, home))
		return -ENOENT;
	fd = open_below(root, home, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;
	*out = (struct rj_tree){ .fd = fd, .is_home = true, .uid = uid };
	return 0;
}

/* What an open file has, to @at; its length, or a negative errno. */
static ssize_t read_up_to(int fd, char *at, size_t max)
{
	size_t len = 0;

	while (len < max) {
		ssize_t got = read(fd, at + len, max - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

/* The length that a file says to have, where it is one that may be read. */
static ssize_t check(const struct rj_tree *t, int fd, size_t max)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (t->is_home && st.st_uid != t->uid)
		return -EPERM;
	return st.st_size > (off_t)max ? -EFBIG : (ssize_t)st.st_size;
}

int rj_tree_read(const struct rj_tree *t, const char *path, size_t max, char **out, size_t *len)
{
	int fd = open_below(t, path, TO_READ);
	char *text = NULL;
	ssize_t got;

	if (fd < 0)
		return fd;
	got = check(t, fd, max);
	if (got >= 0) {
		size_t room =
			(size_t)got + 1; /* one more tells that it grew: what is read is cut */

		text = malloc(room);
		got = text ? read_up_to(fd, text, room) : -ENOMEM;
		if (got == (ssize_t)room)
			got = -EAGAIN;
	}
	close(fd);
	if (got < 0) {
		free(text);
		return (int)got;
	}
	text[got] = 0;
	*out = text;
	*len = (size_t)got;
	return 0;
}

int rj_tree_list(const struct rj_tree *t, const char *path,
		 bool (*take)(void *user, const char *name), void *user)
{
	int fd = open_below(t, path, TO_READ | O_DIRECTORY);
	struct dirent *entry;
	unsigned int num = 0;
	DIR *dir;
	int err = 0;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (num++ == RJ_TREE_MAX_NAMES) {
			err = -E2BIG;
			break;
		}
		if (take(user, entry->d_name))
			break;
	}
	closedir(dir);
	return err;
}
