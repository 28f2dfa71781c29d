/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the cgroups of version 2 are mounted. */
#ifndef RJ_CORE_CGROUP2_H
#define RJ_CORE_CGROUP2_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/*
 * rj_cgroup2_open - the root of the cgroups of version 2, or else the first part that is mounted:
 * in a container its own cgroup is, and the node's where that is asked for. A descriptor of the
 * folder, with *@ret_len, where that is not NULL, the length of its path without a slash at the
 * end; or a negative errno: -ENOENT where none is mounted.
 */
RJ_MUST_CHECK int rj_cgroup2_open(size_t *ret_len);

/* rj_cgroup2_is_root - whether the folder is the root of all cgroups. */
bool rj_cgroup2_is_root(int fd);

#endif
