/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel side's knobs: read-only data, set by the loader before load. */
#ifndef RJ_BPF_CONFIG_H
#define RJ_BPF_CONFIG_H

#include "bpf/abi.h"

/* Checked by the loader after load: user space of another build must not read our maps. */
const volatile __u32 rj_abi_version = RJ_ABI_VERSION;

/* How flows are cut and what is kept; the host engine gets the same struct. */
const volatile struct rj_limits rj_limits;

/* Whether bpf_xdp_load_bytes is there (5.18); without it XDP's samples are lost, and counted. */
const volatile __u8 rj_has_xdp_load = 0;

/* Whether bpf_check_mtu is there (5.12); without it generic XDP's super-packets count as one. */
const volatile __u8 rj_has_check_mtu = 0;

/* Bytes of the ring buffer, as the loader sized it. */
const volatile __u64 rj_ring_bytes = 1 << 20;
/* Whether an XDP program may be given frames of several pieces (5.18): jumbo frames. */
const volatile __u8 rj_has_xdp_frags = 0;

/* Whether packets may pass several of the interfaces watched: then each half has an owner. */
const volatile __u8 rj_several = 0;

/* Whether sockets tell whose they are (owner.bpf.c), and each half is to know its socket's. */
const volatile __u8 rj_with_owners = 0;

/* Whether bpf_skc_to_mptcp_sock is there (5.19); without it nobody has what Multipath TCP sends. */
const volatile __u8 rj_has_mptcp = 0;

/* Set by user space at any time: the reaper writes out every flow, over or not. */
__u32 rj_reap_all = 0;

/* Set by user space before each walk of the reaper, never 0; and the time. */
__u32 rj_reap_round = 0;
__u64 rj_reap_ns = 0;

/* Set by user space before a walk: after how long spare flows are taken, 0: there is room. */
__u64 rj_spare_ns = 0;

/* Counted up by the reaper: flows it has marked, and all it has met. Read by user space. */
__u64 rj_num_marked = 0;
__u64 rj_num_met = 0;

/* Slots that user space gives back by a run of rj_give; and how many found no place. */
__u32 rj_num_given = 0;
__u32 rj_num_not_taken = 0;
__u32 rj_given[RJ_MAX_GIVEN] = {};

#endif
