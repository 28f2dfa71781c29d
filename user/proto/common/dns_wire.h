/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS messages as they are on the wire: header, names, questions, resource records (RFC 1035). */
#ifndef RJ_PROTO_COMMON_DNS_WIRE_H
#define RJ_PROTO_COMMON_DNS_WIRE_H

#include "core/cursor.h"

#define RJ_DNS_MAX_LABEL 63  /* RFC 1035 section 2.3.4 */
#define RJ_DNS_MAX_NAME 255  /* RFC 1035 section 2.3.4, length octets and root included */
#define RJ_DNS_MAX_JUMPS 127 /* a pointer before each label of the longest name */
#define RJ_DNS_MAX_NAME_TEXT (4 * RJ_DNS_MAX_NAME) /* every octet as \DDD */
#define RJ_DNS_NAME_ROOM 16			   /* behind it, for what is written at once */

/* The bits of the header's second 16 (RFC 1035 section 4.1.1, RFC 4035 section 3.2). */
#define RJ_DNS_QR 0x8000u
#define RJ_DNS_AA 0x0400u
#define RJ_DNS_TC 0x0200u
#define RJ_DNS_RD 0x0100u
#define RJ_DNS_RA 0x0080u
#define RJ_DNS_Z 0x0040u
#define RJ_DNS_AD 0x0020u
#define RJ_DNS_CD 0x0010u

enum {
	RJ_DNS_TYPE_A = 1,
	RJ_DNS_TYPE_AAAA = 28,
	RJ_DNS_TYPE_OPT = 41,
	RJ_DNS_TYPE_DS = 43,
	RJ_DNS_TYPE_TA = 32768,
	RJ_DNS_TYPE_DLV = 32769,
	RJ_DNS_CLASS_IN = 1,
	RJ_DNS_CLASS_CH = 3,
	RJ_DNS_CLASS_HS = 4,
	RJ_DNS_CLASS_NONE = 254,
	RJ_DNS_CLASS_ANY = 255,
	RJ_DNS_OPCODE_QUERY = 0,
	RJ_DNS_OPCODE_UNASSIGNED = 3,
	RJ_DNS_OPCODE_LAST = 6, /* DSO, RFC 8490 */
};

enum rj_dns_count { RJ_DNS_QD, RJ_DNS_AN, RJ_DNS_NS, RJ_DNS_AR, RJ_DNS_NUM_COUNTS };

/*
 * struct rj_dns_message - a whole message, and what is known of one name in it, so that a pointer
 * to there, as most names of an answer are, need not be followed again.
 * @bytes: from the header on
 * @place: offset at which the name begins, SIZE_MAX when there is none
 * @wire_len: its octets, as RJ_DNS_MAX_NAME counts them
 * @num_jumps: pointers in it
 */
struct rj_dns_message {
	struct rj_cursor bytes;
	size_t place;
	size_t wire_len;
	unsigned int num_jumps;
};

/*
 * struct rj_dns_part - a stretch of a message being read; names in it may
 * point back into all of the message.
 * @message: borrowed
 * @c:       what is left of this stretch
 * @end:     offset in the message at which the stretch ends
 */
struct rj_dns_part {
	struct rj_dns_message *message;
	struct rj_cursor c;
	size_t end;
};

/*
 * struct rj_dns_name - a name in presentation form: labels separated by dots,
 * no dot at the end, the root is ".". A dot or backslash inside a label is
 * written "\." and "\\", octets outside 0x21..0x7e are written "\DDD" in
 * decimal (RFC 4343 section 2.1). Not terminated by NUL.
 */
struct rj_dns_name {
	size_t len;
	char text[RJ_DNS_MAX_NAME_TEXT + RJ_DNS_NAME_ROOM];
};

struct rj_dns_header {
	uint16_t id;
	uint16_t flags;
	uint16_t counts[RJ_DNS_NUM_COUNTS];
};

/* struct rj_dns_question - @name is where it stands; it can be read. */
struct rj_dns_question {
	struct rj_dns_part name;
	uint16_t type;
	uint16_t class;
};

/* struct rj_dns_record - likewise. */
struct rj_dns_record {
	struct rj_dns_part name;
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	struct rj_dns_part rdata;
};

/* rj_dns_message_init - the message @bytes, of which nothing is known. */
struct rj_dns_message rj_dns_message_init(struct rj_cursor bytes);

/* rj_dns_part_init - a part that is all of @message. */
struct rj_dns_part rj_dns_part_init(struct rj_dns_message *message);

/* rj_dns_header_opcode - four bits: RJ_DNS_OPCODE_QUERY and others. */
static inline unsigned int rj_dns_header_opcode(const struct rj_dns_header *h)
{
	return h->flags >> 11 & 0xfu;
}

/*
 * Each of these reads one thing from @p and moves behind it, or leaves @p and
 * @out as they were: RJ_TRUNCATED when it runs past a soft end, RJ_MALFORMED
 * when it runs past a hard one or breaks a rule of the format.
 *
 * rj_dns_name_read - a name. Pointers must lead to before where the labels
 * that hold them began, at most RJ_DNS_MAX_JUMPS of them (RFC 1035 section
 * 4.1.4, RFC 9267 section 2); at most RJ_DNS_MAX_NAME octets in all. Unless
 * RJ_OK @out is undefined.
 * rj_dns_name_skip - a name, by the same rules, whose text is not wanted.
 * rj_dns_question_read - a question; the text of its name goes to @name, as with rj_dns_name_read,
 * unless that is NULL.
 */
RJ_MUST_CHECK enum rj_status rj_dns_name_read(struct rj_dns_part *p, struct rj_dns_name *out);
RJ_MUST_CHECK enum rj_status rj_dns_name_skip(struct rj_dns_part *p);
RJ_MUST_CHECK enum rj_status rj_dns_header_read(struct rj_dns_part *p, struct rj_dns_header *out);
RJ_MUST_CHECK enum rj_status rj_dns_question_read(struct rj_dns_part *p, struct rj_dns_name *name,
						  struct rj_dns_question *out);
RJ_MUST_CHECK enum rj_status rj_dns_record_read(struct rj_dns_part *p, struct rj_dns_record *out);

/*
 * rj_dns_name_octets - those of the name at @p, which was just read, with the root's; none of a
 * name that is short or has a pointer.
 * rj_dns_question_same - the question at @p where its name is octet by octet @name, which
 * rj_dns_name_octets gave, be it in another message; false: it is to be read.
 */
struct rj_cursor rj_dns_name_octets(const struct rj_dns_part *p);
bool rj_dns_question_same(struct rj_dns_part *p, struct rj_cursor name,
			  struct rj_dns_question *out);

/*
 * rj_dns_question_again, rj_dns_record_again - the same for one that was read before, whose name
 * is not looked at again.
 */
RJ_MUST_CHECK enum rj_status rj_dns_question_again(struct rj_dns_part *p,
						   struct rj_dns_question *out);
RJ_MUST_CHECK enum rj_status rj_dns_record_again(struct rj_dns_part *p, struct rj_dns_record *out);

/*
 * rj_dns_name_place - where in the message the labels of the name at @p begin, be it behind a
 * pointer. Two names of one message that can be read are the same if their places are.
 */
size_t rj_dns_name_place(const struct rj_dns_part *p);

#endif
