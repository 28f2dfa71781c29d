// SPDX-License-Identifier: BSD-3-Clause
/* What of a hello fingerprints follow from. */
#include "proto/tls/outline.h"

#include <string.h>

/* Appends a number of 16 bits and @data; NULL where they have no room, else where the data is. */
static inline uint8_t *put(struct rj_tls_outline *o, uint16_t number, struct rj_cursor data)
{
	uint8_t *at = o->bytes + o->len;

	if (sizeof(o->bytes) - o->len < 4 || sizeof(o->bytes) - o->len - 4 < data.left)
		return NULL;
	at[0] = (uint8_t)(number >> 8);
	at[1] = (uint8_t)number;
	at[2] = (uint8_t)(data.left >> 8);
	at[3] = (uint8_t)data.left;
	if (data.left)
		memcpy(at + 4, data.at, data.left);
	o->len += 4 + data.left;
	return at + 4;
}

/* GREASE as one among the @len bytes of numbers of 16 bits. */
static void map_grease(uint8_t *at, size_t len)
{
	for (; len >= 2; len -= 2, at += 2)
		if (at[0] == at[1] && (at[0] & 15) == 10)
			at[0] = at[1] = RJ_TLS_GREASE & 0xff;
}

/* @seen: the lists of a client in which GREASE is mapped; of two, NPF tells which is first. */
static bool put_extension(struct rj_tls_outline *o, const struct rj_tls_extension *x,
			  unsigned int *seen)
{
	uint16_t type = o->hello.is_server ? x->type : rj_tls_degrease(x->type);
	uint8_t *at = put(o, type, x->data);
	unsigned int keep;

	if (!at || o->hello.is_server ||
	    (type != RJ_TLS_EXT_SUPPORTED_GROUPS && type != RJ_TLS_EXT_SUPPORTED_VERSIONS))
		return at;
	keep = type == RJ_TLS_EXT_SUPPORTED_GROUPS ? 2 : 1; /* bytes of its length, and its bit */
	if (*seen & keep)
		return false;
	*seen |= keep;
	if (x->data.left > keep)
		map_grease(at + keep, x->data.left - keep);
	return true;
}

static bool put_extensions(struct rj_tls_outline *o, struct rj_cursor block, bool with_quic)
{
	struct rj_tls_extension x;
	unsigned int seen = 0;

	while (!rj_tls_extension_next(&block, &x)) {
		if (!rj_tls_keeps_data(x.type) && !(with_quic && rj_tls_is_quic_parameters(x.type)))
			x.data.left = 0;
		if (!put_extension(o, &x, &seen))
			return false;
	}
	return true;
}

bool rj_tls_outline_make(struct rj_tls_outline *o, const struct rj_tls_hello *hello,
			 enum rj_tls_transport transport, unsigned int npf)
{
	uint8_t *suites, *extensions;

	o->hello = (struct rj_tls_hello){
		.is_server = hello->is_server,
		.version = hello->version,
	};
	o->bytes[0] = (uint8_t)(transport << 4 | npf);
	o->len = 1;
	suites = put(o, hello->version, hello->suites);
	if (!suites)
		return false;
	if (!hello->is_server)
		map_grease(suites, hello->suites.left);
	o->hello.suites = rj_cursor_init(suites, hello->suites.left, true);
	extensions = o->bytes + o->len;
	if (!put_extensions(o, hello->extensions, transport != RJ_TLS_OVER_QUIC))
		return false;
	o->hello.extensions =
		rj_cursor_init(extensions, (size_t)(o->bytes + o->len - extensions), true);
	return true;
}
