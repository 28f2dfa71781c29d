/* SPDX-License-Identifier: BSD-3-Clause */
/* What this kernel offers, found by asking it: versions are never compared. */
#ifndef RJ_SOURCE_PROBE_H
#define RJ_SOURCE_PROBE_H

#include <stdbool.h>

/* rj_probe_xdp_frags - whether XDP programs may be given frames of several pieces (5.18). */
bool rj_probe_xdp_frags(void);

/* rj_probe_kernel - calls @feature for each thing rejoice can use, whether needed or not. */
void rj_probe_kernel(void (*feature)(void *user, const char *name, int is_there), void *user);

#endif
