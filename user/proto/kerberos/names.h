/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of numbers in Kerberos. */
#ifndef RJ_PROTO_KERBEROS_NAMES_H
#define RJ_PROTO_KERBEROS_NAMES_H

#include "proto/common/names.h"

extern const struct rj_name rj_kerberos_types[];
extern const struct rj_name rj_kerberos_etypes[];
extern const struct rj_name rj_kerberos_errors[];
extern const struct rj_name rj_kerberos_padata[];
extern const struct rj_name rj_kerberos_options[];

#endif
