/* SPDX-License-Identifier: BSD-3-Clause */
/* What this kernel offers, found by asking it: versions are never compared. */
#ifndef RJ_SOURCE_PROBE_H
#define RJ_SOURCE_PROBE_H

#include <stdbool.h>

/* rj_probe_fetch - whether atomic additions of BPF programs can say what was there before. */
bool rj_probe_fetch(void);

/* rj_probe_xdp_frags - whether XDP programs may be given frames of several pieces (5.18). */
bool rj_probe_xdp_frags(void);

/* rj_probe_xdp_load - whether XDP programs can copy payload (bpf_xdp_load_bytes, 5.18). */
bool rj_probe_xdp_load(void);

/* rj_probe_check_mtu - whether XDP programs can ask for the MTU (bpf_check_mtu, 5.12). */
bool rj_probe_check_mtu(void);

/* rj_probe_mptcp - whether a subflow leads to its socket (bpf_skc_to_mptcp_sock, 5.19). */
bool rj_probe_mptcp(void);

/*
 * rj_probe_kernel - calls @feature for each thing rejoice uses or was made to look for, whether
 * needed or not: 1 it is there, 0 it is not, -EPERM this process may not ask.
 */
void rj_probe_kernel(void (*feature)(void *user, const char *name, int is_there), void *user);

#endif
