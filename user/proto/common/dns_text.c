/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS numbers as text: types, classes, service parameters (IANA). */
#include "proto/common/dns_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NUM(a) (sizeof(a) / sizeof((a)[0]))

/* A mnemonic, of the number that is its index; @len 0: there is none. */
#define NAME(literal)                                                                              \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define FIRST_HIGH_TYPE 32768u

/* IANA "Resource Record (RR) TYPEs"; obsolete ones that are still met included */
const struct rj_step_word rj_dns_type_words[RJ_DNS_NUM_TYPE_WORDS] = {
	[1] = NAME("A"),	[2] = NAME("NS"),	  [3] = NAME("MD"),
	[4] = NAME("MF"),	[5] = NAME("CNAME"),	  [6] = NAME("SOA"),
	[7] = NAME("MB"),	[8] = NAME("MG"),	  [9] = NAME("MR"),
	[10] = NAME("NULL"),	[11] = NAME("WKS"),	  [12] = NAME("PTR"),
	[13] = NAME("HINFO"),	[14] = NAME("MINFO"),	  [15] = NAME("MX"),
	[16] = NAME("TXT"),	[17] = NAME("RP"),	  [18] = NAME("AFSDB"),
	[19] = NAME("X25"),	[20] = NAME("ISDN"),	  [21] = NAME("RT"),
	[22] = NAME("NSAP"),	[23] = NAME("NSAP-PTR"),  [24] = NAME("SIG"),
	[25] = NAME("KEY"),	[26] = NAME("PX"),	  [27] = NAME("GPOS"),
	[28] = NAME("AAAA"),	[29] = NAME("LOC"),	  [30] = NAME("NXT"),
	[31] = NAME("EID"),	[32] = NAME("NIMLOC"),	  [33] = NAME("SRV"),
	[34] = NAME("ATMA"),	[35] = NAME("NAPTR"),	  [36] = NAME("KX"),
	[37] = NAME("CERT"),	[38] = NAME("A6"),	  [39] = NAME("DNAME"),
	[40] = NAME("SINK"),	[41] = NAME("OPT"),	  [42] = NAME("APL"),
	[43] = NAME("DS"),	[44] = NAME("SSHFP"),	  [45] = NAME("IPSECKEY"),
	[46] = NAME("RRSIG"),	[47] = NAME("NSEC"),	  [48] = NAME("DNSKEY"),
	[49] = NAME("DHCID"),	[50] = NAME("NSEC3"),	  [51] = NAME("NSEC3PARAM"),
	[52] = NAME("TLSA"),	[53] = NAME("SMIMEA"),	  [55] = NAME("HIP"),
	[56] = NAME("NINFO"),	[57] = NAME("RKEY"),	  [58] = NAME("TALINK"),
	[59] = NAME("CDS"),	[60] = NAME("CDNSKEY"),	  [61] = NAME("OPENPGPKEY"),
	[62] = NAME("CSYNC"),	[63] = NAME("ZONEMD"),	  [64] = NAME("SVCB"),
	[65] = NAME("HTTPS"),	[66] = NAME("DSYNC"),	  [99] = NAME("SPF"),
	[100] = NAME("UINFO"),	[101] = NAME("UID"),	  [102] = NAME("GID"),
	[103] = NAME("UNSPEC"), [104] = NAME("NID"),	  [105] = NAME("L32"),
	[106] = NAME("L64"),	[107] = NAME("LP"),	  [108] = NAME("EUI48"),
	[109] = NAME("EUI64"),	[128] = NAME("NXNAME"),	  [249] = NAME("TKEY"),
	[250] = NAME("TSIG"),	[251] = NAME("IXFR"),	  [252] = NAME("AXFR"),
	[253] = NAME("MAILB"),	[254] = NAME("MAILA"),	  [255] = NAME("ANY"),
	[256] = NAME("URI"),	[257] = NAME("CAA"),	  [258] = NAME("AVC"),
	[259] = NAME("DOA"),	[260] = NAME("AMTRELAY"), [261] = NAME("RESINFO"),
	[262] = NAME("WALLET"),
};

/* Those from FIRST_HIGH_TYPE on. */
static const struct rj_step_word high_types[] = {
	[0] = NAME("TA"),
	[1] = NAME("DLV"),
};

/* IANA "DNS CLASSes" */
const struct rj_step_word rj_dns_class_words[RJ_DNS_NUM_CLASS_WORDS] = {
	[1] = NAME("IN"),     [3] = NAME("CH"),	   [4] = NAME("HS"),
	[254] = NAME("NONE"), [255] = NAME("ANY"),
};

/* IANA "Service Parameter Keys (SvcParamKeys)" */
static const struct rj_step_word params[] = {
	[0] = NAME("mandatory"), [1] = NAME("alpn"),	 [2] = NAME("no-default-alpn"),
	[3] = NAME("port"),	 [4] = NAME("ipv4hint"), [5] = NAME("ech"),
	[6] = NAME("ipv6hint"),	 [7] = NAME("dohpath"),	 [8] = NAME("ohttp"),
};

static const struct rj_step_word *find(const struct rj_step_word *table, size_t num,
				       unsigned int index)
{
	return index < num && table[index].len ? &table[index] : NULL;
}

static const char *tell(const struct rj_step_word *name, const char *prefix, unsigned int number,
			struct rj_dns_text *out)
{
	if (name) {
		out->at = name->text;
		out->len = name->len;
	} else {
		out->at = out->room;
		out->len = (size_t)snprintf(out->room, sizeof(out->room), "%s%u", prefix, number);
	}
	return out->at;
}

static const struct rj_step_word *find_type(uint16_t type)
{
	if (type >= FIRST_HIGH_TYPE)
		return find(high_types, NUM(high_types), type - FIRST_HIGH_TYPE);
	return find(rj_dns_type_words, RJ_DNS_NUM_TYPE_WORDS, type);
}

const char *rj_dns_type_text(uint16_t type, struct rj_dns_text *out)
{
	return tell(find_type(type), "TYPE", type, out);
}

const char *rj_dns_class_text(uint16_t class, struct rj_dns_text *out)
{
	return tell(find(rj_dns_class_words, RJ_DNS_NUM_CLASS_WORDS, class), "CLASS", class, out);
}

const char *rj_dns_param_text(uint16_t key, struct rj_dns_text *out)
{
	return tell(find(params, NUM(params), key), "key", key, out);
}

static bool is_name(const struct rj_step_word *name, const char *text, size_t len)
{
	return len && name->len == len && !memcmp(name->text, text, len);
}

long rj_dns_type_number(const char *text, size_t len)
{
	static const char prefix[] = "TYPE";
	const size_t prefix_len = sizeof(prefix) - 1;
	long number = 0;

	for (size_t i = 0; i < RJ_DNS_NUM_TYPE_WORDS; i++)
		if (is_name(&rj_dns_type_words[i], text, len))
			return (long)i;
	for (size_t i = 0; i < NUM(high_types); i++)
		if (is_name(&high_types[i], text, len))
			return (long)(FIRST_HIGH_TYPE + i);
	if (len <= prefix_len || memcmp(text, prefix, prefix_len))
		return -1;
	for (size_t i = prefix_len; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || number > UINT16_MAX)
			return -1;
		number = number * 10 + text[i] - '0';
	}
	return number <= UINT16_MAX ? number : -1;
}
