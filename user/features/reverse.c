// SPDX-License-Identifier: BSD-3-Clause
/* Names of reverse look-ups: which address they are of. */
#include "features/reverse.h"

#include <string.h>
#include <strings.h>

#define IPV4_ZONE ".in-addr.arpa"
#define IPV6_ZONE ".ip6.arpa"

static bool ends_with(const char *name, size_t len, const char *zone, size_t zone_len)
{
	return len > zone_len && !strncasecmp(name + len - zone_len, zone, zone_len);
}

/* Decimal digits up to a dot or the end, at most 255; how many they are, 0 for anything else. */
static size_t read_number(const char *text, size_t len, uint8_t *out)
{
	unsigned int value = 0;
	size_t i = 0;

	for (; i < len && text[i] != '.'; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		value = value * 10 + (unsigned int)(text[i] - '0');
		if (value > UINT8_MAX)
			return 0;
	}
	*out = (uint8_t)value;
	return i;
}

/* The last octet of the address comes first. */
static bool read_ipv4(const char *text, size_t len, uint8_t out[16])
{
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	for (unsigned int i = 0; i < 4; i++) {
		size_t num = read_number(text, len, &out[15 - i]);

		if (!num || (i < 3) != (num < len))
			return false;
		text += num + (i < 3);
		len -= num + (i < 3);
	}
	return true;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 32 digits with dots between them, the last one of the address first. */
static bool read_ipv6(const char *text, size_t len, uint8_t out[16])
{
	if (len != 63)
		return false;
	memset(out, 0, 16);
	for (unsigned int i = 0; i < 32; i++) {
		int digit = digit_of(text[2 * i]);

		if (digit < 0 || (i < 31 && text[2 * i + 1] != '.'))
			return false;
		out[15 - i / 2] |= (uint8_t)(i % 2 ? digit << 4 : digit);
	}
	return true;
}

bool rj_reverse_read(const void *name, size_t len, uint8_t out[16], size_t *ret_suffix_len)
{
	size_t ipv4_len = strlen(IPV4_ZONE), ipv6_len = strlen(IPV6_ZONE);

	if (ends_with(name, len, IPV4_ZONE, ipv4_len)) {
		*ret_suffix_len = ipv4_len;
		return read_ipv4(name, len - ipv4_len, out);
	}
	*ret_suffix_len = ipv6_len;
	return ends_with(name, len, IPV6_ZONE, ipv6_len) && read_ipv6(name, len - ipv6_len, out);
}
