/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the quic object of a record. */
#include "proto/quic/emit.h"

#include "proto/quic/connection.h"
#include "proto/quic/params.h"
#include "proto/tls/hello.h"

enum field {
	F_QUIC,
	F_VERSION,
	F_VERSIONS,
	F_DCID,
	F_SCID,
	F_S_SCID,
	F_TOKEN,
	F_RETRY,
	F_RETRY_SCID,
	F_RETRY_TOKEN,
	F_SNI,
	F_USER_AGENT,
	F_PARAMS,
	F_ERROR,
	F_REASON,
	F_MALFORMED,
	/* items of the arrays above */
	F_NAME,
	F_PARAM,
	F_PARAM_ID,
	F_PARAM_DATA,
	F_PARAM_NUMBER,
	F_PARAM_TEXT,
	F_PARAM_VERSIONS,
	NUM_FIELDS,
};
_Static_assert(NUM_FIELDS == RJ_QUIC_NUM_FIELDS, "emit.h says how many rows there are");

/* clang-format off */
const struct rj_field rj_quic_fields[RJ_QUIC_NUM_FIELDS] = {
	[F_QUIC] = { "quic", RJ_TYPE_OBJECT, "", 0, "RFC 9000",
		"A QUIC connection as its handshake shows it; the hellos are in tls." },
	[F_VERSION] = { "version", RJ_TYPE_STRING, "", 0, "RFC 9000 15",
		"Version in use: v1, v2, draft-29, Q043; others as 0xfaceb002." },
	[F_VERSIONS] = { "versions", RJ_TYPE_ARRAY, "", 0, "RFC 9000 17.2.1",
		"Versions that the server offered in a Version Negotiation packet." },
	[F_DCID] = { "dcid", RJ_TYPE_HEX, "", 0, "RFC 9000 17.2",
		"Destination connection id that the client chose first." },
	[F_SCID] = { "scid", RJ_TYPE_HEX, "", 0, "RFC 9000 17.2",
		"Connection id of the client." },
	[F_S_SCID] = { "s_scid", RJ_TYPE_HEX, "", 0, "RFC 9000 17.2",
		"Connection id of the server." },
	[F_TOKEN] = { "token", RJ_TYPE_HEX, "", 0, "RFC 9000 8.1.3",
		"Token of an earlier connection that the client's Initial has." },
	[F_RETRY] = { "retry", RJ_TYPE_OBJECT, "", 0, "RFC 9000 17.2.5",
		"What the server's Retry packet says." },
	[F_RETRY_SCID] = { "scid", RJ_TYPE_HEX, "", 0, "RFC 9000 17.2.5",
		"Connection id that the client is to use next." },
	[F_RETRY_TOKEN] = { "token", RJ_TYPE_HEX, "", 0, "RFC 9000 17.2.5",
		"Token that the client is to send." },
	[F_SNI] = { "sni", RJ_TYPE_ARRAY, "", 0, "Chromium",
		"Host name in a CHLO of Google's QUIC, which has no TLS." },
	[F_USER_AGENT] = { "user_agent", RJ_TYPE_STRING, "", 0, "Chromium",
		"What the client says it is." },
	[F_PARAMS] = { "transport_parameters", RJ_TYPE_ARRAY, "", 0, "RFC 9000 18.2",
		"The client's, in order: value by name, else id, data." },
	[F_ERROR] = { "error", RJ_TYPE_UINT, "", 0, "RFC 9000 19.19",
		"Code of the CONNECTION_CLOSE that ended the handshake." },
	[F_REASON] = { "reason", RJ_TYPE_STRING, "", 0, "RFC 9000 19.19",
		"What that says in words." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "",
		"An Initial, or the transport parameters, broke their format." },
	[F_NAME] = { "name", RJ_TYPE_STRING, "", 0, "Chromium", "One host name." },
	[F_PARAM] = { "transport_parameter", RJ_TYPE_OBJECT, "", 0, "RFC 9000 18",
		"One transport parameter." },
	[F_PARAM_ID] = { "id", RJ_TYPE_UINT, "", 0, "RFC 9000 18",
		"Number of a transport parameter without a name." },
	[F_PARAM_DATA] = { "data", RJ_TYPE_HEX, "", 0, "RFC 9000 18",
		"Value of a transport parameter that is neither number nor text." },
	[F_PARAM_NUMBER] = { "number", RJ_TYPE_UINT, "", 0, "RFC 9000 18.2",
		"Value of a transport parameter that is a number." },
	[F_PARAM_TEXT] = { "text", RJ_TYPE_WORDS, "", 0, "Chromium",
		"Value of a transport parameter that is text." },
	[F_PARAM_VERSIONS] = { "versions", RJ_TYPE_ARRAY, "", 0, "RFC 9368 3",
		"The version chosen, then those available." },
};
/* clang-format on */

static void emit_hex(struct rj_visitor *v, enum field field, const void *bytes, size_t len)
{
	v->ops->hex(v, &rj_quic_fields[field], bytes, len);
}

static void emit_version(struct rj_visitor *v, uint32_t version)
{
	char text[RJ_QUIC_VERSION_TEXT];
	unsigned int len = rj_quic_version_text(version, text);

	v->ops->string(v, &rj_quic_fields[F_VERSION], text, len);
}

/* As many as there are whole ones. */
static void emit_versions(struct rj_visitor *v, enum field field, struct rj_cursor list)
{
	uint32_t version;

	v->ops->open(v, &rj_quic_fields[field]);
	while (!rj_cursor_u32(&list, &version))
		emit_version(v, version);
	v->ops->close(v);
}

static void emit_retry(struct rj_visitor *v, const struct rj_quic_connection *q)
{
	v->ops->open(v, &rj_quic_fields[F_RETRY]);
	emit_hex(v, F_RETRY_SCID, q->retry_scid.bytes, q->retry_scid.len);
	if (q->retry_token.len)
		emit_hex(v, F_RETRY_TOKEN, q->retry_token.bytes, q->retry_token.len);
	v->ops->close(v);
}

/* The value, called by the name that was said before; as bytes where it is not of its form. */
static void emit_value(struct rj_visitor *v, const struct rj_quic_param *param)
{
	struct rj_cursor value = param->value;
	uint64_t number;

	switch (param->form) {
	case RJ_QUIC_PARAM_NUMBER:
		if (rj_quic_varint(&value, &number) || value.left)
			break;
		v->ops->u64(v, &rj_quic_fields[F_PARAM_NUMBER], number);
		return;
	case RJ_QUIC_PARAM_TEXT:
		v->ops->string(v, &rj_quic_fields[F_PARAM_TEXT], value.at, value.left);
		return;
	case RJ_QUIC_PARAM_VERSIONS:
		if (!value.left || value.left % 4)
			break;
		emit_versions(v, F_PARAM_VERSIONS, value);
		return;
	case RJ_QUIC_PARAM_BYTES:
		break;
	}
	emit_hex(v, F_PARAM_DATA, param->value.at, param->value.left);
}

static void emit_param(struct rj_visitor *v, const struct rj_quic_param *param)
{
	v->ops->open(v, &rj_quic_fields[F_PARAM]);
	if (param->name)
		v->ops->name(v, param->name, strlen(param->name));
	else
		v->ops->u64(v, &rj_quic_fields[F_PARAM_ID], param->id);
	emit_value(v, param);
	v->ops->close(v);
}

/*
 * struct params - the client's, opened.
 * @is_bad: they are there and break off
 */
struct params {
	struct rj_cursor list;
	struct rj_cursor user_agent;
	bool is_listed;
	bool is_bad;
};

static void look_through(struct params *p)
{
	struct rj_cursor list = p->list;
	struct rj_quic_param param;

	while (list.left) {
		if (rj_quic_params_next(&list, p->is_listed, &param)) {
			p->is_bad = true;
			return;
		}
		if (param.id == RJ_QUIC_PARAM_USER_AGENT)
			p->user_agent = param.value;
	}
}

static struct params params_of(const struct rj_quic_connection *q)
{
	const struct rj_quic_rules *rules = rj_quic_rules_of(q->hello_version);
	struct params p = { .is_listed = rules && rules->has_listed_params };
	struct rj_tls_hello hello;
	struct rj_cursor data;

	if (!rj_tls_session_hello(&q->session, RJ_TLS_THE_CLIENT, &hello))
		return p;
	data = rj_tls_extension_find(&hello, RJ_TLS_EXT_QUIC_PARAMS);
	if (!data.at)
		data = rj_tls_extension_find(&hello, RJ_TLS_EXT_QUIC_PARAMS_DRAFT);
	if (!data.at)
		return p;
	p.is_bad = rj_quic_params_open(data, p.is_listed, &p.list) != RJ_OK;
	look_through(&p);
	return p;
}

static void emit_chlo(struct rj_visitor *v, const struct rj_quic_connection *q)
{
	if (q->sni.len) {
		v->ops->open(v, &rj_quic_fields[F_SNI]);
		v->ops->string(v, &rj_quic_fields[F_NAME], q->sni.bytes, q->sni.len);
		v->ops->close(v);
	}
	if (q->user_agent.len)
		v->ops->string(v, &rj_quic_fields[F_USER_AGENT], q->user_agent.bytes,
			       q->user_agent.len);
}

static void emit_params(struct rj_visitor *v, const struct params *p)
{
	struct rj_cursor list = p->list;
	struct rj_quic_param param;

	if (p->user_agent.left)
		v->ops->string(v, &rj_quic_fields[F_USER_AGENT], p->user_agent.at,
			       p->user_agent.left);
	if (!list.left)
		return;
	v->ops->open(v, &rj_quic_fields[F_PARAMS]);
	while (list.left && !rj_quic_params_next(&list, p->is_listed, &param))
		emit_param(v, &param);
	v->ops->close(v);
}

static void emit_cids(struct rj_visitor *v, const struct rj_quic_side *client,
		      const struct rj_quic_side *server)
{
	if (client->has_header) {
		emit_hex(v, F_DCID, client->dcid.bytes, client->dcid.len);
		emit_hex(v, F_SCID, client->scid.bytes, client->scid.len);
	}
	if (server->has_header)
		emit_hex(v, F_S_SCID, server->scid.bytes, server->scid.len);
}

static void emit_end(struct rj_visitor *v, const struct rj_quic_connection *q, bool is_malformed)
{
	if (q->has_error)
		v->ops->u64(v, &rj_quic_fields[F_ERROR], q->error);
	if (q->reason.len)
		v->ops->string(v, &rj_quic_fields[F_REASON], q->reason.bytes, q->reason.len);
	if (is_malformed)
		v->ops->boolean(v, &rj_quic_fields[F_MALFORMED], 1);
}

void rj_quic_connection_emit(const struct rj_quic_connection *q, unsigned int originator,
			     struct rj_visitor *v)
{
	unsigned int nr = q->has_keys || q->has_chlo ? q->client : originator;
	const struct rj_quic_side *client = &q->sides[nr], *server = &q->sides[!nr];
	struct params params = params_of(q);

	if (!client->has_header && !server->has_header && !q->versions.len && !q->has_retry)
		return;
	v->ops->open(v, &rj_quic_fields[F_QUIC]);
	if (q->has_keys)
		emit_version(v, q->version);
	else if (client->has_header || server->has_header)
		emit_version(v, client->has_header ? client->version : server->version);
	if (q->versions.len)
		emit_versions(v, F_VERSIONS,
			      rj_cursor_init(q->versions.bytes, q->versions.len, true));
	emit_cids(v, client, server);
	if (q->token.len)
		emit_hex(v, F_TOKEN, q->token.bytes, q->token.len);
	if (q->has_retry)
		emit_retry(v, q);
	emit_chlo(v, q);
	emit_params(v, &params);
	emit_end(v, q, q->is_malformed || params.is_bad);
	v->ops->close(v);
}
