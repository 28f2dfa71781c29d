/* SPDX-License-Identifier: BSD-3-Clause */
/* What linux/bpf.h has from 6.6 and 6.7 on: the headers of Debian 12 are older. */
#ifndef RJ_SOURCE_NEWER_H
#define RJ_SOURCE_NEWER_H

#include <linux/bpf.h>

/* Of enum bpf_attach_type. */
#define RJ_TCX_INGRESS ((enum bpf_attach_type)46)
#define RJ_TCX_EGRESS ((enum bpf_attach_type)47)
#define RJ_NETKIT_PRIMARY ((enum bpf_attach_type)54)

#endif
