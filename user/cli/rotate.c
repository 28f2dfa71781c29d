// SPDX-License-Identifier: BSD-3-Clause
/* Output in several files, one after the other: their names, and when the next one is due. */
#include "cli/rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define PART ".part"

/* Names that are taken before it is given up. Ours: as many files in one second. */
#define MAX_TAKEN 1000000u

/* Bytes before the extension: its last, or with .gz the last two parts of the file's own name. */
static int base_len_of(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *file = slash ? slash + 1 : name;
	size_t len = strlen(name);
	const char *dot;

	if (is_gzip_name(name))
		len -= 3;
	dot = memrchr(file, '.', (size_t)(name + len - file));
	/* a name that begins with its only dot has no extension */
	return (int)(dot && dot > file ? (size_t)(dot - name) : len);
}

static void put_our_name(char out[PATH_MAX], const char *name, int base_len, unsigned long number,
			 time_t when)
{
	struct tm tm = { 0 };
	char text[32];

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%Y%m%d%H%M%S", &tm);
	snprintf(out, PATH_MAX, "%.*s-%s-%06lu%s", base_len, name, text, number, name + base_len);
}

static bool put_part(char out[PATH_MAX + sizeof(PART)], const struct rotating *now)
{
	return snprintf(out, PATH_MAX + sizeof(PART), "%s%s", now->path, PART) < PATH_MAX;
}

int rotate_open(const struct rotation *r, struct rotating *now, const char *name)
{
	int base_len = base_len_of(name);
	char part[PATH_MAX + sizeof(PART)];

	for (unsigned long i = 0; i < MAX_TAKEN; i++) {
		int fd;

		(r->put_name ? r->put_name : put_our_name)(now->path, name, base_len,
							   ++now->num_files, time(NULL));
		if (!put_part(part, now)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (!access(now->path, F_OK))
			continue;
		fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno == EEXIST)
			continue;
		now->num_bytes = 0;
		now->num_records = 0;
		now->since = seconds_now();
		return fd;
	}
	errno = EEXIST;
	return -1;
}

bool rotate_close(const struct rotating *now)
{
	char part[PATH_MAX + sizeof(PART)];

	return put_part(part, now) && !rename(part, now->path);
}

bool rotate_is_late(const struct rotation *r, const struct rotating *now)
{
	return r->max_seconds > 0 && now->num_records &&
	       seconds_now() - now->since >= r->max_seconds;
}

bool rotate_is_due(const struct rotation *r, const struct rotating *now, uint64_t len)
{
	/* one that is longer than any file may be has a file of its own */
	if (!now->num_records)
		return false;
	return (r->max_bytes && now->num_bytes + len > r->max_bytes) ||
	       (r->max_records && now->num_records >= r->max_records) || rotate_is_late(r, now);
}
