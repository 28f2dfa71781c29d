/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of LLMNR, of NetBIOS names, and of what answers what. */
#include "tests/unit/proto/dns/fixture.h"

/* WORKGROUP<1c>, as RFC 1001 section 14.1 encodes it, and * */
#define WORKGROUP "20 464845504643454c45484643455046464641434143414341434143414341424d 00 "
#define ANY_NODE "20 434b414141414141414141414141414141414141414141414141414141414141 00 "

TEST(dns_flags_of_llmnr_are_its_own)
{
	check(5355, "0001 0500 0001 0000 0000 0000 01 61 00 0001 0001",
	      "[{\"qn\":\"a\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[\"c\",\"t\"],"
	      "\"service\":\"llmnr\"}]");
	check(5355, "0001 8200 0000 0000 0000 0000",
	      "[{\"id\":1,\"rc\":0,\"flags\":[\"qr\",\"tc\"],\"service\":\"llmnr\"}]");
}

TEST(nbns_names_are_decoded)
{
	check(137, "0001 0110 0001 0000 0000 0000" WORKGROUP "0020 0001",
	      "[{\"qn\":\"WORKGROUP<1c>\",\"id\":1,\"qt\":\"NB\",\"qc\":\"IN\",\"flags\":["
	      "\"rd\",\"b\"],\"service\":\"nbns\"}]");
	check(137, "0001 0000 0001 0000 0000 0000" ANY_NODE "0021 0001",
	      "[{\"qn\":\"*<00>\",\"id\":1,\"qt\":\"NBSTAT\",\"qc\":\"IN\",\"flags\":[],"
	      "\"service\":\"nbns\"}]");
	/* a\.\x01 <20> in the scope b.c */
	check(137,
	      "0001 0000 0001 0000 0000 0000 20 4742464d434f41424341434143414341434143414341434143"
	      "41434143414341 01 62 01 63 00 0001 0001",
	      "[{\"qn\":\"a\\\\\\\\\\\\.\\\\001<20>.b.c\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\","
	      "\"flags\":[],\"service\":\"nbns\"}]");
	/* not encoded: a letter too high, too short, too long */
	check(137,
	      "0001 0000 0001 0000 0000 0000 20 4742464d434f41424341434143414341434143414341434143"
	      "41434143414351 00 0001 0001",
	      "[{\"qn\":\"GBFMCOABCACACACACACACACACACACACQ\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\","
	      "\"flags\":[],\"service\":\"nbns\"}]");
	check(137, "0001 0000 0001 0000 0000 0000 02 4741 00 0001 0001",
	      "[{\"qn\":\"GA\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[],"
	      "\"service\":\"nbns\"}]");
	check(53, "0001 0000 0001 0000 0000 0000" ANY_NODE "0021 0001",
	      "[{\"qn\":\"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"id\":1,\"qt\":\"SRV\",\"qc\":"
	      "\"IN\",\"flags\":[]}]");
}

/* The record of a response of NBNS gives @want. */
static void check_nb(const char *type, const char *rdata, const char *want)
{
	char hex[1024], json[1024];
	size_t len;

	free(unit_unhex(rdata, &len));
	snprintf(hex, sizeof(hex),
		 "0001 8580 0000 0001 0000 0000" ANY_NODE "%s 0001 0000003c %04zx %s", type, len,
		 rdata);
	snprintf(json, sizeof(json),
		 "[{\"id\":1,\"rc\":0,\"flags\":[\"qr\",\"aa\",\"rd\",\"ra\"],"
		 "\"service\":\"nbns\",\"rr\":[{\"name\":\"*<00>\",%s",
		 want);
	check(137, hex, json);
}

TEST(nbns_records)
{
	check_nb("0020", "6000 0a000001 8000 0a000002",
		 "\"type\":\"NB\",\"section\":\"an\",\"nb\":[{\"address\":\"10.0.0.1\","
		 "\"group\":false,\"node_type\":\"h\"},{\"address\":\"10.0.0.2\",\"group\":true,"
		 "\"node_type\":\"b\"}],\"rdlength\":12,\"ttl\":60}]}]");
	check_nb("0020", "2910",
		 "\"type\":\"NB\",\"section\":\"an\",\"nb_flags\":10512,\"rdlength\":2,"
		 "\"ttl\":60}]}]");
	check_nb("0020", "6000 0a0000",
		 "\"type\":\"NB\",\"section\":\"an\",\"class\":1,\"rdlength\":5,\"data\":"
		 "\"60000a0000\",\"malformed\":true,\"ttl\":60}],\"malformed\":true}]");
	check_nb("0021", "01 50432020202020202020202020202020 4600 02005e0000010000",
		 "\"type\":\"NBSTAT\",\"section\":\"an\",\"nbstat\":{\"names\":[{\"name\":"
		 "\"PC<20>\",\"group\":false,\"node_type\":\"m\",\"active\":true,"
		 "\"permanent\":true,\"conflict\":false,\"deregistered\":false}],\"unit_id\":"
		 "\"02005e000001\"},\"rdlength\":27,\"ttl\":60}]}]");
	check_nb("0021", "00",
		 "\"type\":\"NBSTAT\",\"section\":\"an\",\"nbstat\":{\"names\":[]},"
		 "\"rdlength\":1,\"ttl\":60}]}]");
	check_nb("0021", "01 50",
		 "\"type\":\"NBSTAT\",\"section\":\"an\",\"class\":1,\"rdlength\":2,\"data\":"
		 "\"0150\",\"malformed\":true,\"ttl\":60}],\"malformed\":true}]");
}

static void say(struct fixture *f, uint64_t time_us, unsigned int side, const char *hex)
{
	f->time_ns = time_us * 1000;
	CHECK_EQ(feed_hex(f, hex, side), RJ_OK);
}

TEST(dns_answers_know_their_query)
{
	struct fixture f;

	begin(&f, 53);
	say(&f, 10, 0, "0001 0000 0001 0000 0000 0000 01 61 00 0001 0001");
	say(&f, 20, 0, "0001 0000 0001 0000 0000 0000 01 61 00 001c 0001"); /* same id */
	say(&f, 30, 1, "0001 8000 0001 0000 0000 0000 01 41 00 001c 0001"); /* case */
	say(&f, 45, 1, "0001 8000 0001 0000 0000 0000 01 61 00 0001 0001");
	say(&f, 46, 1, "0002 8000 0001 0000 0000 0000 01 61 00 0001 0001"); /* other id */
	say(&f, 47, 1, "0001 8000 0001 0000 0000 0000 01 62 00 0001 0001"); /* other name */
	say(&f, 48, 0, "0001 8000 0001 0000 0000 0000 01 61 00 0001 0001"); /* own side */
	end(&f, "[{\"qn\":\"a\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[]},"
		"{\"qn\":\"a\",\"id\":1,\"qt\":\"AAAA\",\"qc\":\"IN\",\"flags\":[]},"
		"{\"rn\":\"A\",\"id\":1,\"qt\":\"AAAA\",\"qc\":\"IN\",\"rc\":0,\"flags\":[\"qr\"],"
		"\"query\":1,\"response_us\":10},"
		"{\"rn\":\"a\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":[\"qr\"],"
		"\"query\":0,\"response_us\":35},"
		"{\"rn\":\"a\",\"id\":2,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":[\"qr\"]},"
		"{\"rn\":\"b\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":[\"qr\"]},"
		"{\"rn\":\"a\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"rc\":0,\"flags\":[\"qr\"]}]");
}

TEST(dns_a_query_that_comes_again_is_one)
{
	static const char query[] = "0001 0000 0001 0000 0000 0000 00 0001 0001";
	static const char answer[] = "0001 8003 0000 0000 0000 0000";
	struct fixture f;

	begin(&f, 53);
	say(&f, 0, 0, query);
	say(&f, 5000000, 0, query);
	say(&f, 5000020, 1, answer); /* without a question: the identifier tells */
	say(&f, 6000000, 0, query);  /* asked anew */
	say(&f, 6000007, 1, answer);
	end(&f, "[{\"qn\":\".\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[]},"
		"{\"qn\":\".\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[],\"query\":0,"
		"\"retransmission\":true},{\"id\":1,\"rc\":3,\"flags\":[\"qr\"],\"query\":0,"
		"\"response_us\":5000020},"
		"{\"qn\":\".\",\"id\":1,\"qt\":\"A\",\"qc\":\"IN\",\"flags\":[]},"
		"{\"id\":1,\"rc\":3,\"flags\":[\"qr\"],\"query\":3,\"response_us\":7}]");
}

TEST(dns_a_first_name_with_a_pointer_is_no_question_that_is_known)
{
	static const char query[] = "0000 0000 0001 0000 0000 0000 c000 0001 0001";
	struct fixture f;
	char *json;

	begin(&f, 53);
	say(&f, 0, 0, query);
	say(&f, 1, 0, query);
	json = unit_json(&rj_dns, f.state, 0);
	CHECK(!strstr(json, "query"));
	free(json);
	end(&f, NULL);
}

/* RFC 6762 section 18.1: between mDNS's ports identifiers say nothing. */
TEST(dns_between_the_ports_of_mdns_nothing_is_an_answer)
{
	struct rj_message m = { .over = RJ_OVER_UDP, .src_port = 5353, .dst_port = 5353 };
	static const uint8_t query[12] = { 0 }, answer[12] = { [2] = 0x84 };
	struct rj_cursor c = rj_cursor_init(query, sizeof(query), true);
	struct fixture f;

	begin(&f, 5353);
	m.arena = &f.arena;
	CHECK_EQ(rj_dns.parse(f.state, &m, &c), RJ_OK);
	m.side = 1;
	c = rj_cursor_init(answer, sizeof(answer), true);
	CHECK_EQ(rj_dns.parse(f.state, &m, &c), RJ_OK);
	end(&f, "[{\"id\":0,\"flags\":[],\"service\":\"mdns\"},{\"id\":0,\"rc\":0,\"flags\":["
		"\"qr\",\"aa\"],\"service\":\"mdns\"}]");
}
