/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for DNS over UDP, multicast DNS and LLMNR: a datagram is a message. */
#include "proto/common/dns_fields.h"
#include "proto/common/dns_message.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define PORT_DNS 53
#define PORT_MDNS 5353	/* RFC 6762 */
#define PORT_LLMNR 5355 /* RFC 4795 */

#define MAX_MESSAGES 200u   /* a side; Joy's */
#define MAX_ITEMS 4096u	    /* records a flow: compressed names make 14 bytes into 2 KiB of text */
#define MAX_DATAGRAM 65535u /* RFC 768 */

struct kept {
	struct kept *next;
	uint64_t time_ns;
	uint32_t num_before; /* messages of the flow before this one */
	uint16_t len;
	bool is_cut; /* by the capture */
	bool is_mdns;
	bool has_header;
	bool is_response;
	uint8_t bytes[];
};
_Static_assert(MAX_DATAGRAM <= UINT16_MAX, "the length of a datagram that is kept has 16 bits");

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

static const uint16_t ports[] = { PORT_DNS, PORT_MDNS, PORT_LLMNR, 0 };

static bool has_port(const struct rj_message *m, uint16_t port)
{
	return m->src_port == port || m->dst_port == port;
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

/* On its ports everything with a header of DNS is DNS, if only malformed DNS. */
static enum rj_probe probe_lenient(struct rj_cursor bytes)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct rj_dns_header h;
	enum rj_status st = rj_dns_header_read(&p, &h);

	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return is_header_plausible(&h) ? RJ_PROBE_YES : RJ_PROBE_NO;
}

static enum rj_probe probe_strict(struct rj_cursor bytes)
{
	struct rj_dns_message message = rj_dns_message_init(bytes);
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct rj_dns_header h;
	struct rj_dns_question q;
	struct rj_dns_extent e;
	enum rj_status st = rj_dns_header_read(&p, &h);

	if (!st && !is_header_ordinary(&h))
		return RJ_PROBE_NO;
	if (!st)
		st = rj_dns_question_read(&p, NULL, &q);
	if (!st && !is_question_ordinary(&q))
		return RJ_PROBE_NO;
	if (!st)
		st = rj_dns_message_scan(bytes, &e);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return e.has_bad_rdata || e.trailing_bytes ? RJ_PROBE_NO : RJ_PROBE_YES;
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	for (const uint16_t *port = ports; *port; port++)
		if (has_port(m, *port))
			return probe_lenient(bytes);
	return probe_strict(bytes);
}

/* A copy of the datagram, the last of its side; NULL when there is no place for it. */
static struct kept *keep(struct side *side, struct rj_arena *arena, const uint8_t *bytes,
			 size_t len)
{
	struct kept *k = NULL;

	if (side->num < MAX_MESSAGES)
		k = rj_arena_alloc(arena, sizeof(*k) + len);
	if (!k)
		return NULL;
	memcpy(k->bytes, bytes, len);
	k->len = (uint16_t)len;
	if (side->last)
		side->last->next = k;
	else
		side->first = k;
	side->last = k;
	side->num++;
	return k;
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
 * it will come, parse keeps what there is and clears is_done.
 */
static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct dns_state *s = state;
	struct rj_dns_message message = rj_dns_message_init(*c);
	struct rj_dns_part p = rj_dns_part_init(&message);
	struct rj_dns_header h;
	struct rj_cursor rest = *c;
	size_t len = c->left < MAX_DATAGRAM ? c->left : MAX_DATAGRAM;
	const uint8_t *bytes;
	struct kept *k;
	bool is_cut = find_cut(*c) == RJ_TRUNCATED;
	enum rj_status st;

	if (!c->left || (is_cut && !m->is_done))
		return rj_cursor_short(c);
	st = rj_cursor_bytes(&rest, len, &bytes);
	if (!st)
		st = rj_cursor_skip(&rest, rest.left);
	if (st)
		return st;
	k = keep(&s->sides[m->side], m->arena, bytes, len);
	if (k) {
		k->time_ns = m->time_ns;
		k->num_before = s->num_seen;
		k->is_cut = is_cut;
		k->is_mdns = has_port(m, PORT_MDNS);
		k->has_header = !rj_dns_header_read(&p, &h);
		k->is_response = k->has_header && h.flags & RJ_DNS_QR;
	} else {
		s->num_skipped++;
	}
	s->num_seen++;
	m->is_done = false;
	*c = rest;
	return RJ_OK;
}

static bool is_before(const struct kept *a, const struct kept *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return a->num_before < b->num_before;
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct dns_state *s = state;
	const struct kept *a = s->sides[0].first, *b = s->sides[1].first;
	uint32_t room = MAX_ITEMS;

	(void)originator; /* qn and rn tell who speaks */
	if (!s->num_seen)
		return;
	rj_dns_put_open(v, RJ_DNS_F_MESSAGES);
	while (a || b) {
		bool is_a = !b || (a && is_before(a, b));
		const struct kept *k = is_a ? a : b;

		rj_dns_message_emit(rj_cursor_init(k->bytes, k->len, !k->is_cut), &room, k->is_mdns,
				    v);
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

	if (!first || !first->has_header || (first->is_response && first->is_mdns))
		return -1;
	return first->is_response ? sender ^ 1 : sender;
}

const struct rj_dissector rj_dns = {
	.name = "dns",
	.reference = "RFC 1035",
	.over = RJ_OVER_UDP,
	.ports = ports,
	.state_bytes = sizeof(struct dns_state),
	.max_bytes = MAX_DATAGRAM,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.originator = originator_of,
	.fields = rj_dns_fields,
	.num_fields = RJ_DNS_NUM_FIELDS,
};
