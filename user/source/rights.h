/* SPDX-License-Identifier: BSD-3-Clause */
/* The capabilities that watching takes. */
#ifndef RJ_SOURCE_RIGHTS_H
#define RJ_SOURCE_RIGHTS_H

#include <stddef.h>

/*
 * rj_rights_missing - names of those of CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON that this process
 * lacks, as "CAP_BPF and CAP_PERFMON", into @out of @len bytes; "" when it has all.
 */
#define RJ_RIGHTS_LEN 64
void rj_rights_missing(char *out, size_t len);

#endif
