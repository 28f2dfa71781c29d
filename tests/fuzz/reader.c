// SPDX-License-Identifier: BSD-3-Clause
/* libFuzzer harness for the file reader: the input is a capture file for the public API. */
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	MUST(fd >= 0);
	MUST(write(fd, data, size) == (ssize_t)size);
	return fd;
}

/* Reads the file to its end or first error: either is good, silence about it too. */
static void read_all(struct checked *c, const char *path)
{
	int more = 1;

	if (rj_session_read_file(c->session, path)) {
		MUST(*rj_session_error(c->session));
		return;
	}
	while (more > 0) {
		more = rj_session_poll(c->session, 0);
		checked_stats(c);
	}
	MUST(!more || *rj_session_error(c->session));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = file_of(data, size);
	struct checked c;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	checked_open(&c, &(struct rj_options){ .with_zeros = 1 });
	read_all(&c, path);
	checked_close(&c);
	close(fd);
	return 0;
}
