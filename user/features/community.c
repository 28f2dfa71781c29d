// SPDX-License-Identifier: BSD-3-Clause
/* Community ID v1: SHA-1 over the ordered endpoints, base64. */
#include "features/community.h"

/* EVP looks an algorithm up by its name and allocates for each hash, which takes longer than it. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bpf/wire.h"

struct endpoint {
	uint8_t addr[16];
	uint16_t port;
};

/* The message type that answers @type, or -1: then the flow has one direction only. */
static int counterpart(uint8_t proto, uint8_t type)
{
	static const uint8_t pairs4[][2] = { { 8, 0 },
					     { 13, 14 },
					     { 15, 16 },
					     { 10, 9 },
					     { 17, 18 } };
	static const uint8_t pairs6[][2] = { { 128, 129 }, { 133, 134 }, { 135, 136 },
					     { 130, 131 }, { 139, 140 }, { 144, 145 } };
	const uint8_t(*pairs)[2] = proto == RJ_IP_ICMP ? pairs4 : pairs6;
	size_t num = proto == RJ_IP_ICMP ? sizeof(pairs4) / 2 : sizeof(pairs6) / 2;

	for (size_t i = 0; i < num; i++) {
		if (pairs[i][0] == type)
			return pairs[i][1];
		if (pairs[i][1] == type)
			return pairs[i][0];
	}
	return -1;
}

static bool is_smaller(const struct endpoint *a, const struct endpoint *b, size_t addr_len)
{
	int order = memcmp(a->addr + 16 - addr_len, b->addr + 16 - addr_len, addr_len);

	return order < 0 || (!order && a->port < b->port);
}

static size_t put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return 2;
}

static bool has_ports(const struct rj_key *key)
{
	return key->proto == RJ_IP_TCP || key->proto == RJ_IP_UDP || key->proto == RJ_IP_SCTP;
}

/* Sets the ports that stand for an ICMP message; false when the ends must not change places. */
static bool icmp_ports(const struct rj_key *key, const struct rj_rest *first, struct endpoint *src,
		       struct endpoint *dst)
{
	int other = counterpart(key->proto, first->icmp_type);

	src->port = first->icmp_type;
	dst->port = other < 0 ? first->icmp_code : (uint16_t)other;
	return other >= 0;
}

/* All is short enough for a padded block (FIPS 180-4 5.1.1); behind @len it is zero. */
#define MAX_HASHED (2 + 16 + 16 + 2 + 4)
_Static_assert(MAX_HASHED < SHA_CBLOCK - 8, "one block");

static void hash(uint8_t block[SHA_CBLOCK], size_t len, uint32_t digest[5])
{
	SHA_CTX sha;

	block[len] = 0x80;
	put16(block + SHA_CBLOCK - 2, (uint16_t)(8 * len));
	SHA1_Init(&sha);
	SHA1_Transform(&sha, block);
	digest[0] = sha.h0;
	digest[1] = sha.h1;
	digest[2] = sha.h2;
	digest[3] = sha.h3;
	digest[4] = sha.h4;
}

/* Base64 (RFC 4648) of a digest: 160 bits, six at a time. */
static void put_base64(char *at, const uint32_t digest[5])
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint64_t bits = 0; /* that are left, the lowest @num */
	int num = 0;

	for (int i = 0; i < 5; i++) {
		bits = bits << 32 | digest[i];
		for (num += 32; num >= 6; num -= 6)
			*at++ = letters[bits >> (num - 6) & 63];
	}
	*at++ = letters[bits << (6 - num) & 63];
	*at++ = '=';
	*at = 0;
}

void rj_community_id(const struct rj_key *key, const struct rj_flow *flow,
		     const struct rj_rest *first, char out[RJ_COMMUNITY_ID_LEN])
{
	unsigned int from = flow->half[0].packets ? 0 : 1;
	struct endpoint src = { .port = key->port[from] }, dst = { .port = key->port[!from] };
	bool is_icmp = key->proto == RJ_IP_ICMP || key->proto == RJ_IP_ICMPV6;
	bool is_ordered = true;
	uint8_t bytes[SHA_CBLOCK] = { 0 };
	uint32_t digest[5];
	size_t addr_len, len;

	/* type and code are those of the first packet, so its sender comes first */
	if (is_icmp && flow->originator_by == RJ_ORIG_FIRST)
		from = flow->originator;
	memcpy(src.addr, key->addr[from], 16);
	memcpy(dst.addr, key->addr[!from], 16);
	src.port = key->port[from];
	dst.port = key->port[!from];
	addr_len = key->version == 4 ? 4 : 16;
	if (is_icmp)
		is_ordered = icmp_ports(key, first, &src, &dst);
	else if (!has_ports(key))
		src.port = dst.port = 0;
	if (is_ordered && !is_smaller(&src, &dst, addr_len)) {
		struct endpoint swap = src;

		src = dst;
		dst = swap;
	}
	len = put16(bytes, 0);
	memcpy(bytes + len, src.addr + 16 - addr_len, addr_len);
	memcpy(bytes + len + addr_len, dst.addr + 16 - addr_len, addr_len);
	len += 2 * addr_len;
	bytes[len++] = key->proto;
	bytes[len++] = 0;
	if (is_icmp || has_ports(key)) {
		len += put16(bytes + len, src.port);
		len += put16(bytes + len, dst.port);
	}
	hash(bytes, len, digest);
	memcpy(out, "1:", 2);
	put_base64(out + 2, digest);
}
