/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS messages as they are on the wire: header, names, questions, resource records (RFC 1035). */
#include "proto/common/dns_wire.h"

struct rj_dns_part rj_dns_part_init(struct rj_cursor bytes)
{
	return (struct rj_dns_part){ .message = bytes, .c = bytes, .end = bytes.left };
}

static size_t part_offset(const struct rj_dns_part *p)
{
	return p->end - p->c.left;
}

RJ_MUST_CHECK static enum rj_status part_sub(struct rj_dns_part *p, size_t len,
					     struct rj_dns_part *out)
{
	size_t end = part_offset(p) + len;
	struct rj_cursor c;
	enum rj_status st = rj_cursor_sub(&p->c, len, &c);

	if (!st)
		*out = (struct rj_dns_part){ .message = p->message, .c = c, .end = end };
	return st;
}

static void name_put(struct rj_dns_name *n, char ch)
{
	n->text[n->len++] = ch;
}

static void name_put_octet(struct rj_dns_name *n, uint8_t octet)
{
	if (octet > '.' && octet < 0x7f && octet != '\\') { /* nearly all of them */
		name_put(n, (char)octet);
	} else if (octet == '.' || octet == '\\') {
		name_put(n, '\\');
		name_put(n, (char)octet);
	} else if (octet > 0x20 && octet < 0x7f) {
		name_put(n, (char)octet);
	} else {
		name_put(n, '\\');
		name_put(n, (char)('0' + octet / 100));
		name_put(n, (char)('0' + octet / 10 % 10));
		name_put(n, (char)('0' + octet % 10));
	}
}

/* Reads the @len octets of a label; the text has room for as many as a name may have. */
RJ_MUST_CHECK static enum rj_status read_label(struct rj_cursor *c, size_t len,
					       struct rj_dns_name *n)
{
	const uint8_t *octets;
	enum rj_status st = rj_cursor_bytes(c, len, &octets);

	if (st)
		return st;
	if (n->len)
		name_put(n, '.');
	for (size_t i = 0; i < len; i++)
		name_put_octet(n, octets[i]);
	return RJ_OK;
}

/* Goes where a pointer whose first octet was @high leads: before @start, or nowhere. */
RJ_MUST_CHECK static enum rj_status follow_pointer(struct rj_dns_part *p, uint8_t high,
						   size_t *start)
{
	struct rj_dns_part target = rj_dns_part_init(p->message);
	size_t offset;
	uint8_t low;
	enum rj_status st = rj_cursor_u8(&p->c, &low);

	if (st)
		return st;
	offset = (size_t)(high & 0x3f) << 8 | low;
	if (offset >= *start)
		return RJ_MALFORMED;
	st = rj_cursor_skip(&target.c, offset);
	if (st)
		return st;
	*start = offset;
	*p = target;
	return RJ_OK;
}

/* Reads labels and one pointer at most, which ends them; *@high is then its first octet, else 0. */
RJ_MUST_CHECK static enum rj_status read_labels(struct rj_dns_part *p, size_t *wire_len,
						struct rj_dns_name *n, uint8_t *high)
{
	enum rj_status st;
	uint8_t len;

	for (;;) {
		st = rj_cursor_u8(&p->c, &len);
		if (st)
			return st;
		if (len >= 0xc0 || !len) {
			*high = len;
			return RJ_OK;
		}
		if (len >
		    RJ_DNS_MAX_LABEL) /* 0x40, 0x80: label types nobody uses (RFC 6891 section 5) */
			return RJ_MALFORMED;
		*wire_len += 1u + len;
		if (*wire_len > RJ_DNS_MAX_NAME)
			return RJ_MALFORMED;
		st = read_label(&p->c, len, n);
		if (st)
			return st;
	}
}

/* Room for the longest name is a kilobyte, which few need. */
static void copy_name(struct rj_dns_name *to, const struct rj_dns_name *from)
{
	to->len = from->len;
	memcpy(to->text, from->text, from->len);
}

enum rj_status rj_dns_name_read(struct rj_dns_part *p, struct rj_dns_name *out)
{
	struct rj_dns_part at = *p, behind;
	struct rj_dns_name name;
	size_t wire_len = 1; /* the root's */
	size_t start = part_offset(&at);
	bool has_jumped = false;

	name.len = 0;
	for (int jumps = 0; jumps <= RJ_DNS_MAX_JUMPS; jumps++) {
		uint8_t high;
		enum rj_status st = read_labels(&at, &wire_len, &name, &high);

		if (st)
			return st;
		if (!high) {
			if (!name.len)
				name_put(&name, '.');
			*p = has_jumped ? behind : at;
			copy_name(out, &name);
			return RJ_OK;
		}
		if (!has_jumped) {
			behind = at;
			st = rj_cursor_skip(&behind.c, 1);
			if (st)
				return st;
			has_jumped = true;
		}
		st = follow_pointer(&at, high, &start);
		if (st)
			return st;
	}
	return RJ_MALFORMED;
}

enum rj_status rj_dns_header_read(struct rj_dns_part *p, struct rj_dns_header *out)
{
	struct rj_cursor c = p->c;
	struct rj_dns_header h;
	enum rj_status st = rj_cursor_u16(&c, &h.id);

	if (!st)
		st = rj_cursor_u16(&c, &h.flags);
	for (int i = 0; !st && i < RJ_DNS_NUM_COUNTS; i++)
		st = rj_cursor_u16(&c, &h.counts[i]);
	if (st)
		return st;
	p->c = c;
	*out = h;
	return RJ_OK;
}

enum rj_status rj_dns_question_read(struct rj_dns_part *p, struct rj_dns_question *out)
{
	struct rj_dns_part at = *p;
	struct rj_dns_question q;
	enum rj_status st = rj_dns_name_read(&at, &q.name);

	if (!st)
		st = rj_cursor_u16(&at.c, &q.type);
	if (!st)
		st = rj_cursor_u16(&at.c, &q.class);
	if (st)
		return st;
	*p = at;
	copy_name(&out->name, &q.name);
	out->type = q.type;
	out->class = q.class;
	return RJ_OK;
}

enum rj_status rj_dns_record_read(struct rj_dns_part *p, struct rj_dns_record *out)
{
	struct rj_dns_part at = *p;
	struct rj_dns_record r;
	uint16_t rdata_len;
	enum rj_status st = rj_dns_name_read(&at, &r.name);

	if (!st)
		st = rj_cursor_u16(&at.c, &r.type);
	if (!st)
		st = rj_cursor_u16(&at.c, &r.class);
	if (!st)
		st = rj_cursor_u32(&at.c, &r.ttl);
	if (!st)
		st = rj_cursor_u16(&at.c, &rdata_len);
	if (!st)
		st = part_sub(&at, rdata_len, &r.rdata);
	if (st)
		return st;
	*p = at;
	copy_name(&out->name, &r.name);
	out->type = r.type;
	out->class = r.class;
	out->ttl = r.ttl;
	out->rdata = r.rdata;
	return RJ_OK;
}
