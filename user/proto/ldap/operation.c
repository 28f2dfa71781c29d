/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads messages of LDAP. */
#include "proto/ldap/operation.h"

#include "proto/common/ber.h"

#define MAX_ID INT32_MAX /* RFC 4511 4.1.1 */
#define MAX_VERSION 127	 /* RFC 4511 4.2 */
#define MAX_SCOPE 3	 /* RFC 4511 4.5.1.2; 3 is subordinates, a draft that OpenLDAP has */
#define MAX_RESULT 16654 /* IANA, LDAP Parameters */

/* AuthenticationChoice: RFC 4511 4.2, MS-ADTS 5.1.1.1.3. */
#define AUTH_SIMPLE 0x80u
#define AUTH_SICILY_DISCOVERY 0x89u
#define AUTH_SICILY_LAST 0x8bu
#define AUTH_SASL 0xa3u

#define EXTENDED_REQUEST_NAME 0x80u  /* RFC 4511 4.12 */
#define EXTENDED_RESPONSE_NAME 0x8au /* RFC 4511 4.12 */

bool rj_ldap_is_answer(uint8_t op)
{
	switch (op) {
	case RJ_LDAP_BIND_RESPONSE:
	case RJ_LDAP_SEARCH_ENTRY:
	case RJ_LDAP_SEARCH_DONE:
	case RJ_LDAP_SEARCH_REFERENCE:
	case RJ_LDAP_MODIFY_RESPONSE:
	case RJ_LDAP_ADD_RESPONSE:
	case RJ_LDAP_DELETE_RESPONSE:
	case RJ_LDAP_MODIFY_DN_RESPONSE:
	case RJ_LDAP_COMPARE_RESPONSE:
	case RJ_LDAP_EXTENDED_RESPONSE:
	case RJ_LDAP_INTERMEDIATE:
		return true;
	default:
		return false;
	}
}

static bool is_request(uint8_t op)
{
	switch (op) {
	case RJ_LDAP_BIND:
	case RJ_LDAP_UNBIND:
	case RJ_LDAP_SEARCH:
	case RJ_LDAP_MODIFY:
	case RJ_LDAP_ADD:
	case RJ_LDAP_DELETE:
	case RJ_LDAP_MODIFY_DN:
	case RJ_LDAP_COMPARE:
	case RJ_LDAP_ABANDON:
	case RJ_LDAP_EXTENDED:
		return true;
	default:
		return false;
	}
}

bool rj_ldap_answers(uint8_t answer, uint8_t request)
{
	switch (answer) {
	case RJ_LDAP_SEARCH_ENTRY:
	case RJ_LDAP_SEARCH_DONE:
	case RJ_LDAP_SEARCH_REFERENCE:
		return request == RJ_LDAP_SEARCH;
	case RJ_LDAP_DELETE_RESPONSE:
		return request == RJ_LDAP_DELETE;
	case RJ_LDAP_INTERMEDIATE:
		return true;
	default:
		return answer == request + 1;
	}
}

/* Such as a connection begins with, and what is answered to them. */
static bool is_usual(uint16_t op)
{
	switch (op) {
	case RJ_LDAP_BIND:
	case RJ_LDAP_BIND_RESPONSE:
	case RJ_LDAP_SEARCH:
	case RJ_LDAP_EXTENDED:
	case RJ_LDAP_EXTENDED_RESPONSE:
		return true;
	default:
		return false;
	}
}

/* What an operation begins with, in one octet; none has to be there where it may have no value. */
RJ_MUST_CHECK static enum rj_status check_start(struct rj_cursor c, uint8_t op)
{
	switch (op) {
	case RJ_LDAP_BIND:
		return rj_cursor_within(&c, RJ_BER_INTEGER, RJ_BER_INTEGER);
	case RJ_LDAP_BIND_RESPONSE:
	case RJ_LDAP_EXTENDED_RESPONSE:
		return rj_cursor_within(&c, RJ_BER_ENUMERATED, RJ_BER_ENUMERATED);
	case RJ_LDAP_SEARCH:
		return rj_cursor_within(&c, RJ_BER_OCTET_STRING, RJ_BER_OCTET_STRING);
	case RJ_LDAP_EXTENDED:
		return rj_cursor_within(&c, EXTENDED_REQUEST_NAME, EXTENDED_REQUEST_NAME);
	default:
		return RJ_OK;
	}
}

enum rj_probe rj_ldap_probe(struct rj_cursor bytes, bool is_at_port)
{
	struct rj_cursor first = bytes;
	uint16_t tag;
	uint32_t len, op_len;
	uint64_t room;
	int64_t id;
	enum rj_status st = rj_cursor_within(&first, RJ_BER_SEQUENCE, RJ_BER_SEQUENCE);

	if (!st)
		st = rj_ber_head(&bytes, &tag, &len);
	room = (uint64_t)bytes.left;
	if (!st)
		st = rj_ber_int(&bytes, RJ_BER_INTEGER, &id);
	if (!st && (id < 0 || id > MAX_ID))
		return RJ_PROBE_NO;
	if (!st)
		st = rj_ber_head(&bytes, &tag, &op_len);
	if (!st && (tag > 0xff ||
		    !(is_at_port ? rj_ldap_is_answer((uint8_t)tag) || is_request((uint8_t)tag) :
				   is_usual(tag))))
		return RJ_PROBE_NO;
	if (!st && (room - bytes.left) + op_len > len)
		return RJ_PROBE_NO;
	if (!st)
		st = check_start(bytes, (uint8_t)tag);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

/* The next element, of which before a soft end only the first bytes may be there. */
RJ_MUST_CHECK static enum rj_status open_some(struct rj_cursor *c, uint16_t *ret_tag,
					      struct rj_cursor *out)
{
	uint32_t len;
	enum rj_status st = rj_ber_head(c, ret_tag, &len);

	if (st)
		return st;
	if (len <= c->left)
		return rj_cursor_sub(c, len, out);
	if (c->is_hard)
		return RJ_MALFORMED;
	*out = *c;
	return rj_cursor_skip(c, c->left);
}

/* A number of 0 to @max. */
RJ_MUST_CHECK static enum rj_status read_number(struct rj_cursor *c, uint16_t tag, int64_t max,
						int64_t *out)
{
	enum rj_status st = rj_ber_int(c, tag, out);

	return !st && (*out < 0 || *out > max) ? RJ_MALFORMED : st;
}

/* RFC 4511 4.2: version, name, authentication. Of a password only whether it is empty. */
RJ_MUST_CHECK static enum rj_status read_bind(struct rj_cursor *c, struct rj_ldap_operation *o)
{
	struct rj_cursor value;
	int64_t version;
	uint16_t tag;
	enum rj_status st = read_number(c, RJ_BER_INTEGER, MAX_VERSION, &version);

	if (st)
		return st;
	o->version = (uint8_t)version;
	st = rj_ber_open(c, RJ_BER_OCTET_STRING, &o->dn);
	if (!st)
		st = open_some(c, &tag, &value);
	if (st)
		return st;
	if (tag == AUTH_SIMPLE) {
		o->auth = value.left ? RJ_LDAP_SIMPLE :
			  o->dn.left ? RJ_LDAP_UNAUTHENTICATED :
				       RJ_LDAP_ANONYMOUS;
		return RJ_OK;
	}
	if (tag >= AUTH_SICILY_DISCOVERY && tag <= AUTH_SICILY_LAST) {
		o->auth = RJ_LDAP_SICILY;
		return RJ_OK;
	}
	if (tag != AUTH_SASL)
		return RJ_MALFORMED;
	o->auth = RJ_LDAP_SASL;
	return rj_ber_open(&value, RJ_BER_OCTET_STRING, &o->word);
}

/* RFC 4511 4.5.1: baseObject, scope, and more. */
RJ_MUST_CHECK static enum rj_status read_search(struct rj_cursor *c, struct rj_ldap_operation *o)
{
	int64_t scope;
	enum rj_status st = rj_ber_open(c, RJ_BER_OCTET_STRING, &o->dn);

	if (!st)
		st = read_number(c, RJ_BER_ENUMERATED, MAX_SCOPE, &scope);
	if (!st)
		o->scope = (uint8_t)scope;
	return st;
}

/* RFC 4511 4.1.9: resultCode, matchedDN, diagnosticMessage; of extended ones a name behind. */
RJ_MUST_CHECK static enum rj_status read_result(struct rj_cursor *c, struct rj_ldap_operation *o)
{
	struct rj_cursor value;
	int64_t result;
	uint16_t tag;
	enum rj_status st = read_number(c, RJ_BER_ENUMERATED, MAX_RESULT, &result);

	if (st)
		return st;
	o->has_result = true;
	o->result = (uint16_t)result;
	while (!st && o->op == RJ_LDAP_EXTENDED_RESPONSE && c->left) {
		st = rj_ber_read(c, &tag, &value);
		if (!st && tag == EXTENDED_RESPONSE_NAME)
			o->word = value;
	}
	return st;
}

RJ_MUST_CHECK static enum rj_status read_value(struct rj_cursor *c, struct rj_ldap_operation *o)
{
	switch (o->op) {
	case RJ_LDAP_BIND:
		return read_bind(c, o);
	case RJ_LDAP_SEARCH:
		return read_search(c, o);
	case RJ_LDAP_DELETE: /* the name is the value */
		o->dn = *c;
		return rj_cursor_skip(c, c->left);
	case RJ_LDAP_MODIFY:
	case RJ_LDAP_ADD:
	case RJ_LDAP_MODIFY_DN:
	case RJ_LDAP_COMPARE:
		return rj_ber_open(c, RJ_BER_OCTET_STRING, &o->dn);
	case RJ_LDAP_EXTENDED:
		return rj_ber_open(c, EXTENDED_REQUEST_NAME, &o->word);
	case RJ_LDAP_UNBIND:
	case RJ_LDAP_ABANDON:
	case RJ_LDAP_SEARCH_ENTRY:
	case RJ_LDAP_SEARCH_REFERENCE:
	case RJ_LDAP_INTERMEDIATE:
		return RJ_OK;
	default:
		return read_result(c, o);
	}
}

enum rj_status rj_ldap_read(struct rj_cursor message, struct rj_ldap_operation *out)
{
	struct rj_ldap_operation o = { 0 };
	struct rj_cursor value;
	uint16_t tag;
	int64_t id;
	enum rj_status st = read_number(&message, RJ_BER_INTEGER, MAX_ID, &id);

	if (!st)
		st = open_some(&message, &tag, &value);
	if (!st && (tag > 0xff || (!is_request((uint8_t)tag) && !rj_ldap_is_answer((uint8_t)tag))))
		st = RJ_MALFORMED;
	if (st)
		return st;
	o.id = (uint32_t)id;
	o.op = (uint8_t)tag;
	st = read_value(&value, &o);
	if (st == RJ_MALFORMED)
		return st;
	*out = o;
	return RJ_OK;
}
