/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the RDP dissector; the client's settings are those of MS-RDPBCGR 4.1.3. */
#include "proto/registry.h"

#include "tests/unit/proto/exchange.h"

#define CONNECT_INITIAL                                                                            \
	"0300019a02f0807f6582018e0401010401010101ff301a02012202010202010002010102010002010102"     \
	"0300ffff020102301a020122020102020100020101020100020101020300ffff020102301a0201220201"     \
	"02020100020101020100020101020300ffff0201020482012d000500147c00018124000800100001c000"     \
	"44756361811601c0d200040008000005000401ca03aa09040000280a000045004c0054004f004e005300"     \
	"2d0044004500560032000000000000000000000004000000000000000c00000000000000000000000000"     \
	"000000000000000000000000000000000000000000000000000000000000000000000000000000000000"     \
	"00000000000000000000000001ca010000000000180007000100360039003700310032002d0037003800"     \
	"33002d0030003300350037003900370034002d0034003200370031003400000000000000000000000000"     \
	"00000000000004c00c000d0000000000000002c00c001b0000000000000003c02c000300000072647064"     \
	"7200000000000080636c69707264720000000080726470736e64000000000080"
#define CONNECT_RESPONSE                                                                           \
	"0300006002f0807f66560a0100020100301a020122020102020100020101020100020101020300ffff02"     \
	"01020432000500147c00010914760a01010001c0004d63446e1c010c080004000800030c0800eb030000"     \
	"020c0c000200000002000000"
#define REQUEST_ELTONS                                                                             \
	"0300002c27e00000000000436f6f6b69653a206d737473686173683d656c746f6e730d0a010008000000"     \
	"0000"
#define REQUEST_ALL                                                                                \
	"0300005b56e00000000000436f6f6b69653a206d7374733d333634303230353232382e31353632392e30"     \
	"3030300d0a010908000b00000006002400000102030405060708090a0b0c0d0e0f000000000000000000"     \
	"00000000000000"

#define CONFIRM_NOTHING "0300000b 06 d0 0000 1234 00"
#define CONFIRM_HYBRID_EX "03000013 0e d0 0000 1234 00 02 1f 0800 08000000"
#define CONFIRM_FAILURE "03000013 0e d0 0000 1234 00 03 00 0800 05000000"

TEST(rdp_without_tls_tells_the_settings_of_both)
{
	struct exchange x = exchange_begin(&rj_rdp);

	exchange_tcp(&x, 0, REQUEST_ELTONS);
	exchange_tcp(&x, 1, CONFIRM_NOTHING);
	exchange_tcp(&x, 0, CONNECT_INITIAL);
	CHECK(x.message.is_done);
	exchange_tcp(&x, 1, CONNECT_RESPONSE);
	CHECK(x.message.is_done);
	CHECK_EQ(rj_rdp.originator(x.state), 0);
	exchange_end(
		&x,
		"{\"cookie\":\"eltons\",\"protocols\":[\"rdp\"],\"client\":{\"name\":"
		"\"ELTONS-DEV2\","
		"\"version\":\"5.0\",\"build\":2600,\"product_id\":\"69712-783-0357974-42714\","
		"\"keyboard_layout\":1033,\"keyboard_type\":4,\"desktop_width\":1280,"
		"\"desktop_height\":1024,\"encryption_methods\":[\"40bit\",\"128bit\",\"56bit\","
		"\"fips\"],\"channels\":[\"rdpdr\",\"cliprdr\",\"rdpsnd\"]},\"server\":{"
		"\"version\":"
		"\"5.0\",\"encryption_method\":\"128bit\",\"encryption_level\":"
		"\"client_compatible\"}}");
}

TEST(rdp_token_flags_correlation_and_choice)
{
	struct exchange x = exchange_begin(&rj_rdp);

	exchange_tcp(&x, 0, REQUEST_ALL);
	exchange_tcp(&x, 1, CONFIRM_HYBRID_EX);
	exchange_end(
		&x,
		"{\"routing_token\":\"Cookie: msts=3640205228.15629.0000\",\"protocols\":[\"ssl\","
		"\"hybrid\",\"hybrid_ex\"],\"flags\":[\"restricted_admin_mode_required\","
		"\"correlation_info_present\"],\"correlation_id\":"
		"\"000102030405060708090a0b0c0d0e0f\",\"selected\":\"hybrid_ex\",\"server_flags\":["
		"\"extended_client_data_supported\",\"dynvc_gfx_protocol_supported\",\"reserved\","
		"\"restricted_admin_mode_supported\","
		"\"redirected_authentication_mode_supported\"]}");
}

TEST(rdp_a_server_that_refuses)
{
	struct exchange x = exchange_begin(&rj_rdp);

	exchange_tcp(&x, 1, CONFIRM_FAILURE);
	CHECK_EQ(rj_rdp.originator(x.state), 0);
	exchange_end(&x, "{\"failure\":\"hybrid_required_by_server\"}");
}

TEST(rdp_a_line_without_its_end_is_all_of_the_token)
{
	struct exchange x = exchange_begin(&rj_rdp);

	exchange_tcp(&x, 0, "0300000e 09 e0 0000 0000 00 616263");
	exchange_end(&x, "{\"routing_token\":\"abc\"}");
}

TEST(rdp_hands_over_to_tls)
{
	struct exchange x = exchange_begin(&rj_rdp);

	exchange_tcp(&x, 0, REQUEST_ALL);
	CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 0, "1603"), RJ_TRUNCATED);
	exchange_tcp(&x, 0, "16 0301 002d 01 000029 0303");
	CHECK(x.message.hands_over);
	exchange_free(&x);
}

TEST(rdp_what_breaks_the_format_is_refused)
{
	struct exchange x = exchange_begin(&rj_rdp);
	static const char *const messages[] = {
		"03000004",				 /* no header of X.224 */
		"03002001",				 /* too long */
		"03000006 01 90",			 /* another TPDU */
		"03000009 04 e0 0000 00",		 /* a request without its fixed part */
		"03000007 02 f0 80",			 /* data that is no MCS */
		"0300000c 02 f0 80 7f65 0200 00",	 /* no selectors */
		"0300000f 02 f0 80 7f66 05 0a0100 0200", /* no user data */
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
		CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 0, messages[i]), RJ_MALFORMED);
	exchange_free(&x);
}

TEST(rdp_settings_of_a_length_that_lies_are_left_out)
{
	size_t len;
	uint8_t *bytes = unit_unhex(CONNECT_INITIAL, &len);

	for (size_t i = 7; i < len; i++) {
		static const uint8_t values[] = { 0x00, 0x7f, 0x80, 0xff };
		uint8_t kept = bytes[i];

		for (size_t j = 0; j < sizeof(values); j++) {
			struct exchange x = exchange_begin(&rj_rdp);
			struct rj_message m = { .over = RJ_OVER_TCP, .arena = &x.arena };
			struct rj_cursor c;

			exchange_tcp(&x, 0, REQUEST_ELTONS);
			bytes[i] = values[j];
			c = rj_cursor_init(bytes, len, false);
			CHECK(rj_rdp.parse(x.state, &m, &c) != RJ_TRUNCATED);
			free(unit_json(&rj_rdp, x.state, 0));
			exchange_free(&x);
		}
		bytes[i] = kept;
	}
	free(bytes);
}

TEST(rdp_other_users_of_x224_are_not_rdp)
{
	/* S7: parameters of ISO 8073 behind the fixed part */
	CHECK_EQ(exchange_probe(&rj_rdp, RJ_OVER_TCP, 102,
				"03000016 11 e0 0000 0001 00 c0010a c1020100 c2020102"),
		 RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_rdp, RJ_OVER_TCP, 9, REQUEST_ELTONS), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_rdp, RJ_OVER_TCP, 3389, "0300000b 06 e0 0000 0000 00"),
		 RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_rdp, RJ_OVER_TCP, 9, "0300000b 06 e0 0000 0000 00"),
		 RJ_PROBE_NO);
	/* H.323: Q.931 in TPKT */
	CHECK_EQ(exchange_probe(&rj_rdp, RJ_OVER_TCP, 1720, "03000030 08 02"), RJ_PROBE_NO);
}
