/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of what the DNS dissector does faster than the rest: it comes to the same. */
#include "proto/common/dns_wire.h"
#include "tests/unit/proto/dns/fixture.h"

#define OTHER "07 4578616d706c65 03 636f6d 00 0001 0001 " /* Example.com A IN */
#define HEAD(name) "{\"" name "\":\"example.com\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\","
#define A "c00c 0001 0001 00000001 0004 01020304"
#define AAAA "c00c 001c 0001 00000001 0010 20010db8000000000000000000000001"
#define A_JSON(name, section)                                                                      \
	"{\"name\":\"" name "\",\"type\":\"A\",\"section\":\"" section                             \
	"\",\"a\":\"1.2.3.4\",\"ttl\":1}"
#define AAAA_JSON(section)                                                                         \
	"{\"name\":\"example.com\",\"type\":\"AAAA\",\"section\":\"" section                       \
	"\",\"aaaa\":\"2001:db8::1\",\"ttl\":1}"

/* Both sides' messages on @port, a query and what follows it, give @want. */
static void check_two(uint16_t port, const char *query, const char *response, const char *want)
{
	struct fixture f;

	begin(&f, port);
	feed_hex(&f, query, 0);
	f.time_ns = 1000;
	CHECK_EQ(feed_hex(&f, response, 1), RJ_OK);
	end(&f, want);
}

/* clang-format off */
TEST(dns_addresses_in_a_row_are_in_order)
{
	check_two(53, "0001 0100 0001 0000 0000 0000" QUESTION,
		"0001 8180 0001 0008 0002 0004" QUESTION A A A A A A A A AAAA AAAA
		/* of another name, in the middle */
		"01 61 c00c 0001 0001 00000001 0004 01020304" A
		"c00c 0001 0001 00000001 0003 010203" AAAA,
		"[" HEAD("qn") "\"flags\":[\"rd\"]}," HEAD("rn") "\"rc\":0,\"flags\":[\"qr\","
		"\"rd\",\"ra\"],\"query\":0,\"response_us\":1,\"rr\":["
		A_JSON("example.com", "an") "," A_JSON("example.com", "an") ","
		A_JSON("example.com", "an") "," A_JSON("example.com", "an") ","
		A_JSON("example.com", "an") "," A_JSON("example.com", "an") ","
		A_JSON("example.com", "an") "," A_JSON("example.com", "an") ","
		AAAA_JSON("ns") "," AAAA_JSON("ns") ","
		A_JSON("a.example.com", "ar") "," A_JSON("example.com", "ar") ","
		"{\"name\":\"example.com\",\"type\":\"A\",\"section\":\"ar\",\"class\":1,"
		"\"rdlength\":3,\"data\":\"010203\",\"malformed\":true,\"ttl\":1},"
		AAAA_JSON("ar") "],\"malformed\":true}]");
}

TEST(dns_a_name_is_that_of_the_message_before_only_if_all_of_it_is)
{
	/* in other letters; it is an answer nevertheless */
	check_two(53, "0001 0000 0001 0000 0000 0000" QUESTION,
		"0001 8000 0001 0001 0000 0000" OTHER A,
		"[" HEAD("qn") "\"flags\":[]},"
		"{\"rn\":\"Example.com\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,"
		"\"flags\":[\"qr\"],\"query\":0,\"response_us\":1,\"rr\":["
		A_JSON("Example.com", "an") "]}]");
	/* longer, shorter */
	check_two(53, "0001 0000 0001 0000 0000 0000 01 61 00 0001 0001",
		"0001 8000 0001 0000 0000 0000 01 61 01 62 00 0001 0001",
		"[{\"qn\":\"a\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[]},"
		"{\"rn\":\"a.b\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,"
		"\"flags\":[\"qr\"]}]");
	/* the query ends behind its name, the response in it */
	check_two(53, "0001 0000 0001 0000 0000 0000 01 61 00 00",
		"0001 8000 0001 0000 0000 0000 01 61",
		"[{\"id\":1,\"flags\":[],\"malformed\":true},"
		"{\"id\":1,\"rc\":0,\"flags\":[\"qr\"],\"malformed\":true}]");
}
/* clang-format on */

TEST(nbns_names_that_come_again_are_decoded)
{
#define FRED "20 4547464345464545434143414341434143414341434143414341434143414141 00 0020 0001"
	check_two(137, "0001 0110 0001 0000 0000 0000" FRED, "0002 0110 0001 0000 0000 0000" FRED,
		  "[{\"qn\":\"FRED<00>\",\"id\":1,\"qt\":\"NB\",\"qc\":\"IN\",\"flags\":[\"rd\","
		  "\"b\"],\"service\":\"nbns\"},{\"qn\":\"FRED<00>\",\"id\":2,\"qt\":\"NB\",\"qc\":"
		  "\"IN\",\"flags\":[\"rd\",\"b\"],\"service\":\"nbns\"}]");
}

TEST(dns_more_flags_than_one_call_writes)
{
	check(53, "0001 87f0 0001 0000 0000 0000" QUESTION,
	      "[" HEAD("rn") "\"rc\":0,\"flags\":[\"qr\",\"aa\",\"tc\",\"rd\",\"ra\",\"z\",\"ad\","
			     "\"cd\"]}]");
	check(53, "0001 8590 0001 0000 0000 0000" QUESTION,
	      "[" HEAD("rn") "\"rc\":0,\"flags\":[\"qr\",\"aa\",\"rd\",\"ra\",\"cd\"]}]");
}

/* Writes a name of labels of @len octets, two of which are x, and one that is @odd at @place. */
static size_t build(uint8_t *out, size_t len, size_t place, uint8_t odd)
{
	size_t at = 0;

	for (int i = 0; i < 3; i++) {
		out[at++] = (uint8_t)len;
		memset(out + at, 'x', len);
		if (i == 1)
			out[at + place] = odd;
		at += len;
	}
	out[at++] = 0;
	return at;
}

static size_t tell(char *out, size_t len, size_t place, uint8_t odd)
{
	char *at = out;

	for (int i = 0; i < 3; i++) {
		for (size_t j = 0; j < len; j++) {
			bool is_odd = i == 1 && j == place;

			if (is_odd && (odd == '.' || odd == '\\'))
				at += snprintf(at, 5, "\\%c", odd);
			else if (is_odd && (odd <= ' ' || odd >= 0x7f))
				at += snprintf(at, 5, "\\%03u", odd);
			else
				*at++ = is_odd ? (char)odd : 'x';
		}
		*at++ = '.';
	}
	return (size_t)(at - out) - 1;
}

TEST(dns_an_octet_that_is_special_is_found_at_every_place)
{
	static const uint8_t odd[] = { 0,   1,	  31,  ' ',  '!',  '-', '.',
				       '/', '\\', '~', 0x7f, 0x80, 0xff };

	for (size_t len = 1; len <= RJ_DNS_MAX_LABEL; len++) {
		for (size_t i = 0; i < sizeof(odd) * len; i++) {
			uint8_t wire[RJ_DNS_MAX_NAME];
			char want[RJ_DNS_MAX_NAME_TEXT + 5];
			size_t wire_len = build(wire, len, i % len, odd[i / len]);
			size_t want_len = tell(want, len, i % len, odd[i / len]);
			uint8_t *exact = unit_copy(wire, wire_len);
			struct rj_dns_message message =
				rj_dns_message_init(rj_cursor_init(exact, wire_len, true));
			struct rj_dns_part p = rj_dns_part_init(&message);
			struct rj_dns_name name;

			CHECK_EQ(rj_dns_name_read(&p, &name), RJ_OK);
			CHECK_EQ(p.c.left, 0);
			CHECK_EQ(name.len, want_len);
			CHECK(!memcmp(name.text, want, want_len));
			free(exact);
		}
	}
}
