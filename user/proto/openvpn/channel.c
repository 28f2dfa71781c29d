/* SPDX-License-Identifier: BSD-3-Clause */
/* What OpenVPN's control packets carry, in the order of their numbers: a stream of TLS. */
#include "proto/openvpn/channel.h"

#include "proto/registry.h"

/* Shows TLS what of the stream it has not read; what it wants to pass over must be there. */
static void read_tls(struct rj_ovpn_channels *channels, const struct rj_message *m)
{
	struct rj_ovpn_channel *channel = &channels->sides[m->side];

	while (!channel->is_over && channel->done < channel->len) {
		struct rj_message inner = *m;
		struct rj_cursor c = rj_cursor_init(channel->bytes + channel->done,
						    channel->len - channel->done, false);
		size_t len = c.left;
		enum rj_status st;

		inner.over = RJ_OVER_TCP;
		inner.is_done = false;
		st = rj_tls.parse(channels->tls, &inner, &c);
		if (st == RJ_TRUNCATED)
			return;
		channel->is_over = st || inner.is_done || inner.skip || c.left == len;
		channel->done += (uint32_t)(len - c.left);
	}
}

static void append(struct rj_ovpn_channel *channel, const uint8_t *bytes, size_t len)
{
	if (len > RJ_OVPN_CHANNEL_BYTES - channel->len) {
		channel->is_over = true;
		return;
	}
	if (len)
		memcpy(channel->bytes + channel->len, bytes, len);
	channel->len += (uint32_t)len;
	channel->next_id++;
}

/* Those that waited for what came. */
static void append_waiting(struct rj_ovpn_channel *channel)
{
	for (unsigned int i = 0; i < RJ_OVPN_WAITING_MAX; i++) {
		if (!channel->waiting[i].bytes || channel->waiting[i].id != channel->next_id)
			continue;
		append(channel, channel->waiting[i].bytes, channel->waiting[i].len);
		channel->waiting[i].bytes = NULL;
		if (channel->is_over)
			return;
		i = UINT32_MAX; /* the next one may stand before it: from the first on */
	}
}

static void wait(struct rj_ovpn_channel *channel, struct rj_arena *arena,
		 const struct rj_ovpn_control *control)
{
	unsigned int place = RJ_OVPN_WAITING_MAX;

	for (unsigned int i = 0; i < RJ_OVPN_WAITING_MAX; i++) {
		if (!channel->waiting[i].bytes)
			place = i;
		else if (channel->waiting[i].id == control->id)
			return;
	}
	if (place == RJ_OVPN_WAITING_MAX || control->payload.left > UINT16_MAX)
		return;
	channel->waiting[place].bytes =
		rj_arena_copy(arena, control->payload.at, control->payload.left);
	channel->waiting[place].len = (uint16_t)control->payload.left;
	channel->waiting[place].id = control->id;
}

void rj_ovpn_channel_put(struct rj_ovpn_channels *channels, const struct rj_message *m,
			 const struct rj_ovpn_control *control)
{
	struct rj_ovpn_channel *channel = &channels->sides[m->side];

	if (channel->is_over || control->id < channel->next_id || !control->payload.left)
		return;
	if (!channels->tls)
		channels->tls = rj_arena_alloc(m->arena, rj_tls.state_bytes);
	if (!channel->bytes)
		channel->bytes = rj_arena_alloc(m->arena, RJ_OVPN_CHANNEL_BYTES);
	if (!channel->next_id)
		channel->next_id = 1; /* 0 was the reset */
	if (!channels->tls || !channel->bytes) {
		channel->is_over = true;
		return;
	}
	if (control->id > channel->next_id) {
		wait(channel, m->arena, control);
		return;
	}
	append(channel, control->payload.at, control->payload.left);
	append_waiting(channel);
	read_tls(channels, m);
}
