/* SPDX-License-Identifier: BSD-3-Clause */
/* What OpenVPN's control packets carry, in the order of their numbers: a stream of TLS. */
#ifndef RJ_PROTO_OPENVPN_CHANNEL_H
#define RJ_PROTO_OPENVPN_CHANNEL_H

#include "proto/dissector.h"
#include "proto/openvpn/packet.h"

/* Bytes of a side that are kept: hellos and certificates, and half again. Ours. */
#define RJ_OVPN_CHANNEL_BYTES 12288u
/* Packets that wait for one before them; OpenVPN sends at most 12 without an answer. */
#define RJ_OVPN_WAITING_MAX 12u

/*
 * struct rj_ovpn_channel - one sender's; a zeroed one is empty.
 * @bytes:   in the flow's arena, RJ_OVPN_CHANNEL_BYTES once there are any; @len of them came, of
 *           which the first @done were read
 * @next_id: of the packet that comes next
 * @waiting: packets behind that
 * @is_over: nothing more is read
 */
struct rj_ovpn_channel {
	uint8_t *bytes;
	uint32_t len;
	uint32_t done;
	uint32_t next_id;
	struct {
		uint32_t id;
		uint16_t len;
		const uint8_t *bytes;
	} waiting[RJ_OVPN_WAITING_MAX];
	bool is_over;
};

/* struct rj_ovpn_channels - both, and @tls: what the dissector of TLS knows, or NULL. */
struct rj_ovpn_channels {
	struct rj_ovpn_channel sides[2];
	void *tls;
};

/* rj_ovpn_channel_put - takes in a control packet of m->side. */
void rj_ovpn_channel_put(struct rj_ovpn_channels *channels, const struct rj_message *m,
			 const struct rj_ovpn_control *control);

#endif
