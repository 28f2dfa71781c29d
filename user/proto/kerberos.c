/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for Kerberos 5 over UDP and TCP (RFC 4120). */
#include "proto/common/ber.h"
#include "proto/dissector.h"
#include "proto/kerberos/message.h"
#include "proto/kerberos/names.h"
#include "proto/registry.h"

#define MAX_MESSAGES 16u /* a side; a client asks for one ticket by a connection. Ours */

/* Of a side. Windows' largest token is 65535 bytes; with that a message is not read. Ours. */
#define MAX_BYTES (64u << 10)
#define MAX_MESSAGE_BYTES (MAX_BYTES - 4u)

#define KRB_ERROR 30u

static const uint16_t ports[] = { 88, 0 };

/* struct kept - a message with copies of its texts. */
struct kept {
	struct kept *next;
	uint64_t time_ns;
	uint8_t side;
	struct rj_kerberos_message message;
};

struct kerberos_state {
	struct kept *first;
	struct kept *last;
	uint32_t num[2];
	uint32_t num_skipped;
};

/* RFC 4120 7.2.2: over TCP four bytes of length, of which the highest bit is reserved. */
RJ_MUST_CHECK static enum rj_status read_len(struct rj_cursor *c, uint32_t *out)
{
	enum rj_status st = rj_cursor_u32(c, out);

	return !st && (!*out || *out > MAX_MESSAGE_BYTES) ? RJ_MALFORMED : st;
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct rj_cursor high = bytes;
	uint32_t len;
	enum rj_status st;

	if (m->over == RJ_OVER_UDP)
		return rj_kerberos_probe(bytes);
	st = rj_cursor_within(&high, 0, 0);
	if (!st)
		st = read_len(&bytes, &len);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	if (bytes.left >= len)
		bytes = rj_cursor_init(bytes.at, len, true);
	return rj_kerberos_probe(bytes);
}

static struct kept *add(struct kerberos_state *s, struct rj_message *m)
{
	struct kept *kept = NULL;

	if (s->num[m->side] < MAX_MESSAGES)
		kept = rj_arena_alloc(m->arena, sizeof(*kept));
	if (!kept) {
		s->num_skipped++;
		return NULL;
	}
	if (s->last)
		s->last->next = kept;
	else
		s->first = kept;
	s->last = kept;
	s->num[m->side]++;
	return kept;
}

static void keep(struct kerberos_state *s, struct rj_message *m,
		 const struct rj_kerberos_message *message)
{
	struct kept *kept = add(s, m);

	if (!kept)
		return;
	kept->time_ns = m->time_ns;
	kept->side = (uint8_t)m->side;
	kept->message = *message;
	kept->message.crealm = rj_keep(m->arena, message->crealm, RJ_KERBEROS_REALM_MAX);
	kept->message.realm = rj_keep(m->arena, message->realm, RJ_KERBEROS_REALM_MAX);
	kept->message.cname = rj_keep(m->arena, message->cname, RJ_KERBEROS_NAME_MAX);
	kept->message.sname = rj_keep(m->arena, message->sname, RJ_KERBEROS_NAME_MAX);
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_kerberos_message message;
	struct rj_cursor ahead = *c, body;
	uint32_t len;
	enum rj_status st;

	if (m->over == RJ_OVER_TCP) {
		st = read_len(&ahead, &len);
		if (!st)
			st = rj_cursor_sub(&ahead, len, &body);
		if (!st)
			st = rj_kerberos_read(&body, &message);
	} else {
		st = rj_kerberos_read(&ahead, &message);
	}
	if (st)
		return st;
	keep(state, m, &message);
	m->is_done = ((struct kerberos_state *)state)->num[m->side] == MAX_MESSAGES;
	*c = ahead;
	return RJ_OK;
}

enum field {
	F_KERBEROS,
	F_MESSAGE,
	F_TYPE,
	F_TIME,
	F_CREALM,
	F_CNAME,
	F_REALM,
	F_SNAME,
	F_KDC_OPTIONS,
	F_OPTION,
	F_PADATA,
	F_PADATA_TYPE,
	F_ETYPES,
	F_OFFERED,
	F_ETYPE,
	F_TICKET_ETYPE,
	F_ERROR,
	F_SKIPPED,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_KERBEROS] = { "kerberos", RJ_TYPE_ARRAY, "", 0, "RFC 4120",
		"Messages of Kerberos in order of arrival, of both sides." },
	[F_MESSAGE] = { "message", RJ_TYPE_OBJECT, "", 0, "RFC 4120 5", "One message." },
	[F_TYPE] = { "type", RJ_TYPE_STRING, "", 0, "RFC 4120 7.5.7",
		"Its type: as_req, as_rep, tgs_req, tgs_rep, krb_error and others." },
	[F_TIME] = { "time", RJ_TYPE_TIME, "", 0, "", "When it was seen." },
	[F_CREALM] = { "crealm", RJ_TYPE_STRING, "", 0, "RFC 4120 5.4.2",
		"Realm of the client, in answers." },
	[F_CNAME] = { "cname", RJ_TYPE_WORDS, "", 0, "RFC 4120 5.2.2",
		"Name of the client, its components joined by /." },
	[F_REALM] = { "realm", RJ_TYPE_STRING, "", 0, "RFC 4120 5.4.1",
		"Realm of the service; in as_req of the client too." },
	[F_SNAME] = { "sname", RJ_TYPE_STRING, "", 0, "RFC 4120 5.2.2",
		"Name of the service, in answers that of the ticket." },
	[F_KDC_OPTIONS] = { "kdc_options", RJ_TYPE_ARRAY, "", 0, "RFC 4120 5.4.1",
		"What the client asks of the ticket." },
	[F_OPTION] = { "option", RJ_TYPE_STRING, "", 0, "RFC 4120 5.4.1", "One option." },
	[F_PADATA] = { "padata", RJ_TYPE_ARRAY, "", 0, "RFC 4120 5.2.7",
		"Kinds of pre-authentication sent, or by an error asked for." },
	[F_PADATA_TYPE] = { "padata_type", RJ_TYPE_STRING, "", 0, "RFC 4120 7.5.2",
		"Name of one, or its number." },
	[F_ETYPES] = { "etypes", RJ_TYPE_ARRAY, "", 0, "RFC 4120 5.4.1",
		"Encryption types that a request offers, preferred first; of answers those of the "
		"client's keys." },
	[F_OFFERED] = { "offered", RJ_TYPE_STRING, "", 0, "RFC 3961",
		"IANA's name of one, or its number." },
	[F_ETYPE] = { "etype", RJ_TYPE_STRING, "", 0, "RFC 4120 5.2.9",
		"Encryption type of the answer's own encrypted part." },
	[F_TICKET_ETYPE] = { "ticket_etype", RJ_TYPE_STRING, "", 0, "RFC 4120 5.3",
		"Encryption type of the ticket." },
	[F_ERROR] = { "error", RJ_TYPE_STRING, "", 0, "RFC 4120 7.5.9",
		"Error by name, or its number." },
	[F_SKIPPED] = { "skipped", RJ_TYPE_UINT, "messages", 0, "",
		"Messages of the flow that were seen and not kept." },
};
/* clang-format on */

/* The last component may be cut, as a name is kept up to a limit. */
static void put_principal(struct rj_visitor *v, enum field f, struct rj_cursor parts)
{
	uint8_t text[RJ_KERBEROS_NAME_MAX];
	struct rj_cursor part;
	const uint8_t *bytes;
	size_t len = 0;

	while (parts.left && !rj_ber_open(&parts, RJ_BER_GENERAL_STRING, &part)) {
		size_t part_len = part.left;

		if (rj_cursor_bytes(&part, part_len, &bytes) || part_len + 1 > sizeof(text) - len)
			break;
		if (len)
			text[len++] = '/';
		memcpy(text + len, bytes, part_len);
		len += part_len;
	}
	rj_put_text(v, &fields[f], rj_cursor_init(text, len, true));
}

static void put_list(struct rj_visitor *v, enum field list, enum field item,
		     const struct rj_name *table, const int32_t *numbers, unsigned int num)
{
	if (!num)
		return;
	v->ops->open(v, &fields[list]);
	for (unsigned int i = 0; i < num; i++)
		rj_put_name(v, &fields[item], table, numbers[i]);
	v->ops->close(v);
}

static void put_message(struct rj_visitor *v, const struct kept *kept)
{
	const struct rj_kerberos_message *m = &kept->message;

	v->ops->open(v, &fields[F_MESSAGE]);
	rj_put_name(v, &fields[F_TYPE], rj_kerberos_types, m->type);
	v->ops->time(v, &fields[F_TIME], kept->time_ns, 6);
	rj_put_text(v, &fields[F_CREALM], m->crealm);
	put_principal(v, F_CNAME, m->cname);
	rj_put_text(v, &fields[F_REALM], m->realm);
	put_principal(v, F_SNAME, m->sname);
	if (m->has_options)
		rj_put_bits(v, &fields[F_KDC_OPTIONS], &fields[F_OPTION], rj_kerberos_options,
			    m->options);
	put_list(v, F_PADATA, F_PADATA_TYPE, rj_kerberos_padata, m->padata, m->num_padata);
	put_list(v, F_ETYPES, F_OFFERED, rj_kerberos_etypes, m->etypes, m->num_etypes);
	if (m->has_etype)
		rj_put_name(v, &fields[F_ETYPE], rj_kerberos_etypes, m->etype);
	if (m->has_ticket_etype)
		rj_put_name(v, &fields[F_TICKET_ETYPE], rj_kerberos_etypes, m->ticket_etype);
	if (m->has_error)
		rj_put_name(v, &fields[F_ERROR], rj_kerberos_errors, m->error);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct kerberos_state *s = state;

	(void)originator; /* types tell who speaks */
	if (!s->first && !s->num_skipped)
		return;
	v->ops->open(v, &fields[F_KERBEROS]);
	for (const struct kept *kept = s->first; kept; kept = kept->next)
		put_message(v, kept);
	if (s->num_skipped) {
		v->ops->open(v, &fields[F_MESSAGE]);
		v->ops->u64(v, &fields[F_SKIPPED], s->num_skipped);
		v->ops->close(v);
	}
	v->ops->close(v);
}

/* Types of requests are even, those of their answers odd; an error is an answer. */
static int originator_of(const void *state)
{
	const struct kerberos_state *s = state;

	if (!s->first || (s->first->message.type > 15 && s->first->message.type != KRB_ERROR))
		return -1;
	if (s->first->message.type == KRB_ERROR || s->first->message.type & 1)
		return !s->first->side;
	return s->first->side;
}

const struct rj_dissector rj_kerberos = {
	.name = "kerberos",
	.reference = "RFC 4120",
	.over = RJ_OVER_UDP | RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct kerberos_state),
	.max_bytes = MAX_BYTES,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
