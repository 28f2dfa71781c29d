/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the WireGuard dissector. */
#include "proto/registry.h"
#include "tests/unit/proto/talk.h"

#define NOISE16 "8f1c5a7790b3d2e4a6172839405b6c7d"
#define ZERO16 "00000000000000000000000000000000"
#define NOISE8 "8f1c5a7790b3d2e4"
/* ephemeral 32, static 48, time 28, first MAC 16 */
#define NOISE124 NOISE16 NOISE16 NOISE16 NOISE16 NOISE16 NOISE16 NOISE16 NOISE8 "8f1c5a77"
#define INITIATION "01000000 01000080" NOISE124
#define RESPONSE "02000000 02000000 01000080" NOISE16 NOISE16 NOISE16 NOISE16
#define COOKIE "03000000 01000080" NOISE16 NOISE16 NOISE16 NOISE8
#define DATA "04000000 02000000 0000000000000000" NOISE16

TEST(wireguard_handshake_then_data)
{
	struct talk t;

	talk_begin(&t, &rj_wireguard, RJ_OVER_UDP, 9);
	talk_tell(&t, 0, INITIATION ZERO16);
	talk_tell(&t, 1, RESPONSE ZERO16);
	talk_tell(&t, 0, DATA);
	talk_tell(&t, 0, DATA NOISE16);
	talk_end(&t, "{\"init\":{\"messages\":{\"handshake_initiation\":1,\"transport_data\":2},"
		     "\"sender\":2147483649,\"receiver\":2},"
		     "\"resp\":{\"messages\":{\"handshake_response\":1},"
		     "\"sender\":2,\"receiver\":2147483649}}");
}

TEST(wireguard_cookie_is_asked_for_and_given)
{
	struct talk t;

	talk_begin(&t, &rj_wireguard, RJ_OVER_UDP, 9);
	talk_tell(&t, 1, INITIATION ZERO16);
	talk_tell(&t, 0, COOKIE);
	talk_tell(&t, 1, INITIATION NOISE16);
	talk_end(&t, "{\"init\":{\"messages\":{\"handshake_initiation\":2},"
		     "\"sender\":2147483649,\"mac2\":true},"
		     "\"resp\":{\"messages\":{\"cookie_reply\":1},\"receiver\":2147483649}}");
}

TEST(wireguard_lengths_are_exact)
{
	struct talk t;

	talk_begin(&t, &rj_wireguard, RJ_OVER_UDP, 51820);
	CHECK_EQ(talk_probe(&t, 0, INITIATION ZERO16, true), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 0, INITIATION ZERO16 "00", true), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, INITIATION NOISE8, true), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, RESPONSE ZERO16 "00", true), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, COOKIE "00", true), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, DATA, true), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 0, DATA "00", true), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "04000000 02000000 0000000000000000" NOISE8, true), RJ_PROBE_NO);
	CHECK_EQ(talk_say(&t, 0, DATA "00"), RJ_MALFORMED);
	CHECK_EQ(talk_say(&t, 0, COOKIE "00"), RJ_MALFORMED);
	talk_end(&t, "");
}

TEST(wireguard_reserved_bytes_are_zero_and_types_known)
{
	struct talk t;

	talk_begin(&t, &rj_wireguard, RJ_OVER_UDP, 51820);
	CHECK_EQ(talk_probe(&t, 0, "05", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "00", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "0101", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "010001", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "01000001", false), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, "01000000", false), RJ_PROBE_MORE);
	talk_end(&t, "");
}

TEST(wireguard_data_and_zeros_are_known_on_its_port_alone)
{
	static const char zeros[] =
		"02000000 02000000 01000080" NOISE16 ZERO16 NOISE16 NOISE16 ZERO16;
	struct talk t;

	talk_begin(&t, &rj_wireguard, RJ_OVER_UDP, 9);
	CHECK_EQ(talk_probe(&t, 0, DATA, true), RJ_PROBE_NO);
	CHECK_EQ(talk_probe(&t, 0, RESPONSE ZERO16, true), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 0, zeros, true), RJ_PROBE_NO);
	t.port = 51820;
	CHECK_EQ(talk_probe(&t, 0, DATA, true), RJ_PROBE_YES);
	CHECK_EQ(talk_probe(&t, 0, zeros, true), RJ_PROBE_YES);
	talk_end(&t, "");
}

TEST(wireguard_a_datagram_that_the_capture_cut_is_counted)
{
	struct talk t;
	struct rj_message m;
	size_t len;
	uint8_t *bytes = unit_unhex(INITIATION, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, false);

	talk_begin(&t, &rj_wireguard, RJ_OVER_UDP, 9);
	m = talk_message(&t, 0);
	CHECK_EQ(rj_wireguard.parse(t.state, &m, &c), RJ_TRUNCATED);
	m.is_done = true;
	CHECK_EQ(rj_wireguard.parse(t.state, &m, &c), RJ_OK);
	CHECK(!m.is_done);
	free(bytes);
	talk_end(&t, "{\"init\":{\"messages\":{\"handshake_initiation\":1},"
		     "\"sender\":2147483649}}");
}

TEST(wireguard_is_done_behind_what_live_hands_up)
{
	struct talk t;
	unsigned int num = 0;

	talk_begin(&t, &rj_wireguard, RJ_OVER_UDP, 51820);
	do
		talk_tell(&t, 0, DATA NOISE16 NOISE16);
	while (!t.is_done && ++num < 1000);
	CHECK_EQ(num, 8192 / 64 - 1);
	talk_end(&t, "{\"init\":{\"messages\":{\"transport_data\":128},\"receiver\":2}}");
}
