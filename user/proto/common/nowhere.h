/* SPDX-License-Identifier: BSD-3-Clause */
/* A visitor that drops everything: the same code that writes a value can then check it first. */
#ifndef RJ_PROTO_COMMON_NOWHERE_H
#define RJ_PROTO_COMMON_NOWHERE_H

#include <rejoice/record.h>

/* rj_visitor_nowhere - a visitor without effect; it may be shared by threads. */
struct rj_visitor rj_visitor_nowhere(void);

#endif
