// SPDX-License-Identifier: BSD-3-Clause
/*
 * Files are asked again and again: inotify is silent about what other hosts write to a network's
 * file system, and a look ten times a second costs nothing.
 */
#include "source/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_MS 100

/* Whoever moved the file away may still have had something to write to it. */
#define LAST_WORDS_NS 200000000ull

/*
 * @path: NULL for standard input, which has no name that another could take
 * @at: read of the file
 * @read_ns: when something was read last; @lost_ns: when the name was first seen to be another
 *       file's, 0: it is not
 */
struct rj_follow {
	int fd;
	char *path;
	bool is_file;
	uint64_t at;
	uint64_t read_ns;
	uint64_t lost_ns;
	const char *fate;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* 0, or negative with errno set: EAGAIN where there is no such file yet. */
static int open_file(struct rj_follow *f)
{
	struct stat st;

	/* a FIFO is open at once, also where nobody writes to it yet */
	f->fd = f->path ? open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) :
			  fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	if (f->fd < 0) {
		if (errno == ENOENT)
			errno = EAGAIN;
		return -1;
	}
	f->is_file = !fstat(f->fd, &st) && S_ISREG(st.st_mode);
	return 0;
}

struct rj_follow *rj_follow_open(const char *path)
{
	struct rj_follow *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return NULL;
	f->fd = -1;
	f->fate = "";
	f->read_ns = now_ns();
	if (strcmp(path, "-"))
		f->path = strdup(path);
	if (!f->path && strcmp(path, "-"))
		errno = ENOMEM;
	else if (!open_file(f) || errno == EAGAIN)
		return f;
	err = errno;
	rj_follow_close(f);
	errno = err;
	return NULL;
}

/* Whether what is open is not what its name stands for any more. */
static bool has_lost_name(const struct rj_follow *f, const struct stat *own)
{
	struct stat named;

	if (!f->path || stat(f->path, &named)) /* moved away: there is nothing else to read */
		return false;
	return named.st_dev != own->st_dev || named.st_ino != own->st_ino;
}

/* Whether nothing can come any more: asked where all was read. */
static bool is_over(struct rj_follow *f)
{
	struct stat own;

	if (fstat(f->fd, &own))
		return false;
	if ((uint64_t)own.st_size < f->at) {
		f->fate = "it was truncated";
		return true;
	}
	if (!has_lost_name(f, &own)) {
		f->lost_ns = 0;
		return false;
	}
	if (!f->lost_ns)
		f->lost_ns = now_ns();
	if (now_ns() - f->lost_ns < LAST_WORDS_NS)
		return false;
	f->fate = "another file has its name now";
	return true;
}

/* Pipes, and what else knows by itself whether there is more. */
static ssize_t read_pipe(struct rj_follow *f, void *to, size_t len)
{
	struct pollfd ready = { .fd = f->fd, .events = POLLIN };

	if (poll(&ready, 1, 0) <= 0) {
		errno = EAGAIN;
		return -1;
	}
	return read(f->fd, to, len);
}

ssize_t rj_follow_read(struct rj_follow *f, void *to, size_t len)
{
	ssize_t got;

	if (f->fd < 0 && open_file(f))
		return -1;
	got = f->is_file ? read(f->fd, to, len) : read_pipe(f, to, len);
	if (got > 0) {
		f->at += (uint64_t)got;
		f->read_ns = now_ns();
	} else if (!got && f->is_file) {
		errno = is_over(f) ? ESTALE : EAGAIN;
		got = -1;
	}
	return got;
}

void rj_follow_wait(struct rj_follow *f, int timeout_ms)
{
	struct pollfd ready = { .fd = f->fd, .events = POLLIN };
	bool is_looking = f->fd < 0 || f->is_file;

	if (is_looking && (timeout_ms < 0 || timeout_ms > LOOK_EVERY_MS))
		timeout_ms = LOOK_EVERY_MS;
	poll(&ready, !is_looking, timeout_ms);
}

uint64_t rj_follow_quiet_ns(const struct rj_follow *f)
{
	return now_ns() - f->read_ns;
}

const char *rj_follow_fate(const struct rj_follow *f)
{
	return f->fate;
}

int rj_follow_fd(const struct rj_follow *f)
{
	return f->fd;
}

void rj_follow_close(struct rj_follow *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f);
}
