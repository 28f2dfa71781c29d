/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for RDP up to TLS, or up to the settings of a connection without (MS-RDPBCGR). */
#include "proto/common/le.h"
#include "proto/common/line.h"
#include "proto/common/names.h"
#include "proto/dissector.h"
#include "proto/rdp/settings.h"
#include "proto/registry.h"

#define PORT_RDP 3389u

#define TPKT_VERSION 3u	     /* RFC 1006 6 */
#define TPKT_HEADER_BYTES 4u /* counted in its length */

/* X.224 13.3, 13.4, 13.7: codes of TPDUs, whose low four bits are credit. */
#define CONNECTION_REQUEST 0xe0u
#define CONNECTION_CONFIRM 0xd0u
#define DATA 0xf0u
#define FIXED_BYTES 6u /* of a request or confirm behind the length: code, two references, class */

/* X.224 13.3.4: the first code of a parameter; ISO transports (S7) have some, RDP never. */
#define FIRST_PARAMETER 0xc0u

/* MS-RDPBCGR 2.2.1.1.1, 2.2.1.1.2, 2.2.1.2.1, 2.2.1.2.2. */
#define NEG_REQ 1u
#define NEG_RSP 2u
#define NEG_FAILURE 3u
#define CORRELATION_INFO 6u
#define NEG_BYTES 8u
#define CORRELATION_BYTES 36u
#define CORRELATION_ID_BYTES 16u

#define MAX_UNIT_BYTES 8192u /* ours; the longest, with a chain of certificates, has some 4 KiB */
#define MAX_BYTES (16u << 10)
#define MAX_TEXT_BYTES 255u /* of a cookie or token: X.224 counts all in one byte */

static const uint16_t ports[] = { PORT_RDP, 0 };

/*
 * struct rdp_state - @client_side: 1 + the side that asked, 0: not known
 * @neg_type: of the answer, NEG_RSP or NEG_FAILURE; 0: it says nothing, as before RDP 5.2
 */
struct rdp_state {
	uint8_t client_side;
	bool has_request;
	bool has_confirm;
	bool has_protocols;
	bool has_correlation;
	uint8_t flags;
	uint8_t neg_type;
	uint8_t server_flags;
	uint32_t protocols;
	uint32_t selected;
	struct rj_cursor cookie;
	struct rj_cursor token;
	uint8_t correlation_id[CORRELATION_ID_BYTES];
	struct rj_rdp_client client;
	struct rj_rdp_server server;
};

/* A TPKT, in it the length of the X.224 header; *out begins with the code. */
RJ_MUST_CHECK static enum rj_status read_unit(struct rj_cursor *c, uint8_t *ret_len,
					      struct rj_cursor *out)
{
	struct rj_cursor ahead = *c;
	uint16_t len;
	enum rj_status st = rj_cursor_within(&ahead, TPKT_VERSION, TPKT_VERSION);

	if (!st)
		st = rj_cursor_skip(&ahead, 1);
	if (!st)
		st = rj_cursor_u16(&ahead, &len);
	if (!st && (len <= TPKT_HEADER_BYTES || len > MAX_UNIT_BYTES))
		st = RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(&ahead, len - TPKT_HEADER_BYTES, out);
	if (!st)
		st = rj_cursor_u8(out, ret_len);
	if (!st)
		*c = ahead;
	return st;
}

/* A request or confirm; without what tells RDP from other users of X.224 at its port alone. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	bool is_at_port = m->src_port == PORT_RDP || m->dst_port == PORT_RDP;
	uint8_t len = 0, next;
	enum rj_status st = rj_cursor_within(&bytes, TPKT_VERSION, TPKT_VERSION);

	if (!st)
		st = rj_cursor_within(&bytes, 0, 0);
	if (!st)
		st = rj_cursor_within(&bytes, 0, 1);
	if (!st)
		st = rj_cursor_within(&bytes, TPKT_HEADER_BYTES + 1 + FIXED_BYTES, 255);
	if (!st)
		st = rj_cursor_u8(&bytes, &len);
	if (!st && len < FIXED_BYTES)
		return RJ_PROBE_NO;
	if (!st)
		st = rj_cursor_within(&bytes, CONNECTION_CONFIRM, CONNECTION_REQUEST);
	if (!st && len == FIXED_BYTES)
		return is_at_port ? RJ_PROBE_YES : RJ_PROBE_NO;
	if (!st)
		st = rj_cursor_skip(&bytes, FIXED_BYTES - 1);
	if (!st)
		st = rj_cursor_u8(&bytes, &next);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return next < FIRST_PARAMETER ? RJ_PROBE_YES : RJ_PROBE_NO;
}

/* MS-RDPBCGR 2.2.1.1: a line before the negotiation, the user's name or where to go. */
static void take_line(struct rdp_state *s, struct rj_arena *arena, struct rj_cursor line)
{
	static const char hash[] = "Cookie: mstshash=";

	if (line.left >= sizeof(hash) - 1 && rj_cursor_starts(&line, hash) &&
	    !rj_cursor_skip(&line, sizeof(hash) - 1))
		s->cookie = rj_keep(arena, line, MAX_TEXT_BYTES);
	else
		s->token = rj_keep(arena, line, MAX_TEXT_BYTES);
}

/* Type, flags, length, 32 bits; @c stays where it is unless it is one of that length. */
RJ_MUST_CHECK static enum rj_status read_negotiation(struct rj_cursor *c, uint8_t *ret_type,
						     uint8_t *ret_flags, uint32_t *ret_value)
{
	struct rj_cursor ahead = *c;
	uint16_t len;
	enum rj_status st = rj_cursor_u8(&ahead, ret_type);

	if (!st)
		st = rj_cursor_u8(&ahead, ret_flags);
	if (!st)
		st = rj_le_u16(&ahead, &len);
	if (!st && len != NEG_BYTES)
		st = RJ_MALFORMED;
	if (!st)
		st = rj_le_u32(&ahead, ret_value);
	if (!st)
		*c = ahead;
	return st;
}

static void take_correlation(struct rdp_state *s, struct rj_cursor c)
{
	const uint8_t *id;
	uint8_t type, flags;
	uint16_t len;

	if (rj_cursor_u8(&c, &type) || rj_cursor_u8(&c, &flags) || rj_le_u16(&c, &len) ||
	    type != CORRELATION_INFO || len != CORRELATION_BYTES ||
	    rj_cursor_bytes(&c, CORRELATION_ID_BYTES, &id))
		return;
	memcpy(s->correlation_id, id, CORRELATION_ID_BYTES);
	s->has_correlation = true;
}

/* What is not as it should be is left out: no more than that was said. */
static void take_request(struct rdp_state *s, struct rj_message *m, struct rj_cursor c)
{
	struct rj_cursor ahead = c, line;
	uint8_t type, flags;
	uint32_t protocols;

	s->has_request = true;
	s->client_side = (uint8_t)(1 + m->side);
	if (rj_cursor_within(&ahead, NEG_REQ, NEG_REQ)) {
		if (rj_line_read(&c, &line)) {
			line = c;
			c = rj_cursor_init(NULL, 0, true);
		}
		take_line(s, m->arena, line);
	}
	if (read_negotiation(&c, &type, &flags, &protocols) || type != NEG_REQ)
		return;
	s->has_protocols = true;
	s->flags = flags;
	s->protocols = protocols;
	take_correlation(s, c);
}

static void take_confirm(struct rdp_state *s, struct rj_message *m, struct rj_cursor c)
{
	uint8_t type, flags;
	uint32_t value;

	s->has_confirm = true;
	s->client_side = (uint8_t)(1 + !m->side);
	if (read_negotiation(&c, &type, &flags, &value) || (type != NEG_RSP && type != NEG_FAILURE))
		return;
	s->neg_type = type;
	s->server_flags = flags;
	s->selected = value;
}

/* The first data of each side; then all has been said that is not encrypted. */
RJ_MUST_CHECK static enum rj_status take_data(struct rdp_state *s, struct rj_message *m,
					      struct rj_cursor c)
{
	enum rj_status st = rj_cursor_skip(&c, 1); /* end of the TPDU's number */

	if (st)
		return st;
	m->is_done = true;
	if (s->client_side == 1 + m->side)
		return rj_rdp_client_read(c, &s->client);
	return rj_rdp_server_read(c, &s->server);
}

RJ_MUST_CHECK static enum rj_status take_unit(struct rdp_state *s, struct rj_message *m,
					      uint8_t len, struct rj_cursor unit)
{
	uint8_t code;
	enum rj_status st = rj_cursor_u8(&unit, &code);

	if (st)
		return st;
	if (code == DATA)
		return take_data(s, m, unit);
	if ((code & 0xf0) != CONNECTION_REQUEST && (code & 0xf0) != CONNECTION_CONFIRM)
		return RJ_MALFORMED;
	if (len < FIXED_BYTES)
		return RJ_MALFORMED;
	st = rj_cursor_skip(&unit, FIXED_BYTES - 1);
	if (st)
		return st;
	if ((code & 0xf0) == CONNECTION_REQUEST)
		take_request(s, m, unit);
	else
		take_confirm(s, m, unit);
	return RJ_OK;
}

/* TLS starts where a unit would; no unit starts with the type of a record. */
static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rdp_state *s = state;
	struct rj_cursor ahead = *c, unit;
	enum rj_probe answer = rj_tls.probe(m, *c);
	enum rj_status st;
	uint8_t len;

	if (answer == RJ_PROBE_YES) {
		m->hands_over = true;
		return RJ_OK;
	}
	if (answer == RJ_PROBE_MORE && !c->is_hard)
		return RJ_TRUNCATED;
	st = read_unit(&ahead, &len, &unit);
	if (!st)
		st = take_unit(s, m, len, unit);
	if (!st)
		*c = ahead;
	return st;
}

enum field {
	F_RDP,
	F_COOKIE,
	F_ROUTING_TOKEN,
	F_PROTOCOLS,
	F_PROTOCOL,
	F_FLAGS,
	F_FLAG,
	F_CORRELATION_ID,
	F_SELECTED,
	F_FAILURE,
	F_SERVER_FLAGS,
	F_CLIENT,
	F_NAME,
	F_VERSION,
	F_BUILD,
	F_PRODUCT_ID,
	F_KEYBOARD_LAYOUT,
	F_KEYBOARD_TYPE,
	F_DESKTOP_WIDTH,
	F_DESKTOP_HEIGHT,
	F_ENCRYPTION_METHODS,
	F_METHOD,
	F_CHANNELS,
	F_CHANNEL,
	F_SERVER,
	F_ENCRYPTION_METHOD,
	F_ENCRYPTION_LEVEL,
	NUM_FIELDS
};

#define REQUEST "MS-RDPBCGR 2.2.1.1"
#define CONFIRM "MS-RDPBCGR 2.2.1.2"
#define CORE "MS-RDPBCGR 2.2.1.3.2"

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_RDP] = { "rdp", RJ_TYPE_OBJECT, "", 0, "MS-RDPBCGR",
		"What an RDP connection shows before it is encrypted." },
	[F_COOKIE] = { "cookie", RJ_TYPE_WORDS, "", 0, REQUEST,
		"The client's cookie (mstshash): the user's name, cut to nine letters by some." },
	[F_ROUTING_TOKEN] = { "routing_token", RJ_TYPE_WORDS, "", 0, REQUEST,
		"Token by which a balancer finds the server." },
	[F_PROTOCOLS] = { "protocols", RJ_TYPE_ARRAY, "", 0, "MS-RDPBCGR 2.2.1.1.1",
		"Security protocols that the client offers." },
	[F_PROTOCOL] = { "protocol", RJ_TYPE_STRING, "", 0, "MS-RDPBCGR 2.2.1.1.1",
		"rdp (its own encryption), ssl, hybrid, rdstls, hybrid_ex or rdsaad." },
	[F_FLAGS] = { "flags", RJ_TYPE_ARRAY, "", 0, "MS-RDPBCGR 2.2.1.1.1",
		"Flags of the request." },
	[F_FLAG] = { "flag", RJ_TYPE_STRING, "", 0, "MS-RDPBCGR 2.2.1.1.1", "One flag." },
	[F_CORRELATION_ID] = { "correlation_id", RJ_TYPE_HEX, "", 0, "MS-RDPBCGR 2.2.1.1.2",
		"What the client calls the connection." },
	[F_SELECTED] = { "selected", RJ_TYPE_STRING, "", 0, "MS-RDPBCGR 2.2.1.2.1",
		"Security protocol that the server chose." },
	[F_FAILURE] = { "failure", RJ_TYPE_STRING, "", 0, "MS-RDPBCGR 2.2.1.2.2",
		"Why it took none." },
	[F_SERVER_FLAGS] = { "server_flags", RJ_TYPE_ARRAY, "", 0, "MS-RDPBCGR 2.2.1.2.1",
		"Flags of the answer." },
	[F_CLIENT] = { "client", RJ_TYPE_OBJECT, "", 0, "MS-RDPBCGR 2.2.1.3",
		"The client's settings, where they are not in TLS." },
	[F_NAME] = { "name", RJ_TYPE_STRING, "", 0, CORE, "Name of the client's machine." },
	[F_VERSION] = { "version", RJ_TYPE_STRING, "", 0, CORE,
		"Version of RDP, the lowest that the number stands for." },
	[F_BUILD] = { "build", RJ_TYPE_UINT, "", 0, CORE, "Build of the client." },
	[F_PRODUCT_ID] = { "product_id", RJ_TYPE_STRING, "", 0, CORE,
		"Product identifier of the client." },
	[F_KEYBOARD_LAYOUT] = { "keyboard_layout", RJ_TYPE_UINT, "", 0, CORE,
		"Input locale, 1033 for US English." },
	[F_KEYBOARD_TYPE] = { "keyboard_type", RJ_TYPE_UINT, "", 0, CORE,
		"Kind of keyboard, 4 for the usual one." },
	[F_DESKTOP_WIDTH] = { "desktop_width", RJ_TYPE_UINT, "pixels", 0, CORE,
		"Width of the desktop." },
	[F_DESKTOP_HEIGHT] = { "desktop_height", RJ_TYPE_UINT, "pixels", 0, CORE,
		"Height of the desktop." },
	[F_ENCRYPTION_METHODS] = { "encryption_methods", RJ_TYPE_ARRAY, "", 0,
		"MS-RDPBCGR 2.2.1.3.3", "Methods of RDP's own encryption that it offers." },
	[F_METHOD] = { "method", RJ_TYPE_STRING, "", 0, "MS-RDPBCGR 2.2.1.3.3", "One of them." },
	[F_CHANNELS] = { "channels", RJ_TYPE_ARRAY, "", 0, "MS-RDPBCGR 2.2.1.3.4",
		"Virtual channels that it asks for." },
	[F_CHANNEL] = { "channel", RJ_TYPE_STRING, "", 0, "MS-RDPBCGR 2.2.1.3.4.1",
		"Name of one." },
	[F_SERVER] = { "server", RJ_TYPE_OBJECT, "", 0, "MS-RDPBCGR 2.2.1.4",
		"The server's settings." },
	[F_ENCRYPTION_METHOD] = { "encryption_method", RJ_TYPE_STRING, "", 0,
		"MS-RDPBCGR 2.2.1.4.3", "Method that the server chose." },
	[F_ENCRYPTION_LEVEL] = { "encryption_level", RJ_TYPE_STRING, "", 0,
		"MS-RDPBCGR 2.2.1.4.3", "Level that it chose." },
};

static const struct rj_name protocols[] = {
	{ 1, "ssl" },
	{ 2, "hybrid" },
	{ 4, "rdstls" },
	{ 8, "hybrid_ex" },
	{ 16, "rdsaad" },
	{ 0, NULL },
};

static const struct rj_name selected_names[] = {
	{ 0, "rdp" },
	{ 1, "ssl" },
	{ 2, "hybrid" },
	{ 4, "rdstls" },
	{ 8, "hybrid_ex" },
	{ 16, "rdsaad" },
	{ 0, NULL },
};

static const struct rj_name request_flags[] = {
	{ 1, "restricted_admin_mode_required" },
	{ 2, "redirected_authentication_mode_required" },
	{ 8, "correlation_info_present" },
	{ 0, NULL },
};

static const struct rj_name answer_flags[] = {
	{ 1, "extended_client_data_supported" },
	{ 2, "dynvc_gfx_protocol_supported" },
	{ 4, "reserved" },
	{ 8, "restricted_admin_mode_supported" },
	{ 16, "redirected_authentication_mode_supported" },
	{ 0, NULL },
};

static const struct rj_name failures[] = {
	{ 1, "ssl_required_by_server" },
	{ 2, "ssl_not_allowed_by_server" },
	{ 3, "ssl_cert_not_on_server" },
	{ 4, "inconsistent_flags" },
	{ 5, "hybrid_required_by_server" },
	{ 6, "ssl_with_user_auth_required_by_server" },
	{ 0, NULL },
};

static const struct rj_name versions[] = {
	{ 0x00080001, "4.0" },
	{ 0x00080004, "5.0" },
	{ 0x00080005, "10.0" },
	{ 0x00080006, "10.1" },
	{ 0x00080007, "10.2" },
	{ 0x00080008, "10.3" },
	{ 0x00080009, "10.4" },
	{ 0x0008000a, "10.5" },
	{ 0x0008000b, "10.6" },
	{ 0x0008000c, "10.7" },
	{ 0x0008000d, "10.8" },
	{ 0x0008000e, "10.9" },
	{ 0x0008000f, "10.10" },
	{ 0x00080010, "10.11" },
	{ 0x00080011, "10.12" },
	{ 0, NULL },
};

static const struct rj_name methods[] = {
	{ 1, "40bit" },
	{ 2, "128bit" },
	{ 8, "56bit" },
	{ 16, "fips" },
	{ 0, NULL },
};

static const struct rj_name chosen_methods[] = {
	{ 0, "none" },
	{ 1, "40bit" },
	{ 2, "128bit" },
	{ 8, "56bit" },
	{ 16, "fips" },
	{ 0, NULL },
};

static const struct rj_name levels[] = {
	{ 0, "none" },
	{ 1, "low" },
	{ 2, "client_compatible" },
	{ 3, "high" },
	{ 4, "fips" },
	{ 0, NULL },
};
/* clang-format on */

static void put_request(const struct rdp_state *s, struct rj_visitor *v)
{
	rj_put_text(v, &fields[F_COOKIE], s->cookie);
	rj_put_text(v, &fields[F_ROUTING_TOKEN], s->token);
	if (s->has_protocols && s->protocols) {
		rj_put_bits(v, &fields[F_PROTOCOLS], &fields[F_PROTOCOL], protocols, s->protocols);
	} else if (s->has_protocols) {
		v->ops->open(v, &fields[F_PROTOCOLS]);
		rj_put_name(v, &fields[F_PROTOCOL], selected_names, 0);
		v->ops->close(v);
	}
	if (s->flags)
		rj_put_bits(v, &fields[F_FLAGS], &fields[F_FLAG], request_flags, s->flags);
	if (s->has_correlation)
		v->ops->hex(v, &fields[F_CORRELATION_ID], s->correlation_id, CORRELATION_ID_BYTES);
}

static void put_confirm(const struct rdp_state *s, struct rj_visitor *v)
{
	if (s->neg_type == NEG_RSP)
		rj_put_name(v, &fields[F_SELECTED], selected_names, s->selected);
	if (s->neg_type == NEG_FAILURE)
		rj_put_name(v, &fields[F_FAILURE], failures, s->selected);
	if (s->server_flags)
		rj_put_bits(v, &fields[F_SERVER_FLAGS], &fields[F_FLAG], answer_flags,
			    s->server_flags);
}

static void put_channels(const struct rj_rdp_client *client, struct rj_visitor *v)
{
	if (!client->num_channels)
		return;
	v->ops->open(v, &fields[F_CHANNELS]);
	for (unsigned int i = 0; i < client->num_channels; i++) {
		const uint8_t *name = client->channels[i];
		const uint8_t *nul = memchr(name, 0, RJ_RDP_CHANNEL_BYTES);

		v->ops->string(v, &fields[F_CHANNEL], name,
			       nul ? (size_t)(nul - name) : RJ_RDP_CHANNEL_BYTES);
	}
	v->ops->close(v);
}

static void put_client(const struct rj_rdp_client *client, struct rj_visitor *v)
{
	v->ops->open(v, &fields[F_CLIENT]);
	if (client->has_core) {
		rj_put_utf16(v, &fields[F_NAME],
			     rj_cursor_init(client->name, sizeof(client->name), true));
		rj_put_name(v, &fields[F_VERSION], versions, client->version);
		v->ops->u64(v, &fields[F_BUILD], client->build);
		rj_put_utf16(v, &fields[F_PRODUCT_ID],
			     rj_cursor_init(client->product_id, sizeof(client->product_id), true));
		v->ops->u64(v, &fields[F_KEYBOARD_LAYOUT], client->keyboard_layout);
		v->ops->u64(v, &fields[F_KEYBOARD_TYPE], client->keyboard_type);
		v->ops->u64(v, &fields[F_DESKTOP_WIDTH], client->desktop_width);
		v->ops->u64(v, &fields[F_DESKTOP_HEIGHT], client->desktop_height);
	}
	if (client->has_security)
		rj_put_bits(v, &fields[F_ENCRYPTION_METHODS], &fields[F_METHOD], methods,
			    client->encryption_methods);
	put_channels(client, v);
	v->ops->close(v);
}

static void put_server(const struct rj_rdp_server *server, struct rj_visitor *v)
{
	v->ops->open(v, &fields[F_SERVER]);
	if (server->has_core)
		rj_put_name(v, &fields[F_VERSION], versions, server->version);
	if (server->has_security) {
		rj_put_name(v, &fields[F_ENCRYPTION_METHOD], chosen_methods,
			    server->encryption_method);
		rj_put_name(v, &fields[F_ENCRYPTION_LEVEL], levels, server->encryption_level);
	}
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct rdp_state *s = state;

	(void)originator; /* each part tells whose it is */
	if (!s->has_request && !s->has_confirm)
		return;
	v->ops->open(v, &fields[F_RDP]);
	put_request(s, v);
	put_confirm(s, v);
	if (s->client.has_core || s->client.has_security || s->client.num_channels)
		put_client(&s->client, v);
	if (s->server.has_core || s->server.has_security)
		put_server(&s->server, v);
	v->ops->close(v);
}

static int originator_of(const void *state)
{
	return ((const struct rdp_state *)state)->client_side - 1;
}

const struct rj_dissector rj_rdp = {
	.name = "rdp",
	.reference = "MS-RDPBCGR",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct rdp_state),
	.max_bytes = MAX_BYTES,
	.leads_on = true,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
