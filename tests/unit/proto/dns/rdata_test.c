/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the data of DNS records. */
#include "proto/common/dns_text.h"
#include "tests/unit/proto/dns/fixture.h"

/* A response with one answer of @type at the root, whose data is @rdata, gives the members @want.
 */
static void check_rdata(const char *type, const char *rdata, const char *want)
{
	char hex[4096], json[4096];
	struct rj_dns_text room;
	size_t len;

	free(unit_unhex(rdata, &len));
	snprintf(hex, sizeof(hex),
		 "0001 8000 0001 0001 0000 0000 " QUESTION "00 %s 0001 0000003c %04zx %s", type,
		 len, rdata);
	snprintf(json, sizeof(json),
		 "[{\"rn\":\"example.com\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":["
		 "\"qr\"],"
		 "\"rr\":[{\"name\":\".\",\"type\":\"%s\",\"section\":\"an\",%s,\"ttl\":60}]}]",
		 rj_dns_type_text((uint16_t)strtoul(type, NULL, 16), &room), want);
	check(53, hex, json);
}

/* The same with data that is not of that type: it is given as it is. */
static void check_bad_rdata(const char *type, const char *rdata)
{
	char hex[4096];
	struct fixture f;
	size_t len;
	char *json;

	free(unit_unhex(rdata, &len));
	snprintf(hex, sizeof(hex),
		 "0001 8000 0001 0002 0000 0000 " QUESTION
		 "00 %s 0001 0000003c %04zx %s c00c 0001 0001 00000001 0004 01020304",
		 type, len, rdata);
	begin(&f, 53);
	CHECK_EQ(feed_hex(&f, hex, 1), RJ_OK);
	json = unit_json(&rj_dns, f.state, 0);
	CHECK(strstr(json,
		     "\"malformed\":true,\"ttl\":60},{\"name\":\"example.com\",\"type\":\"A\","
		     "\"section\":\"an\","
		     "\"a\":\"1.2.3.4\",\"ttl\":1}],\"malformed\":true}]"));
	free(json);
	end(&f, NULL);
}

TEST(dns_rdata_of_names)
{
	check_rdata("0002", "c00c", "\"ns\":\"example.com\"");
	check_rdata("0005", "c014", "\"cname\":\"com\"");
	check_rdata("000c", "01 61 c014", "\"ptr\":\"a.com\"");
	check_rdata("0027", "00", "\"dname\":\".\"");
	check_rdata("000f", "ffff c00c", "\"mx\":\"example.com\",\"preference\":65535");
	check_rdata(
		"0006", "0161 c00c 0162 00 00000001 00000002 00000003 00000004 ffffffff",
		"\"soa\":\"a.example.com\",\"rname\":\"b\",\"serial\":1,\"refresh\":2,\"retry\":3,"
		"\"expire\":4,\"minimum\":4294967295");
	check_rdata(
		"0021", "0001 0002 01bb c00c",
		"\"srv\":{\"priority\":1,\"weight\":2,\"port\":443,\"target\":\"example.com\"}");
}

TEST(dns_rdata_of_text)
{
	check_rdata("0010", "00 03 616263 02 22ff", "\"txt\":[\"\",\"abc\",\"\\\"\xef\xbf\xbd\"]");
	check_rdata("0010", "", "\"txt\":[]");
	check_rdata("0101", "80 05 6973737565 63612e74",
		    "\"caa\":{\"flags\":128,\"tag\":\"issue\",\"value\":\"ca.t\"}");
}

TEST(dns_rdata_of_dnssec)
{
	check_rdata("002b", "ec45 05 01 2bb183af",
		    "\"ds\":{\"key_tag\":60485,\"algorithm\":5,\"digest_type\":1,\"digest\":"
		    "\"2bb183af\"}");
	check_rdata("0030", "0101 03 08 0301",
		    "\"dnskey\":{\"flags\":257,\"protocol\":3,\"algorithm\":8,\"public_key\":"
		    "\"0301\"}");
	check_rdata("002e", "0001 05 03 00015180 0000000b 0000000a 0a52 00 abcd",
		    "\"rrsig\":{\"type_covered\":\"A\",\"algorithm\":5,\"labels\":3,\"original_"
		    "ttl\":86400,"
		    "\"expiration\":11,\"inception\":10,\"key_tag\":2642,\"signer\":\".\","
		    "\"signature\":\"abcd\"}");
}

/* vectors of RFC 9460 appendix D */
TEST(dns_rdata_of_services)
{
	check_rdata("0041", "0000 03666f6f 076578616d706c65 03636f6d 00",
		    "\"https\":{\"priority\":0,\"target\":\"foo.example.com\"}");
	check_rdata("0040", "0010 03666f6f 00 0003 0002 0035",
		    "\"svcb\":{\"priority\":16,\"target\":\"foo\",\"params\":{\"port\":53}}");
	check_rdata("0040", "0001 00 029b 0005 68656c6c6f",
		    "\"svcb\":{\"priority\":1,\"target\":\".\",\"params\":{\"key667\":"
		    "\"68656c6c6f\"}}");
	check_rdata("0040",
		    "0001 00 0006 0020 20010db8000000000000000000000001 "
		    "20010db8000000000000000000530001",
		    "\"svcb\":{\"priority\":1,\"target\":\".\",\"params\":{\"ipv6hint\":[\"2001:"
		    "db8::1\","
		    "\"2001:db8::53:1\"]}}");
	check_rdata(
		"0040",
		"0010 00 0000 0004 0001 0004 0001 0009 02 6832 05 68332d3139 0004 0004 c0000201",
		"\"svcb\":{\"priority\":16,\"target\":\".\",\"params\":{\"mandatory\":[\"alpn\","
		"\"ipv4hint\"],\"alpn\":[\"h2\",\"h3-19\"],\"ipv4hint\":[\"192.0.2.1\"]}}");
	check_rdata(
		"0041", "0001 00 0002 0000 0005 0002 fe0d 0007 0002 2f71",
		"\"https\":{\"priority\":1,\"target\":\".\",\"params\":{\"no-default-alpn\":true,"
		"\"ech\":\"fe0d\",\"dohpath\":\"/q\"}}");
}

TEST(dns_other_rdata_is_hex)
{
	check_rdata("000d", "01 61 01 62", "\"class\":1,\"rdlength\":4,\"data\":\"01610162\"");
	check_rdata("ff00", "", "\"class\":1,\"rdlength\":0,\"data\":\"\"");
}

TEST(dns_options_have_names)
{
	check(53,
	      "0001 0000 0000 0000 0000 0001 00 0029 04d0 00 01 0000 001d 0003 0001 61 0008 0001 "
	      "62 000a 0001 63"
	      "000c 0000 000f 0002 0012 fde9 0000",
	      "[{\"id\":1,\"flags\":[],\"rr\":[{\"name\":\".\",\"type\":\"OPT\","
	      "\"section\":\"ar\",\"opt\":{\"udp_"
	      "size\":1232,"
	      "\"version\":1,\"do\":false,\"options\":[{\"nsid\":\"61\"},{\"client_subnet\":\"62\"}"
	      ","
	      "{\"cookie\":\"63\"},{\"padding\":\"\"},{\"ede\":\"0012\"},{\"code\":65001,\"data\":"
	      "\"\"}]},"
	      "\"ttl\":65536}]}]");
}

TEST(dns_rdata_one_byte_too_few_or_too_many_is_given_as_it_is)
{
	check_bad_rdata("0001", "010203");
	check_bad_rdata("0001", "0102030405");
	check_bad_rdata("001c", "000102030405060708090a0b0c0d0e");
	check_bad_rdata("001c", "000102030405060708090a0b0c0d0e0f10");
	check_bad_rdata("0002", "c0");
	check_bad_rdata("0002", "c00c00");
	check_bad_rdata("000f", "0001");
	check_bad_rdata("000f", "00");
	check_bad_rdata("0006", "00 00 00000001 00000002 00000003 00000004 000000");
	check_bad_rdata("0006", "00 00 00000001 00000002 00000003 00000004 0000000500");
	check_bad_rdata("0010", "04 616263");
	check_bad_rdata("0021", "0001 0002 01bb");
	check_bad_rdata("0021", "0001 0002 01bb 00 00");
	check_bad_rdata("0101", "00 00 61");
	check_bad_rdata("0101", "00 06 6973737565");
	check_bad_rdata("002b", "ec45 05");
	check_bad_rdata("0030", "0101 03");
	check_bad_rdata("002e", "0001 05 03 00015180 0000000b 0000000a 0a52");
	check_bad_rdata("0029", "0003 0002 61");
	check_bad_rdata("0029", "0003 00");
}

TEST(dns_bad_service_parameters_are_malformed)
{
	check_bad_rdata("0041", "0001");
	check_bad_rdata("0041", "0001 00 0003 0003 0035 00");		  /* port too long */
	check_bad_rdata("0041", "0001 00 0003 0001 35");		  /* too short */
	check_bad_rdata("0041", "0001 00 0003 0002 0035 0003 0002 0035"); /* twice */
	check_bad_rdata("0041", "0001 00 0003 0002 0035 0002 0000");	  /* order */
	check_bad_rdata("0041", "0001 00 0001 0000");			  /* empty alpn */
	check_bad_rdata("0041", "0001 00 0001 0001 00");		  /* empty identifier */
	check_bad_rdata("0041", "0001 00 0001 0002 0261");		  /* lying identifier */
	check_bad_rdata("0041", "0001 00 0002 0001 00"); /* value of no-default-alpn */
	check_bad_rdata("0041", "0001 00 0004 0005 0102030405");
	check_bad_rdata("0041", "0001 00 0004 0000");
	check_bad_rdata("0041", "0001 00 0006 000f 000102030405060708090a0b0c0d0e");
	check_bad_rdata("0041", "0001 00 0000 0001 00");
	check_bad_rdata("0041", "0001 00 0000 0000");
	check_bad_rdata("0041", "0001 00 0003 0003 0035"); /* longer than the data */
}
