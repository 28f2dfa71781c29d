/* SPDX-License-Identifier: BSD-3-Clause */
/* Where FTP's data connections go to, in its four notations. */
#include "proto/ftp/endpoint.h"

#include <arpa/inet.h>

#include "proto/common/line.h"

/* A number up to @most in digits, up to the first byte that is none; false without digits. */
static bool read_number(struct rj_cursor *c, uint32_t most, uint32_t *out)
{
	struct rj_cursor ahead = *c;
	uint32_t value = 0;
	uint8_t ch;

	while (!rj_cursor_u8(&ahead, &ch) && ch >= '0' && ch <= '9') {
		value = value * 10 + (ch - '0');
		if (value > most)
			return false;
		*c = ahead;
		*out = value;
	}
	return true;
}

static bool read_byte(struct rj_cursor *c, char end, uint32_t *out)
{
	const size_t len = c->left;
	uint8_t ch;

	if (!read_number(c, UINT8_MAX, out) || c->left == len)
		return false;
	return !end || (!rj_cursor_u8(c, &ch) && ch == (uint8_t)end);
}

static void set_ipv4(uint8_t address[16], const uint8_t ipv4[4])
{
	memset(address, 0, 10);
	address[10] = address[11] = 0xff;
	memcpy(address + 12, ipv4, 4);
}

bool rj_endpoint_of_port(struct rj_cursor argument, struct rj_endpoint *out)
{
	uint32_t byte[6];
	uint8_t ipv4[4];

	for (unsigned int i = 0; i < 6; i++)
		if (!read_byte(&argument, i < 5 ? ',' : '\0', &byte[i]))
			return false;
	for (unsigned int i = 0; i < 4; i++)
		ipv4[i] = (uint8_t)byte[i];
	set_ipv4(out->address, ipv4);
	out->port = (uint16_t)(byte[4] << 8 | byte[5]);
	out->has_address = true;
	return true;
}

bool rj_endpoint_of_pasv(struct rj_cursor text, struct rj_endpoint *out)
{
	struct rj_cursor ahead = text;
	uint8_t ch;

	while (!rj_cursor_u8(&ahead, &ch)) {
		if (ch >= '0' && ch <= '9')
			return rj_endpoint_of_port(text, out);
		text = ahead;
	}
	return false;
}

/* Family, address and port between delimiters, which may be any byte. */
static bool split(struct rj_cursor c, struct rj_cursor part[3])
{
	uint8_t delimiter;

	if (rj_cursor_u8(&c, &delimiter))
		return false;
	for (unsigned int i = 0; i < 3; i++)
		if (rj_line_word(&c, (char)delimiter, &part[i]))
			return false;
	return true;
}

static bool read_port(struct rj_cursor part, uint16_t *out)
{
	size_t len = part.left;
	uint32_t port;

	if (!read_number(&part, UINT16_MAX, &port) || part.left || !len)
		return false;
	*out = (uint16_t)port;
	return true;
}

bool rj_endpoint_of_eprt(struct rj_cursor argument, struct rj_endpoint *out)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct rj_endpoint read = { .has_address = true };
	struct rj_cursor part[3];
	uint8_t ipv4[4];

	if (!split(argument, part) || part[1].left >= sizeof(text) ||
	    !read_port(part[2], &read.port))
		return false;
	memcpy(text, part[1].at, part[1].left);
	if (rj_line_equals(part[0], "1") && inet_pton(AF_INET, text, ipv4) == 1)
		set_ipv4(read.address, ipv4);
	else if (!rj_line_equals(part[0], "2") || inet_pton(AF_INET6, text, read.address) != 1)
		return false;
	*out = read;
	return true;
}

bool rj_endpoint_of_epsv(struct rj_cursor text, struct rj_endpoint *out)
{
	struct rj_endpoint read = { .has_address = false };
	struct rj_cursor before, part[3];

	if (rj_line_word(&text, '(', &before) || !split(text, part) ||
	    !read_port(part[2], &read.port))
		return false;
	*out = read;
	return true;
}
