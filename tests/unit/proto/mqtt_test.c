/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the MQTT dissector. */
#include "proto/registry.h"
#include "tests/unit/proto/talk.h"

#define MQTT "0004 4d515454"
#define MQISDP "0006 4d5149736470"

static void begin(struct talk *t)
{
	talk_begin(t, &rj_mqtt, RJ_OVER_TCP, 1883);
}

TEST(mqtt_connect_with_all_members_in_version_5)
{
	struct talk t;

	begin(&t);
	/* session expiry; will with a delay: topic a/b, payload; user u, password p */
	talk_tell(&t, 0,
		  "10 2b " MQTT "05 f6 003c 05 1100000e10"
		  "0003 646576 05 1800000005 0003 612f62 0003 627965 0001 75 0001 70");
	talk_tell(&t, 1, "20 06 01 00 03 2100 0a");
	talk_end(&t, "{\"protocol\":\"MQTT\",\"version\":\"5.0\",\"client_id\":\"dev\","
		     "\"clean_start\":true,\"keep_alive\":60,"
		     "\"will\":{\"topic\":\"a/b\",\"qos\":2,\"retain\":true},"
		     "\"user_name\":\"u\",\"has_password\":true,"
		     "\"connack\":\"success\",\"session_present\":true,"
		     "\"cli\":{\"packets\":{\"connect\":1}},"
		     "\"srv\":{\"packets\":{\"connack\":1}}}");
}

TEST(mqtt_versions_3_and_their_return_codes)
{
	struct talk t;

	begin(&t);
	talk_tell(&t, 0, "10 0f " MQISDP "03 00 0000 0001 61");
	talk_tell(&t, 1, "20 02 00 05");
	talk_end(&t, "{\"protocol\":\"MQIsdp\",\"version\":\"3.1\",\"client_id\":\"a\","
		     "\"clean_start\":false,\"keep_alive\":0,\"connack\":\"not_authorized\","
		     "\"cli\":{\"packets\":{\"connect\":1}},"
		     "\"srv\":{\"packets\":{\"connack\":1}}}");
	begin(&t);
	talk_tell(&t, 0, "10 0c " MQTT "84 02 ffff 0000");
	talk_tell(&t, 1, "20 02 00 09");
	talk_end(&t, "{\"protocol\":\"MQTT\",\"version\":\"3.1.1\",\"bridge\":true,"
		     "\"client_id\":\"\",\"clean_start\":true,\"keep_alive\":65535,"
		     "\"connack\":\"9\",\"cli\":{\"packets\":{\"connect\":1}},"
		     "\"srv\":{\"packets\":{\"connack\":1}}}");
}

TEST(mqtt_topics_of_both_sides_each_once)
{
	struct talk t;

	begin(&t);
	talk_tell(&t, 0,
		  "10 0d " MQTT "05 02 0000 00 0000"
		  "82 0c 0001 00 0001 23 01 0002 612b 00"
		  "30 05 0001 61 00 78 34 07 0001 61 0007 00 78 3d 09 0002 6262 0008 00 7878");
	talk_tell(&t, 1, "90 05 0001 00 01 00 30 05 0000 00 7878 40 02 0007 e0 00");
	CHECK(t.is_done);
	talk_end(&t, "{\"protocol\":\"MQTT\",\"version\":\"5.0\",\"client_id\":\"\","
		     "\"clean_start\":true,\"keep_alive\":0,"
		     "\"cli\":{\"packets\":{\"connect\":1,\"publish\":3,\"subscribe\":1},"
		     "\"subscribe\":[\"#\",\"a+\"],\"publish\":[\"a\",\"bb\"]},"
		     "\"srv\":{\"packets\":{\"publish\":1,\"puback\":1,\"suback\":1,"
		     "\"disconnect\":1}}}");
}

TEST(mqtt_a_long_publish_is_passed_over_behind_its_topic)
{
	struct talk t;
	size_t left;

	begin(&t);
	/* 65,535 bytes, of which 5 and 3 are there */
	CHECK_EQ(talk_parse(&t, 0, (const uint8_t *)"\x30\xff\xff\x03\0\1txyz", 10, false, &left),
		 RJ_OK);
	CHECK_EQ(left, 3);
	CHECK_EQ(t.skip, 65535 - 3);
	CHECK_EQ(talk_parse(&t, 1, (const uint8_t *)"\x30\xff\xff\x03\0\3tt", 8, false, &left),
		 RJ_TRUNCATED);
	CHECK_EQ(talk_parse(&t, 1, (const uint8_t *)"\x30\xff\xff\x03\0\3tt", 8, true, &left),
		 RJ_MALFORMED);
	talk_end(&t, "{\"cli\":{\"packets\":{\"publish\":1},\"publish\":[\"t\"]},"
		     "\"srv\":{\"malformed\":true}}");
}

/* A PUBLISH of 61,433 or some bytes more, then one that would need 4 KiB of the rest. */
static void check_end(const char *first, unsigned int num_counted)
{
	struct talk t;
	size_t left;
	char want[128];

	begin(&t);
	CHECK_EQ(talk_parse(&t, 0, (const uint8_t *)first, 7, false, &left), RJ_OK);
	CHECK(!t.is_done);
	CHECK_EQ(talk_parse(&t, 0, (const uint8_t *)"\x30\xff\x7f\0\1t", 6, false, &left), RJ_OK);
	CHECK(t.is_done);
	snprintf(want, sizeof(want), "{\"cli\":{\"packets\":{\"publish\":%u},\"publish\":[\"t\"]}}",
		 num_counted);
	talk_end(&t, want);
}

TEST(mqtt_is_done_behind_what_live_hands_up)
{
	check_end("\x30\xf9\xdf\x03\0\1t", 2);
	check_end("\x30\xfa\xdf\x03\0\1t", 1);
}

TEST(mqtt_connect_is_known_by_its_name_on_any_port)
{
	struct talk t;

	talk_begin(&t, &rj_mqtt, RJ_OVER_TCP, 9999);
	CHECK_EQ(talk_probe(&t, 0, "10 0c " MQTT "04", false), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 0, "10 0c 0004 4d51", false), RJ_PROBE_MORE);
	CHECK_EQ(talk_probe(&t, 0, "10 0c 0004 4d52", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "10 0c " MQTT "06", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "10 0c " MQTT "03", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "10 0e " MQISDP "04", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "11", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "00", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "10 ffffffff 01", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "20 02 00 00", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "c0 00", false), RJ_PROBE_NO);
	talk_done(&t);
}

TEST(mqtt_within_a_connection_is_known_on_its_port)
{
	struct talk t;

	begin(&t);
	CHECK_EQ(talk_probe(&t, 0, "c0 00", false), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 0, "c0 01", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "20 02 01", false), RJ_PROBE_MORE);
	CHECK_EQ(talk_probe(&t, 1, "20 02 01 00", false), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 1, "20 03 00 9f 00", false), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 1, "20 02 00 06", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "20 02 00 a0", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "20 02 02", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "20 01", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "30 04 0002 6161", false), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 1, "30 03 0002 6161", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "30 04 0002 6123", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 1, "36", false), RJ_PROBE_NO);
	talk_done(&t);
}

TEST(mqtt_what_breaks_the_format_is_told)
{
	static const char *const broken[] = {
		"10 0b " MQTT "04 02 0000 00",	    /* ends within the client id */
		"10 0d " MQTT "04 02 0000 0000 00", /* a byte more */
		"10 0c " MQTT "04 03 0000 0000",    /* the reserved flag */
		"10 0c " MQTT "04 82 0000 0000",    /* no user name */
		"10 0c " MQTT "04 42 0000 0000",    /* no password */
		"10 0c " MQTT "04 06 0000 0000",    /* no will */
		"10 0d " MQTT "05 02 0000 01 0000", /* properties run over the end */
		"20 01 00",
		"30 02 0001",
		"82 00",
		"00 00",
	};

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		struct talk t;
		char *json;

		begin(&t);
		CHECK_EQ(talk_say(&t, 0, "10 0c " MQTT "04 02 0000 0000") == RJ_OK && i >= 7,
			 i >= 7);
		if (i < 7) { /* only the first CONNECT is read */
			talk_done(&t);
			begin(&t);
		}
		CHECK_EQ(talk_say(&t, 0, broken[i]), RJ_MALFORMED);
		json = unit_json(t.d, t.state, 0);
		CHECK(strstr(json, "\"malformed\":true"));
		free(json);
		talk_done(&t);
	}
}

TEST(mqtt_topics_are_capped)
{
	struct talk t;
	char hex[64];

	begin(&t);
	for (unsigned int i = 0; i < 12; i++) {
		snprintf(hex, sizeof(hex), "30 03 0001 %02x", 'a' + i);
		talk_tell(&t, 0, hex);
	}
	talk_end(&t, "{\"cli\":{\"packets\":{\"publish\":12},"
		     "\"publish\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\"]}}");
}
