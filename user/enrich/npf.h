/* SPDX-License-Identifier: BSD-3-Clause */
/* Mercury's notation of fingerprints as text: one form of what means the same, and its parts. */
#ifndef RJ_ENRICH_NPF_H
#define RJ_ENRICH_NPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "proto/fingerprint.h"

/* What a text of RJ_FP_MAX_LEN has room for: "(0000)" and "0000". */
#define RJ_NPF_MAX_EXTENSIONS (RJ_FP_MAX_LEN / 6 + 1)
#define RJ_NPF_MAX_SUITES (RJ_FP_MAX_LEN / 4 + 1)
#define RJ_NPF_MAX_KIND 32u

/* struct rj_npf_extension - its type, and where its text is, brackets and all. */
struct rj_npf_extension {
	uint16_t type;
	uint16_t len;
	const char *at;
};

/*
 * struct rj_npf - the parts of a ClientHello's fingerprint. The extensions borrow the text that was
 * read.
 * @quic_version: of the kind quic, else 0
 * @notation: 1: of all extensions; 2: of those that tell something (as quic/1/)
 */
struct rj_npf {
	uint32_t quic_version;
	uint16_t version;
	uint8_t notation;
	uint16_t num_suites;
	uint16_t num_extensions;
	uint16_t suites[RJ_NPF_MAX_SUITES];
	struct rj_npf_extension extensions[RJ_NPF_MAX_EXTENSIONS];
};

/* struct rj_npf_text - a fingerprint of @len bytes, with a zero byte behind it. */
struct rj_npf_text {
	size_t len;
	char at[RJ_FP_MAX_LEN + 1];
};

/*
 * rj_npf_normalize - the one text of all that say the same, in *@out. Of ClientHellos (tls, dtls,
 * quic) every value of GREASE becomes 0a0a, and its extensions have no data; tls/ (notation 0)
 * becomes tls/1/, with the extensions sorted. What begins with "(" is of @kind, NULL for "tls";
 * there, as in Joy's database, data of client_certificate_type and server_certificate_type is left
 * out. Other kinds stay as they are. Returns NULL, or what is wrong with the text.
 */
RJ_MUST_CHECK const char *rj_npf_normalize(const char *text, size_t len, const char *kind,
					   struct rj_npf_text *out);

/* rj_npf_kind_len - how much of a normal text is its kind: what stands before the first "/". */
size_t rj_npf_kind_len(const char *text, size_t len);

/* rj_npf_read - the parts of a normal text; false where it is none of a ClientHello. */
bool rj_npf_read(const char *text, size_t len, struct rj_npf *out);

/* rj_npf_shorten - notation 1 as notation 2, in *@out; false where it is none or is too long. */
bool rj_npf_shorten(const char *text, size_t len, struct rj_npf_text *out);

#endif
