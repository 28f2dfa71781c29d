/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the DHCPv6 dissector. */
#include "proto/registry.h"
#include "tests/unit/unit.h"

#define ADDRESS "20010db8000000000000000000000001"
#define LINK "fe800000000000000000000000000002"

struct fixture {
	uint64_t *state;
	struct rj_arena arena;
};

static enum rj_status feed(struct fixture *f, const char *hex, bool is_hard, bool is_done)
{
	struct rj_message m = { .over = RJ_OVER_UDP,
				.src_port = 546,
				.dst_port = 547,
				.arena = &f->arena,
				.is_done = is_done };
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_status st = rj_dhcpv6.parse(f->state, &m, &c);

	CHECK(st || (!c.left && !m.is_done));
	free(bytes);
	return st;
}

static void begin(struct fixture *f)
{
	f->state = calloc(1, rj_dhcpv6.state_bytes);
	rj_arena_init(&f->arena, 256u << 10);
}

static void end(struct fixture *f, const char *want)
{
	char *json = unit_json(&rj_dhcpv6, f->state, 0);

	CHECK_STR(json, want);
	free(json);
	free(f->state);
	rj_arena_done(&f->arena);
}

static void check(const char *hex, const char *want)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed(&f, hex, true, false), RJ_OK);
	end(&f, want);
}

/* A SOLICIT with one option more has @want as that option. */
static void check_option(const char *option, const char *want)
{
	char hex[2048], json[2048];

	snprintf(hex, sizeof(hex), "01 27731d 000e0000 %s", option);
	snprintf(json, sizeof(json),
		 "[{\"type\":\"SOLICIT\",\"transid\":\"27731d\",\"option\":\"RAPID_COMMIT\","
		 "\"optlen\":0,\"options\":[{\"option\":\"RAPID_COMMIT\",\"optlen\":0,\"value\":"
		 "true},%s]}]",
		 want);
	check(hex, json);
}

TEST(dhcpv6_message_has_joys_keys_of_its_first_option)
{
	check("0b 27731d 0001 000e 0001 0001 1d110a8c 703eacf0f007",
	      "[{\"type\":\"INFOREQUEST\",\"transid\":\"27731d\",\"option\":\"CLIENTID\","
	      "\"optlen\":14,\"macaddr\":\"70:3e:ac:f0:f0:07\",\"options\":[{\"option\":"
	      "\"CLIENTID\",\"optlen\":14,\"duid\":\"000100011d110a8c703eacf0f007\","
	      "\"duid_type\":\"llt\",\"hardware_type\":1,\"duid_time\":487656076,"
	      "\"macaddr\":\"70:3e:ac:f0:f0:07\"}]}]");
	check("01 000000", "[{\"type\":\"SOLICIT\",\"transid\":\"000000\",\"options\":[]}]");
}

TEST(dhcpv6_duids)
{
	check_option("0001 000a 0003 0001 020304050607",
		     "{\"option\":\"CLIENTID\",\"optlen\":10,\"duid\":\"00030001020304050607\","
		     "\"duid_type\":\"ll\",\"hardware_type\":1,\"macaddr\":\"02:03:04:05:06:07\"}");
	check_option("0002 0008 0002 00000009 0c0d",
		     "{\"option\":\"SERVERID\",\"optlen\":8,\"duid\":\"0002000000090c0d\","
		     "\"duid_type\":\"en\",\"enterprise\":9,\"identifier\":\"0c0d\"}");
	check_option("0001 0004 0004 abcd",
		     "{\"option\":\"CLIENTID\",\"optlen\":4,\"duid\":\"0004abcd\",\"duid_type\":"
		     "\"uuid\",\"identifier\":\"abcd\"}");
	check_option("0001 0002 0007", "{\"option\":\"CLIENTID\",\"optlen\":2,\"duid\":\"0007\","
				       "\"duid_type\":\"7\",\"identifier\":\"\"}");
	check_option("0001 0003 000300",
		     "{\"option\":\"CLIENTID\",\"optlen\":3,\"value\":\"000300\"}");
}

TEST(dhcpv6_addresses_and_prefixes_of_associations)
{
	check_option("0003 0030 0000000a 00000001 00000002"
		     "0005 0020 " ADDRESS " 00000003 00000004 000d 0004 0002 6e6f",
		     "{\"option\":\"IA_NA\",\"optlen\":48,\"iaid\":10,\"t1\":1,\"t2\":2,"
		     "\"options\":[{\"option\":\"IAADDR\",\"optlen\":32,\"address\":"
		     "\"2001:db8::1\",\"preferred_lifetime\":3,\"valid_lifetime\":4,\"options\":["
		     "{\"option\":\"STATUS_CODE\",\"optlen\":4,\"code\":2,\"message\":\"no\"}]}]}");
	check_option("0019 0029 0000000a 00000001 ffffffff"
		     "001a 0019 00000003 00000004 38 20010db8000000000000000000000000",
		     "{\"option\":\"IA_PD\",\"optlen\":41,\"iaid\":10,\"t1\":1,\"t2\":4294967295,"
		     "\"options\":[{\"option\":\"IAPREFIX\",\"optlen\":25,\"preferred_lifetime\":3,"
		     "\"valid_lifetime\":4,\"prefix_len\":56,\"address\":\"2001:db8::\","
		     "\"options\":[]}]}");
	check_option("0004 0004 00000007", "{\"option\":\"IA_TA\",\"optlen\":4,\"iaid\":7,"
					   "\"options\":[]}");
	check_option("0003 0003 000000", "{\"option\":\"IA_NA\",\"optlen\":3,\"data\":\"000000\"}");
}

TEST(dhcpv6_relayed_messages_stand_inside)
{
	check("0c 01 " ADDRESS LINK "0012 0002 6531 0009 002e"
	      "0c 00 " ADDRESS LINK "0009 0008 01 27731d 000e0000",
	      "[{\"type\":\"RELAYFORW\",\"hop_count\":1,\"link_address\":\"2001:db8::1\","
	      "\"peer_address\":\"fe80::2\",\"option\":\"INTERFACE_ID\",\"optlen\":2,\"options\":["
	      "{\"option\":\"INTERFACE_ID\",\"optlen\":2,\"data\":\"6531\"},"
	      "{\"option\":\"RELAY_MSG\",\"optlen\":46,\"type\":\"RELAYFORW\",\"hop_count\":0,"
	      "\"link_address\":\"2001:db8::1\",\"peer_address\":\"fe80::2\",\"options\":["
	      "{\"option\":\"RELAY_MSG\",\"optlen\":8,\"type\":\"SOLICIT\",\"transid\":\"27731d\","
	      "\"options\":[{\"option\":\"RAPID_COMMIT\",\"optlen\":0,\"value\":true}]}]}]}]");
}

TEST(dhcpv6_options_within_options_have_a_limit)
{
	char hex[8192] = "01 000000";
	struct fixture f;
	char *json;
	int num = 0;

	for (int depth = 19; depth >= 0; depth--) /* CLIENT_DATA in one another */
		snprintf(hex + strlen(hex), sizeof(hex) - strlen(hex), "002d %04x", 4 * depth);
	begin(&f);
	CHECK_EQ(feed(&f, hex, true, false), RJ_OK);
	json = unit_json(&rj_dhcpv6, f.state, 0);
	for (const char *at = json; (at = strstr(at, "\"options\":[")); at++)
		num++;
	CHECK_EQ(num, 12);
	CHECK(strstr(json, "\"data\":\"002d"));
	free(json);
	free(f.state);
	rj_arena_done(&f.arena);
}

TEST(dhcpv6_values_have_their_forms)
{
	check_option("0006 0004 00170018", "{\"option\":\"ORO\",\"optlen\":4,\"value\":[23,24]}");
	check_option("0008 0002 02bc", "{\"option\":\"ELAPSED_TIME\",\"optlen\":2,\"value\":700}");
	check_option("0017 0010 " ADDRESS,
		     "{\"option\":\"DNS_SERVERS\",\"optlen\":16,\"value\":[\"2001:db8::1\"]}");
	check_option("0018 0009 016103636f6d00 0162",
		     "{\"option\":\"DOMAIN_LIST\",\"optlen\":9,\"value\":\"016103636f6d000162\"}");
	check_option("0018 000a 016103636f6d00 016200",
		     "{\"option\":\"DOMAIN_LIST\",\"optlen\":10,\"value\":[\"a.com\",\"b\"]}");
	check_option("0018 0005 016100 c000", /* must not be compressed */
		     "{\"option\":\"DOMAIN_LIST\",\"optlen\":5,\"value\":\"016100c000\"}");
	check_option("0027 0004 01 026162",
		     "{\"option\":\"CLIENT_FQDN\",\"optlen\":4,\"flags\":1,\"name\":\"ab\"}");
	check_option("0010 000c 00000137 0002 6162 0002 6364",
		     "{\"option\":\"VENDOR_CLASS\",\"optlen\":12,\"enterprise\":311,\"value\":["
		     "\"ab\",\"cd\"]}");
	check_option("0025 0006 00000009 0102", "{\"option\":\"REMOTE_ID\",\"optlen\":6,"
						"\"enterprise\":9,\"data\":\"0102\"}");
	check_option("004f 0008 0001 020304050607",
		     "{\"option\":\"CLIENT_LINKLAYER_ADDR\",\"optlen\":8,\"hardware_type\":1,"
		     "\"macaddr\":\"02:03:04:05:06:07\"}");
	check_option("0038 001b 0001 0010 " ADDRESS " 0003 0003 016100",
		     "{\"option\":\"NTP_SERVER\",\"optlen\":27,\"value\":[{\"address\":"
		     "\"2001:db8::1\"},{\"name\":\"a\"}]}");
	check_option("000b 0002 0102", "{\"option\":\"AUTH\",\"optlen\":2,\"data\":\"0102\"}");
	check_option("ffff 0001 07", "{\"option\":\"65535\",\"optlen\":1,\"data\":\"07\"}");
}

TEST(dhcpv6_option_beyond_the_end_is_malformed)
{
	check("01 000000 0008 0002 02",
	      "[{\"type\":\"SOLICIT\",\"transid\":\"000000\",\"options\":[],\"malformed\":true}]");
	check("01 000000 0003 000e 00000001 00000002 00000003 0005",
	      "[{\"type\":\"SOLICIT\",\"transid\":\"000000\",\"option\":\"IA_NA\",\"optlen\":14,"
	      "\"options\":[{\"option\":\"IA_NA\",\"optlen\":14,\"iaid\":1,\"t1\":2,\"t2\":3,"
	      "\"options\":[]}],\"malformed\":true}]");
}

TEST(dhcpv6_headers_are_checked)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed(&f, "00 000000", true, false), RJ_MALFORMED);
	CHECK_EQ(feed(&f, "26 000000", true, false), RJ_MALFORMED);
	CHECK_EQ(feed(&f, "01 0000", true, false), RJ_MALFORMED);
	CHECK_EQ(feed(&f, "0c 00" ADDRESS "00", true, false), RJ_MALFORMED);
	end(&f, "");
}

TEST(dhcpv6_cut_by_the_capture_is_shown_as_far_as_it_goes)
{
	struct fixture f;

	begin(&f);
	CHECK_EQ(feed(&f, "01 000000 000e0000 0008 0002 02", false, false), RJ_TRUNCATED);
	CHECK_EQ(feed(&f, "01 000000 000e0000 0008 0002 02", false, true), RJ_OK);
	end(&f, "[{\"type\":\"SOLICIT\",\"transid\":\"000000\",\"option\":\"RAPID_COMMIT\","
		"\"optlen\":0,\"options\":[{\"option\":\"RAPID_COMMIT\",\"optlen\":0,\"value\":"
		"true}],\"truncated\":true}]");
}

TEST(dhcpv6_probe_is_for_its_ports_alone)
{
	struct rj_message m = { .over = RJ_OVER_UDP, .src_port = 546, .dst_port = 547 };
	size_t len;
	uint8_t *bytes = unit_unhex("01 000000 000e0000", &len);

	CHECK_EQ(rj_dhcpv6.probe(&m, rj_cursor_init(bytes, len, true)), RJ_PROBE_YES);
	CHECK_EQ(rj_dhcpv6.probe(&m, rj_cursor_init(bytes, 4, false)), RJ_PROBE_MORE);
	CHECK_EQ(rj_dhcpv6.probe(&m, rj_cursor_init(bytes, 4, true)), RJ_PROBE_NO);
	m.src_port = m.dst_port = 9999;
	CHECK_EQ(rj_dhcpv6.probe(&m, rj_cursor_init(bytes, len, true)), RJ_PROBE_NO);
	free(bytes);
}
