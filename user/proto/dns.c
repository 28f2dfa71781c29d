/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for DNS over UDP and TCP, multicast DNS, LLMNR and NetBIOS names. */
#include "proto/common/dns_fields.h"
#include "proto/common/dns_message.h"
#include "proto/dissector.h"
#include "proto/dns/exchange.h"
#include "proto/registry.h"

#define PORT_DNS 53
#define PORT_NBNS 137	/* RFC 1002 section 4.2 */
#define PORT_MDNS 5353	/* RFC 6762 */
#define PORT_LLMNR 5355 /* RFC 4795 */

#define MAX_ITEMS 4096u	   /* records a flow: compressed names make 14 bytes into 2 KiB of text */
#define MAX_MESSAGE 65535u /* RFC 768, RFC 1035 section 4.2.2 */
#define LENGTH_BYTES 2u	   /* before each message of a stream, RFC 1035 section 4.2.2 */
#define HEADER_BYTES 12u
#define QUESTION_BYTES 5u /* at the least: the root, type, class */
#define RECORD_BYTES 11u  /* and TTL, length of data */

/* Messages of no bytes that may stand before the first one of a stream. Ours. */
#define MAX_EMPTY 4u

/* Off its ports the first message of a stream is shorter: what else begins so is soon told. */
#define MAX_STRICT_BYTES 4096u

/* Of each side of a connection; ours: an answer of the largest size, and as much besides. */
#define MAX_STREAM (2 * (LENGTH_BYTES + MAX_MESSAGE))

struct kept {
	struct kept *next;
	uint64_t time_ns;
	uint32_t num_before; /* messages of the flow before this one */
	uint16_t len;
	uint16_t id;
	uint8_t kind;	   /* enum rj_dns_kind */
	bool is_cut;	   /* by the capture */
	bool is_multicast; /* the group asks and answers: mDNS between its ports */
	bool has_header;
	bool is_response;
	uint8_t bytes[];
};
_Static_assert(MAX_MESSAGE <= UINT16_MAX, "the length of a message that is kept has 16 bits");

struct side {
	struct kept *first;
	struct kept *last;
	uint32_t num;
};

struct dns_state {
	struct side sides[2];
	uint32_t num_seen;
	uint32_t num_skipped;
};

static const uint16_t ports[] = { PORT_DNS, PORT_NBNS, PORT_MDNS, PORT_LLMNR, 0 };

static bool has_port(const struct rj_message *m, uint16_t port)
{
	return m->src_port == port || m->dst_port == port;
}

static bool has_own_port(const struct rj_message *m)
{
	for (const uint16_t *port = ports; *port; port++)
		if (has_port(m, *port))
			return true;
	return false;
}

static bool is_header_plausible(const struct rj_dns_header *h)
{
	return rj_dns_header_opcode(h) <= RJ_DNS_OPCODE_LAST &&
	       rj_dns_header_opcode(h) != RJ_DNS_OPCODE_UNASSIGNED && !(h->flags & RJ_DNS_Z);
}

/* Off its ports only a message as an ordinary client or server sends it is DNS. */
static bool is_header_ordinary(const struct rj_dns_header *h)
{
	if (!is_header_plausible(h) || h->counts[RJ_DNS_QD] != 1)
		return false;
	if (h->flags & RJ_DNS_QR || rj_dns_header_opcode(h) != RJ_DNS_OPCODE_QUERY)
		return true;
	return !(h->flags & 0xfu) && !h->counts[RJ_DNS_AN] && !h->counts[RJ_DNS_NS];
}

static bool is_question_ordinary(const struct rj_dns_question *q)
{
	return q->type && (q->class == RJ_DNS_CLASS_IN || q->class == RJ_DNS_CLASS_ANY);
}

static enum rj_probe probe_of(enum rj_status st)
{
	if (!st)
		return RJ_PROBE_YES;
	return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
}

/* Whether all of @bytes is one message, whose records have what their types say. */
RJ_MUST_CHECK static enum rj_status check_whole(struct rj_cursor bytes)
{
	struct rj_dns_extent e;
	enum rj_status st = rj_dns_message_scan(bytes, &e);

	return !st && (e.has_bad_rdata || e.trailing_bytes) ? RJ_MALFORMED : st;
}

/*
 * On its ports everything with a header of DNS is DNS, if only malformed DNS. A header with what
 * nobody has defined is one if a message follows.
 */
static enum rj_probe probe_lenient(struct rj_cursor bytes)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct rj_dns_header h;
	enum rj_status st = rj_dns_header_read(&p, &h);

	return probe_of(!st && !is_header_plausible(&h) ? check_whole(bytes) : st);
}

static enum rj_probe probe_strict(struct rj_cursor bytes)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct rj_dns_header h;
	struct rj_dns_question q;
	enum rj_status st = rj_dns_header_read(&p, &h);

	if (!st && !is_header_ordinary(&h))
		return RJ_PROBE_NO;
	if (!st)
		st = rj_dns_question_read(&p, NULL, &q);
	if (!st && !is_question_ordinary(&q))
		return RJ_PROBE_NO;
	return probe_of(st ? st : check_whole(bytes));
}

/* Whether what a header counts fits in @len bytes. */
static bool is_room(const struct rj_dns_header *h, size_t len)
{
	size_t num_records =
		(size_t)h->counts[RJ_DNS_AN] + h->counts[RJ_DNS_NS] + h->counts[RJ_DNS_AR];

	return h->counts[RJ_DNS_QD] * QUESTION_BYTES + num_records * RECORD_BYTES + HEADER_BYTES <=
	       len;
}

/* On its ports: the message of @len bytes that begins with @bytes. */
static enum rj_probe probe_begun(struct rj_cursor bytes, size_t len)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct rj_dns_header h;
	struct rj_dns_question q;
	enum rj_status st = rj_dns_header_read(&p, &h);

	if (st)
		return probe_of(st);
	if (!is_header_plausible(&h) || !is_room(&h, len))
		return RJ_PROBE_NO;
	return probe_of(h.counts[RJ_DNS_QD] ? rj_dns_question_read(&p, NULL, &q) : RJ_OK);
}

/* The length of a stream's first message that has bytes; those that have none are passed. */
RJ_MUST_CHECK static enum rj_status read_first_length(struct rj_cursor *c, uint16_t *out)
{
	enum rj_status st = rj_cursor_u16(c, out);

	for (unsigned int i = 0; i < MAX_EMPTY && !st && !*out; i++)
		st = rj_cursor_u16(c, out);
	return st;
}

static enum rj_probe probe_stream(const struct rj_message *m, struct rj_cursor c)
{
	struct rj_cursor message = c;
	bool is_own = has_own_port(m);
	uint8_t high;
	uint16_t len;
	enum rj_status st = rj_cursor_u8(&message, &high);

	if (!st && !is_own && high >= MAX_STRICT_BYTES >> 8)
		return RJ_PROBE_NO;
	if (!st)
		st = is_own ? read_first_length(&c, &len) : rj_cursor_u16(&c, &len);
	if (st)
		return probe_of(st);
	if (len < HEADER_BYTES)
		return RJ_PROBE_NO;
	message = c;
	if (c.left >= len && rj_cursor_sub(&c, len, &message))
		return RJ_PROBE_NO;
	return is_own ? probe_begun(message, len) : probe_strict(message);
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	if (m->over == RJ_OVER_TCP)
		return probe_stream(m, bytes);
	return has_own_port(m) ? probe_lenient(bytes) : probe_strict(bytes);
}

static enum rj_dns_kind kind_of(const struct rj_message *m)
{
	if (has_port(m, PORT_DNS))
		return RJ_DNS_UNICAST;
	if (has_port(m, PORT_MDNS))
		return RJ_DNS_MDNS;
	if (has_port(m, PORT_LLMNR))
		return RJ_DNS_LLMNR;
	return has_port(m, PORT_NBNS) ? RJ_DNS_NBNS : RJ_DNS_UNICAST;
}

/* Puts a copy of a message of @m last of its side; counts it where there is no place for it. */
static void keep(struct dns_state *s, const struct rj_message *m, const uint8_t *bytes, size_t len,
		 bool is_cut)
{
	struct side *side = &s->sides[m->side];
	struct rj_dns_message message = rj_dns_message_init(rj_cursor_init(bytes, len, !is_cut));
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct rj_dns_header h;
	struct kept *k = NULL;

	s->num_seen++;
	if (side->num < RJ_DNS_MAX_MESSAGES)
		k = rj_arena_alloc(m->arena, sizeof(*k) + len);
	if (!k) {
		s->num_skipped++;
		return;
	}
	memcpy(k->bytes, bytes, len);
	k->len = (uint16_t)len;
	k->time_ns = m->time_ns;
	k->num_before = s->num_seen;
	k->is_cut = is_cut;
	k->kind = (uint8_t)kind_of(m);
	k->is_multicast = m->src_port == PORT_MDNS && m->dst_port == PORT_MDNS;
	k->has_header = !rj_dns_header_read(&p, &h);
	if (k->has_header) {
		k->id = h.id;
		k->is_response = h.flags & RJ_DNS_QR;
	}
	if (side->last)
		side->last->next = k;
	else
		side->first = k;
	side->last = k;
	side->num++;
}

/* Only a datagram that the capture may have cut (soft end) is to be looked through for that. */
RJ_MUST_CHECK static enum rj_status find_cut(struct rj_cursor bytes)
{
	struct rj_dns_extent e;

	return bytes.is_hard ? RJ_OK : rj_dns_message_scan(bytes, &e);
}

/*
 * A datagram that the capture cut (soft end) gives RJ_TRUNCATED, as any prefix
 * does. Called for it with m->is_done already set, which says that no more of
 * it will come, this keeps what there is and clears is_done.
 */
static enum rj_status parse_datagram(struct dns_state *s, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_cursor rest = *c;
	size_t len = c->left < MAX_MESSAGE ? c->left : MAX_MESSAGE;
	const uint8_t *bytes;
	bool is_cut = find_cut(*c) == RJ_TRUNCATED;
	enum rj_status st;

	if (!c->left || (is_cut && !m->is_done))
		return rj_cursor_short(c);
	st = rj_cursor_bytes(&rest, len, &bytes);
	if (!st)
		st = rj_cursor_skip(&rest, rest.left);
	if (st)
		return st;
	keep(s, m, bytes, len, is_cut);
	m->is_done = false;
	*c = rest;
	return RJ_OK;
}

/* RFC 1035 section 4.2.2: a message stands behind its length. One of no bytes says nothing. */
static enum rj_status parse_stream(struct dns_state *s, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, message;
	const uint8_t *bytes;
	size_t len;
	enum rj_status st = rj_cursor_prefixed(&ahead, LENGTH_BYTES, &message);

	if (st)
		return st;
	len = message.left;
	if (len && len < HEADER_BYTES)
		return RJ_MALFORMED;
	if (!len) {
		*c = ahead;
		return RJ_OK;
	}
	st = rj_cursor_bytes(&message, len, &bytes);
	if (st)
		return st;
	keep(s, m, bytes, len, false);
	*c = ahead;
	return RJ_OK;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	return m->over == RJ_OVER_TCP ? parse_stream(state, m, c) : parse_datagram(state, m, c);
}

static bool is_before(const struct kept *a, const struct kept *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return a->num_before < b->num_before;
}

static void emit_kept(const struct kept *k, uint32_t index, unsigned int side, uint32_t *room,
		      struct rj_dns_exchange *x, struct rj_dns_names *names, struct rj_visitor *v)
{
	const struct rj_dns_said said = {
		.bytes = rj_cursor_init(k->bytes, k->len, !k->is_cut),
		.time_ns = k->time_ns,
		.index = index,
		.id = k->id,
		.side = (uint8_t)side,
		.is_response = k->is_response,
	};
	struct rj_dns_about about = { .kind = k->kind };

	if (k->has_header && !k->is_multicast)
		rj_dns_exchange_take(x, &said, &about);
	rj_dns_message_emit(said.bytes, room, &about, names, v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct dns_state *s = state;
	const struct kept *a = s->sides[0].first, *b = s->sides[1].first;
	uint32_t room = MAX_ITEMS;
	struct rj_dns_exchange x;
	struct rj_dns_names names;

	(void)originator; /* qn and rn tell who speaks */
	if (!s->num_seen)
		return;
	rj_dns_exchange_init(&x);
	rj_dns_names_init(&names);
	rj_dns_put_open(v, RJ_DNS_F_MESSAGES);
	for (uint32_t index = 0; a || b; index++) {
		bool is_a = !b || (a && is_before(a, b));

		emit_kept(is_a ? a : b, index, !is_a, &room, &x, &names, v);
		a = is_a ? a->next : a;
		b = is_a ? b : b->next;
	}
	if (s->num_skipped) {
		rj_dns_put_open(v, RJ_DNS_F_MESSAGE);
		rj_dns_put_u64(v, RJ_DNS_F_SKIPPED, s->num_skipped);
		rj_dns_put_close(v);
	}
	rj_dns_put_close(v);
}

/*
 * The first message tells: a query's sender asked, an answer's was asked. A
 * multicast answer is no answer to the group it is sent to (RFC 6762 section 6).
 */
static int originator_of(const void *state)
{
	const struct dns_state *s = state;
	const struct kept *a = s->sides[0].first, *b = s->sides[1].first;
	bool is_a = a && (!b || is_before(a, b));
	const struct kept *first = is_a ? a : b;
	int sender = is_a ? 0 : 1;

	if (!first || !first->has_header || (first->is_response && first->is_multicast))
		return -1;
	return first->is_response ? sender ^ 1 : sender;
}

const struct rj_dissector rj_dns = {
	.name = "dns",
	.reference = "RFC 1035",
	.over = RJ_OVER_TCP | RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct dns_state),
	.max_bytes = MAX_STREAM,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = rj_dns_fields,
	.num_fields = RJ_DNS_NUM_FIELDS,
};
