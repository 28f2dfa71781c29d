// SPDX-License-Identifier: BSD-3-Clause
/* A walk through the descriptors of all processes. */
#include "owner/holders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "owner/process.h"

#define LINK_BYTES 64u /* of a socket's; what is longer is none */
#define SOCKET "socket:["

uint32_t rj_holders_inode(const char *link)
{
	unsigned long long inode;
	const char *digits = link + strlen(SOCKET);
	char *end;

	if (strncmp(link, SOCKET, strlen(SOCKET)) || *digits < '0' || *digits > '9')
		return 0;
	errno = 0;
	inode = strtoull(digits, &end, 10);
	return errno || strcmp(end, "]") || inode > UINT32_MAX ? 0 : (uint32_t)inode;
}

static uint32_t inode_of(int fds, const char *name)
{
	char link[LINK_BYTES];
	ssize_t len = readlinkat(fds, name, link, sizeof(link) - 1);

	if (len <= 0)
		return 0;
	link[len] = 0;
	return rj_holders_inode(link);
}

/* Descriptors of the process whose folder is @dir. */
static void visit_fds(const struct rj_holders_visitor *v, int dir, uint32_t pid)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *fds = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint64_t start_ns = 0;

	if (!fds) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(fds))) {
		uint32_t inode = inode_of(fd, entry->d_name);

		if (!inode || !v->wants(v->user, inode))
			continue;
		if (!start_ns && !rj_process_start(dir, &start_ns))
			break;
		v->each(v->user, inode, pid, start_ns);
	}
	closedir(fds);
}

/* Folders of processes are named by their numbers; 0: it is none. */
static uint32_t pid_of(const char *name)
{
	char *end;
	unsigned long pid = strtoul(name, &end, 10);

	return *name < '1' || *name > '9' || *end || pid > UINT32_MAX ? 0 : (uint32_t)pid;
}

int rj_holders_visit(const char *proc, const struct rj_holders_visitor *v)
{
	DIR *all = opendir(proc);
	const struct dirent *entry;

	if (!all)
		return -errno;
	while (!v->is_over(v->user) && (entry = readdir(all))) {
		uint32_t pid = pid_of(entry->d_name);
		int dir;

		if (!pid)
			continue;
		dir = openat(dirfd(all), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		visit_fds(v, dir, pid);
		close(dir);
	}
	closedir(all);
	return 0;
}
