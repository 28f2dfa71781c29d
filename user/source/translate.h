/* SPDX-License-Identifier: BSD-3-Clause */
/* From a classic BPF program to an eBPF program that lets frames through to another. */
#ifndef RJ_SOURCE_TRANSLATE_H
#define RJ_SOURCE_TRANSLATE_H

#include "source/assembler.h"
#include "source/cbpf.h"

/* Bytes of a frame's beginning that are put together where they cannot be read in place. */
#define RJ_HEAD_LEN 256u

enum rj_translate_hook {
	RJ_TRANSLATE_ETHERNET, /* skb with an Ethernet header; its outer tag may be beside it */
	RJ_TRANSLATE_IP,       /* skb that starts with IP */
	RJ_TRANSLATE_XDP
};

/*
 * struct rj_translate_target - what the program stands before.
 * @head_fd: per-CPU array, one value of RJ_HEAD_LEN bytes; not of XDP
 * @cpus_fd: rj_cpus of bpf/maps.h, where it counts what does not match
 * @programs_fd, @index: where the program is that goes on with a frame that matches
 * @is_careful: for tests: no frame is read in place
 * @tag: for tests: every frame has this tag beside it (EtherType << 16 | TCI), none where 0; only
 *       with @is_careful
 */
struct rj_translate_target {
	enum rj_translate_hook hook;
	int head_fd;
	int cpus_fd;
	int programs_fd;
	uint32_t index;
	bool is_careful;
	uint32_t tag;
};

/*
 * rj_translate - the program in *@out, for rj_assembler_done. A load behind the end of the frame
 * and a division by zero do not match, as in libpcap. 0, -ENOMEM, or -E2BIG: too long.
 */
RJ_MUST_CHECK int rj_translate(const struct rj_cbpf *program,
			       const struct rj_translate_target *target, struct rj_assembler *out);

#endif
