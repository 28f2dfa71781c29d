/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the SMB dissector; messages built by the figures of MS-SMB2, MS-CIFS and MS-NLMP. */
#include "proto/registry.h"

#include "tests/unit/proto/exchange.h"

#define NEGOTIATE_311                                                                              \
	"000000f0fe534d4240000000000000000000010000000000000000000000000000000000000000000000"     \
	"000000000000000000000000000000000000000000000000000024000500010000007f00000000010203"     \
	"0405060708090a0b0c0d0e0f700000000500000002021002000302031103000001002600000000000100"     \
	"200001000000000000000000000000000000000000000000000000000000000000000000000002000600"     \
	"00000000020002000100000003000e000000000003000000000000000100020003000000080006000000"     \
	"0000020002000100000005001000000000007300720076002e007400650073007400"
#define NEGOTIATED_311                                                                             \
	"000000f4fe534d4240000000000000000000010001000000000000000000000000000000000000000000"     \
	"000000000000000000000000000000000000000000000000000041000300110302001011121314151617"     \
	"18191a1b1c1d1e1f47000000000080000000800000008000000000000000000000000000000000008000"     \
	"3400b8000000603206062b0601050502a0283026a024302206092a864882f71201020206092a864886f7"     \
	"12010202060a2b06010401823702020a0000000001002600000000000100200001000000000000000000"     \
	"0000000000000000000000000000000000000000000000000000020004000000000001000200"
#define NEGOTIATE_21                                                                               \
	"00000068fe534d4240000000000000000000010000000000000000000000000000000000000000000000"     \
	"000000000000000000000000000000000000000000000000000024000200030000000000000000010203"     \
	"0405060708090a0b0c0d0e0f000000000000000002021002"
#define SETUP_1                                                                                    \
	"000000a8fe534d4240000000000000000100010000000000000000000000000000000000000000000000"     \
	"000000000000000000000000000000000000000000000000000019000001010000000000000058005000"     \
	"0000000000000000604e06062b0601050502a0443042a00e300c060a2b06010401823702020aa230042e"     \
	"4e544c4d5353500001000000070200020300030028000000030003002b0000000a00614a0000000f444f"     \
	"4d575331"
#define SET_UP_1                                                                                   \
	"000000fffe534d4240000000160000c00100010001000000000000000000000000000000000000000000"     \
	"0000000000000000000000000000000000000000000000000000090000004800b700a181b43081b1a003"     \
	"0a0101a281a90481a64e544c4d5353500002000000060006003800000005028202cccccccccccccccc00"     \
	"00000000000000680068003e0000000601b11d0000000f44004f004d000200060044004f004d00010006"     \
	"005300520056000400100064006f006d002e007400650073007400030018007300720076002e0064006f"     \
	"006d002e0074006500730074000500100064006f006d002e007400650073007400070008000000000000"     \
	"00000000000000"
#define SETUP_2                                                                                    \
	"000000f7fe534d4240000000000000000100010000000000000000000000000000000000000000000000"     \
	"000000000000000000000000000000000000000000000000000019000001010000000000000058009f00"     \
	"0000000000000000a1819c308199a0030a0101a2819104818e4e544c4d53535000030000001800180048"     \
	"000000180018006000000006000600780000000a000a007e0000000600060088000000000000008e0000"     \
	"00010200020a00614a0000000feeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeedddddddddd"     \
	"dddddddddddddddddddddddddddddddddddddd44004f004d0061006c00690063006500570053003100"
#define SET_UP_2                                                                                   \
	"00000048fe534d4240000000000000000100010001000000000000000000000000000000000000000000"     \
	"00000000000000000000000000000000000000000000000000000900010048000000"
#define SET_UP_FAILED                                                                              \
	"00000049fe534d42400000006d0000c00100010001000000000000000000000000000000000000000000"     \
	"0000000000000000000000000000000000000000000000000000090000000000000000"
#define TREE_CONNECT                                                                               \
	"0000004afe534d4240000000000000000300010000000000000000000000000000000000000000000000"     \
	"000000000000000000000000000000000000000000000000000009000000480002006100"
#define NEGOTIATE_1                                                                                \
	"00000052ff534d4272000000000001c80000000000000000000000000000000000000000002f00025043"     \
	"204e4554574f524b2050524f4752414d20312e3000024e54204c4d20302e31320002534d4220322e3f3f"     \
	"3f00"
#define NEGOTIATED_1                                                                               \
	"0000005dff534d4272000000008801c800000000000000000000000000000000000000001101000f3200"     \
	"0100044100000000010000000000fdf3000000000000000000000000081800cccccccccccccccc44004f"     \
	"004d0000005300520056000000"
#define NEGOTIATED_1_EXTENDED                                                                      \
	"00000089ff534d4272000000008801c80000000000000000000000000000000000000000110100033200"     \
	"0100044100000000010000000000fdf3008000000000000000000000004400101112131415161718191a"     \
	"1b1c1d1e1f603206062b0601050502a0283026a024302206092a864882f71201020206092a864886f712"     \
	"010202060a2b06010401823702020a"
#define SETUP_PASSWORDS                                                                            \
	"00000098ff534d4273000000000001c800000000000000000000000000000000000000000dff00000004"     \
	"4132000000000000001800180000000000d40000005b00eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"     \
	"eeeeeeeeeedddddddddddddddddddddddddddddddddddddddddddddddd0061006c006900630065000000"     \
	"44004f004d00000055006e00690078000000530061006d00620061000000"
#define SET_UP_PASSWORDS                                                                           \
	"00000050ff534d4273000000008801c8000000000000000000000000000000000000000003ff00000001"     \
	"00270000570069006e0064006f0077007300200035002e00310000004c004d00000044004f004d000000"
#define SETUP_EXTENDED                                                                             \
	"00000088ff534d4273000000000001c800000000000000000000000000000000000000000cff00000004"     \
	"4132000000000000002e0000000000d40000804d004e544c4d5353500001000000070200020300030028"     \
	"000000030003002b0000000a00614a0000000f444f4d575331004d006100630020004f00530020005800"     \
	"000053004d004200460053000000"
#define SET_UP_EXTENDED                                                                            \
	"000000eaff534d4273160000c08801c8000000000000000000000000000000000000000004ff00000000"     \
	"00a600bf004e544c4d5353500002000000060006003800000005028202cccccccccccccccc0000000000"     \
	"000000680068003e0000000601b11d0000000f44004f004d000200060044004f004d0001000600530052"     \
	"0056000400100064006f006d002e007400650073007400030018007300720076002e0064006f006d002e"     \
	"0074006500730074000500100064006f006d002e00740065007300740007000800000000000000000000"     \
	"000000005100540053000000530061006d0062006100200034000000"
#define SESSION_REQUEST                                                                            \
	"810000442046444546464346474546464343414341434143414341434143414341434143410020454445"     \
	"4d454a4546454f4645434144424341434143414341434143414341414100"

#define JSON_GUID_CLIENT "000102030405060708090a0b0c0d0e0f"
#define JSON_GUID_SERVER "101112131415161718191a1b1c1d1e1f"

#define JSON_MECHANISMS "\"mechanisms\":[\"spnego\",\"ms_kerberos\",\"kerberos\",\"ntlmssp\"]"

#define JSON_NTLM_SERVER                                                                           \
	"\"target\":\"DOM\",\"netbios_computer\":\"SRV\",\"netbios_domain\":\"DOM\","              \
	"\"dns_computer\":"                                                                        \
	"\"srv.dom.test\",\"dns_domain\":\"dom.test\",\"dns_tree\":\"dom.test\","                  \
	"\"server_version\":"                                                                      \
	"\"6.1.7601\",\"server_flags\":[\"unicode\",\"request_target\",\"ntlm\","                  \
	"\"target_type_server\","                                                                  \
	"\"target_info\",\"version\"]"

TEST(smb_311_with_its_contexts)
{
	struct exchange x = exchange_begin(&rj_smb);

	exchange_tcp(&x, 0, NEGOTIATE_311);
	exchange_tcp(&x, 1, NEGOTIATED_311);
	CHECK(!x.message.is_done);
	CHECK_EQ(rj_smb.originator(x.state), 0);
	exchange_end(
		&x,
		"{\"version\":3,\"dialects\":[\"2.0.2\",\"2.1\",\"3.0\",\"3.0.2\",\"3.1.1\"],"
		"\"dialect\":\"3.1.1\","
		"\"client\":{\"guid\":\"" JSON_GUID_CLIENT
		"\",\"capabilities\":[\"dfs\",\"leasing\",\"large_mtu\","
		"\"multi_channel\",\"persistent_handles\",\"directory_leasing\",\"encryption\"],"
		"\"signing\":"
		"\"enabled\",\"ciphers\":[\"aes-128-gcm\",\"aes-128-ccm\"],\"hashes\":["
		"\"sha-512\"],"
		"\"compression\":[\"lznt1\",\"lz77\",\"lz77+huffman\"],\"signing_algorithms\":["
		"\"aes-gmac\","
		"\"aes-cmac\"],\"netname\":\"srv.test\"},\"server\":{\"guid\":\"" JSON_GUID_SERVER
		"\",\"capabilities\":["
		"\"dfs\",\"leasing\",\"large_mtu\",\"encryption\"],\"signing\":\"required\","
		"\"ciphers\":["
		"\"aes-128-gcm\"],\"hashes\":[\"sha-512\"]," JSON_MECHANISMS "}}");
}

TEST(smb_2_login_by_ntlm_without_challenge_and_response)
{
	struct exchange x = exchange_begin(&rj_smb);

	exchange_tcp(&x, 0, NEGOTIATE_21);
	exchange_tcp(&x, 0, SETUP_1);
	exchange_tcp(&x, 1, SET_UP_1);
	CHECK(!x.message.is_done);
	exchange_tcp(&x, 0, SETUP_2);
	exchange_tcp(&x, 1, SET_UP_2);
	CHECK(x.message.is_done);
	exchange_tcp(&x, 0, TREE_CONNECT);
	CHECK(x.message.is_done);
	exchange_end(&x,
		     "{\"version\":2,\"dialects\":[\"2.0.2\",\"2.1\"],\"client\":{"
		     "\"guid\":\"" JSON_GUID_CLIENT "\","
		     "\"capabilities\":[],\"signing\":\"required\",\"mechanisms\":[\"spnego\","
		     "\"ntlmssp\"]},"
		     "\"server\":{\"mechanisms\":[\"ntlmssp\"]},"
		     "\"ntlmssp\":{\"user\":\"alice\",\"domain\":\"DOM\",\"workstation\":\"WS1\","
		     "\"client_version\":"
		     "\"10.0.19041\",\"client_flags\":[\"unicode\",\"ntlm\",\"version\"],"
		     "" JSON_NTLM_SERVER "},"
		     "\"status\":\"success\",\"session\":\"guest\"}");
}

TEST(smb_2_login_that_fails)
{
	struct exchange x = exchange_begin(&rj_smb);

	exchange_tcp(&x, 1, SET_UP_FAILED);
	CHECK(!x.message.is_done);
	CHECK_EQ(rj_smb.originator(x.state), 0);
	exchange_end(&x, "{\"version\":2,\"status\":\"logon_failure\"}");
}

TEST(smb_1_login_by_passwords_which_are_not_shown)
{
	struct exchange x = exchange_begin(&rj_smb);

	exchange_tcp(&x, 0, NEGOTIATE_1);
	exchange_tcp(&x, 1, NEGOTIATED_1);
	exchange_tcp(&x, 0, SETUP_PASSWORDS);
	exchange_tcp(&x, 1, SET_UP_PASSWORDS);
	CHECK(x.message.is_done);
	exchange_end(&x,
		     "{\"version\":1,\"dialects\":[\"PC NETWORK PROGRAM 1.0\",\"NT LM 0.12\",\"SMB "
		     "2.???\"],\"dialect\":"
		     "\"NT LM 0.12\",\"client\":{\"capabilities\":[\"unicode\",\"nt_smbs\","
		     "\"status32\",\"level_ii_oplocks\"],"
		     "\"native_os\":\"Unix\",\"native_lan_manager\":\"Samba\",\"domain\":\"DOM\"},"
		     "\"server\":{"
		     "\"capabilities\":[\"raw_mode\",\"unicode\",\"large_files\",\"nt_smbs\","
		     "\"rpc_remote_apis\","
		     "\"status32\",\"level_ii_oplocks\",\"lock_and_read\",\"nt_find\",\"dfs\","
		     "\"infolevel_passthru\","
		     "\"large_readx\",\"large_writex\"],\"signing\":\"required\",\"native_os\":"
		     "\"Windows 5.1\","
		     "\"native_lan_manager\":\"LM\",\"domain\":\"DOM\",\"name\":\"SRV\"},\"user\":"
		     "\"alice\",\"status\":"
		     "\"success\",\"session\":\"guest\"}");
}

TEST(smb_1_login_by_a_blob)
{
	struct exchange x = exchange_begin(&rj_smb);

	exchange_tcp(&x, 0, NEGOTIATE_1);
	exchange_tcp(&x, 1, NEGOTIATED_1_EXTENDED);
	exchange_tcp(&x, 0, SETUP_EXTENDED);
	exchange_tcp(&x, 1, SET_UP_EXTENDED);
	CHECK(!x.message.is_done);
	exchange_end(
		&x,
		"{\"version\":1,\"dialects\":[\"PC NETWORK PROGRAM 1.0\",\"NT LM 0.12\",\"SMB "
		"2.???\"],\"dialect\":"
		"\"NT LM 0.12\",\"client\":{\"capabilities\":[\"unicode\",\"nt_smbs\","
		"\"status32\",\"level_ii_oplocks\","
		"\"extended_security\"],\"mechanisms\":[\"ntlmssp\"],"
		"\"native_os\":\"Mac OS X\",\"native_lan_manager\":\"SMBFS\"},\"server\":{"
		"\"guid\":\"" JSON_GUID_SERVER
		"\",\"capabilities\":[\"raw_mode\",\"unicode\",\"large_files\",\"nt_smbs\","
		"\"rpc_remote_apis\",\"status32\",\"level_ii_oplocks\",\"lock_and_read\","
		"\"nt_find\",\"dfs\","
		"\"infolevel_passthru\",\"large_readx\",\"large_writex\",\"extended_security\"],"
		"\"signing\":"
		"\"disabled\"," JSON_MECHANISMS
		",\"native_os\":\"QTS\",\"native_lan_manager\":\"Samba 4\"},"
		"\"ntlmssp\":{\"domain\":\"DOM\",\"workstation\":\"WS1\",\"client_version\":"
		"\"10.0.19041\","
		"\"client_flags\":[\"unicode\",\"oem\",\"request_target\",\"ntlm\","
		"\"version\"]," JSON_NTLM_SERVER "},\"status\":\"more_processing_required\"}");
}

TEST(smb_from_1_to_2)
{
	struct exchange x = exchange_begin(&rj_smb);

	exchange_tcp(&x, 0, NEGOTIATE_1);
	exchange_tcp(&x, 0, NEGOTIATE_21);
	exchange_end(&x,
		     "{\"version\":2,\"dialects\":[\"PC NETWORK PROGRAM 1.0\",\"NT LM 0.12\",\"SMB "
		     "2.???\",\"2.0.2\",\"2.1\"],"
		     "\"client\":{\"guid\":\"" JSON_GUID_CLIENT
		     "\",\"capabilities\":[],\"signing\":\"required\"}}");
}

TEST(smb_over_the_session_service_of_netbios)
{
	struct exchange x = exchange_begin(&rj_smb);

	exchange_tcp(&x, 0, SESSION_REQUEST);
	exchange_tcp(&x, 1, "83000001 82");
	exchange_tcp(&x, 1, "85000000");
	exchange_end(&x, "{\"calling\":\"CLIENT 1\",\"called\":\"SERVER\",\"refusal\":"
			 "\"called_name_not_present\"}");
}

TEST(smb_encrypted_and_compressed_messages_end_it)
{
	struct exchange x = exchange_begin(&rj_smb);

	exchange_tcp(&x, 1,
		     "00000020 fc534d42 00000000000000000000000000000000000000000000000000000000");
	CHECK(x.message.is_done);
	exchange_tcp(&x, 0,
		     "00000020 fd534d42 00000000000000000000000000000000000000000000000000000000");
	CHECK(x.message.is_done);
	exchange_end(&x, "{\"version\":2,\"encrypted\":true}");
}

TEST(smb_status_without_a_name)
{
	struct exchange x = exchange_begin(&rj_smb);
	size_t len;
	uint8_t *bytes = unit_unhex(SET_UP_FAILED, &len);
	struct rj_message m = { .side = 1, .over = RJ_OVER_TCP, .arena = &x.arena };
	struct rj_cursor c = rj_cursor_init(bytes, len, false);

	bytes[4 + 8] = 0x99;
	CHECK_EQ(rj_smb.parse(x.state, &m, &c), RJ_OK);
	exchange_end(&x, "{\"version\":2,\"status\":\"0xc0000099\"}");
	free(bytes);
}

TEST(smb_of_a_long_message_the_rest_is_passed_over)
{
	struct exchange x = exchange_begin(&rj_smb);
	size_t len;
	uint8_t *setup = unit_unhex(SETUP_1, &len), *bytes = calloc(1, 4 + 16384);
	struct rj_message m = { .side = 0, .over = RJ_OVER_TCP, .arena = &x.arena };
	struct rj_cursor c = rj_cursor_init(bytes, 4 + 16383, false);

	if (!bytes)
		abort();
	memcpy(bytes, setup, len);
	bytes[1] = 1;
	CHECK_EQ(rj_smb.parse(x.state, &m, &c), RJ_TRUNCATED);
	c = rj_cursor_init(bytes, 4 + 16384, false);
	CHECK_EQ(rj_smb.parse(x.state, &m, &c), RJ_OK);
	CHECK_EQ(c.left, 0);
	CHECK_EQ(m.skip, 65536 + len - 4 - 16384);
	exchange_free(&x);
	free(bytes);
	free(setup);
}

TEST(smb_messages_have_a_limit)
{
	struct exchange x = exchange_begin(&rj_smb);

	for (unsigned int i = 0; i < 15; i++) {
		exchange_tcp(&x, 0, NEGOTIATE_1);
		CHECK(!x.message.is_done);
	}
	exchange_tcp(&x, 0, NEGOTIATE_1);
	CHECK(x.message.is_done);
	exchange_free(&x);
}

/* Each byte of a message behind its length changed: nothing is read outside of it. */
static void check_lies(const char *hex, unsigned int side)
{
	size_t len;
	uint8_t *bytes = unit_unhex(hex, &len);

	for (size_t i = 8; i < len; i++) {
		static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0xff };
		uint8_t kept = bytes[i];

		for (size_t j = 0; j < sizeof(values); j++) {
			struct exchange x = exchange_begin(&rj_smb);
			struct rj_message m = { .side = side,
						.over = RJ_OVER_TCP,
						.arena = &x.arena };
			struct rj_cursor c;

			bytes[i] = values[j];
			c = rj_cursor_init(bytes, len, false);
			CHECK(rj_smb.parse(x.state, &m, &c) != RJ_TRUNCATED);
			free(unit_json(&rj_smb, x.state, 0));
			exchange_free(&x);
		}
		bytes[i] = kept;
	}
	free(bytes);
}

TEST(smb_lengths_that_lie)
{
	check_lies(NEGOTIATE_311, 0);
	check_lies(NEGOTIATED_311, 1);
	check_lies(SETUP_1, 0);
	check_lies(SET_UP_1, 1);
	check_lies(SETUP_2, 0);
	check_lies(NEGOTIATED_1, 1);
	check_lies(SETUP_PASSWORDS, 0);
	check_lies(SET_UP_PASSWORDS, 1);
	check_lies(SETUP_EXTENDED, 0);
	check_lies(SET_UP_EXTENDED, 1);
}

TEST(smb_what_breaks_the_format_is_refused)
{
	static const char *const messages[] = {
		"00000010 fe534d42", /* shorter than a header */
		"00000040 fe534d43", /* another magic */
		"82000100",	     /* an answer of 256 bytes */
		"86000000",	     /* no type of the session service */
		"8100000120",	     /* no names */
		"81000003 204041",   /* no letter of a name */
	};
	struct exchange x = exchange_begin(&rj_smb);

	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
		CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 0, messages[i]), RJ_MALFORMED);
	exchange_end(&x, "");
}

TEST(smb_is_known_by_its_magic)
{
	CHECK_EQ(exchange_probe(&rj_smb, RJ_OVER_TCP, 9, NEGOTIATE_311), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_smb, RJ_OVER_TCP, 9, NEGOTIATE_1), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_smb, RJ_OVER_TCP, 445, "00000040 fe534e"), RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_smb, RJ_OVER_TCP, 445, "00000010 fe534d42"), RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_smb, RJ_OVER_TCP, 445, "00"), RJ_PROBE_MORE);
	CHECK_EQ(exchange_probe(&rj_smb, RJ_OVER_TCP, 139, SESSION_REQUEST), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_smb, RJ_OVER_TCP, 445, SESSION_REQUEST), RJ_PROBE_NO);
}
