// SPDX-License-Identifier: BSD-3-Clause
/* The packet in an ICMP error is read as any other: it starts with IP and ends where it was cut. */
#include "flow/about.h"

#include <stdlib.h>
#include <string.h>

#include "bpf/parse.h"

static bool has_ports(const struct rj_packet *p)
{
	__u8 proto = p->key.proto;

	return !(p->bits & RJ_PKT_LATER_FRAG) && (proto == RJ_IP_TCP || proto == RJ_IP_UDP ||
						  proto == RJ_IP_SCTP || proto == RJ_IP_DCCP);
}

static bool read_packet(const uint8_t *bytes, size_t len, struct rj_about *out)
{
	const struct rj_frame f = { .data = bytes,
				    .captured_len = (uint32_t)len,
				    .wire_len = (uint32_t)len,
				    .is_closed = 1,
				    .is_deep = 1 };
	struct rj_layers layers;
	struct rj_packet p;
	enum rj_reason reason;

	if (!len)
		return false;
	reason = rj_parse_network(&f, 0, bytes[0] >> 4 == 6 ? RJ_ETH_IPV6 : RJ_ETH_IPV4, &layers,
				  &p);
	if (reason && reason != RJ_REASON_FRAGMENT)
		return false;
	*out = (struct rj_about){ .key = p.key, .side = p.side, .has_ports = has_ports(&p) };
	return true;
}

static bool add(struct rj_abouts **list, const struct rj_about *about)
{
	struct rj_abouts *l = *list ? *list : calloc(1, sizeof(*l));

	if (!l)
		return false;
	*list = l;
	for (uint32_t i = 0; i < l->num; i++)
		if (!memcmp(&l->at[i].key, &about->key, sizeof(about->key)) &&
		    l->at[i].side == about->side)
			return true;
	if (l->num == RJ_MAX_ABOUT)
		l->missed++;
	else
		l->at[l->num++] = *about;
	return true;
}

bool rj_abouts_note(struct rj_abouts **list, const uint8_t *bytes, size_t len)
{
	struct rj_about about;

	return !read_packet(bytes, len, &about) || add(list, &about);
}

bool rj_abouts_join(struct rj_abouts **list, const struct rj_abouts *from)
{
	bool is_done = true;

	for (uint32_t i = 0; from && i < from->num; i++)
		is_done &= add(list, &from->at[i]);
	if (from && *list)
		(*list)->missed += from->missed;
	return is_done;
}
