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

/* Of a type that Joy does not take apart: its length stands beside. */
static void check_more_rdata(const char *type, const char *rdata, const char *want)
{
	char members[4096];
	size_t len;

	free(unit_unhex(rdata, &len));
	snprintf(members, sizeof(members), "%s,\"rdlength\":%zu", want, len);
	check_rdata(type, rdata, members);
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
	check_more_rdata("0027", "00", "\"dname\":\".\"");
	check_rdata("000f", "ffff c00c", "\"mx\":\"example.com\",\"preference\":65535");
	check_rdata(
		"0006", "0161 c00c 0162 00 00000001 00000002 00000003 00000004 ffffffff",
		"\"soa\":\"a.example.com\",\"rname\":\"b\",\"serial\":1,\"refresh\":2,\"retry\":3,"
		"\"expire\":4,\"minimum\":4294967295");
	check_more_rdata(
		"0021", "0001 0002 01bb c00c",
		"\"srv\":{\"priority\":1,\"weight\":2,\"port\":443,\"target\":\"example.com\"}");
}

/* No IPv4 address was said. */
TEST(dns_rdata_of_mapped_addresses)
{
	check_rdata("001c", "0000 0000 0000 0000 0000 ffff 0102 0304",
		    "\"aaaa\":\"::ffff:1.2.3.4\"");
	check_rdata("001c", "0000 0000 0000 0000 0000 fffe 0102 0304",
		    "\"aaaa\":\"::fffe:102:304\"");
	check_more_rdata("0040", "0001 00 0006 0010 0000 0000 0000 0000 0000 ffff 0102 0304",
			 "\"svcb\":{\"priority\":1,\"target\":\".\",\"params\":{\"ipv6hint\":["
			 "\"::ffff:1.2.3.4\"]}}");
}

TEST(dns_rdata_of_text)
{
	check_rdata("0010", "00 03 616263 02 22ff", "\"txt\":[\"\",\"abc\",\"\\\"\xef\xbf\xbd\"]");
	check_rdata("0010", "", "\"txt\":[]");
	check_more_rdata("0101", "80 05 6973737565 63612e74",
			 "\"caa\":{\"flags\":128,\"tag\":\"issue\",\"value\":\"ca.t\"}");
}

TEST(dns_rdata_of_dnssec)
{
	check_more_rdata("002b", "ec45 05 01 2bb183af",
			 "\"ds\":{\"key_tag\":60485,\"algorithm\":5,\"digest_type\":1,\"digest\":"
			 "\"2bb183af\"}");
	check_more_rdata("0030", "0101 03 08 0301",
			 "\"dnskey\":{\"flags\":257,\"protocol\":3,\"algorithm\":8,\"public_key\":"
			 "\"0301\"}");
	check_more_rdata(
		"002e", "0001 05 03 00015180 0000000b 0000000a 0a52 00 abcd",
		"\"rrsig\":{\"type_covered\":\"A\",\"algorithm\":5,\"labels\":3,\"original_"
		"ttl\":86400,"
		"\"expiration\":11,\"inception\":10,\"key_tag\":2642,\"signer\":\".\","
		"\"signature\":\"abcd\"}");
}

/* vectors of RFC 9460 appendix D */
TEST(dns_rdata_of_services)
{
	check_more_rdata("0041", "0000 03666f6f 076578616d706c65 03636f6d 00",
			 "\"https\":{\"priority\":0,\"target\":\"foo.example.com\"}");
	check_more_rdata("0040", "0010 03666f6f 00 0003 0002 0035",
			 "\"svcb\":{\"priority\":16,\"target\":\"foo\",\"params\":{\"port\":53}}");
	check_more_rdata("0040", "0001 00 029b 0005 68656c6c6f",
			 "\"svcb\":{\"priority\":1,\"target\":\".\",\"params\":{\"key667\":"
			 "\"68656c6c6f\"}}");
	check_more_rdata(
		"0040",
		"0001 00 0006 0020 20010db8000000000000000000000001 "
		"20010db8000000000000000000530001",
		"\"svcb\":{\"priority\":1,\"target\":\".\",\"params\":{\"ipv6hint\":[\"2001:"
		"db8::1\","
		"\"2001:db8::53:1\"]}}");
	check_more_rdata(
		"0040",
		"0010 00 0000 0004 0001 0004 0001 0009 02 6832 05 68332d3139 0004 0004 c0000201",
		"\"svcb\":{\"priority\":16,\"target\":\".\",\"params\":{\"mandatory\":[\"alpn\","
		"\"ipv4hint\"],\"alpn\":[\"h2\",\"h3-19\"],\"ipv4hint\":[\"192.0.2.1\"]}}");
	check_more_rdata(
		"0041", "0001 00 0002 0000 0005 0002 fe0d 0007 0002 2f71",
		"\"https\":{\"priority\":1,\"target\":\".\",\"params\":{\"no-default-alpn\":true,"
		"\"ech\":\"fe0d\",\"dohpath\":\"/q\"}}");
}

TEST(dns_other_rdata_is_hex)
{
	check_rdata("000a", "01 61 01 62", "\"class\":1,\"rdlength\":4,\"data\":\"01610162\"");
	check_rdata("ff00", "", "\"class\":1,\"rdlength\":0,\"data\":\"\"");
}

TEST(dns_rdata_of_hosts_and_mail)
{
	check_more_rdata("0003", "c00c", "\"md\":\"example.com\"");
	check_more_rdata("0004", "c00c", "\"mf\":\"example.com\"");
	check_more_rdata("0007", "c00c", "\"mb\":\"example.com\"");
	check_more_rdata("0008", "c00c", "\"mg\":\"example.com\"");
	check_more_rdata("0009", "c00c", "\"mr\":\"example.com\"");
	check_more_rdata("000d", "01 61 01 62", "\"hinfo\":{\"cpu\":\"a\",\"os\":\"b\"}");
	check_more_rdata("000e", "c00c 00",
			 "\"minfo\":{\"rmailbx\":\"example.com\",\"emailbx\":\".\"}");
	check_more_rdata("0011", "c00c 00", "\"rp\":{\"mbox\":\"example.com\",\"txt\":\".\"}");
	check_more_rdata("0012", "0001 00", "\"afsdb\":{\"subtype\":1,\"hostname\":\".\"}");
	check_more_rdata("0024", "000a 00", "\"kx\":{\"preference\":10,\"exchanger\":\".\"}");
	check_more_rdata("0063", "02 2d61", "\"spf\":[\"-a\"]");
}

/* examples of RFC 3403 section 6.2, RFC 7553 section 4.5 */
TEST(dns_rdata_that_leads_on)
{
	check_more_rdata("0023", "0064 0032 01 73 07 687474702b4932 00 00",
			 "\"naptr\":{\"order\":100,\"preference\":50,\"flags\":\"s\","
			 "\"services\":\"http+I2\",\"regexp\":\"\",\"replacement\":\".\"}");
	check_more_rdata("0100", "000a 0001 6674703a2f2f6674702f",
			 "\"uri\":{\"priority\":10,\"weight\":1,\"target\":\"ftp://ftp/\"}");
	check_more_rdata("0068", "000a 0014 4fff ff20 ee64",
			 "\"nid\":{\"preference\":10,\"node_id\":\"00144fffff20ee64\"}");
	check_more_rdata("0069", "000a 0a010200",
			 "\"l32\":{\"preference\":10,\"locator32\":\"10.1.2.0\"}");
	check_more_rdata("006a", "000a 20010db811401000",
			 "\"l64\":{\"preference\":10,\"locator64\":\"20010db811401000\"}");
	check_more_rdata("006b", "000a c00c",
			 "\"lp\":{\"preference\":10,\"fqdn\":\"example.com\"}");
	check_more_rdata("006c", "00005eef002a", "\"eui48\":\"00005eef002a\"");
	check_more_rdata("006d", "00005eef1000002a", "\"eui64\":\"00005eef1000002a\"");
}

/* 42 21 54 N 71 06 18 W -24m 30m, RFC 1876 section 3; the least and the most of each */
TEST(dns_rdata_of_places)
{
	check_more_rdata("001d", "00 33 16 13 8917 2dd0 70be 15f0 0098 8d20",
			 "\"loc\":{\"size\":30,\"horiz_pre\":10000,\"vert_pre\":10,"
			 "\"latitude\":42.365,\"longitude\":-71.105,\"altitude\":-24}");
	check_more_rdata("001d", "00 00 99 00 00000000 ffffffff ffffffff",
			 "\"loc\":{\"size\":0,\"horiz_pre\":90000000,\"vert_pre\":0,"
			 "\"latitude\":-596.523236,\"longitude\":596.523235,"
			 "\"altitude\":42849672.95}");
	check_bad_rdata("001d", "01 33 16 13 89172dd0 70be15f0 00988d20");
	check_bad_rdata("001d", "00 a0 16 13 89172dd0 70be15f0 00988d20");
	check_bad_rdata("001d", "00 0a 16 13 89172dd0 70be15f0 00988d20");
	check_bad_rdata("001d", "00 33 16 13 89172dd0 70be15f0 00988d");
	check_bad_rdata("001d", "00 33 16 13 89172dd0 70be15f0 00988d2000");
}

/* RFC 4034 section 4.3, RFC 5155 appendix A */
TEST(dns_rdata_of_what_is_not_there)
{
	check_more_rdata(
		"002f",
		"04686f7374 c00c 0006 400100000003 041b 0000000000000000000000000000000000"
		"000000000000000000 20",
		"\"nsec\":{\"next\":\"host.example.com\",\"types\":[\"A\",\"MX\",\"RRSIG\","
		"\"NSEC\",\"TYPE1234\"]}");
	check_more_rdata("002f", "00", "\"nsec\":{\"next\":\".\",\"types\":[]}");
	check_more_rdata(
		"0032",
		"01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b "
		"0007 22010000000290",
		"\"nsec3\":{\"hash_algorithm\":1,\"flags\":1,\"iterations\":12,"
		"\"salt\":\"aabbccdd\",\"next_hashed\":\"2t7b4g4vsa5smi47k61mv5bv1a22bojr\","
		"\"types\":[\"NS\",\"SOA\",\"MX\",\"RRSIG\",\"DNSKEY\",\"NSEC3PARAM\"]}");
	check_more_rdata("0032", "01 00 0000 00 01 ff",
			 "\"nsec3\":{\"hash_algorithm\":1,\"flags\":0,\"iterations\":0,"
			 "\"salt\":\"\",\"next_hashed\":\"vs\",\"types\":[]}");
	check_more_rdata("0033", "01 00 000c 00",
			 "\"nsec3param\":{\"hash_algorithm\":1,\"flags\":0,\"iterations\":12,"
			 "\"salt\":\"\"}");
	check_more_rdata("003e", "00000042 0003 0004 60000008",
			 "\"csync\":{\"serial\":66,\"flags\":3,\"types\":[\"A\",\"NS\",\"AAAA\"]}");
	check_bad_rdata("002f", "00 0000");	       /* no bits */
	check_bad_rdata("002f", "00 0002 40");	       /* a lying length */
	check_bad_rdata("002f", "00 0001 40 0001 40"); /* a window twice */
	check_bad_rdata("002f", "00 0101 40 0001 40"); /* not in order */
	check_bad_rdata("002f", "00 0021 000000000000000000000000000000000000000000000000000000"
				"0000000000 01"); /* more than 256 */
	check_bad_rdata("0032", "01 00 0000 00 02 ff");
	check_bad_rdata("0032", "01 00 0000 01");
}

TEST(dns_rdata_of_keys)
{
	check_more_rdata("0025", "0001 0002 08 abcd",
			 "\"cert\":{\"type\":1,\"key_tag\":2,\"algorithm\":8,\"certificate\":"
			 "\"abcd\"}");
	check_more_rdata("002c", "04 02 abcd",
			 "\"sshfp\":{\"algorithm\":4,\"fp_type\":2,\"fingerprint\":\"abcd\"}");
	check_more_rdata("0034", "03 01 02 abcd",
			 "\"tlsa\":{\"usage\":3,\"selector\":1,\"matching_type\":2,"
			 "\"association_data\":\"abcd\"}");
	check_more_rdata("0035", "03 00 00",
			 "\"smimea\":{\"usage\":3,\"selector\":0,\"matching_type\":0,"
			 "\"association_data\":\"\"}");
	check_more_rdata("003b", "ec45 05 01 2b",
			 "\"cds\":{\"key_tag\":60485,\"algorithm\":5,\"digest_type\":1,\"digest\":"
			 "\"2b\"}");
	check_more_rdata("8001", "ec45 05 01 2b",
			 "\"ds\":{\"key_tag\":60485,\"algorithm\":5,\"digest_type\":1,\"digest\":"
			 "\"2b\"}");
	check_more_rdata("003c", "0101 03 08 03",
			 "\"cdnskey\":{\"flags\":257,\"protocol\":3,\"algorithm\":8,"
			 "\"public_key\":\"03\"}");
	check_more_rdata("003d", "0102", "\"openpgpkey\":\"0102\"");
	check_more_rdata("003f", "00000001 01 02 abcd",
			 "\"zonemd\":{\"serial\":1,\"scheme\":1,\"hash_algorithm\":2,\"digest\":"
			 "\"abcd\"}");
}

TEST(dns_rdata_of_signed_messages)
{
	check_more_rdata("00fa", "01 61 00 0000573c3616 012c 0002 abcd 1e6c 0000 0000",
			 "\"tsig\":{\"algorithm\":\"a\",\"time_signed\":1463563798,\"fudge\":300,"
			 "\"mac\":\"abcd\",\"original_id\":7788,\"error\":0,\"other\":\"\"}");
	check_more_rdata(
		"00f9", "01 61 00 00000001 00000002 0003 0000 0001 ff 0000",
		"\"tkey\":{\"algorithm\":\"a\",\"inception\":1,\"expiration\":2,\"mode\":3,"
		"\"error\":0,\"key\":\"ff\",\"other\":\"\"}");
	check_bad_rdata("00fa", "01 61 00 0000573c3616 012c 0003 abcd");
	check_bad_rdata("00f9", "01 61 00 00000001 00000002 0003 0000 0001 ff 0001");
}

/* An OPT record with one option, its code and data. */
static void check_option(const char *code, const char *data, const char *want)
{
	char hex[1024], json[1024];
	size_t len;

	free(unit_unhex(data, &len));
	snprintf(hex, sizeof(hex),
		 "0001 0000 0000 0000 0000 0001 00 0029 04d0 00 01 0000 %04zx %s %04zx %s", len + 4,
		 code, len, data);
	snprintf(json, sizeof(json),
		 "[{\"id\":1,\"flags\":[],\"rr\":[{\"name\":\".\",\"type\":\"OPT\","
		 "\"section\":\"ar\",\"opt\":{\"udp_size\":1232,\"version\":1,\"do\":false,"
		 "\"options\":[{%s}]},\"rdlength\":%zu,\"ttl\":65536}]}]",
		 want, len + 4);
	check(53, hex, json);
}

TEST(dns_options_have_names)
{
	check_option("0003", "61", "\"nsid\":\"61\"");
	check_option("0005", "080d", "\"dau\":[8,13]");
	check_option("0006", "", "\"dhu\":[]");
	check_option("0007", "01", "\"n3u\":[1]");
	check_option("0008", "0001 18 00 c00002",
		     "\"client_subnet\":{\"subnet\":\"192.0.2.0\",\"source_prefix\":24,"
		     "\"scope_prefix\":0}");
	check_option("0008", "0002 39 38 20010db800000080",
		     "\"client_subnet\":{\"subnet\":\"2001:db8:0:80::\",\"source_prefix\":57,"
		     "\"scope_prefix\":56}");
	check_option("0008", "0001 00 00",
		     "\"client_subnet\":{\"subnet\":\"0.0.0.0\",\"source_prefix\":0,"
		     "\"scope_prefix\":0}");
	check_option("0009", "00000e10", "\"expire\":3600");
	check_option("000a", "0102030405060708", "\"cookie\":{\"client\":\"0102030405060708\"}");
	check_option("000a", "0102030405060708 1112131415161718",
		     "\"cookie\":{\"client\":\"0102030405060708\",\"server\":"
		     "\"1112131415161718\"}");
	check_option("000b", "0064", "\"tcp_keepalive\":10000");
	check_option("000c", "000000", "\"padding\":3");
	check_option("000c", "", "\"padding\":0");
	check_option("000d", "01 61 00", "\"chain\":\"a\"");
	check_option("000e", "4f66 0001", "\"key_tags\":[20326,1]");
	check_option("000f", "0012", "\"ede\":{\"code\":18}");
	check_option("000f", "0000 6e6f", "\"ede\":{\"code\":0,\"text\":\"no\"}");
	check_option("0012", "01 61 01 62 00", "\"report_channel\":\"a.b\"");
	check_option("fde9", "", "\"code\":65001,\"data\":\"\"");
}

TEST(dns_options_with_other_data_than_theirs_are_given_as_they_are)
{
	check_option("0008", "0001 18 00 c000", "\"code\":8,\"data\":\"00011800c000\"");
	check_option("0008", "0001 18 00 c0000200", "\"code\":8,\"data\":\"00011800c0000200\"");
	check_option("0008", "0001 21 00 c000020000", "\"code\":8,\"data\":\"00012100c000020000\"");
	check_option("0008", "0003 08 00 c0", "\"code\":8,\"data\":\"00030800c0\"");
	check_option("0009", "", "\"code\":9,\"data\":\"\"");
	check_option("000a", "01020304050607", "\"code\":10,\"data\":\"01020304050607\"");
	check_option("000b", "", "\"code\":11,\"data\":\"\"");
	check_option("000c", "0001", "\"code\":12,\"data\":\"0001\"");
	check_option("000d", "01 61", "\"code\":13,\"data\":\"0161\"");
	check_option("000e", "4f6600", "\"code\":14,\"data\":\"4f6600\"");
	check_option("000f", "00", "\"code\":15,\"data\":\"00\"");
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
