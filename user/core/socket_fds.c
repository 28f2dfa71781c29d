// SPDX-License-Identifier: BSD-3-Clause
/* A walk through the descriptors of all processes. */
#include "core/socket_fds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINK_BYTES 64u /* of a socket's; what is longer is none */
#define SOCKET "socket:["

uint32_t rj_socket_inode(const char *link)
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
	return rj_socket_inode(link);
}

/* The number that a name in /proc is; false for the rest. */
static bool read_number(const char *name, uint32_t *out)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	*out = (uint32_t)number;
	return *name >= '0' && *name <= '9' && !*end && number <= UINT32_MAX;
}

static void visit_fds(const struct rj_socket_fds_visitor *v, int dir, uint32_t pid)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *fds = fd < 0 ? NULL : fdopendir(fd);
	struct rj_socket_fd s = { .pid = pid, .dir = dir };
	const struct dirent *entry;

	if (!fds) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(fds))) {
		if (!read_number(entry->d_name, &s.number))
			continue;
		s.inode = inode_of(fd, entry->d_name);
		if (s.inode && !v->each(v->user, &s))
			break;
	}
	closedir(fds);
}

int rj_socket_fds_visit(const char *proc, const struct rj_socket_fds_visitor *v)
{
	DIR *all = opendir(proc);
	const struct dirent *entry;

	if (!all)
		return -errno;
	while (!(v->is_over && v->is_over(v->user)) && (entry = readdir(all))) {
		uint32_t pid;
		int dir;

		if (!read_number(entry->d_name, &pid))
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
