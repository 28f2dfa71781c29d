/* SPDX-License-Identifier: BSD-3-Clause */
/* Mercury's and Joy's fingerprints of how a TCP connection is opened. */
#ifndef RJ_FLOW_TCP_FINGERPRINT_H
#define RJ_FLOW_TCP_FINGERPRINT_H

#include "bpf/abi.h"
#include "proto/fingerprint.h"

/* rj_tcp_fingerprint - of the SYN, or SYN/ACK, of a side of a TCP flow; nothing where none was. */
void rj_tcp_fingerprint(struct rj_fingerprints *f, uint8_t ip_version, const struct rj_half *half,
			const struct rj_rest *rest);

/* rj_tcp_fpx - appends the options of the side's SYN as Joy writes them; nothing of a SYN/ACK. */
void rj_tcp_fpx(struct rj_fp_text *t, const struct rj_half *half, const struct rj_rest *rest);

#endif
