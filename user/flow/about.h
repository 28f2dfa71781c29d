/* SPDX-License-Identifier: BSD-3-Clause */
/* What ICMP errors are about: the keys of the packets they carry. */
#ifndef RJ_FLOW_ABOUT_H
#define RJ_FLOW_ABOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/policy.h"

/*
 * struct rj_about - one packet's key.
 * @side: of the key: who sent it
 * @has_ports: false of what has none, and of a later fragment, in which they are not
 */
struct rj_about {
	struct rj_key key;
	uint8_t side;
	bool has_ports;
};

/* struct rj_abouts - each key once, in the order they came; @missed: errors about others. */
struct rj_abouts {
	uint32_t num;
	uint32_t missed;
	struct rj_about at[RJ_MAX_ABOUT];
};

/*
 * rj_abouts_note - notes the packet whose first bytes are @bytes, the payload of an ICMP error, in
 * *@list, a heap block made with the first. Bytes that are no such packet are passed over. False
 * without memory.
 */
bool rj_abouts_note(struct rj_abouts **list, const uint8_t *bytes, size_t len);

/* rj_abouts_join - notes all of @from, which may be NULL, as well; false without memory. */
bool rj_abouts_join(struct rj_abouts **list, const struct rj_abouts *from);

#endif
