/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS messages as they are on the wire: header, names, questions, resource records (RFC 1035). */
#include "proto/common/dns_wire.h"

#include "core/vector.h"

#define POINTER 0xc0u /* the top bits of its first octet (RFC 1035 section 4.1.4) */
#define POINTER_BYTES 2u
#define HEADER_BYTES 12u
#define QUESTION_BYTES 4u /* behind the name: type, class */
#define RECORD_BYTES 10u  /* behind the name: type, class, TTL, rdlength */

/* Two and four bytes of a run whose length was looked at. */
static uint16_t be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)be16(at) << 16 | be16(at + 2);
}

struct rj_dns_message rj_dns_message_init(struct rj_cursor bytes)
{
	return (struct rj_dns_message){ .bytes = bytes, .place = SIZE_MAX };
}

struct rj_dns_part rj_dns_part_init(struct rj_dns_message *message)
{
	return (struct rj_dns_part){ .message = message,
				     .c = message->bytes,
				     .end = message->bytes.left };
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

/* Adds an octet that is none of those above '.' which mean themselves. */
__attribute__((noinline)) static char *put_octet(char *at, uint8_t octet)
{
	if (octet > ' ' && octet < '.') {
		*at++ = (char)octet;
		return at;
	}
	*at++ = '\\';
	if (octet == '.' || octet == '\\') {
		*at++ = (char)octet;
		return at;
	}
	*at++ = (char)('0' + octet / 100);
	*at++ = (char)('0' + octet / 10 % 10);
	*at++ = (char)('0' + octet % 10);
	return at;
}

/* Adds a label; the text has room for as many octets as a name may have. */
static void put_label(struct rj_dns_name *n, const uint8_t *octets, size_t len)
{
	char *at = n->text + n->len;

	if (n->len)
		*at++ = '.';
	for (size_t i = 0; i < len; i++) {
		if (octets[i] > '.' && octets[i] < 0x7f && octets[i] != '\\') /* nearly all */
			*at++ = (char)octets[i];
		else
			at = put_octet(at, octets[i]);
	}
	n->len = (size_t)(at - n->text);
}

/* Whether each of 16 octets means itself. */
static inline bool are_plain(const char *text)
{
	rj_chars16 x = rj_load16(text);

	return rj_is_none16((rj_halves16)((x <= ' ') | (x == 0x7f) | (x == '.') | (x == '\\')));
}

/*
 * Adds the labels of which @len octets at @labels consist; false, and none is added: an octet of
 * theirs does not mean itself.
 */
static bool put_plain(struct rj_dns_name *n, const uint8_t *labels, size_t len)
{
	size_t start = n->len ? n->len + 1 : 0;
	char *text = n->text + start;

	memcpy(text, labels + 1, len - 1);
	memset(text + len - 1, 'x', RJ_DNS_NAME_ROOM);
	for (size_t i = 0; i + 1 + labels[i] < len; i += 1u + labels[i])
		text[i + labels[i]] = 'x';
	for (size_t i = 0; i < len; i += sizeof(rj_chars16))
		if (!are_plain(text + i))
			return false;
	for (size_t i = 0; i + 1 + labels[i] < len; i += 1u + labels[i])
		text[i + labels[i]] = '.';
	if (start)
		text[-1] = '.';
	n->len = start + len - 1;
	return true;
}

/*
 * struct walk - a name being read.
 * @start: offset in the message at which the labels at hand began
 * @wire_len: octets of the name so far, with the root's
 * @is_over: it has come to its end
 */
struct walk {
	struct rj_cursor c;
	size_t start;
	size_t wire_len;
	unsigned int num_jumps;
	bool is_over;
};

/* Takes what is known of the name at @place for the rest of this one. */
RJ_MUST_CHECK static enum rj_status take_known(struct walk *w, const struct rj_dns_message *known)
{
	w->wire_len += known->wire_len - 1;
	w->num_jumps += known->num_jumps;
	w->is_over = true;
	return w->wire_len > RJ_DNS_MAX_NAME || w->num_jumps > RJ_DNS_MAX_JUMPS ? RJ_MALFORMED :
										  RJ_OK;
}

/* Goes where a pointer leads: before where the labels at hand began, or nowhere. */
RJ_MUST_CHECK static enum rj_status jump(struct walk *w, const struct rj_dns_message *message,
					 size_t offset, bool has_text)
{
	struct rj_cursor target = message->bytes;
	enum rj_status st;

	if (offset >= w->start || ++w->num_jumps > RJ_DNS_MAX_JUMPS)
		return RJ_MALFORMED;
	if (offset == message->place && !has_text)
		return take_known(w, message);
	st = rj_cursor_skip(&target, offset);
	if (st)
		return st;
	w->start = offset;
	w->c = target;
	return RJ_OK;
}

/* Reads the @len octets of a label. */
RJ_MUST_CHECK static enum rj_status read_label(struct walk *w, uint8_t len, struct rj_dns_name *n)
{
	const uint8_t *octets;
	enum rj_status st;

	if (len > RJ_DNS_MAX_LABEL) /* 0x40, 0x80: types nobody uses (RFC 6891 section 5) */
		return RJ_MALFORMED;
	w->wire_len += 1u + len;
	if (w->wire_len > RJ_DNS_MAX_NAME)
		return RJ_MALFORMED;
	st = rj_cursor_bytes(&w->c, len, &octets);
	if (!st && n)
		put_label(n, octets, len);
	return st;
}

/* How many octets at @c are labels that are all there, of @max_len at most. */
static size_t labels_len(struct rj_cursor c, size_t max_len)
{
	size_t total = 0;
	uint8_t len;

	while (!rj_cursor_u8(&c, &len) && len && len <= RJ_DNS_MAX_LABEL &&
	       !rj_cursor_skip(&c, len) && total + 1 + len <= max_len)
		total += 1u + len;
	return total;
}

/* Goes ahead over the labels at hand if all of them are plain, as nearly always. */
static void read_plain(struct walk *w, struct rj_dns_name *n)
{
	size_t len = labels_len(w->c, RJ_DNS_MAX_NAME - w->wire_len);

	if (len && put_plain(n, w->c.at, len) && !rj_cursor_skip(&w->c, len))
		w->wire_len += len;
}

/* A name that is more than a pointer is what pointers of others lead to. */
static void remember(struct rj_dns_message *message, size_t place, size_t wire_len,
		     unsigned int num_jumps)
{
	message->place = place;
	message->wire_len = wire_len;
	message->num_jumps = num_jumps;
}

/* Walks along a name; its text goes to @n, which is empty or NULL. */
RJ_MUST_CHECK static enum rj_status walk_name(struct rj_dns_part *p, struct rj_dns_name *n)
{
	const size_t place = part_offset(p);
	struct walk w = { .c = p->c, .start = place, .wire_len = 1 };
	struct rj_cursor behind = p->c;

	if (n)
		read_plain(&w, n);
	while (!w.is_over) {
		uint8_t len, low;
		enum rj_status st = rj_cursor_u8(&w.c, &len);

		if (!st && len && len < POINTER) {
			st = read_label(&w, len, n);
		} else if (!st && len) {
			st = rj_cursor_u8(&w.c, &low);
			if (!w.num_jumps)
				behind = w.c;
			if (!st)
				st = jump(&w, p->message, (len & ~POINTER) << 8 | low, n);
			if (!st && n)
				read_plain(&w, n);
		}
		if (st)
			return st;
		w.is_over |= !len;
	}
	if (!w.num_jumps)
		behind = w.c;
	if (p->c.left - behind.left > POINTER_BYTES)
		remember(p->message, place, w.wire_len, w.num_jumps);
	p->c = behind;
	return RJ_OK;
}

/* Whether the name at @p, which is passed, is a pointer to the one that is known. */
static inline bool pass_known(struct rj_dns_part *p)
{
	const struct rj_dns_message *known = p->message;
	struct rj_cursor c = p->c;
	uint16_t pointer;

	if (rj_cursor_u16(&c, &pointer) || (size_t)pointer - (POINTER << 8) != known->place ||
	    known->place >= part_offset(p) || known->num_jumps >= RJ_DNS_MAX_JUMPS)
		return false;
	p->c = c;
	return true;
}

enum rj_status rj_dns_name_skip(struct rj_dns_part *p)
{
	return pass_known(p) ? RJ_OK : walk_name(p, NULL);
}

enum rj_status rj_dns_name_read(struct rj_dns_part *p, struct rj_dns_name *out)
{
	enum rj_status st;

	out->len = 0;
	st = walk_name(p, out);
	if (!st && !out->len)
		out->text[out->len++] = '.';
	return st;
}

size_t rj_dns_name_place(const struct rj_dns_part *p)
{
	struct rj_cursor c = p->c;
	uint16_t pointer;

	if (rj_cursor_u16(&c, &pointer) || pointer < POINTER << 8)
		return part_offset(p);
	return pointer & ~(POINTER << 8);
}

struct rj_cursor rj_dns_name_octets(const struct rj_dns_part *p)
{
	const struct rj_dns_message *known = p->message;
	bool is_here = known->place == part_offset(p) && !known->num_jumps;

	return rj_cursor_init(p->c.at, is_here ? known->wire_len : 0, true);
}

enum rj_status rj_dns_header_read(struct rj_dns_part *p, struct rj_dns_header *out)
{
	const uint8_t *at;
	enum rj_status st = rj_cursor_bytes(&p->c, HEADER_BYTES, &at);

	if (st)
		return st;
	/* right to where it stays: what is copied wide after it was written narrow has to wait */
	out->id = be16(at);
	out->flags = be16(at + 2);
	for (size_t i = 0; i < RJ_DNS_NUM_COUNTS; i++)
		out->counts[i] = be16(at + 4 + 2 * i);
	return RJ_OK;
}

/* Passes over a name that was read before: its end is the root's octet or a pointer. */
RJ_MUST_CHECK static enum rj_status pass_name(struct rj_cursor *c)
{
	enum rj_status st;
	uint8_t len;

	do {
		st = rj_cursor_u8(c, &len);
		if (!st)
			st = rj_cursor_skip(c, len < POINTER ? len : 1);
	} while (!st && len && len < POINTER);
	return st;
}

/* The question at @p, of which @c is behind the name. */
RJ_MUST_CHECK static enum rj_status read_question(struct rj_dns_part *p, struct rj_cursor c,
						  struct rj_dns_question *out)
{
	const uint8_t *at;
	enum rj_status st = rj_cursor_bytes(&c, QUESTION_BYTES, &at);

	if (st)
		return st;
	out->name = *p;
	out->type = be16(at);
	out->class = be16(at + 2);
	p->c = c;
	return RJ_OK;
}

enum rj_status rj_dns_question_read(struct rj_dns_part *p, struct rj_dns_name *name,
				    struct rj_dns_question *out)
{
	struct rj_dns_part behind = *p;
	enum rj_status st = name ? rj_dns_name_read(&behind, name) : rj_dns_name_skip(&behind);

	return st ? st : read_question(p, behind.c, out);
}

bool rj_dns_question_same(struct rj_dns_part *p, struct rj_cursor name, struct rj_dns_question *out)
{
	struct rj_cursor behind = p->c;
	const size_t place = part_offset(p);
	const uint8_t *at;

	if (!name.left || rj_cursor_bytes(&behind, name.left, &at) ||
	    memcmp(at, name.at, name.left) || read_question(p, behind, out))
		return false;
	remember(p->message, place, name.left, 0);
	return true;
}

enum rj_status rj_dns_question_again(struct rj_dns_part *p, struct rj_dns_question *out)
{
	struct rj_cursor behind = p->c;
	enum rj_status st = pass_name(&behind);

	return st ? st : read_question(p, behind, out);
}

/* The record at @p, of which @c is behind the name. */
RJ_MUST_CHECK static enum rj_status read_record(struct rj_dns_part *p, struct rj_cursor c,
						struct rj_dns_record *out)
{
	struct rj_dns_part behind = { .message = p->message, .c = c, .end = p->end };
	const uint8_t *at;
	enum rj_status st = rj_cursor_bytes(&behind.c, RECORD_BYTES, &at);

	if (!st)
		st = part_sub(&behind, be16(at + 8), &out->rdata);
	if (st)
		return st;
	out->name = *p;
	out->type = be16(at);
	out->class = be16(at + 2);
	out->ttl = be32(at + 4);
	p->c = behind.c;
	return RJ_OK;
}

enum rj_status rj_dns_record_read(struct rj_dns_part *p, struct rj_dns_record *out)
{
	struct rj_dns_part behind = *p;
	enum rj_status st = rj_dns_name_skip(&behind);

	return st ? st : read_record(p, behind.c, out);
}

enum rj_status rj_dns_record_again(struct rj_dns_part *p, struct rj_dns_record *out)
{
	struct rj_cursor behind = p->c;
	enum rj_status st = pass_name(&behind);

	return st ? st : read_record(p, behind, out);
}
