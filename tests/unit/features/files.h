/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that tests of features read. */
#ifndef RJ_TESTS_UNIT_FEATURES_FILES_H
#define RJ_TESTS_UNIT_FEATURES_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define FILE_NAME_LEN 32

/* A new file of @text, its name in @path. */
static inline void write_file(char path[FILE_NAME_LEN], const char *text)
{
	size_t len = strlen(text);
	int fd;

	snprintf(path, FILE_NAME_LEN, "/tmp/rj-unit-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || close(fd))
		abort();
}

#endif
