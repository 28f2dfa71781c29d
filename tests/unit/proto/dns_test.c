/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the DNS dissector. */
#include "proto/common/dns_text.h"
#include "proto/registry.h"
#include "tests/unit/unit.h"

#define QUESTION "07 6578616d706c65 03 636f6d 00 0001 0001 " /* example.com A IN, at 12 */

struct fixture {
	uint64_t *state;
	struct rj_arena arena;
	uint16_t port;
	uint64_t time_ns;
};

static void begin(struct fixture *f, uint16_t port)
{
	f->state = calloc(1, rj_dns.state_bytes);
	f->port = port;
	f->time_ns = 0;
	rj_arena_init(&f->arena, 4u << 20);
}

static enum rj_status feed(struct fixture *f, const uint8_t *bytes, size_t len, unsigned int side,
			   bool is_hard, bool is_done)
{
	struct rj_message m = { .side = side,
				.over = RJ_OVER_UDP,
				.src_port = side ? f->port : 40000,
				.dst_port = side ? 40000 : f->port,
				.time_ns = f->time_ns,
				.arena = &f->arena,
				.is_done = is_done };
	uint8_t *exact = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(exact, len, is_hard);
	enum rj_status st = rj_dns.parse(f->state, &m, &c);

	CHECK(st || !c.left);
	CHECK(st || !m.is_done);
	free(exact);
	return st;
}

static enum rj_status feed_hex(struct fixture *f, const char *hex, unsigned int side)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_status st = feed(f, bytes, len, side, true, false);

	free(bytes);
	return st;
}

static void end(struct fixture *f, const char *want)
{
	char *json = unit_json(&rj_dns, f->state, 0);

	if (want)
		CHECK_STR(json, want);
	free(json);
	free(f->state);
	rj_arena_done(&f->arena);
}

/* The datagram of side 1 on @port gives @want. */
static void check(uint16_t port, const char *hex, const char *want)
{
	struct fixture f;

	begin(&f, port);
	CHECK_EQ(feed_hex(&f, hex, 1), RJ_OK);
	end(&f, want);
}

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

TEST(dns_query_gives_its_question)
{
	check(53, "002a 0120 0001 0000 0000 0000" QUESTION,
	      "[{\"qn\":\"example.com\",\"id\":42,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[\"rd\","
	      "\"ad\"]}]");
}

TEST(dns_unknown_type_class_and_opcode_are_numbers)
{
	check(53, "0000 2000 0001 0000 0000 0000 00 ff00 0009",
	      "[{\"qn\":\".\",\"id\":0,\"qt\":\"TYPE65280\",\"qc\":\"CLASS9\",\"flags\":[],"
	      "\"opcode\":4}]");
}

TEST(dns_all_flags)
{
	check(53, "ffff 87f0 0000 0000 0000 0000",
	      "[{\"id\":65535,\"rc\":0,\"flags\":[\"qr\",\"aa\",\"tc\",\"rd\",\"ra\",\"z\",\"ad\","
	      "\"cd\"]}]");
}

TEST(dns_sections_are_told_apart)
{
	check(53,
	      "0001 8000 0001 0001 0001 0001" QUESTION "c00c 0001 0001 00000001 0004 01020304"
	      "c00c 0002 0001 00000002 0002 c00c c00c 001c 0001 ffffffff 0010 "
	      "20010db8000000000000000000000001",
	      "[{\"rn\":\"example.com\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":["
	      "\"qr\"],\"rr\":["
	      "{\"name\":\"example.com\",\"type\":\"A\",\"section\":\"an\","
	      "\"a\":\"1.2.3.4\",\"ttl\":1},"
	      "{\"name\":\"example.com\",\"type\":\"NS\",\"section\":\"ns\","
	      "\"ns\":\"example.com\",\"ttl\":2},"
	      "{\"name\":\"example.com\",\"type\":\"AAAA\",\"section\":\"ar\","
	      "\"aaaa\":\"2001:db8::1\",\"ttl\":"
	      "4294967295}]}]");
}

TEST(dns_extended_response_code)
{
	check(53, "0001 8003 0000 0000 0000 0001 00 0029 1000 01 00 8000 0000",
	      "[{\"id\":1,\"rc\":19,\"flags\":[\"qr\"],\"rr\":[{\"name\":\".\","
	      "\"type\":\"OPT\",\"section\":\"ar\","
	      "\"opt\":{\"udp_size\":4096,\"version\":0,\"do\":true},\"ttl\":16809984}]}]");
}

TEST(dns_names_escape_what_is_special)
{
	check(53, "0001 0000 0001 0000 0000 0000 07 61 2e 5c 20 00 ff 22 00 0001 0001",
	      "[{\"qn\":\"a\\\\.\\\\\\\\\\\\032\\\\000\\\\255\\\"\",\"id\":1,\"qt\":\"A\",\"qc\":"
	      "\"IN\","
	      "\"flags\":[]}]");
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

/* A query whose first question is @name is malformed before the question. */
static void check_bad_name(const char *name)
{
	char hex[2048];

	snprintf(hex, sizeof(hex), "0001 0000 0001 0000 0000 0000 %s 0001 0001", name);
	check(53, hex, "[{\"id\":1,\"flags\":[],\"malformed\":true}]");
}

TEST(dns_bad_names_are_malformed)
{
	check_bad_name("c00c");	      /* to itself */
	check_bad_name("c00e 00");    /* forward */
	check_bad_name("c0ff");	      /* out of the message */
	check_bad_name("01 61 c00c"); /* loop through a label */
	check_bad_name("40 61 00");   /* label types nobody uses */
	check_bad_name("80 61 00");
	check_bad_name("3f 61"); /* label longer than the message */
}

TEST(dns_two_pointers_at_each_other_are_malformed)
{
	check(53, "0001 0000 0002 0000 0000 0000 01 61 c010 0001 0001 c00c 0001 0001",
	      "[{\"id\":1,\"flags\":[],\"malformed\":true}]");
}

TEST(dns_a_pointer_into_the_header_reads_it_as_a_name)
{
	check(53, "0000 0000 0001 0000 0000 0000 c000 0001 0001",
	      "[{\"qn\":\".\",\"id\":0,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[]}]");
}

static void check_name_of(const unsigned int *labels, bool is_good)
{
	uint8_t bytes[1024] = { [5] = 1 };
	size_t len = 12;
	struct fixture f;
	char *json;

	for (; *labels; labels++) {
		bytes[len++] = (uint8_t)*labels;
		memset(bytes + len, 'x', *labels);
		len += *labels;
	}
	len++;
	bytes[len + 1] = bytes[len + 3] = 1;
	len += 4;
	begin(&f, 53);
	CHECK_EQ(feed(&f, bytes, len, 0, true, false), RJ_OK);
	json = unit_json(&rj_dns, f.state, 0);
	CHECK_EQ(!strstr(json, "malformed"), is_good);
	CHECK_EQ(strstr(json, "\"qt\":\"A\"") != NULL, is_good);
	free(json);
	end(&f, NULL);
}

TEST(dns_names_of_255_octets_and_labels_of_63_are_the_longest)
{
	check_name_of((const unsigned int[]){ 63, 63, 63, 61, 0 }, true);
	check_name_of((const unsigned int[]){ 63, 63, 63, 62, 0 }, false);
	check_name_of((const unsigned int[]){ 63, 0 }, true);
	check_name_of((const unsigned int[]){ 64, 0 }, false);
}

static void put_record(uint8_t *bytes, size_t *len, const char *owner)
{
	size_t owner_len;
	uint8_t *name = unit_unhex(owner, &owner_len);

	memcpy(bytes + *len, name, owner_len);
	*len += owner_len + 10; /* type 0, class 0, no TTL, no data */
	free(name);
}

static bool is_good(const uint8_t *bytes, size_t len)
{
	struct fixture f;
	char *json;
	bool is_good;

	begin(&f, 53);
	CHECK_EQ(feed(&f, bytes, len, 0, true, false), RJ_OK);
	json = unit_json(&rj_dns, f.state, 0);
	is_good = !strstr(json, "malformed");
	free(json);
	end(&f, NULL);
	return is_good;
}

/*
 * @num pointers in a row, each to the one before, the first to a root at 12. The last is the
 * owner of a record, or the end of one's owner to which that of another record is a pointer.
 */
static bool is_chain_good(unsigned int num, bool is_known)
{
	uint8_t bytes[1024] = { [2] = 0x80, [5] = 1, [7] = 1 };
	size_t len = 12, last = 12;
	char owner[32];

	len += 5; /* question: root, type 0, class 0 */
	bytes[len++] = 0;
	len += 8; /* type 0, class 0, ttl */
	bytes[len++] = (uint8_t)((2 * num - 2) >> 8);
	bytes[len++] = (uint8_t)(2 * num - 2);
	for (unsigned int i = 0; i + 1 < num; i++) {
		bytes[len] = (uint8_t)(0xc0 | last >> 8);
		bytes[len + 1] = (uint8_t)last;
		last = len;
		len += 2;
	}
	bytes[9] = is_known ? 2 : 1;
	snprintf(owner, sizeof(owner), "%s%04x", is_known ? "0178" : "",
		 (unsigned int)(0xc000 | last));
	last = len;
	put_record(bytes, &len, owner);
	if (is_known) {
		snprintf(owner, sizeof(owner), "%04x", (unsigned int)(0xc000 | last));
		put_record(bytes, &len, owner);
	}
	return is_good(bytes, len);
}

TEST(dns_pointers_in_a_row_are_bounded)
{
	CHECK(is_chain_good(1, false));
	CHECK(is_chain_good(127, false));
	CHECK(!is_chain_good(128, false));
	CHECK(is_chain_good(126, true));
	CHECK(!is_chain_good(127, true));
}

/* A question of a name of 251 octets, and a record whose owner is @owner, which points to it. */
static bool is_owner_good(const char *owner)
{
	uint8_t bytes[1024] = { [2] = 0x80, [5] = 1, [7] = 1 };
	size_t len = 12;

	for (int i = 0; i < 4; i++) {
		bytes[len] = i < 3 ? 63 : 57;
		len += 1u + bytes[len];
	}
	len += 5;
	put_record(bytes, &len, owner);
	return is_good(bytes, len);
}

TEST(dns_a_name_that_was_read_counts_where_a_pointer_leads_to_it)
{
	CHECK(is_owner_good("c00c"));
	CHECK(is_owner_good("03616263 c00c"));
	CHECK(!is_owner_good("0461626364 c00c"));
}

TEST(dns_counts_that_lie_keep_what_is_there)
{
	check(53, "0001 8000 0001 ffff ffff ffff" QUESTION "c00c 0001 0001 00000001 0004 01020304",
	      "[{\"rn\":\"example.com\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":["
	      "\"qr\"],\"rr\":["
	      "{\"name\":\"example.com\",\"type\":\"A\",\"section\":\"an\","
	      "\"a\":\"1.2.3.4\",\"ttl\":1}],"
	      "\"malformed\":true}]");
}

TEST(dns_rdlength_past_the_end_is_malformed)
{
	check(53, "0001 8000 0001 0001 0000 0000" QUESTION "c00c 0001 0001 00000001 0005 01020304",
	      "[{\"rn\":\"example.com\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":["
	      "\"qr\"],"
	      "\"malformed\":true}]");
}

TEST(dns_bytes_behind_the_message_are_counted)
{
	check(53, "0001 0000 0000 0000 0000 0000 010203",
	      "[{\"id\":1,\"flags\":[],\"trailing_bytes\":3}]");
}

TEST(dns_shorter_than_a_header_is_malformed)
{
	check(53, "0001 0000 0000 0000 0000 00", "[{\"malformed\":true}]");
	check(53, "00", "[{\"malformed\":true}]");
}

TEST(dns_update_deletes_records_without_data)
{
	check(53, "0001 2800 0001 0000 0001 0000 01 61 00 0006 0001 c00c 0001 00ff 00000000 0000",
	      "[{\"qn\":\"a\",\"id\":1,\"qt\":\"SOA\",\"qc\":\"IN\",\"flags\":[],\"opcode\":5,"
	      "\"rr\":[{\"name\":"
	      "\"a\",\"type\":\"A\",\"section\":\"ns\",\"class\":255,\"rdlength\":0,\"data\":\"\","
	      "\"ttl\":0}]}]");
}

TEST(dns_classes_other_than_in)
{
	check(53,
	      "0001 8000 0000 0002 0000 0000 00 0010 0003 00000000 0002 01 61 00 0001 0003 "
	      "00000000 0001 00",
	      "[{\"id\":1,\"rc\":0,\"flags\":[\"qr\"],\"rr\":["
	      "{\"name\":\".\",\"type\":\"TXT\",\"section\":\"an\",\"txt\":[\"a\"],"
	      "\"class\":3,\"ttl\":0},"
	      "{\"name\":\".\",\"type\":\"A\",\"section\":\"an\",\"class\":3,"
	      "\"rdlength\":1,\"data\":"
	      "\"00\",\"ttl\":0}"
	      "]}]");
}

TEST(dns_multicast_flags_are_taken_from_classes)
{
	check(5353,
	      "0000 0000 0002 0001 0000 0000 01 61 00 0001 8001 01 62 00 00ff 0001"
	      "c00c 0001 8001 00000001 0004 01020304",
	      "[{\"qn\":\"a\",\"id\":0,\"qt\":\"A\",\"qc\":\"IN\",\"qu\":true,\"flags\":[],\"more_"
	      "questions\":["
	      "{\"name\":\"b\",\"qt\":\"ANY\",\"qc\":\"IN\"}],\"rr\":[{\"name\":\"a\","
	      "\"type\":\"A\",\"section\":"
	      "\"an\","
	      "\"a\":\"1.2.3.4\",\"flush\":true,\"ttl\":1}]}]");
	check(53, "0000 0000 0001 0000 0000 0000 01 61 00 0001 8001",
	      "[{\"qn\":\"a\",\"id\":0,\"qt\":\"A\",\"qc\":\"CLASS32769\",\"flags\":[]}]");
}

TEST(dns_messages_of_both_sides_are_in_order_of_time)
{
	struct fixture f;

	begin(&f, 53);
	f.time_ns = 30;
	CHECK_EQ(feed_hex(&f, "0003 8000 0000 0000 0000 0000", 1), RJ_OK);
	f.time_ns = 10;
	CHECK_EQ(feed_hex(&f, "0001 0000 0000 0000 0000 0000", 0), RJ_OK);
	f.time_ns = 30;
	CHECK_EQ(feed_hex(&f, "0004 0000 0000 0000 0000 0000", 0), RJ_OK);
	end(&f, "[{\"id\":1,\"flags\":[]},{\"id\":3,\"rc\":0,\"flags\":[\"qr\"]},{\"id\":4,"
		"\"flags\":[]}]");
}

/* What the first message, of side @side and port @port, says about who asked. */
static int originator_after(const char *hex, unsigned int side, uint16_t port)
{
	struct fixture f;
	int got;

	begin(&f, port);
	if (hex)
		CHECK_EQ(feed_hex(&f, hex, side), RJ_OK);
	got = rj_dns.originator(f.state);
	end(&f, NULL);
	return got;
}

TEST(dns_originator_is_who_asks)
{
	CHECK_EQ(originator_after("0001 0000 0000 0000 0000 0000", 0, 53), 0);
	CHECK_EQ(originator_after("0001 0000 0000 0000 0000 0000", 1, 53), 1);
	CHECK_EQ(originator_after("0001 8000 0000 0000 0000 0000", 0, 53), 1);
	CHECK_EQ(originator_after("0001 8000 0000 0000 0000 0000", 1, 53), 0);
	CHECK_EQ(originator_after("0001 0000 0000 0000 0000 0000", 0, 5353), 0);
	CHECK_EQ(originator_after("0001 8000 0000 0000 0000 0000", 0, 5353), -1);
	CHECK_EQ(originator_after("0001", 0, 53), -1);
	CHECK_EQ(originator_after(NULL, 0, 53), -1);
}

TEST(dns_two_hundred_messages_a_side_are_kept_and_the_others_counted)
{
	struct fixture f;
	char *json;

	begin(&f, 53);
	for (int i = 0; i < 203; i++)
		CHECK_EQ(feed_hex(&f, "0001 0000 0000 0000 0000 0000", 0), RJ_OK);
	CHECK_EQ(feed_hex(&f, "0009 8000 0000 0000 0000 0000", 1), RJ_OK);
	json = unit_json(&rj_dns, f.state, 0);
	CHECK(strstr(json, "{\"id\":9,\"rc\":0,\"flags\":[\"qr\"]},{\"skipped\":3}]"));
	CHECK_EQ(strlen(json),
		 1 + 200 * strlen("{\"id\":1,\"flags\":[]},") +
			 strlen("{\"id\":9,\"rc\":0,\"flags\":[\"qr\"]},{\"skipped\":3}]"));
	free(json);
	end(&f, NULL);
}

TEST(dns_without_memory_messages_are_counted)
{
	struct fixture f;

	begin(&f, 53);
	f.arena.cap_bytes = 0;
	CHECK_EQ(feed_hex(&f, "0001 0000 0000 0000 0000 0000", 0), RJ_OK);
	end(&f, "[{\"skipped\":1}]");
}

/* one pointer a record to a name that is 4 times longer as text: 12 bytes make 1 KiB */
TEST(dns_records_of_a_flow_are_bounded)
{
	static uint8_t bytes[65507] = { [2] = 0x80, [5] = 1, [6] = 0x14, [7] = 0xff };
	struct fixture f;
	size_t len = 12;
	char *json;

	for (int i = 0; i < 4; i++) {
		bytes[len] = i < 3 ? 63 : 61;
		len += 1u + bytes[len];
	}
	len += 5;
	while (len + 12 <= sizeof(bytes)) {
		bytes[len] = 0xc0;
		bytes[len + 1] = 12;
		len += 12;
	}
	begin(&f, 53);
	CHECK_EQ(feed(&f, bytes, len, 1, true, false), RJ_OK);
	CHECK_EQ(feed(&f, bytes, len, 1, true, false), RJ_OK);
	json = unit_json(&rj_dns, f.state, 0);
	CHECK(strstr(json, "\"rr_skipped\":1279") != NULL);
	CHECK(strstr(json, "\"rr_skipped\":5375") != NULL);
	CHECK(strlen(json) < 6u << 20);
	free(json);
	end(&f, NULL);
}

TEST(dns_cut_by_the_capture_is_kept_when_no_more_comes)
{
	struct fixture f;
	size_t len;
	uint8_t *bytes = unit_unhex("0001 8000 0001 0002 0000 0000" QUESTION
				    "c00c 0001 0001 00000001 0004 01020304 c00c 0001",
				    &len);

	begin(&f, 53);
	CHECK_EQ(feed(&f, bytes, len, 1, false, false), RJ_TRUNCATED);
	CHECK_EQ(feed(&f, bytes, len, 1, false, true), RJ_OK);
	CHECK_EQ(feed(&f, bytes, 0, 1, false, true), RJ_TRUNCATED);
	end(&f, "[{\"rn\":\"example.com\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":["
		"\"qr\"],\"rr\":["
		"{\"name\":\"example.com\",\"type\":\"A\",\"section\":\"an\",\"a\":\"1.2.3.4\","
		"\"ttl\":1}],"
		"\"truncated\":true}]");
	free(bytes);
}

TEST(dns_no_bytes_are_no_message)
{
	struct fixture f;

	begin(&f, 53);
	CHECK_EQ(feed(&f, (const uint8_t *)"", 0, 0, true, false), RJ_MALFORMED);
	end(&f, "");
}

static enum rj_probe probe(const char *hex, uint16_t port, bool is_hard)
{
	struct rj_message m = { .over = RJ_OVER_UDP, .src_port = 40000, .dst_port = port };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe got = rj_dns.probe(&m, rj_cursor_init(bytes, len, is_hard));

	free(bytes);
	return got;
}

TEST(dns_probe_on_its_ports_takes_malformed_messages)
{
	static const uint16_t ports[] = { 53, 5353, 5355 };

	for (size_t i = 0; i < 3; i++) {
		CHECK_EQ(probe("0001 0000 0001 0000 0000 0000 c00c", ports[i], true), RJ_PROBE_YES);
		CHECK_EQ(probe("0001 0000 0001 0000 0000 00", ports[i], true), RJ_PROBE_NO);
		CHECK_EQ(probe("0001 0000 0001 0000 0000 00", ports[i], false), RJ_PROBE_MORE);
		CHECK_EQ(probe("0001 0040 0001 0000 0000 0000", ports[i], true), RJ_PROBE_NO);
		CHECK_EQ(probe("0001 1800 0001 0000 0000 0000", ports[i], true), RJ_PROBE_NO);
		CHECK_EQ(probe("0001 3800 0001 0000 0000 0000", ports[i], true), RJ_PROBE_NO);
	}
}

TEST(dns_probe_on_other_ports_wants_all_of_an_ordinary_message)
{
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000" QUESTION, 9999, true), RJ_PROBE_YES);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000" QUESTION, 9999, false), RJ_PROBE_YES);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000 01", 9999, false), RJ_PROBE_MORE);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000 01", 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000" QUESTION "00", 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0100 0002 0000 0000 0000" QUESTION QUESTION, 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000 00 0001 0003", 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0100 0001 0000 0000 0000 00 0000 0001", 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 0101 0001 0000 0000 0000" QUESTION, 9999, true), RJ_PROBE_NO);
	CHECK_EQ(probe("0001 8180 0001 0001 0000 0000" QUESTION "00 0001 0001 00000000 0003 010203",
		       9999, true),
		 RJ_PROBE_NO);
}
