/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads transport parameters, and knows the names of those that are registered or in wide use. */
#include "proto/quic/params.h"

#include "proto/quic/packet.h"

#define NUM(a) (sizeof(a) / sizeof((a)[0]))

#define NUM_IN_ORDER 18u /* of the table below: each stands where its id says */

/* IANA "QUIC Transport Parameters"; others by what those who made them say. */
static const struct {
	uint64_t id;
	enum rj_quic_param_form form;
	const char *name;
} known[] = {
	{ 0x00, RJ_QUIC_PARAM_BYTES, "original_destination_connection_id" },
	{ 0x01, RJ_QUIC_PARAM_NUMBER, "max_idle_timeout" },
	{ 0x02, RJ_QUIC_PARAM_BYTES, "stateless_reset_token" },
	{ 0x03, RJ_QUIC_PARAM_NUMBER, "max_udp_payload_size" },
	{ 0x04, RJ_QUIC_PARAM_NUMBER, "initial_max_data" },
	{ 0x05, RJ_QUIC_PARAM_NUMBER, "initial_max_stream_data_bidi_local" },
	{ 0x06, RJ_QUIC_PARAM_NUMBER, "initial_max_stream_data_bidi_remote" },
	{ 0x07, RJ_QUIC_PARAM_NUMBER, "initial_max_stream_data_uni" },
	{ 0x08, RJ_QUIC_PARAM_NUMBER, "initial_max_streams_bidi" },
	{ 0x09, RJ_QUIC_PARAM_NUMBER, "initial_max_streams_uni" },
	{ 0x0a, RJ_QUIC_PARAM_NUMBER, "ack_delay_exponent" },
	{ 0x0b, RJ_QUIC_PARAM_NUMBER, "max_ack_delay" },
	{ 0x0c, RJ_QUIC_PARAM_BYTES, "disable_active_migration" },
	{ 0x0d, RJ_QUIC_PARAM_BYTES, "preferred_address" },
	{ 0x0e, RJ_QUIC_PARAM_NUMBER, "active_connection_id_limit" },
	{ 0x0f, RJ_QUIC_PARAM_BYTES, "initial_source_connection_id" },
	{ 0x10, RJ_QUIC_PARAM_BYTES, "retry_source_connection_id" },
	{ 0x11, RJ_QUIC_PARAM_VERSIONS, "version_information" },
	{ 0x20, RJ_QUIC_PARAM_NUMBER, "max_datagram_frame_size" },
	{ 0x173e, RJ_QUIC_PARAM_BYTES, "discard" },
	{ 0x26ab, RJ_QUIC_PARAM_BYTES, "google_handshake_message" },
	{ 0x2ab2, RJ_QUIC_PARAM_BYTES, "grease_quic_bit" },
	{ 0x3127, RJ_QUIC_PARAM_NUMBER, "initial_rtt" },
	{ 0x3128, RJ_QUIC_PARAM_TEXT, "google_connection_options" },
	{ RJ_QUIC_PARAM_USER_AGENT, RJ_QUIC_PARAM_TEXT, "user_agent" },
	{ 0x4752, RJ_QUIC_PARAM_BYTES, "google_version" },
	{ 0xff73db, RJ_QUIC_PARAM_VERSIONS, "version_information_draft" },
	{ 0xff04de1b, RJ_QUIC_PARAM_NUMBER, "min_ack_delay" },
};

enum rj_status rj_quic_params_open(struct rj_cursor data, bool is_listed, struct rj_cursor *out)
{
	struct rj_cursor params;
	enum rj_status st;

	if (!is_listed) {
		*out = data;
		return RJ_OK;
	}
	st = rj_cursor_prefixed(&data, 2, &params);
	if (!st && data.left)
		return RJ_MALFORMED;
	if (!st)
		*out = params;
	return st;
}

/* RFC 9000 18: the id is a varint; draft-ietf-quic-transport-26 18: it has 16 bits. */
RJ_MUST_CHECK static enum rj_status read_id(struct rj_cursor *c, bool is_listed,
					    struct rj_quic_param *p)
{
	struct rj_cursor start = *c;
	enum rj_status st = is_listed ? rj_cursor_be(c, 2, &p->id) : rj_quic_varint(c, &p->id);

	return st ? st : rj_cursor_sub(&start, start.left - c->left, &p->raw_id);
}

/* Likewise the length. */
RJ_MUST_CHECK static enum rj_status read_value(struct rj_cursor *c, bool is_listed,
					       struct rj_quic_param *p)
{
	uint64_t len;
	enum rj_status st = is_listed ? rj_cursor_be(c, 2, &len) : rj_quic_varint(c, &len);

	if (!st && len > c->left)
		return rj_cursor_short(c);
	return st ? st : rj_cursor_sub(c, (size_t)len, &p->value);
}

static void look_up(struct rj_quic_param *p)
{
	size_t i = p->id < NUM_IN_ORDER ? (size_t)p->id : NUM_IN_ORDER;

	while (i < NUM(known) && known[i].id != p->id)
		i++;
	if (i == NUM(known))
		return;
	p->name = known[i].name;
	p->form = known[i].form;
}

enum rj_status rj_quic_params_next(struct rj_cursor *params, bool is_listed,
				   struct rj_quic_param *out)
{
	struct rj_cursor ahead = *params;
	struct rj_quic_param p = { .form = RJ_QUIC_PARAM_BYTES };
	enum rj_status st = read_id(&ahead, is_listed, &p);

	if (!st)
		st = read_value(&ahead, is_listed, &p);
	if (st)
		return st;
	look_up(&p);
	*params = ahead;
	*out = p;
	return RJ_OK;
}
