/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS numbers as text: types, classes, service parameters (IANA). */
#include "proto/common/dns_text.h"

#include <stdio.h>
#include <string.h>

#define NUM(a) (sizeof(a) / sizeof((a)[0]))

struct named {
	uint16_t number;
	const char *name;
};

/* IANA "Resource Record (RR) TYPEs"; obsolete ones that are still met included */
static const struct named types[] = {
	{ 1, "A" },	     { 2, "NS" },	 { 3, "MD" },	       { 4, "MF" },
	{ 5, "CNAME" },	     { 6, "SOA" },	 { 7, "MB" },	       { 8, "MG" },
	{ 9, "MR" },	     { 10, "NULL" },	 { 11, "WKS" },	       { 12, "PTR" },
	{ 13, "HINFO" },     { 14, "MINFO" },	 { 15, "MX" },	       { 16, "TXT" },
	{ 17, "RP" },	     { 18, "AFSDB" },	 { 19, "X25" },	       { 20, "ISDN" },
	{ 21, "RT" },	     { 22, "NSAP" },	 { 23, "NSAP-PTR" },   { 24, "SIG" },
	{ 25, "KEY" },	     { 26, "PX" },	 { 27, "GPOS" },       { 28, "AAAA" },
	{ 29, "LOC" },	     { 30, "NXT" },	 { 31, "EID" },	       { 32, "NIMLOC" },
	{ 33, "SRV" },	     { 34, "ATMA" },	 { 35, "NAPTR" },      { 36, "KX" },
	{ 37, "CERT" },	     { 38, "A6" },	 { 39, "DNAME" },      { 40, "SINK" },
	{ 41, "OPT" },	     { 42, "APL" },	 { 43, "DS" },	       { 44, "SSHFP" },
	{ 45, "IPSECKEY" },  { 46, "RRSIG" },	 { 47, "NSEC" },       { 48, "DNSKEY" },
	{ 49, "DHCID" },     { 50, "NSEC3" },	 { 51, "NSEC3PARAM" }, { 52, "TLSA" },
	{ 53, "SMIMEA" },    { 55, "HIP" },	 { 56, "NINFO" },      { 57, "RKEY" },
	{ 58, "TALINK" },    { 59, "CDS" },	 { 60, "CDNSKEY" },    { 61, "OPENPGPKEY" },
	{ 62, "CSYNC" },     { 63, "ZONEMD" },	 { 64, "SVCB" },       { 65, "HTTPS" },
	{ 66, "DSYNC" },     { 99, "SPF" },	 { 100, "UINFO" },     { 101, "UID" },
	{ 102, "GID" },	     { 103, "UNSPEC" },	 { 104, "NID" },       { 105, "L32" },
	{ 106, "L64" },	     { 107, "LP" },	 { 108, "EUI48" },     { 109, "EUI64" },
	{ 128, "NXNAME" },   { 249, "TKEY" },	 { 250, "TSIG" },      { 251, "IXFR" },
	{ 252, "AXFR" },     { 253, "MAILB" },	 { 254, "MAILA" },     { 255, "ANY" },
	{ 256, "URI" },	     { 257, "CAA" },	 { 258, "AVC" },       { 259, "DOA" },
	{ 260, "AMTRELAY" }, { 261, "RESINFO" }, { 262, "WALLET" },    { 32768, "TA" },
	{ 32769, "DLV" },
};

/* IANA "DNS CLASSes" */
static const struct named classes[] = {
	{ 1, "IN" }, { 3, "CH" }, { 4, "HS" }, { 254, "NONE" }, { 255, "ANY" },
};

/* IANA "Service Parameter Keys (SvcParamKeys)" */
static const struct named params[] = {
	{ 0, "mandatory" }, { 1, "alpn" },     { 2, "no-default-alpn" },
	{ 3, "port" },	    { 4, "ipv4hint" }, { 5, "ech" },
	{ 6, "ipv6hint" },  { 7, "dohpath" },  { 8, "ohttp" },
};

static const char *find(const struct named *table, size_t num, uint16_t number, const char *prefix,
			struct rj_dns_text *room)
{
	for (size_t i = 0; i < num; i++)
		if (table[i].number == number)
			return table[i].name;
	snprintf(room->room, sizeof(room->room), "%s%u", prefix, (unsigned int)number);
	return room->room;
}

const char *rj_dns_type_text(uint16_t type, struct rj_dns_text *room)
{
	return find(types, NUM(types), type, "TYPE", room);
}

const char *rj_dns_class_text(uint16_t class, struct rj_dns_text *room)
{
	return find(classes, NUM(classes), class, "CLASS", room);
}

const char *rj_dns_param_text(uint16_t key, struct rj_dns_text *room)
{
	return find(params, NUM(params), key, "key", room);
}

long rj_dns_type_number(const char *text, size_t len)
{
	static const char prefix[] = "TYPE";
	const size_t prefix_len = sizeof(prefix) - 1;
	long number = 0;

	for (size_t i = 0; i < NUM(types); i++)
		if (strlen(types[i].name) == len && !memcmp(types[i].name, text, len))
			return types[i].number;
	if (len <= prefix_len || memcmp(text, prefix, prefix_len))
		return -1;
	for (size_t i = prefix_len; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || number > UINT16_MAX)
			return -1;
		number = number * 10 + text[i] - '0';
	}
	return number <= UINT16_MAX ? number : -1;
}
