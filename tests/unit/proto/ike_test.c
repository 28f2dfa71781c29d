/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the IKE dissector. */
#include "proto/ike/vendors.h"
#include "proto/registry.h"
#include "tests/unit/unit.h"

#define SPI_I "0102030405060708"
#define SPI_R "1112131415161718"
#define NO_SPI "0000000000000000"

struct fixture {
	uint64_t *state;
	struct rj_arena arena;
	bool is_done;
};

static void begin(struct fixture *f)
{
	f->state = calloc(1, rj_ike.state_bytes);
	rj_arena_init(&f->arena, 256u << 10);
}

static void end(struct fixture *f)
{
	free(f->state);
	rj_arena_done(&f->arena);
}

static struct rj_message message_of(struct fixture *f, unsigned int side, uint16_t port)
{
	return (struct rj_message){ .side = side,
				    .over = RJ_OVER_UDP,
				    .src_port = port,
				    .dst_port = port,
				    .time_ns = 1000000000,
				    .arena = &f->arena };
}

static enum rj_status feed(struct fixture *f, unsigned int side, uint16_t port, const char *hex,
			   bool is_hard, bool is_last)
{
	struct rj_message m = message_of(f, side, port);
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_status st;

	m.is_done = is_last;
	st = rj_ike.parse(f->state, &m, &c);
	CHECK(st || !c.left);
	f->is_done = m.is_done;
	free(bytes);
	return st;
}

/* The payloads (@hex, @len bytes; the first of type @first) of one message of the initiator. */
static void check_payloads(unsigned int version, const char *first, const char *hex,
			   const char *want)
{
	struct fixture f;
	char text[4096];
	size_t len;
	char *json;

	free(unit_unhex(hex, &len));
	snprintf(text, sizeof(text), SPI_I NO_SPI "%s %s %s %s 00000000 %08zx %s", first,
		 version == 1 ? "10" : "20", version == 1 ? "02" : "22", version == 1 ? "00" : "08",
		 28 + len, hex);
	begin(&f);
	CHECK_EQ(feed(&f, 0, 500, text, true, false), RJ_OK);
	json = unit_json(&rj_ike, f.state, 0);
	snprintf(text, sizeof(text), "\"payloads\":[%s]", want);
	CHECK(strstr(json, text));
	if (!strstr(json, text))
		fprintf(stderr, "no %s\nin %s\n", text, json);
	free(json);
	end(&f);
}

TEST(ike_header_of_version_2)
{
	struct fixture f;
	char *json;

	begin(&f);
	CHECK_EQ(feed(&f, 0, 500, SPI_I NO_SPI "00 20 22 08 00000000 0000001c", true, false),
		 RJ_OK);
	CHECK_EQ(feed(&f, 1, 500, SPI_I SPI_R "00 20 22 20 00000000 0000001c", true, false), RJ_OK);
	CHECK_EQ(rj_ike.originator(f.state), 0);
	json = unit_json(&rj_ike, f.state, 1);
	CHECK_STR(json, "{\"init\":{\"messages\":[{\"header\":{\"init_spi\":\"" SPI_I
			"\",\"resp_spi\":\"" NO_SPI "\",\"major\":2,\"minor\":0,"
			"\"exchange_type\":\"ike_sa_init\",\"flags\":{\"hex\":\"0008\",\"parsed\":"
			"[\"initiator\",\"no_higher_version\",\"request\"]},\"message_id\":0,"
			"\"length\":28},\"payloads\":[],\"time\":1.000000}]},"
			"\"resp\":{\"messages\":[{\"header\":{\"init_spi\":\"" SPI_I
			"\",\"resp_spi\":\"" SPI_R "\",\"major\":2,\"minor\":0,"
			"\"exchange_type\":\"ike_sa_init\",\"flags\":{\"hex\":\"0020\",\"parsed\":"
			"[\"responder\",\"no_higher_version\",\"response\"]},\"message_id\":0,"
			"\"length\":28},\"payloads\":[],\"time\":1.000000}]}}");
	free(json);
	end(&f);
}

TEST(ike_encrypted_message_of_version_1_has_no_payloads)
{
	struct fixture f;
	char *json;

	begin(&f);
	CHECK_EQ(feed(&f, 0, 500, SPI_I SPI_R "05 10 02 01 00000000 00000020 aabbccdd", true,
		      false),
		 RJ_OK);
	json = unit_json(&rj_ike, f.state, 0);
	CHECK(strstr(json, "\"exchange_type\":\"identity_protection\",\"flags\":{\"hex\":\"0001\","
			   "\"parsed\":[\"encryption\",\"no_commit\",\"no_authentication\"]},"
			   "\"message_id\":0,\"length\":32},\"time\""));
	free(json);
	end(&f);
}

TEST(ike_proposals_of_version_2)
{
	check_payloads(
		2, "21",
		"00 00 0030"
		"00 00 002c 01 01 00 04"
		"03 00 000c 01 00 000c 800e 0100"
		"03 00 0008 02 00 0005"
		"03 00 0008 03 00 00ff"
		"00 00 0008 04 00 001f",
		"{\"security_association\":{\"proposals\":[{\"num\":1,\"protocol_id\":\"ike\","
		"\"transforms\":[{\"encryption_algorithm\":\"encr_aes_cbc\",\"attributes\":["
		"{\"key_length\":\"0100\"}]},{\"pseudorandom_function\":"
		"\"prf_hmac_sha2_256\"},{\"integrity_algorithm\":\"255\"},"
		"{\"diffie_hellman_group\":\"dh_curve25519\"}]}]}}");
}

TEST(ike_proposals_of_version_1)
{
	/* RFC 2409 appendix A: 3DES, SHA, pre-shared key, group 2, 0x1e78 seconds */
	check_payloads(
		1, "01",
		"00 00 0038 00000001 00000001"
		"00 00 002c 00 01 00 01"
		"00 00 0024 00 01 0000 800b0001 000c00041e780000 80010005 80020002 80030001"
		"80040002",
		"{\"security_association\":{\"doi\":\"ipsec\",\"situation\":1,\"proposals\":["
		"{\"num\":0,\"protocol_id\":\"ike\",\"transforms\":[{\"id\":\"key_ike\","
		"\"num\":0,\"attributes\":[{\"life_type\":\"seconds\"},{\"life_duration\":"
		"\"1e780000\"},{\"encryption_algorithm\":\"encr_3des_cbc\"},"
		"{\"hash_algorithm\":\"sha\"},{\"authentication_method\":"
		"\"pre_shared_key\"},{\"group_description\":\"dh_modp1024\"}]}]}]}}");
}

TEST(ike_payloads_by_name)
{
	check_payloads(2, "22", "28 00 000b 0013 0000 aabbcc 00 00 0006 0102",
		       "{\"key_exchange\":{\"dh_p256\":\"aabbcc\"}},{\"nonce\":\"0102\"}");
	check_payloads(2, "29", "00 80 000a 00 00 4004 abcd",
		       "{\"notify\":{\"protocol_id\":\"reserved\",\"nat_detection_source_ip\":"
		       "\"abcd\"},\"critical\":true}");
	check_payloads(2, "29", "00 00 000c 03 04 4009 01020304",
		       "{\"notify\":{\"protocol_id\":\"esp\",\"spi\":\"01020304\",\"rekey_sa\":"
		       "\"\"}}");
	check_payloads(1, "0b", "00 00 000c 00000001 01 00 000e",
		       "{\"notification\":{\"doi\":\"ipsec\",\"protocol_id\":\"proto_isakmp\","
		       "\"no_proposal_chosen\":\"\"}}");
	check_payloads(
		2, "2a", "00 00 0010 03 04 0002 01020304 05060708",
		"{\"delete\":{\"protocol_id\":\"esp\",\"spis\":[\"01020304\",\"05060708\"]}}");
	check_payloads(1, "05", "00 00 000c 02 00 0000 612e6200",
		       "{\"identification\":{\"type\":\"fqdn\",\"data\":\"612e6200\"}}");
	check_payloads(1, "14", "00 00 0006 abcd", "{\"nat_discovery\":{\"data\":\"abcd\"}}");
	check_payloads(2, "c8", "00 00 0005 01", "{\"200\":{\"data\":\"01\"}}");
	check_payloads(1, "29", "00 00 0005 01", "{\"41\":{\"data\":\"01\"}}");
}

TEST(ike_encrypted_payload_is_seen_and_not_opened)
{
	check_payloads(
		2, "2e", "23 00 0008 aabbccdd",
		"{\"encrypted\":{\"next_payload\":\"identification_initiator\",\"length\":4}}");
	check_payloads(2, "35", "00 00 000a 0002 0003 aabb",
		       "{\"encrypted_fragment\":{\"fragment_number\":2,\"total_fragments\":3,"
		       "\"length\":2}}");
}

TEST(ike_vendor_identifiers)
{
	check_payloads(1, "0d",
		       "0d 00 0014 882fe56d6fd20dbc2251613b2ebe5beb"
		       "0d 00 0014 afcad71368a1f1c96b8696fc77570100"
		       "0d 00 0008 41424344 00 00 0007 414243",
		       "{\"vendor_id\":\"strongSwan\"},{\"vendor_id\":\"DPD\"},"
		       "{\"vendor_id\":\"ABCD\"},{\"vendor_id\":\"414243\"}");
	CHECK(!rj_ike_vendor(rj_cursor_init("\x09\x00\x26", 3, true)));
}

TEST(ike_lengths_that_lie_are_malformed)
{
	/* inside a payload: what stands before is shown */
	check_payloads(2, "22", "00 00 0006 0013", "{\"key_exchange\":{\"malformed\":true}}");
	check_payloads(2, "21", "00 00 000c 00 00 0003 01 01 00 00",
		       "{\"security_association\":{\"proposals\":[],\"malformed\":true}}");
	check_payloads(2, "2a", "00 00 0009 03 00 0001 01",
		       "{\"delete\":{\"protocol_id\":\"esp\",\"malformed\":true}}");
	/* of a payload: the chain ends */
	check_payloads(2, "28", "28 00 0006 0102 00 00 0006 01", "{\"nonce\":\"0102\"}");
	check_payloads(2, "28", "28 00 0003", "");
}

TEST(ike_chains_have_a_limit)
{
	char hex[1024] = SPI_I NO_SPI "28 20 22 08 00000000 00000160";
	struct fixture f;
	int num = 0;
	char *json;

	for (int i = 0; i < 81; i++)
		snprintf(hex + strlen(hex), 9, i < 80 ? "28000004" : "00000004");
	begin(&f);
	CHECK_EQ(feed(&f, 0, 500, hex, true, false), RJ_OK);
	json = unit_json(&rj_ike, f.state, 0);
	for (const char *at = json; (at = strstr(at, "nonce")); at++)
		num++;
	CHECK_EQ(num, 64);
	CHECK(strstr(json, "\"malformed\":true"));
	free(json);
	end(&f);
}

TEST(ike_stands_behind_a_marker_on_port_4500)
{
	struct fixture f;
	char *json;

	begin(&f);
	CHECK_EQ(feed(&f, 0, 4500, "00000000" SPI_I SPI_R "2e 20 23 08 00000001 00000020 00000004",
		      true, false),
		 RJ_OK);
	CHECK_EQ(feed(&f, 0, 4500, "ff", true, false), RJ_OK);		      /* keep-alive */
	CHECK_EQ(feed(&f, 0, 4500, "01020304 00000001", true, false), RJ_OK); /* ESP */
	json = unit_json(&rj_ike, f.state, 0);
	CHECK(strstr(json, "\"exchange_type\":\"ike_auth\""));
	CHECK(strstr(json, "\"encrypted\":{\"length\":0}"));
	CHECK(!strstr(json, "malformed"));
	free(json);
	end(&f);
}

TEST(ike_is_not_waited_for_behind_much_esp)
{
	struct fixture f;

	begin(&f);
	for (int i = 0; i < 32; i++) {
		CHECK_EQ(feed(&f, 0, 4500, "01020304 00000001", true, false), RJ_OK);
		CHECK(!f.is_done);
	}
	CHECK_EQ(feed(&f, 0, 4500, "01020304 00000001", true, false), RJ_OK);
	CHECK(f.is_done);
	end(&f);
}

TEST(ike_cut_by_the_capture_is_shown_as_far_as_it_goes)
{
	static const char hex[] = SPI_I NO_SPI "28 20 22 08 00000000 00000024 00 00 0008 01";
	struct fixture f;
	char *json;

	begin(&f);
	CHECK_EQ(feed(&f, 0, 500, hex, false, false), RJ_TRUNCATED);
	CHECK_EQ(feed(&f, 0, 500, hex, false, true), RJ_OK);
	json = unit_json(&rj_ike, f.state, 0);
	CHECK(strstr(json, "\"payloads\":[],\"time\":1.000000,\"truncated\":true}"));
	free(json);
	end(&f);
}

TEST(ike_headers_are_checked)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed(&f, 0, 500, SPI_I NO_SPI "00 30 22 08 00000000 0000001c", true, false),
		 RJ_MALFORMED); /* version 3 */
	CHECK_EQ(feed(&f, 0, 500, SPI_I NO_SPI "00 20 02 08 00000000 0000001c", true, false),
		 RJ_MALFORMED); /* an exchange of version 1 */
	CHECK_EQ(feed(&f, 0, 500, SPI_I NO_SPI "00 20 22 08 00000000 0000001b", true, false),
		 RJ_MALFORMED);
	CHECK_EQ(feed(&f, 0, 500, SPI_I NO_SPI "00 20 22 08 00000000 000000", true, false),
		 RJ_MALFORMED);
	end(&f);
}

static enum rj_probe probe(uint16_t port, const char *hex)
{
	struct rj_message m = { .over = RJ_OVER_UDP, .src_port = port, .dst_port = port };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	enum rj_probe answer = rj_ike.probe(&m, rj_cursor_init(bytes, len, true));

	free(bytes);
	return answer;
}

TEST(ike_probe)
{
	static const char first[] = SPI_I NO_SPI
		"28 20 22 08 00000000 00000024 00 00 0008 01020304";

	CHECK_EQ(probe(500, first), RJ_PROBE_YES);
	CHECK_EQ(probe(9999, first), RJ_PROBE_YES);
	CHECK_EQ(probe(4500, first), RJ_PROBE_NO); /* that is ESP */
	CHECK_EQ(probe(500, SPI_I SPI_R "28 20 23 08 00000001 0000001b"), RJ_PROBE_NO);
	CHECK_EQ(probe(500, SPI_I SPI_R "28 20 23 08 00000001 0000ffff"), RJ_PROBE_YES);
	CHECK_EQ(probe(500, SPI_I SPI_R "28 20 23 08 00000001 00010000"), RJ_PROBE_NO);
	CHECK_EQ(probe(500, SPI_I SPI_R "28 20 23 08 00000001 00000024"), RJ_PROBE_YES);
	CHECK_EQ(probe(9999, SPI_I SPI_R "00 20 23 08 00000001 0000001c"), RJ_PROBE_NO);
	CHECK_EQ(probe(9999, SPI_I NO_SPI "28 20 22 08 00000000 00000025 00 00 0008 01020304"),
		 RJ_PROBE_NO);
	CHECK_EQ(probe(9999, SPI_I NO_SPI "28 20 22 08 00000000 00000024 00 00 0009 01020304"),
		 RJ_PROBE_NO);
}
