/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the tls object of a record from the hellos that were kept. */
#include "proto/tls/session.h"

#include <stdio.h>

#include "core/visitor.h"
#include "proto/dissector.h"
#include "proto/tls/hello.h"
#include "proto/tls/names.h"

enum field {
	F_TLS,
	F_TRANSPORT,
	F_VERSION,
	F_C_VERSION,
	F_S_VERSION,
	F_C_KEY_LENGTH,
	F_C_KEY_EXCHANGE,
	F_C_RANDOM,
	F_S_RANDOM,
	F_C_SID,
	F_S_SID,
	F_SNI,
	F_C_ALPN,
	F_S_ALPN,
	F_C_VERSIONS,
	F_C_GROUPS,
	F_SCS,
	F_CS,
	F_C_EXTENSIONS,
	F_S_EXTENSIONS,
	F_HRR,
	F_ECH,
	F_PSK,
	F_MALFORMED,
	F_SRLT,
	F_RECORD,
	F_B,
	F_DIR,
	F_IPT,
	F_TP,
	F_HS_TYPES,
	F_HS_LENS,
	/* items of the arrays above */
	F_NAME,
	F_CODE,
	F_EXTENSION,
	F_KIND,
	F_DATA,
	F_HS_TYPE,
	F_HS_LEN,
	NUM_FIELDS,
};
_Static_assert(NUM_FIELDS == RJ_TLS_NUM_FIELDS, "session.h says how many rows there are");

/* clang-format off */
const struct rj_field rj_tls_fields[RJ_TLS_NUM_FIELDS] = {
	[F_TLS] = { "tls", RJ_TYPE_OBJECT, "", 0, "RFC 8446",
		"What the TLS handshake shows in the clear." },
	[F_TRANSPORT] = { "transport", RJ_TYPE_STRING, "", 0, "RFC 9147; RFC 9001",
		"What carries the handshake where it is not TCP: dtls, quic." },
	[F_VERSION] = { "version", RJ_TYPE_STRING, "", 0, "RFC 8446 4.2.1",
		"Version the server chose, SSL3.0 to TLS1.3; others as 0x7f1c." },
	[F_C_VERSION] = { "c_version", RJ_TYPE_UINT, "", 0, "Joy; RFC 8446 4.2.1",
		"Highest version the client offers: 2 is SSL 3.0, 3 to 6 are TLS 1.0 to 1.3." },
	[F_S_VERSION] = { "s_version", RJ_TYPE_UINT, "", 0, "Joy; RFC 8446 4.2.1",
		"Version the server chose, numbered as c_version." },
	[F_C_KEY_LENGTH] = { "c_key_length", RJ_TYPE_UINT, "bits", 0, "Joy; RFC 5246 7.4.7",
		"Size of the ClientKeyExchange body, its length bytes included." },
	[F_C_KEY_EXCHANGE] = { "c_key_exchange", RJ_TYPE_HEX, "", 0, "RFC 5246 7.4.7",
		"Body of the ClientKeyExchange." },
	[F_C_RANDOM] = { "c_random", RJ_TYPE_HEX, "", 0, "RFC 8446 4.1.2",
		"Random of the ClientHello." },
	[F_S_RANDOM] = { "s_random", RJ_TYPE_HEX, "", 0, "RFC 8446 4.1.3",
		"Random of the ServerHello." },
	[F_C_SID] = { "c_sid", RJ_TYPE_HEX, "", 0, "RFC 8446 4.1.2",
		"Session id of the ClientHello, where it is not empty." },
	[F_S_SID] = { "s_sid", RJ_TYPE_HEX, "", 0, "RFC 8446 4.1.3",
		"Session id of the ServerHello, where it is not empty." },
	[F_SNI] = { "sni", RJ_TYPE_ARRAY, "", 0, "RFC 6066 3",
		"Host names the client asks for." },
	[F_C_ALPN] = { "c_alpn", RJ_TYPE_ARRAY, "", 0, "RFC 7301 3.1",
		"Application protocols the client offers, in its order." },
	[F_S_ALPN] = { "s_alpn", RJ_TYPE_ARRAY, "", 0, "RFC 7301 3.1",
		"Application protocol the server chose, where it says so in the clear." },
	[F_C_VERSIONS] = { "c_versions", RJ_TYPE_ARRAY, "", 0, "RFC 8446 4.2.1",
		"Versions in the client's supported_versions, in its order, GREASE included." },
	[F_C_GROUPS] = { "c_groups", RJ_TYPE_ARRAY, "", 0, "RFC 8446 4.2.7",
		"Key exchange groups the client supports, in its order, GREASE included." },
	[F_SCS] = { "scs", RJ_TYPE_HEX, "", 0, "RFC 8446 4.1.3",
		"Cipher suite the server chose." },
	[F_CS] = { "cs", RJ_TYPE_ARRAY, "", 0, "RFC 8446 4.1.2",
		"Cipher suites the client offers, in its order, GREASE included." },
	[F_C_EXTENSIONS] = { "c_extensions", RJ_TYPE_ARRAY, "", 0, "RFC 8446 4.2",
		"ClientHello extensions in order: data by IANA name, else kind, data." },
	[F_S_EXTENSIONS] = { "s_extensions", RJ_TYPE_ARRAY, "", 0, "RFC 8446 4.2",
		"ServerHello extensions in order, shown as c_extensions." },
	[F_HRR] = { "hrr", RJ_TYPE_BOOL, "", 0, "RFC 8446 4.1.4",
		"The server asked for a second ClientHello; the first is shown." },
	[F_ECH] = { "ech", RJ_TYPE_BOOL, "", 0, "RFC 9849",
		"The client offers encrypted_client_hello or GREASE of it; sni is outer." },
	[F_PSK] = { "psk", RJ_TYPE_BOOL, "", 0, "RFC 8446 4.2.11",
		"The client offers pre_shared_key, which is resumption or an external key." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "",
		"A record or a message broke its format; what could be read is shown." },
	[F_SRLT] = { "srlt", RJ_TYPE_ARRAY, "", 0, "Joy",
		"Lengths, types and times of the first TLS records." },
	[F_RECORD] = { "srlt[]", RJ_TYPE_OBJECT, "", 0, "RFC 8446 5.1", "One record." },
	[F_B] = { "b", RJ_TYPE_UINT, "bytes", 0, "RFC 8446 5.1", "Its length without the header." },
	[F_DIR] = { "dir", RJ_TYPE_STRING, "", 0, "Joy",
		"> from the originator, < from the responder." },
	[F_IPT] = { "ipt", RJ_TYPE_UINT, "milliseconds", 0, "Joy",
		"Since the record before, as their headers were seen; 0 for the first." },
	[F_TP] = { "tp", RJ_TYPE_UINT, "", 0, "RFC 8446 5.1",
		"Its type: 20 ChangeCipherSpec, 21 alert, 22 handshake, 23 data, 24 heartbeat." },
	[F_HS_TYPES] = { "hs_types", RJ_TYPE_ARRAY, "", 0, "RFC 8446 4",
		"Types of the handshake messages in the clear that start in it." },
	[F_HS_LENS] = { "hs_lens", RJ_TYPE_ARRAY, "", 0, "RFC 8446 4",
		"Their lengths without the header." },
	[F_NAME] = { "name", RJ_TYPE_STRING, "", 0, "RFC 6066 3; RFC 7301 3.1",
		"One host name or protocol name." },
	[F_CODE] = { "code", RJ_TYPE_HEX, "", 0, "RFC 8446",
		"One code point, two bytes as on the wire." },
	[F_EXTENSION] = { "extension", RJ_TYPE_OBJECT, "", 0, "RFC 8446 4.2",
		"One extension." },
	[F_KIND] = { "kind", RJ_TYPE_UINT, "", 0, "RFC 8446 4.2",
		"Type of an extension without a registered name." },
	[F_DATA] = { "data", RJ_TYPE_HEX, "", 0, "RFC 8446 4.2",
		"Data of the extension, without type and length." },
	[F_HS_TYPE] = { "hs_type", RJ_TYPE_UINT, "", 0, "RFC 8446 4", "One handshake type." },
	[F_HS_LEN] = { "hs_len", RJ_TYPE_UINT, "bytes", 0, "RFC 8446 4", "One message's length." },
};
/* clang-format on */

static void emit_hex(struct rj_visitor *v, enum field field, struct rj_cursor bytes)
{
	v->ops->hex(v, &rj_tls_fields[field], bytes.at, bytes.left);
}

static void emit_true(struct rj_visitor *v, enum field field)
{
	v->ops->boolean(v, &rj_tls_fields[field], 1);
}

static void emit_version_text(struct rj_visitor *v, uint16_t version)
{
	static const char *const texts[] = { "SSL3.0", "TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3" };
	char unknown[sizeof("0xffff")];
	const char *text = unknown;

	if (version >= RJ_TLS_SSL3_0 && version <= RJ_TLS_1_3)
		text = texts[version - RJ_TLS_SSL3_0];
	else
		snprintf(unknown, sizeof(unknown), "0x%04x", (unsigned int)version);
	v->ops->string(v, &rj_tls_fields[F_VERSION], text, strlen(text));
}

/* Joy's numbers start with 2 for SSL 3.0; a version outside of them has none. */
static void emit_version_number(struct rj_visitor *v, enum field field, uint16_t version)
{
	if (version >= RJ_TLS_SSL3_0 && version <= RJ_TLS_1_3)
		v->ops->u64(v, &rj_tls_fields[field], version - RJ_TLS_SSL3_0 + 2);
}

/* The codes of a run of two bytes each; the array is written even when the run breaks off. */
static void emit_codes(struct rj_visitor *v, enum field field, struct rj_cursor codes)
{
	rj_visitor_hexes(v, &rj_tls_fields[field], &rj_tls_fields[F_CODE], codes.at, 2,
			 codes.left / 2);
}

static void emit_code_list(struct rj_visitor *v, enum field field, struct rj_cursor data,
			   enum rj_tls_list kind)
{
	struct rj_cursor list;

	if (data.at && !rj_tls_list_open(kind, data, &list))
		emit_codes(v, field, list);
}

static void emit_name_list(struct rj_visitor *v, enum field field, struct rj_cursor data,
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

static void emit_extension(struct rj_visitor *v, const struct rj_tls_extension *extension)
{
	struct rj_tls_name name = rj_tls_extension_name(extension->type);

	v->ops->open(v, &rj_tls_fields[F_EXTENSION]);
	if (name.text)
		v->ops->name(v, name.text, name.len);
	else
		v->ops->u64(v, &rj_tls_fields[F_KIND], extension->type);
	emit_hex(v, F_DATA, extension->data);
	v->ops->close(v);
}

static void emit_extensions(struct rj_visitor *v, enum field field,
			    const struct rj_tls_hello *hello)
{
	struct rj_cursor block = hello->extensions;
	struct rj_tls_extension extension;

	if (!block.left)
		return;
	v->ops->open(v, &rj_tls_fields[field]);
	while (block.left && !rj_tls_extension_next(&block, &extension))
		emit_extension(v, &extension);
	v->ops->close(v);
}

/* struct half - a hello and its extensions; when it is absent both are zeroed. */
struct half {
	struct rj_tls_hello hello;
	struct rj_tls_looked looked;
};

static bool is_present(const struct half *half)
{
	return half->hello.random.left;
}

static void emit_hex_if_any(struct rj_visitor *v, enum field field, struct rj_cursor bytes)
{
	if (bytes.left)
		emit_hex(v, field, bytes);
}

static uint16_t version_of(const struct half *half)
{
	return rj_tls_hello_version(&half->hello, half->looked.supported_versions);
}

static void emit_versions(struct rj_visitor *v, const struct half *client,
			  const struct half *server)
{
	if (is_present(server))
		emit_version_text(v, version_of(server));
	if (is_present(client))
		emit_version_number(v, F_C_VERSION, version_of(client));
	if (is_present(server))
		emit_version_number(v, F_S_VERSION, version_of(server));
}

static void emit_key_exchange(struct rj_visitor *v, const struct rj_tls_body *body)
{
	if (!body->len)
		return;
	v->ops->u64(v, &rj_tls_fields[F_C_KEY_LENGTH], (uint64_t)body->len * 8);
	v->ops->hex(v, &rj_tls_fields[F_C_KEY_EXCHANGE], body->bytes, body->len);
}

static void emit_hellos(struct rj_visitor *v, const struct half *client, const struct half *server)
{
	emit_hex_if_any(v, F_C_RANDOM, client->hello.random);
	emit_hex_if_any(v, F_S_RANDOM, server->hello.random);
	emit_hex_if_any(v, F_C_SID, client->hello.session_id);
	emit_hex_if_any(v, F_S_SID, server->hello.session_id);
	emit_name_list(v, F_SNI, client->looked.server_name, RJ_TLS_LIST_NAMES);
	emit_name_list(v, F_C_ALPN, client->looked.alpn, RJ_TLS_LIST_PROTOCOLS);
	emit_name_list(v, F_S_ALPN, server->looked.alpn, RJ_TLS_LIST_PROTOCOLS);
	emit_code_list(v, F_C_VERSIONS, client->looked.supported_versions, RJ_TLS_LIST_VERSIONS);
	emit_code_list(v, F_C_GROUPS, client->looked.supported_groups, RJ_TLS_LIST_GROUPS);
	emit_hex_if_any(v, F_SCS, server->hello.suites);
	if (is_present(client))
		emit_codes(v, F_CS, client->hello.suites);
	emit_extensions(v, F_C_EXTENSIONS, &client->hello);
	emit_extensions(v, F_S_EXTENSIONS, &server->hello);
}

static void emit_flags(struct rj_visitor *v, const struct rj_tls_session *session,
		       const struct half *client)
{
	if (session->is_retried)
		emit_true(v, F_HRR);
	if (client->looked.ech.at)
		emit_true(v, F_ECH);
	if (client->looked.pre_shared_key.at)
		emit_true(v, F_PSK);
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

/* Records without messages in the clear have the same members, and come in runs. */
#define NUM_VALUES 4u
#define MAX_RUN 32u

struct run {
	uint64_t values[MAX_RUN][NUM_VALUES];
	size_t num;
};

static void emit_run(struct rj_visitor *v, struct run *run)
{
	static const struct rj_step steps[] = {
		{ RJ_STEP_OPEN, &rj_tls_fields[F_RECORD], NULL },
		{ RJ_STEP_U64, &rj_tls_fields[F_B], NULL },
		{ RJ_STEP_WORD, &rj_tls_fields[F_DIR], directions },
		{ RJ_STEP_U64, &rj_tls_fields[F_IPT], NULL },
		{ RJ_STEP_U64, &rj_tls_fields[F_TP], NULL },
		{ RJ_STEP_CLOSE, NULL, NULL },
	};

	if (run->num)
		rj_visitor_steps(v, steps, RJ_NUM_STEPS(steps), run->values[0], run->num);
	run->num = 0;
}

static void emit_records(struct rj_visitor *v, struct rj_tls_records *records)
{
	struct rj_tls_record record;
	struct run run;

	run.num = 0;
	v->ops->open(v, &rj_tls_fields[F_SRLT]);
	while (records->next(records, &record)) {
		uint64_t *values = run.values[run.num];

		if (record.num_messages) {
			emit_run(v, &run);
			emit_record(v, &record);
			continue;
		}
		values[0] = record.len;
		values[1] = record.is_out;
		values[2] = record.ipt_ms;
		values[3] = record.type;
		if (++run.num == MAX_RUN)
			emit_run(v, &run);
	}
	emit_run(v, &run);
	v->ops->close(v);
}

/* A kept hello was read without fault before; one that is absent stays zeroed. */
static void read_half(const struct rj_tls_session *session, enum rj_tls_which which,
		      struct half *out)
{
	*out = (struct half){ .hello = { .is_server = false } };
	if (rj_tls_session_hello(session, which, &out->hello))
		rj_tls_extensions_look(&out->hello, &out->looked);
}

static void emit_transport(struct rj_visitor *v, enum rj_tls_transport transport)
{
	static const char
		*const names[] = { [RJ_TLS_OVER_DTLS] = "dtls", [RJ_TLS_OVER_QUIC] = "quic" };

	if (transport != RJ_TLS_OVER_TCP)
		v->ops->string(v, &rj_tls_fields[F_TRANSPORT], names[transport],
			       strlen(names[transport]));
}

static bool is_empty(const struct rj_tls_session *s)
{
	return !s->client_hello.len && !s->server_hello.len && !s->client_key_exchange.len &&
	       !s->is_retried && !s->is_malformed;
}

void rj_tls_session_emit(const struct rj_tls_session *session, struct rj_tls_records *records,
			 struct rj_visitor *v)
{
	struct half client, server;

	if (is_empty(session) && !records)
		return;
	read_half(session, RJ_TLS_THE_CLIENT, &client);
	read_half(session, RJ_TLS_THE_SERVER, &server);
	v->ops->open(v, &rj_tls_fields[F_TLS]);
	emit_transport(v, session->transport);
	emit_versions(v, &client, &server);
	emit_key_exchange(v, &session->client_key_exchange);
	emit_hellos(v, &client, &server);
	emit_flags(v, session, &client);
	if (records)
		emit_records(v, records);
	v->ops->close(v);
}
