/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that are often taken for captures, or hold one that is not read here. */
#ifndef RJ_SOURCE_KINDS_H
#define RJ_SOURCE_KINDS_H

#include <stdint.h>

/* The first bytes by which they are known. */
#define RJ_KIND_LEN 16u

/*
 * rj_kind_of - what a file is that begins with these RJ_KIND_LEN bytes, and what to do with it;
 * NULL where that is not known.
 */
const char *rj_kind_of(const uint8_t *head);

#endif
