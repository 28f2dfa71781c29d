/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the DNS dissector. */
#include "tests/unit/proto/dns/fixture.h"

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

TEST(dns_update_deletes_records_with_data)
{
	check(53,
	      "0001 2800 0000 0000 0002 0000 00 0001 00fe 00000000 0004 01020304 00 0010 00ff "
	      "00000000 0002 0161",
	      "[{\"id\":1,\"flags\":[],\"opcode\":5,\"rr\":[{\"name\":\".\",\"type\":\"A\","
	      "\"section\":\"ns\",\"a\":\"1.2.3.4\",\"class\":254,\"ttl\":0},{\"name\":\".\","
	      "\"type\":\"TXT\",\"section\":\"ns\",\"txt\":[\"a\"],\"class\":255,\"ttl\":0}]}]");
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
	      "[{\"qn\":\"a\",\"id\":0,\"qt\":\"A\",\"qc\":\"IN\",\"qu\":true,\"flags\":[],"
	      "\"service\":\"mdns\",\"more_questions\":["
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

/* An answer to the group is from who is asked by nobody in this flow. */
static int originator_after_multicast(void)
{
	struct rj_message m = { .over = RJ_OVER_UDP, .src_port = 5353, .dst_port = 5353 };
	static const uint8_t answer[12] = { [2] = 0x84 };
	struct rj_cursor c = rj_cursor_init(answer, sizeof(answer), true);
	struct fixture f;
	int got;

	begin(&f, 5353);
	m.arena = &f.arena;
	CHECK_EQ(rj_dns.parse(f.state, &m, &c), RJ_OK);
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
	CHECK_EQ(originator_after("0001 8000 0000 0000 0000 0000", 1, 5353), 0);
	CHECK_EQ(originator_after_multicast(), -1);
	CHECK_EQ(originator_after("0001", 0, 53), -1);
	CHECK_EQ(originator_after(NULL, 0, 53), -1);
}

TEST(dns_two_hundred_messages_a_side_are_kept_and_the_others_counted)
{
	struct fixture f;
	char *json;

	begin(&f, 53);
	for (int i = 0; i < 203; i++)
		CHECK_EQ(feed_hex(&f, "0001 8000 0000 0000 0000 0000", 0), RJ_OK);
	CHECK_EQ(feed_hex(&f, "0009 8000 0000 0000 0000 0000", 1), RJ_OK);
	json = unit_json(&rj_dns, f.state, 0);
	CHECK(strstr(json, "{\"id\":9,\"rc\":0,\"flags\":[\"qr\"]},{\"skipped\":3}]"));
	CHECK_EQ(strlen(json),
		 1 + 200 * strlen("{\"id\":1,\"rc\":0,\"flags\":[\"qr\"]},") +
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
