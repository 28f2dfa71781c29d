/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS numbers as text: types, classes, service parameters (IANA). */
#ifndef RJ_PROTO_COMMON_DNS_TEXT_H
#define RJ_PROTO_COMMON_DNS_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <rejoice/record.h>

/*
 * rj_dns_type_words, rj_dns_class_words - mnemonics of the types and classes that are their places,
 * without bytes where there is none.
 */
#define RJ_DNS_NUM_TYPE_WORDS 263u /* two types have a mnemonic and a larger number */
#define RJ_DNS_NUM_CLASS_WORDS 256u
extern const struct rj_step_word rj_dns_type_words[RJ_DNS_NUM_TYPE_WORDS];
extern const struct rj_step_word rj_dns_class_words[RJ_DNS_NUM_CLASS_WORDS];

/*
 * struct rj_dns_text - @len bytes @at, of types and classes with a NUL behind; static, or in @room
 * for an unknown number.
 */
struct rj_dns_text {
	const char *at;
	size_t len;
	char room[16];
};

/*
 * rj_dns_type_text, rj_dns_class_text, rj_dns_param_text - the mnemonic of a
 * type ("A"), class ("IN") or service parameter key ("alpn"); an unknown one
 * as "TYPE65280", "CLASS9" (RFC 3597 section 5), "key9" (RFC 9460 section
 * 2.1). Return out->at.
 */
const char *rj_dns_type_text(uint16_t type, struct rj_dns_text *out);
const char *rj_dns_class_text(uint16_t class, struct rj_dns_text *out);
const char *rj_dns_param_text(uint16_t key, struct rj_dns_text *out);

/* rj_dns_type_number - the type that rj_dns_type_text calls so, or -1. */
long rj_dns_type_number(const char *text, size_t len);

#endif
