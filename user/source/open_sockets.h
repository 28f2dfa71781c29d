/* SPDX-License-Identifier: BSD-3-Clause */
/* The sockets that processes have open, taken from them one after another. */
#ifndef RJ_SOURCE_OPEN_SOCKETS_H
#define RJ_SOURCE_OPEN_SOCKETS_H

#include <stdint.h>

#include "core/status.h"

/* Told of a socket of process @pid: @fd is a duplicate, closed after the call. */
typedef void rj_open_sockets_seen(void *user, uint32_t pid, int fd);

/*
 * rj_open_sockets_visit - calls back for each socket of each process, by rising numbers; one that
 * several have is seen for each. It stays open for the time of the call, even where its process
 * closes it then. 0, or a negative errno: -ENOSYS before 5.6, -EPERM without CAP_SYS_PTRACE.
 */
RJ_MUST_CHECK int rj_open_sockets_visit(rj_open_sockets_seen *seen, void *user);

#endif
