// SPDX-License-Identifier: BSD-3-Clause
/* Goes through /proc and takes each socket by pidfd_getfd. */
#include "source/open_sockets.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINK_START "socket:["

struct visit {
	rj_open_sockets_seen *seen;
	void *user;
	bool any;
	int refused; /* a negative errno that will not get better */
};

/* The number that a name in /proc is; false for the rest. */
static bool read_number(const char *name, unsigned long *out)
{
	char *end;

	if (*name < '0' || *name > '9')
		return false;
	*out = strtoul(name, &end, 10);
	return !*end;
}

static bool is_socket(int dir_fd, const char *name)
{
	char target[sizeof(LINK_START)];
	ssize_t len = readlinkat(dir_fd, name, target, sizeof(target));

	return len >= (ssize_t)strlen(LINK_START) &&
	       !memcmp(target, LINK_START, strlen(LINK_START));
}

static void visit_socket(struct visit *v, int pid_fd, uint32_t pid, unsigned long number)
{
	int fd = (int)syscall(SYS_pidfd_getfd, pid_fd, (int)number, 0);

	if (fd < 0) {
		if (errno == ENOSYS || errno == EPERM)
			v->refused = -errno;
		return;
	}
	v->any = true;
	v->seen(v->user, pid, fd);
	close(fd);
}

/* One that is gone by now has nothing to show. */
static void visit_process(struct visit *v, uint32_t pid)
{
	int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	const struct dirent *entry;
	unsigned long number;
	char path[64];
	DIR *dir;

	if (pid_fd < 0) {
		if (errno == ENOSYS)
			v->refused = -errno;
		return;
	}
	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (read_number(entry->d_name, &number) && is_socket(dirfd(dir), entry->d_name))
			visit_socket(v, pid_fd, pid, number);
	if (dir)
		closedir(dir);
	close(pid_fd);
}

int rj_open_sockets_visit(rj_open_sockets_seen *seen, void *user)
{
	struct visit v = { .seen = seen, .user = user };
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	unsigned long pid;

	if (!proc)
		return -errno;
	while ((entry = readdir(proc)))
		if (read_number(entry->d_name, &pid))
			visit_process(&v, (uint32_t)pid);
	closedir(proc);
	return v.any ? 0 : v.refused;
}
