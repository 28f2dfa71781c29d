/* SPDX-License-Identifier: BSD-3-Clause */
/* One message of LDAP (RFC 4511 4): which operation, by whom, on what; never a password. */
#ifndef RJ_PROTO_LDAP_OPERATION_H
#define RJ_PROTO_LDAP_OPERATION_H

#include "proto/common/names.h"

/* Identifier octets of protocolOp, RFC 4511 4.2 to 4.13. */
enum rj_ldap_op {
	RJ_LDAP_DELETE = 0x4a,
	RJ_LDAP_UNBIND = 0x42,
	RJ_LDAP_ABANDON = 0x50,
	RJ_LDAP_BIND = 0x60,
	RJ_LDAP_BIND_RESPONSE = 0x61,
	RJ_LDAP_SEARCH = 0x63,
	RJ_LDAP_SEARCH_ENTRY = 0x64,
	RJ_LDAP_SEARCH_DONE = 0x65,
	RJ_LDAP_MODIFY = 0x66,
	RJ_LDAP_MODIFY_RESPONSE = 0x67,
	RJ_LDAP_ADD = 0x68,
	RJ_LDAP_ADD_RESPONSE = 0x69,
	RJ_LDAP_DELETE_RESPONSE = 0x6b,
	RJ_LDAP_MODIFY_DN = 0x6c,
	RJ_LDAP_MODIFY_DN_RESPONSE = 0x6d,
	RJ_LDAP_COMPARE = 0x6e,
	RJ_LDAP_COMPARE_RESPONSE = 0x6f,
	RJ_LDAP_SEARCH_REFERENCE = 0x73,
	RJ_LDAP_EXTENDED = 0x77,
	RJ_LDAP_EXTENDED_RESPONSE = 0x78,
	RJ_LDAP_INTERMEDIATE = 0x79,
};

/* How a bind authenticates: RFC 4513 5.1, 5.2; MS-ADTS 5.1.1.1.3. */
enum rj_ldap_auth {
	RJ_LDAP_ANONYMOUS = 1,	 /* simple, neither name nor password */
	RJ_LDAP_UNAUTHENTICATED, /* simple, a name alone */
	RJ_LDAP_SIMPLE,
	RJ_LDAP_SASL,
	RJ_LDAP_SICILY,
};

/*
 * struct rj_ldap_operation - texts borrowed; empty where there is none.
 * @op: enum rj_ldap_op
 * @dn: who binds, where a search starts, what is changed
 * @word: of a bind the mechanism, of extended operations their OID
 */
struct rj_ldap_operation {
	uint32_t id;
	uint8_t op;
	uint8_t auth; /* 0: no bind */
	uint8_t version;
	uint8_t scope;
	bool has_result;
	uint16_t result;
	struct rj_cursor dn;
	struct rj_cursor word;
};

/*
 * rj_ldap_probe - whether the bytes begin a message; @is_at_port false: one that a connection
 * begins with, a bind, a search or an extended operation, or the first two's answers.
 */
enum rj_probe rj_ldap_probe(struct rj_cursor bytes, bool is_at_port);

/*
 * rj_ldap_read - what is in the SEQUENCE of a message. With a soft end, that of one too long to be
 * read wholly, what comes first has to be there, and what does not is empty.
 */
RJ_MUST_CHECK enum rj_status rj_ldap_read(struct rj_cursor message, struct rj_ldap_operation *out);

/* rj_ldap_is_answer - whether the server sends it; rj_ldap_answers - whether to that request. */
bool rj_ldap_is_answer(uint8_t op);
bool rj_ldap_answers(uint8_t answer, uint8_t request);

/* Field rows of `ldap`. */
enum rj_ldap_field {
	RJ_LDAP_F_LDAP,
	RJ_LDAP_F_OPERATIONS,
	RJ_LDAP_F_OPERATION,
	RJ_LDAP_F_ID,
	RJ_LDAP_F_OP,
	RJ_LDAP_F_VERSION,
	RJ_LDAP_F_AUTH,
	RJ_LDAP_F_MECHANISM,
	RJ_LDAP_F_DN,
	RJ_LDAP_F_BASE,
	RJ_LDAP_F_SCOPE,
	RJ_LDAP_F_OID,
	RJ_LDAP_F_NAME,
	RJ_LDAP_F_ENTRIES,
	RJ_LDAP_F_REFERENCES,
	RJ_LDAP_F_RESULT,
	RJ_LDAP_F_SKIPPED,
	RJ_LDAP_F_SASL_LAYER,
	RJ_LDAP_NUM_FIELDS
};
extern const struct rj_field rj_ldap_fields[RJ_LDAP_NUM_FIELDS];

/* rj_ldap_operation_put, rj_ldap_result_put - the members of an operation that come first, last. */
void rj_ldap_operation_put(const struct rj_ldap_operation *o, struct rj_visitor *v);
void rj_ldap_result_put(const struct rj_ldap_operation *o, struct rj_visitor *v);

#endif
