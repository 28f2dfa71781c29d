/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of a host below a folder that no path leads out of, read by root without trust in them. */
#ifndef RJ_OWNER_TREE_H
#define RJ_OWNER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

#define RJ_TREE_MAX_NAMES 16384u /* of a folder that is listed; ours */

/*
 * struct rj_tree - a folder that stands for /: links, absolute ones too, are followed as below a
 * chroot(2). In the home of a user none are followed, nothing that is mounted there is entered,
 * and only his own files are read.
 */
struct rj_tree {
	int fd;
	bool is_home;
	uint32_t uid;
};

/* rj_tree_open - the folder @path, to be closed by rj_tree_close. 0 or a negative errno. */
RJ_MUST_CHECK int rj_tree_open(const char *path, struct rj_tree *out);

/* rj_tree_open_home - the home of the user as etc/passwd below @root says it, likewise. */
RJ_MUST_CHECK int rj_tree_open_home(const struct rj_tree *root, uint32_t uid, struct rj_tree *out);

void rj_tree_close(struct rj_tree *t);

/*
 * rj_tree_read - the bytes of a file of at most @max of them, with a NUL behind, to *@out, which
 * the caller frees, and how many they are to *@len. 0 or a negative errno: -EFBIG of a longer one,
 * -EINVAL of what is no file (a FIFO is not waited for), -EPERM of a file of another user,
 * -EAGAIN of one that grew meanwhile.
 */
RJ_MUST_CHECK int rj_tree_read(const struct rj_tree *t, const char *path, size_t max, char **out,
			       size_t *len);

/*
 * rj_tree_list - hands the names in a folder to @take until it returns true, . and .. left out.
 * 0 or a negative errno: -E2BIG after RJ_TREE_MAX_NAMES, where there are more.
 */
RJ_MUST_CHECK int rj_tree_list(const struct rj_tree *t, const char *path,
			       bool (*take)(void *user, const char *name), void *user);

#endif
