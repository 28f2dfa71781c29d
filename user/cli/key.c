// SPDX-License-Identifier: BSD-3-Clause
/* The key of --anonymize, made where there is none yet. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/cli.h"

#define KEY_LEN 16

static bool write_key(int fd)
{
	unsigned char key[KEY_LEN];
	ssize_t len = getrandom(key, sizeof(key), 0);

	if (len == sizeof(key))
		len = write(fd, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	if (len >= 0 && len != sizeof(key))
		errno = ENOSPC;
	return len == sizeof(key) && !fsync(fd);
}

enum exit_status key_prepare(const char *path, bool is_quiet)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;

	/* what is there, or why it cannot be read, is told by who reads it */
	if (!path || (fd < 0 && errno == EEXIST))
		return EXIT_DONE;
	if (fd >= 0 && write_key(fd) && !close(fd)) {
		if (!is_quiet)
			complain("%s: a new key, of 16 random bytes; who has it can undo what is "
				 "anonymized",
				 path);
		return EXIT_DONE;
	}
	complain("%s: a key cannot be written there: %s", path, strerror(errno));
	if (fd >= 0)
		unlink(path);
	return EXIT_SOME_FAILED;
}
