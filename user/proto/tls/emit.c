/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the tls object of a record from the hellos that were kept. */
#include <stdio.h>

#include "core/visitor.h"
#include "proto/dissector.h"
#include "proto/tls/certificates.h"
#include "proto/tls/fields.h"
#include "proto/tls/names.h"

/* Curves of TLS 1.2 (IANA, TLS Supported Groups); those from 256 on are no curves. */
#define NUM_CURVES 256u

static void emit_hex(struct rj_visitor *v, enum rj_tls_field field, struct rj_cursor bytes)
{
	v->ops->hex(v, &rj_tls_fields[field], bytes.at, bytes.left);
}

static void emit_true(struct rj_visitor *v, enum rj_tls_field field)
{
	v->ops->boolean(v, &rj_tls_fields[field], 1);
}

static void emit_string(struct rj_visitor *v, enum rj_tls_field field, const char *text)
{
	v->ops->string(v, &rj_tls_fields[field], text, strlen(text));
}

static void emit_u64(struct rj_visitor *v, enum rj_tls_field field, uint64_t value)
{
	v->ops->u64(v, &rj_tls_fields[field], value);
}

#define NAME(literal)                                                                              \
	(struct rj_tls_name)                                                                       \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

static struct rj_tls_name version_name(uint16_t version)
{
	static const char texts[][sizeof("TLS1.3")] = { "SSL3.0", "TLS1.0", "TLS1.1", "TLS1.2",
							"TLS1.3" };

	switch (version) {
	case RJ_SSL2:
		return NAME("SSL2.0");
	case RJ_DTLS_1_0:
		return NAME("DTLS1.0");
	case RJ_DTLS_1_2:
		return NAME("DTLS1.2");
	case RJ_DTLS_1_3:
		return NAME("DTLS1.3");
	default:
		if (version < RJ_TLS_SSL3_0 || version > RJ_TLS_1_3)
			return (struct rj_tls_name){ .text = NULL };
		return (struct rj_tls_name){ texts[version - RJ_TLS_SSL3_0], sizeof(texts[0]) - 1 };
	}
}

static void emit_version_text(struct rj_visitor *v, uint16_t version)
{
	struct rj_tls_name name = version_name(version);
	char unknown[sizeof("0xffff")];

	if (name.text) {
		v->ops->string(v, &rj_tls_fields[F_VERSION], name.text, name.len);
		return;
	}
	snprintf(unknown, sizeof(unknown), "0x%04x", (unsigned int)version);
	emit_string(v, F_VERSION, unknown);
}

/* A version that is none of Joy's has no number. */
static void emit_version_number(struct rj_visitor *v, enum rj_tls_field field, uint16_t version)
{
	unsigned int rank = rj_tls_version_rank(version);

	if (rank)
		emit_u64(v, field, rank);
}

/* The codes of a run of @len bytes each; the array is written even when the run breaks off. */
static void emit_codes(struct rj_visitor *v, enum rj_tls_field field, struct rj_cursor codes,
		       size_t len)
{
	rj_visitor_hexes(v, &rj_tls_fields[field], &rj_tls_fields[F_CODE], codes.at, len,
			 codes.left / len);
}

static void emit_code_list(struct rj_visitor *v, enum rj_tls_field field, struct rj_cursor data,
			   enum rj_tls_list kind)
{
	struct rj_cursor list;

	if (data.at && !rj_tls_list_open(kind, data, &list))
		emit_codes(v, field, list, 2);
}

static void emit_shares(struct rj_visitor *v, struct rj_cursor data)
{
	struct rj_cursor list, group;

	if (!data.at || rj_tls_list_open(RJ_TLS_LIST_SHARES, data, &list))
		return;
	v->ops->open(v, &rj_tls_fields[F_C_KEY_SHARES]);
	while (list.left && !rj_tls_list_next(RJ_TLS_LIST_SHARES, &list, &group))
		emit_hex(v, F_CODE, group);
	v->ops->close(v);
}

static void emit_name_list(struct rj_visitor *v, enum rj_tls_field field, struct rj_cursor data,
			   enum rj_tls_list kind)
{
	struct rj_cursor list, name;

	if (!data.at || rj_tls_list_open(kind, data, &list))
		return;
	v->ops->open(v, &rj_tls_fields[field]);
	while (list.left && !rj_tls_list_next(kind, &list, &name)) {
		if (name.left)
			v->ops->string(v, &rj_tls_fields[F_NAME], name.at, name.left);
	}
	v->ops->close(v);
}

/* One without a name. */
static void emit_extension(struct rj_visitor *v, const struct rj_tls_extension *extension)
{
	v->ops->open(v, &rj_tls_fields[F_EXTENSION]);
	v->ops->u64(v, &rj_tls_fields[F_KIND], extension->type);
	emit_hex(v, F_DATA, extension->data);
	if (rj_tls_is_grease(extension->type))
		emit_true(v, F_IS_GREASE);
	v->ops->close(v);
}

/* Extensions with names come in runs. */
#define MAX_NAMED 16u

struct named {
	struct rj_named_bytes at[MAX_NAMED];
	size_t num;
};

static void emit_named(struct rj_visitor *v, struct named *named)
{
	if (named->num)
		rj_visitor_named_hexes(v, &rj_tls_fields[F_EXTENSION], &rj_tls_fields[F_DATA],
				       named->at, named->num);
	named->num = 0;
}

static void emit_extensions(struct rj_visitor *v, enum rj_tls_field field,
			    const struct rj_tls_hello *hello)
{
	struct rj_cursor block = hello->extensions;
	struct rj_tls_extension x;
	struct named named;

	if (!block.left)
		return;
	named.num = 0;
	v->ops->open(v, &rj_tls_fields[field]);
	while (block.left && !rj_tls_extension_next(&block, &x)) {
		struct rj_tls_name name = rj_tls_extension_name(x.type);

		if (!name.text || named.num == MAX_NAMED)
			emit_named(v, &named);
		if (name.text)
			named.at[named.num++] = (struct rj_named_bytes){ name.text, x.data.at,
									 name.len, x.data.left };
		else
			emit_extension(v, &x);
	}
	emit_named(v, &named);
	v->ops->close(v);
}

/* struct half - a hello and its extensions. */
struct half {
	struct rj_tls_hello hello;
	struct rj_tls_looked looked;
};

/* Those that are absent. */
static const struct half no_hello;
static const struct rj_ssl2_hello no_ssl2_hello;

static bool is_present(const struct half *half)
{
	return half != &no_hello;
}

static void emit_hex_if_any(struct rj_visitor *v, enum rj_tls_field field, struct rj_cursor bytes)
{
	if (bytes.left)
		emit_hex(v, field, bytes);
}

static uint16_t version_of(const struct half *half)
{
	return rj_tls_hello_version(&half->hello, half->looked.supported_versions);
}

/* struct view - the hellos of a session. */
struct view {
	const struct half *client;
	const struct half *server;
	const struct half *retry;
	const struct rj_ssl2_hello *ssl2_client;
	const struct rj_ssl2_hello *ssl2_server;
};

/* What the server chose: where there is no ServerHello yet, its retry says so already. */
static const struct half *choice_of(const struct view *view)
{
	return is_present(view->server) ? view->server : view->retry;
}

static void emit_versions(struct rj_visitor *v, const struct view *view)
{
	const struct half *choice = choice_of(view);
	uint16_t version = is_present(choice) ? version_of(choice) : view->ssl2_server->version;

	if (is_present(choice) || view->ssl2_server->specs.at)
		emit_version_text(v, version);
	if (is_present(view->client))
		emit_version_number(v, F_C_VERSION, version_of(view->client));
	else if (view->ssl2_client->specs.at)
		emit_version_number(v, F_C_VERSION, view->ssl2_client->version);
	if (is_present(choice))
		emit_version_number(v, F_S_VERSION, version);
}

static void emit_key_exchange(struct rj_visitor *v, const struct rj_tls_body *body)
{
	if (!body->len)
		return;
	emit_u64(v, F_C_KEY_LENGTH, (uint64_t)body->len * 8);
	v->ops->hex(v, &rj_tls_fields[F_C_KEY_EXCHANGE], body->bytes, body->len);
}

/* A server's key share is a group and its key, that of a retry the group alone. */
static void emit_share_of_server(struct rj_visitor *v, const struct view *view)
{
	struct rj_cursor data = choice_of(view)->looked.key_share, group;

	if (data.at && !rj_cursor_sub(&data, 2, &group))
		emit_hex(v, F_S_KEY_SHARE, group);
}

/* RFC 5489 3, RFC 7905 2, RFC 8442 3. */
static bool is_ecdhe_psk(struct rj_cursor suites)
{
	uint16_t suite;

	if (rj_cursor_u16(&suites, &suite))
		return false;
	return (suite >= 0xc033 && suite <= 0xc03b) || suite == 0xccac ||
	       (suite >= 0xd001 && suite <= 0xd005);
}

/*
 * RFC 8422 5.4: named_curve (3), the curve, the point's length; what is no ECDH starts otherwise.
 * RFC 5489 2: a hint stands before that.
 */
static void emit_curve(struct rj_visitor *v, const struct rj_tls_body *body,
		       const struct rj_tls_hello *server)
{
	struct rj_cursor c = rj_cursor_init(body->bytes, body->len, true), code;
	struct rj_cursor number, hint;
	uint8_t kind, len;
	uint16_t curve;

	if (is_ecdhe_psk(server->suites) && rj_cursor_prefixed(&c, 2, &hint))
		return;
	if (rj_cursor_u8(&c, &kind) || kind != 3 || rj_cursor_sub(&c, 2, &code))
		return;
	number = code;
	if (rj_cursor_u16(&number, &curve) || rj_cursor_u8(&c, &len))
		return;
	if (curve && curve < NUM_CURVES && len >= 32)
		emit_hex(v, F_S_CURVE, code);
}

static void emit_lists(struct rj_visitor *v, const struct view *view)
{
	const struct rj_tls_looked *client = &view->client->looked;

	emit_name_list(v, F_SNI, client->server_name, RJ_TLS_LIST_NAMES);
	emit_name_list(v, F_C_ALPN, client->alpn, RJ_TLS_LIST_PROTOCOLS);
	emit_name_list(v, F_S_ALPN, view->server->looked.alpn, RJ_TLS_LIST_PROTOCOLS);
	emit_code_list(v, F_C_VERSIONS, client->supported_versions, RJ_TLS_LIST_VERSIONS);
	emit_code_list(v, F_C_GROUPS, client->supported_groups, RJ_TLS_LIST_GROUPS);
	emit_shares(v, client->key_share);
	emit_share_of_server(v, view);
	emit_code_list(v, F_C_SIGNATURE_ALGORITHMS, client->signature_algorithms,
		       RJ_TLS_LIST_GROUPS);
}

static void emit_ids(struct rj_visitor *v, const struct view *view)
{
	const struct rj_tls_hello *client = &view->client->hello, *server = &view->server->hello;

	emit_hex_if_any(v, F_C_RANDOM,
			is_present(view->client) ? client->random : view->ssl2_client->challenge);
	emit_hex_if_any(v, F_S_RANDOM, server->random);
	emit_hex_if_any(v, F_C_SID,
			is_present(view->client) ? client->session_id :
						   view->ssl2_client->session_id);
	emit_hex_if_any(v, F_S_SID,
			is_present(view->server) ? server->session_id :
						   view->ssl2_server->session_id);
}

static void emit_suites(struct rj_visitor *v, const struct view *view)
{
	emit_hex_if_any(v, F_SCS, choice_of(view)->hello.suites);
	if (is_present(view->client))
		emit_codes(v, F_CS, view->client->hello.suites, 2);
	else if (view->ssl2_client->specs.at)
		emit_codes(v, F_CS, view->ssl2_client->specs, RJ_SSL2_SPEC_BYTES);
	if (view->ssl2_server->specs.at)
		emit_codes(v, F_S_SPECS, view->ssl2_server->specs, RJ_SSL2_SPEC_BYTES);
}

static void emit_hellos(struct rj_visitor *v, const struct rj_tls_session *session,
			const struct view *view)
{
	emit_ids(v, view);
	emit_lists(v, view);
	emit_curve(v, &session->server_key_exchange, &view->server->hello);
	emit_suites(v, view);
	emit_extensions(v, F_C_EXTENSIONS, &view->client->hello);
	emit_extensions(v, F_S_EXTENSIONS, &view->server->hello);
	emit_extensions(v, F_HRR_EXTENSIONS, &view->retry->hello);
}

static bool has_grease_code(struct rj_cursor codes)
{
	uint16_t code;

	while (codes.left && !rj_cursor_u16(&codes, &code))
		if (rj_tls_is_grease(code))
			return true;
	return false;
}

static bool has_grease(const struct half *client)
{
	struct rj_cursor block = client->hello.extensions, list;
	struct rj_tls_extension extension;

	if (has_grease_code(client->hello.suites))
		return true;
	while (block.left && !rj_tls_extension_next(&block, &extension))
		if (rj_tls_is_grease(extension.type))
			return true;
	if (!rj_tls_list_open(RJ_TLS_LIST_GROUPS, client->looked.supported_groups, &list) &&
	    has_grease_code(list))
		return true;
	return !rj_tls_list_open(RJ_TLS_LIST_VERSIONS, client->looked.supported_versions, &list) &&
	       has_grease_code(list);
}

/* RFC 9849 5: type outer (0), HpkeSymmetricCipherSuite, config_id, enc, payload. */
static void emit_ech(struct rj_visitor *v, struct rj_cursor data)
{
	struct rj_cursor enc, payload;
	uint8_t kind, config_id;
	uint16_t kdf, aead;

	if (!data.at)
		return;
	emit_true(v, F_ECH);
	if (rj_cursor_u8(&data, &kind) || kind || rj_cursor_u16(&data, &kdf) ||
	    rj_cursor_u16(&data, &aead) || rj_cursor_u8(&data, &config_id) ||
	    rj_cursor_prefixed(&data, 2, &enc) || rj_cursor_prefixed(&data, 2, &payload))
		return;
	v->ops->open(v, &rj_tls_fields[F_ECH_OUTER]);
	emit_u64(v, F_ECH_KDF, kdf);
	emit_u64(v, F_ECH_AEAD, aead);
	emit_u64(v, F_ECH_CONFIG_ID, config_id);
	emit_u64(v, F_ECH_ENC_LEN, enc.left);
	emit_u64(v, F_ECH_PAYLOAD_LEN, payload.left);
	v->ops->close(v);
}

static void emit_ticket(struct rj_visitor *v, const struct rj_tls_body *body)
{
	struct rj_cursor c = rj_cursor_init(body->bytes, body->len, true);
	uint32_t lifetime;
	uint16_t len;

	if (rj_cursor_u32(&c, &lifetime) || rj_cursor_u16(&c, &len))
		return;
	v->ops->open(v, &rj_tls_fields[F_TICKET]);
	emit_u64(v, F_TICKET_LIFETIME, lifetime);
	emit_u64(v, F_TICKET_LEN, len);
	v->ops->close(v);
}

static void emit_alert(struct rj_visitor *v, const struct rj_tls_session *s,
		       const struct rj_tls_alert *alert)
{
	static const char *const levels[] = { NULL, "warning", "fatal" };
	static const char *const ends[] = { NULL, "client", "server" };
	const char *name = rj_tls_alert_name(alert->description);
	uint8_t role = s->roles[alert->side];

	if (!role && s->roles[!alert->side])
		role = RJ_TLS_ROLE_CLIENT + RJ_TLS_ROLE_SERVER - s->roles[!alert->side];
	v->ops->open(v, &rj_tls_fields[F_ALERT]);
	if (role)
		emit_string(v, F_FROM, ends[role]);
	if (alert->level && alert->level < sizeof(levels) / sizeof(levels[0]))
		emit_string(v, F_LEVEL, levels[alert->level]);
	emit_u64(v, F_ALERT_CODE, alert->description);
	if (name)
		emit_string(v, F_DESCRIPTION, name);
	v->ops->close(v);
}

static void emit_alerts(struct rj_visitor *v, const struct rj_tls_session *s)
{
	if (!s->num_alerts)
		return;
	v->ops->open(v, &rj_tls_fields[F_ALERTS]);
	for (unsigned int i = 0; i < s->num_alerts; i++)
		emit_alert(v, s, &s->alerts[i]);
	v->ops->close(v);
}

static void emit_flags(struct rj_visitor *v, const struct rj_tls_session *session,
		       const struct view *view)
{
	const struct rj_tls_looked *client = &view->client->looked;

	if (session->is_retried)
		emit_true(v, F_HRR);
	if (session->is_verified)
		emit_true(v, F_VERIFIED);
	if (has_grease(view->client))
		emit_true(v, F_GREASE);
	emit_ech(v, client->ech);
	if (client->pre_shared_key.at)
		emit_true(v, F_PSK);
	if (view->server->looked.pre_shared_key.at)
		emit_true(v, F_S_PSK);
	if (client->early_data.at)
		emit_true(v, F_EARLY_DATA);
	emit_ticket(v, &session->ticket);
	emit_alerts(v, session);
	if (session->is_malformed)
		emit_true(v, F_MALFORMED);
}

static void emit_messages(struct rj_visitor *v, const struct rj_tls_record *record)
{
	uint64_t types[RJ_TLS_RECORD_MESSAGES], lens[RJ_TLS_RECORD_MESSAGES];

	for (unsigned int i = 0; i < record->num_messages; i++) {
		types[i] = record->messages[i].type;
		lens[i] = record->messages[i].len;
	}
	rj_visitor_numbers(v, &rj_tls_fields[F_HS_TYPES], &rj_tls_fields[F_HS_TYPE], types,
			   record->num_messages);
	rj_visitor_numbers(v, &rj_tls_fields[F_HS_LENS], &rj_tls_fields[F_HS_LEN], lens,
			   record->num_messages);
}

static const struct rj_step_word directions[] = { { "<", 1 }, { ">", 1 } };

/* A record with several messages. */
static void emit_record(struct rj_visitor *v, const struct rj_tls_record *record)
{
	v->ops->open(v, &rj_tls_fields[F_RECORD]);
	v->ops->u64(v, &rj_tls_fields[F_B], record->len);
	v->ops->string(v, &rj_tls_fields[F_DIR], directions[record->is_out].text, 1);
	v->ops->u64(v, &rj_tls_fields[F_IPT], record->ipt_ms);
	v->ops->u64(v, &rj_tls_fields[F_TP], record->type);
	emit_messages(v, record);
	v->ops->close(v);
}

/* Records with one message in the clear have the same members, as have those without, in runs. */
#define RECORD_STEPS                                                                               \
	{ RJ_STEP_OPEN, &rj_tls_fields[F_RECORD], NULL },                                          \
		{ RJ_STEP_U64, &rj_tls_fields[F_B], NULL },                                        \
		{ RJ_STEP_WORD, &rj_tls_fields[F_DIR], directions },                               \
		{ RJ_STEP_U64, &rj_tls_fields[F_IPT], NULL },                                      \
	{                                                                                          \
		RJ_STEP_U64, &rj_tls_fields[F_TP], NULL                                            \
	}
#define NUM_VALUES 4u
#define MAX_VALUES 6u /* with a message */
#define MAX_RUN 32u

static const struct rj_step bare_steps[] = {
	RECORD_STEPS,
	{ RJ_STEP_CLOSE, NULL, NULL },
};

static const struct rj_step message_steps[] = {
	RECORD_STEPS,
	{ RJ_STEP_OPEN, &rj_tls_fields[F_HS_TYPES], NULL },
	{ RJ_STEP_U64, &rj_tls_fields[F_HS_TYPE], NULL },
	{ RJ_STEP_CLOSE, NULL, NULL },
	{ RJ_STEP_OPEN, &rj_tls_fields[F_HS_LENS], NULL },
	{ RJ_STEP_U64, &rj_tls_fields[F_HS_LEN], NULL },
	{ RJ_STEP_CLOSE, NULL, NULL },
	{ RJ_STEP_CLOSE, NULL, NULL },
};

/* struct run - of @num records, each with @num_messages; @next: behind their values. */
struct run {
	uint64_t values[MAX_RUN * MAX_VALUES];
	uint64_t *next;
	unsigned int num_messages;
	unsigned int num;
};

static void emit_run(struct rj_visitor *v, struct run *run)
{
	if (run->num && run->num_messages)
		rj_visitor_steps(v, message_steps, RJ_NUM_STEPS(message_steps), run->values,
				 run->num);
	else if (run->num)
		rj_visitor_steps(v, bare_steps, RJ_NUM_STEPS(bare_steps), run->values, run->num);
	run->next = run->values;
	run->num = 0;
}

static void add_to_run(struct run *run, const struct rj_tls_record *record)
{
	uint64_t *values = run->next;

	values[0] = record->len;
	values[1] = record->is_out;
	values[2] = record->ipt_ms;
	values[3] = record->type;
	run->next += NUM_VALUES;
	if (record->num_messages) {
		values[4] = record->messages[0].type;
		values[5] = record->messages[0].len;
		run->next += MAX_VALUES - NUM_VALUES;
	}
	run->num_messages = record->num_messages;
	run->num++;
}

static void emit_records(struct rj_visitor *v, struct rj_tls_records *records)
{
	struct rj_tls_record record;
	struct run run;

	run.next = run.values;
	run.num = run.num_messages = 0;
	v->ops->open(v, &rj_tls_fields[F_SRLT]);
	while (records->next(records, &record)) {
		if (run.num == MAX_RUN || record.num_messages != run.num_messages)
			emit_run(v, &run);
		if (record.num_messages <= 1)
			add_to_run(&run, &record);
		else
			emit_record(v, &record);
	}
	emit_run(v, &run);
	v->ops->close(v);
}

/* struct room - where hellos are taken apart. */
struct room {
	struct half halves[3];
	struct rj_ssl2_hello ssl2[2];
};

/* A kept hello was read without fault before. */
static const struct half *read_half(const struct rj_tls_session *session, enum rj_tls_which which,
				    struct half *room)
{
	if (!rj_tls_session_hello(session, which, &room->hello))
		return &no_hello;
	rj_tls_extensions_look(&room->hello, &room->looked);
	return room;
}

static const struct rj_ssl2_hello *read_ssl2(const struct rj_tls_body *body,
					     struct rj_ssl2_hello *room)
{
	if (!body->len || rj_ssl2_hello_read(rj_cursor_init(body->bytes, body->len, true), room))
		return &no_ssl2_hello;
	return room;
}

static struct view read_view(const struct rj_tls_session *session, struct room *room)
{
	return (struct view){
		.client = read_half(session, RJ_TLS_THE_CLIENT, &room->halves[0]),
		.server = read_half(session, RJ_TLS_THE_SERVER, &room->halves[1]),
		.retry = read_half(session, RJ_TLS_THE_RETRY, &room->halves[2]),
		.ssl2_client = read_ssl2(&session->ssl2_client, &room->ssl2[0]),
		.ssl2_server = read_ssl2(&session->ssl2_server, &room->ssl2[1]),
	};
}

static bool is_empty(const struct rj_tls_session *s)
{
	size_t num_bytes = s->client_hello.len + s->server_hello.len + s->retry.len +
			   s->client_key_exchange.len + s->server_key_exchange.len + s->ticket.len +
			   s->ssl2_client.len + s->ssl2_server.len;

	for (unsigned int side = 0; side < 2; side++)
		num_bytes += s->certificates[side].len + s->compressed[side].len;
	return !num_bytes && !s->num_alerts && !s->is_retried && !s->is_verified &&
	       !s->is_malformed;
}

static void emit_transport(struct rj_visitor *v, const struct rj_tls_session *session)
{
	static const char *const names[] = {
		[RJ_TLS_OVER_DTLS] = "dtls",
		[RJ_TLS_OVER_QUIC] = "quic",
	};

	if (session->transport != RJ_TLS_OVER_TCP)
		emit_string(v, F_TRANSPORT, names[session->transport]);
}

void rj_tls_session_emit(const struct rj_tls_session *session, struct rj_tls_records *records,
			 struct rj_visitor *v)
{
	struct room room;
	struct view view;

	if (is_empty(session) && !records)
		return;
	view = read_view(session, &room);
	v->ops->open(v, &rj_tls_fields[F_TLS]);
	emit_transport(v, session);
	emit_versions(v, &view);
	emit_key_exchange(v, &session->client_key_exchange);
	emit_hellos(v, session, &view);
	emit_flags(v, session, &view);
	rj_tls_emit_certificates(session, view.ssl2_server->certificate, v);
	if (records)
		emit_records(v, records);
	v->ops->close(v);
}
