/* SPDX-License-Identifier: BSD-3-Clause */
/* A folder with files like those of a host, in a temporary place. */
#ifndef RJ_TESTS_UNIT_OWNER_HOST_H
#define RJ_TESTS_UNIT_OWNER_HOST_H

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define HOST_PATH_LEN 512

struct host {
	char root[32];
};

/* Emulators of other processors may lack it: what rests on it cannot be asked there. */
static inline bool host_has_openat2(void)
{
	return syscall(SYS_openat2, -1, NULL, NULL, 0) == -1 && errno != ENOSYS;
}

static inline void host_init(struct host *h)
{
	snprintf(h->root, sizeof(h->root), "/tmp/rj-host-XXXXXX");
	if (!mkdtemp(h->root))
		abort();
}

static inline int host_remove_one(const char *path, const struct stat *st, int flag,
				  struct FTW *walk)
{
	(void)st;
	(void)flag;
	(void)walk;
	return remove(path);
}

static inline void host_done(struct host *h)
{
	if (nftw(h->root, host_remove_one, 16, FTW_DEPTH | FTW_PHYS))
		abort();
}

/* The path of @name there, whose folders are made. */
static inline void host_path(const struct host *h, const char *name, char out[HOST_PATH_LEN])
{
	snprintf(out, HOST_PATH_LEN, "%s/%s", h->root, name);
	for (char *at = out + strlen(h->root) + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		(void)mkdir(out, 0755);
		*at = '/';
	}
}

static inline void host_write(const struct host *h, const char *name, const char *text, size_t len)
{
	char path[HOST_PATH_LEN];
	FILE *to;

	host_path(h, name, path);
	to = fopen(path, "w");
	if (!to || fwrite(text, 1, len, to) != len || fclose(to))
		abort();
}

static inline void host_file(const struct host *h, const char *name, const char *text)
{
	host_write(h, name, text, strlen(text));
}

static inline void host_link(const struct host *h, const char *name, const char *target)
{
	char path[HOST_PATH_LEN];

	host_path(h, name, path);
	if (symlink(target, path))
		abort();
}

static inline void host_folder(const struct host *h, const char *name)
{
	char path[HOST_PATH_LEN];

	host_path(h, name, path);
	if (mkdir(path, 0755))
		abort();
}

#endif
