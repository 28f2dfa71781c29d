/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two halves of pin.h share: the directory and the names in it. */
#ifndef RJ_SOURCE_PIN_DIR_H
#define RJ_SOURCE_PIN_DIR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "source/pin.h"

/* Every pin of ours begins with it; what else is in the directory is not looked at. */
#define RJ_PIN_PREFIX "rj_"

/*
 * struct rj_pin - @fd: the directory, locked by flock. @meta_fd: rj_meta, once whoever is to go on
 * may not open it by name; else -1. @netns, @inode: names come of them
 */
struct rj_pin {
	char *path;
	int fd;
	int meta_fd;
	bool is_whole;
	unsigned int num_cleaned;
	uint64_t netns;
	uint32_t inode;
};

/* rj_pin_name - the path of a pin into @out of PATH_MAX bytes; false when it is too long. */
bool rj_pin_name(const struct rj_pin *p, const char *name, char *out);

/* rj_pin_each - calls @use for each name of ours in the directory, in no order. */
void rj_pin_each(const struct rj_pin *p, void (*use)(void *user, const char *name), void *user);

/*
 * rj_pin_place_name, rj_pin_place_parse - a place as the name of its pin, and back; false for a
 * name of something else.
 */
#define RJ_PIN_NAME_LEN 64
void rj_pin_place_name(const struct rj_pin_place *place, uint64_t netns, char *out);
bool rj_pin_place_parse(const char *name, struct rj_pin_place *out, uint64_t *ret_netns);

#endif
