/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of DHCP options in the form that fits them; both versions of DHCP share these. */
#ifndef RJ_PROTO_DHCP_VALUES_H
#define RJ_PROTO_DHCP_VALUES_H

#include <rejoice/record.h>

#include "core/cursor.h"
#include "proto/common/datagrams.h"

/* How the bytes of an option are to be read. */
enum rj_dhcp_form {
	RJ_DHCP_BYTES,
	RJ_DHCP_TEXT,	 /* without NULs at its end (RFC 2132 2) */
	RJ_DHCP_TEXTS,	 /* each behind its length of 8 bits (RFC 3004) */
	RJ_DHCP_TEXTS16, /* of 16 bits (RFC 8415 21.15, RFC 5970) */
	RJ_DHCP_PRESENT, /* no bytes: that it is there says all */
	RJ_DHCP_FLAG,	 /* 0 or 1 */
	RJ_DHCP_U8,
	RJ_DHCP_U16,
	RJ_DHCP_U32,
	RJ_DHCP_I32,
	RJ_DHCP_U8S,
	RJ_DHCP_U16S,
	RJ_DHCP_ADDRESS,
	RJ_DHCP_ADDRESSES,
	RJ_DHCP_ADDRESS6,
	RJ_DHCP_ADDRESSES6,
	RJ_DHCP_DOMAINS,   /* names of DNS, compressed as they may be (RFC 3397) */
	RJ_DHCP_DOMAINS6,  /* never compressed (RFC 8415 10) */
	RJ_DHCP_ROUTES,	   /* RFC 3442 */
	RJ_DHCP_MSG_TYPE,  /* RFC 2132 9.6 */
	RJ_DHCP_CLIENT_ID, /* RFC 2132 9.14, RFC 4361 6.1 */
	RJ_DHCP_FQDN,	   /* RFC 4702 2 */
	RJ_DHCP_STATUS,	   /* RFC 6926 6.2.2 */
	RJ_DHCP_VENDORS,   /* enterprise number and data, several (RFC 3925) */
	RJ_DHCP_RELAY,	   /* RFC 3046 */
	RJ_DHCP_NTP,	   /* RFC 5908 4 */
	/* members of the option's object, RFC 8415 21 */
	RJ_DHCP_DUID,
	RJ_DHCP_FQDN6,
	RJ_DHCP_STATUS6,
	RJ_DHCP_VENDOR_CLASS,
	RJ_DHCP_VENDOR_OPTS,
	RJ_DHCP_REMOTE_ID,
	RJ_DHCP_LINKLAYER, /* RFC 6939 */
	/* with options inside */
	RJ_DHCP_IA,
	RJ_DHCP_IA_TA,
	RJ_DHCP_IA_ADDR,
	RJ_DHCP_IA_PREFIX,
	RJ_DHCP_NESTED, /* options alone */
	RJ_DHCP_RELAY_MSG,
};

/* Rows that both versions have; a version's own stand behind them, and its value before. */
enum rj_dhcp_row {
	RJ_DHCP_R_TEXT = 1,
	RJ_DHCP_R_NUMBER,
	RJ_DHCP_R_SIGNED,
	RJ_DHCP_R_FLAG,
	RJ_DHCP_R_ADDRESS,
	RJ_DHCP_R_BYTES,
	RJ_DHCP_R_LIST,
	RJ_DHCP_R_OBJECT,
	RJ_DHCP_R_PREFIX_LEN,
	RJ_DHCP_R_ROUTER,
	RJ_DHCP_R_HARDWARE_TYPE,
	RJ_DHCP_R_MACADDR,
	RJ_DHCP_R_IDENTIFIER,
	RJ_DHCP_R_IAID,
	RJ_DHCP_R_DUID,
	RJ_DHCP_R_DUID_TYPE,
	RJ_DHCP_R_DUID_TIME,
	RJ_DHCP_R_ENTERPRISE,
	RJ_DHCP_R_FLAGS,
	RJ_DHCP_R_NAME,
	RJ_DHCP_R_CODE,
	RJ_DHCP_R_MESSAGE_TEXT,
	RJ_DHCP_R_KIND,
	RJ_DHCP_R_DATA,
	RJ_DHCP_R_TRUNCATED,
	RJ_DHCP_R_MALFORMED,
	RJ_DHCP_R_SKIPPED,
	RJ_DHCP_NUM_SHARED
};

/* clang-format off */
#define RJ_DHCP_SHARED_ROWS                                                                        \
	[RJ_DHCP_R_TEXT] = { "text", RJ_TYPE_WORDS, "", 0, "RFC 2132 2",                          \
		"Value that is text, under the option's name." },                                  \
	[RJ_DHCP_R_NUMBER] = { "number", RJ_TYPE_UINT, "", 0, "RFC 2132 2",                        \
		"Value that is a number, likewise." },                                             \
	[RJ_DHCP_R_SIGNED] = { "signed", RJ_TYPE_INT, "", 0, "RFC 2132 3.4",                       \
		"Value that is a number with a sign, likewise." },                                 \
	[RJ_DHCP_R_FLAG] = { "flag", RJ_TYPE_BOOL, "", 0, "RFC 2132 4",                            \
		"Value that says yes or no, likewise." },                                          \
	[RJ_DHCP_R_ADDRESS] = { "address", RJ_TYPE_ADDRESS, "", 0, "RFC 2132 3, RFC 8415 21.6",    \
		"Address; as the only value of an option under the option's name." },              \
	[RJ_DHCP_R_BYTES] = { "bytes", RJ_TYPE_HEX, "", 0, "RFC 2132 2",                           \
		"Value of no other form, under the option's name." },                              \
	[RJ_DHCP_R_LIST] = { "value", RJ_TYPE_ARRAY, "", 0, "RFC 2132 2",                          \
		"Several values of an option." },                                                  \
	[RJ_DHCP_R_OBJECT] = { "object", RJ_TYPE_OBJECT, "", 0, "RFC 2132 2",                      \
		"A value of parts." },                                                             \
	[RJ_DHCP_R_PREFIX_LEN] = { "prefix_len", RJ_TYPE_UINT, "bits", 0,                          \
		"RFC 3442, RFC 8415 21.22", "Length of the network's prefix." },                   \
	[RJ_DHCP_R_ROUTER] = { "router", RJ_TYPE_ADDRESS, "", 0, "RFC 3442",                       \
		"Router to that network." },                                                       \
	[RJ_DHCP_R_HARDWARE_TYPE] = { "hardware_type", RJ_TYPE_UINT, "", 0,                        \
		"RFC 2132 9.14, RFC 8415 11.2",                                                    \
		"Hardware type of ARP; 1 is Ethernet, 0 none, 255 a DUID." },                      \
	[RJ_DHCP_R_MACADDR] = { "macaddr", RJ_TYPE_STRING, "", 0, "RFC 8415 11.2",                 \
		"Hardware address of six bytes." },                                                \
	[RJ_DHCP_R_IDENTIFIER] = { "identifier", RJ_TYPE_HEX, "", 0, "RFC 8415 11.3",              \
		"Identifier, or hardware address of another length." },                            \
	[RJ_DHCP_R_IAID] = { "iaid", RJ_TYPE_UINT, "", 0, "RFC 8415 21.4",                         \
		"Number of the identity association." },                                           \
	[RJ_DHCP_R_DUID] = { "duid", RJ_TYPE_HEX, "", 0, "RFC 8415 11",                            \
		"DHCP unique identifier, as it came." },                                           \
	[RJ_DHCP_R_DUID_TYPE] = { "duid_type", RJ_TYPE_STRING, "", 0, "RFC 8415 11",               \
		"llt (address and time), en (enterprise), ll (address), uuid; or its number." },   \
	[RJ_DHCP_R_DUID_TIME] = { "duid_time", RJ_TYPE_UINT, "seconds", 0, "RFC 8415 11.2",        \
		"When the identifier was made, since 2000 modulo 2^32." },                         \
	[RJ_DHCP_R_ENTERPRISE] = { "enterprise", RJ_TYPE_UINT, "", 0, "RFC 3925, RFC 8415 11.3",   \
		"Private enterprise number (IANA)." },                                             \
	[RJ_DHCP_R_FLAGS] = { "flags", RJ_TYPE_UINT, "", 0, "RFC 4702 2.1, RFC 4704 4.1",          \
		"Flags of a client's name." },                                                     \
	[RJ_DHCP_R_NAME] = { "name", RJ_TYPE_STRING, "", 0, "RFC 4702 2.3, RFC 4704 4.2",          \
		"Name of the client." },                                                           \
	[RJ_DHCP_R_CODE] = { "code", RJ_TYPE_UINT, "", 0, "RFC 6926 6.2.2, RFC 8415 21.13",        \
		"Status; 0 is success." },                                                         \
	[RJ_DHCP_R_MESSAGE_TEXT] = { "message", RJ_TYPE_STRING, "", 0,                             \
		"RFC 6926 6.2.2, RFC 8415 21.13", "Status in words." },                            \
	[RJ_DHCP_R_KIND] = { "kind", RJ_TYPE_UINT, "", 0, "Joy; RFC 2132 2",                       \
		"Code of an option that has no name." },                                           \
	[RJ_DHCP_R_DATA] = { "data", RJ_TYPE_HEX, "", 0, "RFC 2132 2, RFC 8415 21.1",              \
		"Bytes of the option." },                                                          \
	[RJ_DHCP_R_TRUNCATED] = { "truncated", RJ_TYPE_BOOL, "", 0, "",                            \
		"The capture holds only the first part of the message." },                         \
	[RJ_DHCP_R_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "RFC 2131 2, RFC 8415 8",      \
		"The message breaks its format; what stands before was read." },                   \
	[RJ_DHCP_R_SKIPPED] = { "skipped", RJ_TYPE_UINT, "messages", 0, "",                        \
		"Stands alone at the end: messages that were seen and not kept." }
/* clang-format on */

/*
 * struct rj_dhcp_put - where values go.
 * @v: NULL: nowhere, the bytes are only checked
 * @fields: the version's rows
 */
struct rj_dhcp_put {
	struct rj_visitor *v;
	const struct rj_field *fields;
};

/*
 * rj_dhcp_value - writes @c, which has a hard end, as a value of that form; forms that are
 * members of an object open none. RJ_MALFORMED: the bytes are not of that form; what was written
 * then is undefined, so that this is found out without a visitor first.
 */
RJ_MUST_CHECK enum rj_status rj_dhcp_value(const struct rj_dhcp_put *p, enum rj_dhcp_form form,
					   struct rj_cursor c);

/* rj_dhcp_fitting - @form, or RJ_DHCP_BYTES (or _TEXT) where the bytes are not of that form. */
enum rj_dhcp_form rj_dhcp_fitting(enum rj_dhcp_form form, struct rj_cursor c);

/* rj_dhcp_duid_mac - the six bytes of hardware address in a DUID, text in @out; false: none. */
#define RJ_DHCP_MAC_LEN 17u
bool rj_dhcp_duid_mac(struct rj_cursor duid, char out[RJ_DHCP_MAC_LEN]);

/* Calls of a visitor, which do nothing where there is none. */
void rj_dhcp_put_u64(const struct rj_dhcp_put *p, unsigned int row, uint64_t value);
void rj_dhcp_put_text(const struct rj_dhcp_put *p, unsigned int row, const void *text, size_t len);
void rj_dhcp_put_word(const struct rj_dhcp_put *p, unsigned int row, const char *word);
/* rj_dhcp_put_string - without the NULs at its end. */
void rj_dhcp_put_string(const struct rj_dhcp_put *p, unsigned int row, struct rj_cursor text);
void rj_dhcp_put_hex(const struct rj_dhcp_put *p, unsigned int row, struct rj_cursor bytes);
void rj_dhcp_put_true(const struct rj_dhcp_put *p, unsigned int row);
void rj_dhcp_put_open(const struct rj_dhcp_put *p, unsigned int row);
void rj_dhcp_put_close(const struct rj_dhcp_put *p);
/* rj_dhcp_put_be - a number of @len bytes. */
RJ_MUST_CHECK enum rj_status rj_dhcp_put_be(const struct rj_dhcp_put *p, unsigned int row,
					    size_t len, struct rj_cursor *c);
RJ_MUST_CHECK enum rj_status rj_dhcp_put_address4(const struct rj_dhcp_put *p, unsigned int row,
						  struct rj_cursor *c);
RJ_MUST_CHECK enum rj_status rj_dhcp_put_address6(const struct rj_dhcp_put *p, unsigned int row,
						  struct rj_cursor *c);

/* struct rj_dhcp_rows - of the list of messages and of one, whose members @put writes. */
struct rj_dhcp_rows {
	unsigned int all;
	unsigned int message;
	void (*put)(const struct rj_dhcp_put *p, const struct rj_datagram *d);
};

/* rj_dhcp_put_messages - all of them, and how many were not kept; nothing where there are none. */
void rj_dhcp_put_messages(const struct rj_dhcp_put *p, const struct rj_datagrams *messages,
			  const struct rj_dhcp_rows *rows);

#endif
