/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for LDAP over TCP, up to StartTLS, and over UDP (RFC 4511, MS-ADTS 6.3.3). */
#include "proto/common/ber.h"
#include "proto/dissector.h"
#include "proto/ldap/operation.h"
#include "proto/registry.h"

#define PORT_LDAP 389u

/*
 * Messages of a side that are looked at, entries of answers included; and operations that are
 * kept. Both ours: binds and searches of a login are a few.
 */
#define MAX_MESSAGES 256u
#define MAX_OPERATIONS 16u

/* Of a message so much is read; entries may have pictures and certificates. Ours. */
#define MAX_READ_BYTES 4096u
#define MAX_MESSAGE_BYTES (64u << 20) /* ours; what is longer is no message of LDAP */

#define MAX_BYTES (64u << 10) /* of a side, without what is passed over. Ours */

/* What is kept of texts. Ours: names of entries have some 100 bytes. */
#define MAX_DN_BYTES 255u
#define MAX_WORD_BYTES 64u

static const uint16_t ports[] = { PORT_LDAP, 3268, 0 };

/* struct kept - an operation, and what was answered to it. */
struct kept {
	struct kept *next;
	uint8_t side;
	uint32_t num_entries;
	uint32_t num_references;
	struct rj_ldap_operation operation;
};

/*
 * struct ldap_state - @is_wrapped: what follows is protected by a mechanism of SASL (RFC 4513
 * 5.2.1)
 */
struct ldap_state {
	struct kept *first;
	struct kept *last;
	uint32_t num_kept;
	uint32_t num_skipped;
	uint32_t num_messages[2];
	bool seen_sasl;
	bool is_wrapped;
};

static bool is_at_port(const struct rj_message *m)
{
	for (const uint16_t *port = ports; *port; port++)
		if (m->src_port == *port || m->dst_port == *port)
			return true;
	return false;
}

/* Over UDP on its port alone (there is no other sign that SNMP does not have in part). */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	if (m->over == RJ_OVER_UDP && m->src_port != PORT_LDAP && m->dst_port != PORT_LDAP)
		return RJ_PROBE_NO;
	return rj_ldap_probe(bytes, is_at_port(m));
}

static struct kept *find(const struct ldap_state *s, const struct rj_ldap_operation *answer,
			 unsigned int side)
{
	struct kept *found = NULL;

	for (struct kept *kept = s->first; kept; kept = kept->next)
		if (kept->operation.id == answer->id && kept->side != side &&
		    rj_ldap_answers(answer->op, kept->operation.op))
			found = kept; /* the last one: a number may come again */
	return found;
}

static struct kept *add(struct ldap_state *s, struct rj_message *m,
			const struct rj_ldap_operation *o)
{
	struct kept *kept = NULL;

	if (s->num_kept < MAX_OPERATIONS)
		kept = rj_arena_alloc(m->arena, sizeof(*kept));
	if (!kept) {
		s->num_skipped++;
		return NULL;
	}
	kept->side = (uint8_t)m->side;
	kept->operation = *o;
	kept->operation.dn = rj_keep(m->arena, o->dn, MAX_DN_BYTES);
	kept->operation.word = rj_keep(m->arena, o->word, MAX_WORD_BYTES);
	if (s->last)
		s->last->next = kept;
	else
		s->first = kept;
	s->last = kept;
	s->num_kept++;
	return kept;
}

static void take_answer(struct ldap_state *s, struct rj_message *m,
			const struct rj_ldap_operation *o)
{
	struct kept *kept = find(s, o, m->side);

	if (!kept && s->num_skipped) /* it is one of those, mostly */
		return;
	if (!kept)
		kept = add(s, m, o);
	if (!kept)
		return;
	kept->num_entries += o->op == RJ_LDAP_SEARCH_ENTRY;
	kept->num_references += o->op == RJ_LDAP_SEARCH_REFERENCE;
	if (!o->has_result)
		return;
	kept->operation.has_result = true;
	kept->operation.result = o->result;
}

static void take(struct ldap_state *s, struct rj_message *m, const struct rj_ldap_operation *o)
{
	if (rj_ldap_is_answer(o->op)) {
		take_answer(s, m, o);
		return;
	}
	if (o->op == RJ_LDAP_BIND && o->auth == RJ_LDAP_SASL)
		s->seen_sasl = true;
	add(s, m, o);
}

/* What is no message: TLS behind StartTLS, or what a mechanism of SASL wraps from now on. */
RJ_MUST_CHECK static enum rj_status leave(struct ldap_state *s, struct rj_message *m,
					  struct rj_cursor *c)
{
	enum rj_probe answer = m->over == RJ_OVER_TCP ? rj_tls.probe(m, *c) : RJ_PROBE_NO;

	if (answer == RJ_PROBE_MORE && !c->is_hard)
		return RJ_TRUNCATED;
	if (answer == RJ_PROBE_YES) {
		m->hands_over = true;
		return RJ_OK;
	}
	if (!s->seen_sasl)
		return RJ_MALFORMED;
	s->is_wrapped = true;
	m->is_done = true;
	return rj_cursor_skip(c, c->left);
}

/*
 * The part of a message that is read: all of a short one; of a longer one what comes first, with a
 * soft end. *@ret_rest: bytes behind that.
 */
RJ_MUST_CHECK static enum rj_status read_part(struct rj_cursor *c, struct rj_cursor *out,
					      uint32_t *ret_rest)
{
	struct rj_cursor ahead = *c;
	uint16_t tag;
	uint32_t len, part;
	enum rj_status st = rj_ber_head(&ahead, &tag, &len);

	if (!st && (tag != RJ_BER_SEQUENCE || len > MAX_MESSAGE_BYTES))
		st = RJ_MALFORMED;
	if (st)
		return st;
	part = len < MAX_READ_BYTES ? len : MAX_READ_BYTES;
	st = rj_cursor_sub(&ahead, part, out);
	if (st)
		return st;
	out->is_hard = part == len;
	*ret_rest = len - part;
	*c = ahead;
	return RJ_OK;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct ldap_state *s = state;
	struct rj_cursor ahead = *c, part;
	struct rj_ldap_operation operation;
	uint32_t rest;
	enum rj_status st = rj_cursor_within(&ahead, RJ_BER_SEQUENCE, RJ_BER_SEQUENCE);

	if (st == RJ_MALFORMED && c->left)
		return leave(s, m, c);
	ahead = *c;
	if (!st)
		st = read_part(&ahead, &part, &rest);
	if (!st && m->over == RJ_OVER_UDP && rest) /* all of it is in the datagram */
		st = rj_cursor_skip(&ahead, rest);
	if (st)
		return st;
	if (rj_ldap_read(part, &operation))
		return RJ_MALFORMED;
	m->skip = m->over == RJ_OVER_TCP ? rest : 0;
	m->is_done = ++s->num_messages[m->side] == MAX_MESSAGES;
	take(s, m, &operation);
	*c = ahead;
	return RJ_OK;
}

static void put_operation(struct rj_visitor *v, const struct kept *kept)
{
	v->ops->open(v, &rj_ldap_fields[RJ_LDAP_F_OPERATION]);
	rj_ldap_operation_put(&kept->operation, v);
	if (kept->num_entries)
		v->ops->u64(v, &rj_ldap_fields[RJ_LDAP_F_ENTRIES], kept->num_entries);
	if (kept->num_references)
		v->ops->u64(v, &rj_ldap_fields[RJ_LDAP_F_REFERENCES], kept->num_references);
	rj_ldap_result_put(&kept->operation, v);
	v->ops->close(v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct ldap_state *s = state;

	(void)originator; /* operations are those of the client */
	if (!s->first && !s->num_skipped)
		return;
	v->ops->open(v, &rj_ldap_fields[RJ_LDAP_F_LDAP]);
	v->ops->open(v, &rj_ldap_fields[RJ_LDAP_F_OPERATIONS]);
	for (const struct kept *kept = s->first; kept; kept = kept->next)
		put_operation(v, kept);
	v->ops->close(v);
	if (s->num_skipped)
		v->ops->u64(v, &rj_ldap_fields[RJ_LDAP_F_SKIPPED], s->num_skipped);
	if (s->is_wrapped)
		v->ops->boolean(v, &rj_ldap_fields[RJ_LDAP_F_SASL_LAYER], 1);
	v->ops->close(v);
}

static int originator_of(const void *state)
{
	const struct ldap_state *s = state;

	if (!s->first)
		return -1;
	return rj_ldap_is_answer(s->first->operation.op) ? !s->first->side : s->first->side;
}

const struct rj_dissector rj_ldap = {
	.name = "ldap",
	.reference = "RFC 4511",
	.over = RJ_OVER_TCP | RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct ldap_state),
	.max_bytes = MAX_BYTES,
	.leads_on = true,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = rj_ldap_fields,
	.num_fields = RJ_LDAP_NUM_FIELDS,
};
