// SPDX-License-Identifier: BSD-3-Clause
/* What of a hello fingerprints follow from. */
#include "proto/tls/outline.h"

#include <string.h>

static bool put_u16(struct rj_tls_outline *o, size_t value)
{
	if (sizeof(o->bytes) - o->len < 2)
		return false;
	o->bytes[o->len++] = (uint8_t)(value >> 8);
	o->bytes[o->len++] = (uint8_t)value;
	return true;
}

static bool put(struct rj_tls_outline *o, struct rj_cursor data)
{
	if (sizeof(o->bytes) - o->len < data.left)
		return false;
	if (data.left)
		memcpy(o->bytes + o->len, data.at, data.left);
	o->len += data.left;
	return true;
}

/* Numbers of 16 bits with GREASE as one, behind @keep bytes. */
static bool put_mapped(struct rj_tls_outline *o, struct rj_cursor data, size_t keep)
{
	size_t i = o->len + keep;

	if (!put(o, data))
		return false;
	for (; i + 1 < o->len; i += 2)
		if (o->bytes[i] == o->bytes[i + 1] && (o->bytes[i] & 15) == 10)
			o->bytes[i] = o->bytes[i + 1] = RJ_TLS_GREASE & 0xff;
	return true;
}

/* @seen: the lists of a client in which GREASE is mapped; of two, NPF tells which is first. */
static bool put_extension(struct rj_tls_outline *o, const struct rj_tls_extension *x, bool is_kept,
			  unsigned int *seen)
{
	struct rj_cursor data = x->data;
	unsigned int bit;

	if (!is_kept)
		data.left = 0;
	if (o->hello.is_server)
		return put_u16(o, x->type) && put_u16(o, data.left) && put(o, data);
	if (!put_u16(o, rj_tls_degrease(x->type)) || !put_u16(o, data.left))
		return false;
	if (x->type != RJ_TLS_EXT_SUPPORTED_GROUPS && x->type != RJ_TLS_EXT_SUPPORTED_VERSIONS)
		return put(o, data);
	bit = x->type == RJ_TLS_EXT_SUPPORTED_GROUPS ? 2 : 1;
	if (*seen & bit)
		return false;
	*seen |= bit;
	return put_mapped(o, data, bit);
}

static bool put_extensions(struct rj_tls_outline *o, struct rj_cursor block, bool with_quic)
{
	struct rj_tls_extension x;
	unsigned int seen = 0;

	while (!rj_tls_extension_next(&block, &x)) {
		bool is_kept = rj_tls_keeps_data(x.type) ||
			       (with_quic && rj_tls_is_quic_parameters(x.type));

		if (!put_extension(o, &x, is_kept, &seen))
			return false;
	}
	return true;
}

bool rj_tls_outline_make(struct rj_tls_outline *o, const struct rj_tls_hello *hello,
			 enum rj_tls_transport transport, unsigned int npf)
{
	bool with_quic = transport != RJ_TLS_OVER_QUIC;
	size_t suites_at;

	o->bytes[0] = (uint8_t)(transport << 4 | npf);
	o->len = 1;
	o->hello = (struct rj_tls_hello){
		.is_server = hello->is_server,
		.version = hello->version,
	};
	if (!put_u16(o, hello->version) || !put_u16(o, hello->suites.left))
		return false;
	suites_at = o->len;
	if (!(hello->is_server ? put(o, hello->suites) : put_mapped(o, hello->suites, 0)))
		return false;
	o->hello.suites = rj_cursor_init(o->bytes + suites_at, hello->suites.left, true);
	o->hello.extensions.at = o->bytes + o->len;
	if (!put_extensions(o, hello->extensions, with_quic))
		return false;
	o->hello.extensions = rj_cursor_init(
		o->hello.extensions.at, (size_t)(o->bytes + o->len - o->hello.extensions.at), true);
	return true;
}
