/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the Kerberos dissector; messages built by the figures of RFC 4120 5. */
#include "proto/registry.h"

#include "tests/unit/proto/exchange.h"

/* of alice for EXAMPLE.TEST */
#define AS_REQ                                                                                     \
	"6a81b03081ada103020105a20302010aa321301f3011a10402020080a20904073005a0030101ff300aa1"     \
	"0402020095a2020400a47e307ca00703050040810010a1123010a003020101a10930071b05616c696365"     \
	"a20e1b0c4558414d504c452e54455354a321301fa003020102a11830161b066b72627467741b0c455841"     \
	"4d504c452e54455354a511180f32303337303931333032343830355aa70602041f2e3d4ca80f300d0201"     \
	"120201110201170202ff7b"
/* with the ways to pre-authenticate */
#define PREAUTH_REQUIRED                                                                           \
	"7e819f30819ca003020105a10302011ea411180f32303236303130313030303030305aa50402023039a6"     \
	"03020119a90e1b0c4558414d504c452e54455354aa21301fa003020102a11830161b066b72627467741b"     \
	"0c4558414d504c452e54455354ac3f043d303b302ea103020113a22704253023301aa003020112a1131b"     \
	"114558414d504c452e54455354616c6963653005a0030201173009a103020102a2020400"
#define AS_REP                                                                                     \
	"6b81be3081bba003020105a10302010ba22b30293027a103020113a220041e301c301aa003020111a113"     \
	"1b114558414d504c452e54455354616c696365a30e1b0c4558414d504c452e54455354a4123010a00302"     \
	"0101a10930071b05616c696365a550614e304ca003020105a10e1b0c4558414d504c452e54455354a221"     \
	"301fa003020102a11830161b066b72627467741b0c4558414d504c452e54455354a3123010a003020112"     \
	"a103020101a20404020102a60c300aa003020111a203040103"
/* whose e-data is of another form */
#define GENERIC_ERROR                                                                              \
	"7e6b3069a003020105a10302011ea411180f32303236303130313030303030305aa50402023039a60302"     \
	"013ca90e1b0c4558414d504c452e54455354aa21301fa003020102a11830161b066b72627467741b0c45"     \
	"58414d504c452e54455354ac0c040a6e6f742061206c697374"
/* that offers 30 types */
#define MANY_ETYPES                                                                                \
	"6a81ff3081fca103020105a20302010aa321301f3011a10402020080a20904073005a0030101ff300aa1"     \
	"0402020095a2020400a481cc3081c9a00703050040810010a1123010a003020101a10930071b05616c69"     \
	"6365a20e1b0c4558414d504c452e54455354a321301fa003020102a11830161b066b72627467741b0c45"     \
	"58414d504c452e54455354a511180f32303337303931333032343830355aa70602041f2e3d4ca85c305a"     \
	"02010102010202010302010402010502010602010702010802010902010a02010b02010c02010d02010e"     \
	"02010f02011002011102011202011302011402011502011602011702011802011902011a02011b02011c"     \
	"02011d02011e"
#define AP_REQ                                                                                     \
	"6e5e305ca003020105a10302010ea20703050000000000a33961373035a003020105a1031b0152a21b30"     \
	"19a003020102a11230101b04636966731b087372762e74657374a30c300aa003020117a203040101a40c"     \
	"300aa003020117a203040101"

#define JSON_AS_REQ                                                                                \
	"{\"type\":\"as_req\",\"time\":1.000000,\"cname\":\"alice\",\"realm\":\"EXAMPLE.TEST\","   \
	"\"sname\":\"krbtgt/EXAMPLE.TEST\",\"kdc_options\":[\"forwardable\",\"renewable\","        \
	"\"canonicalize\",\"renewable_ok\"],\"padata\":[\"pa_pac_request\","                       \
	"\"pa_req_enc_pa_rep\"],"                                                                  \
	"\"etypes\":[\"aes256-cts-hmac-sha1-96\",\"aes128-cts-hmac-sha1-96\",\"rc4-hmac\","        \
	"\"rc4-hmac-old\"]}"
#define JSON_ERROR                                                                                 \
	"{\"type\":\"krb_error\",\"time\":1.000000,\"realm\":\"EXAMPLE.TEST\","                    \
	"\"sname\":\"krbtgt/EXAMPLE.TEST\",\"padata\":[\"pa_etype_info2\",\"pa_enc_timestamp\"],"  \
	"\"etypes\":[\"aes256-cts-hmac-sha1-96\",\"rc4-hmac\"],\"error\":"                         \
	"\"kdc_err_preauth_required\"}"
#define JSON_AS_REP                                                                                \
	"{\"type\":\"as_rep\",\"time\":1.000000,\"crealm\":\"EXAMPLE.TEST\","                      \
	"\"cname\":\"alice\","                                                                     \
	"\"realm\":\"EXAMPLE.TEST\",\"sname\":\"krbtgt/EXAMPLE.TEST\",\"padata\":["                \
	"\"pa_etype_info2\"],"                                                                     \
	"\"etypes\":[\"aes128-cts-hmac-sha1-96\"],\"etype\":\"aes128-cts-hmac-sha1-96\","          \
	"\"ticket_etype\":\"aes256-cts-hmac-sha1-96\"}"

static void say(struct exchange *x, unsigned int side, const char *hex)
{
	CHECK_EQ(exchange_say(x, RJ_OVER_UDP, side, hex), RJ_OK);
}

TEST(kerberos_request_error_and_answer)
{
	struct exchange x = exchange_begin(&rj_kerberos);

	say(&x, 0, AS_REQ);
	say(&x, 1, PREAUTH_REQUIRED);
	say(&x, 1, AS_REP);
	CHECK_EQ(rj_kerberos.originator(x.state), 0);
	exchange_end(&x, "[" JSON_AS_REQ "," JSON_ERROR "," JSON_AS_REP "]");
}

TEST(kerberos_over_tcp_has_a_length)
{
	struct exchange x = exchange_begin(&rj_kerberos);

	exchange_tcp(&x, 0, "000000b3" AS_REQ);
	exchange_tcp(&x, 1, "000000a2" PREAUTH_REQUIRED);
	CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 0, "000000b4" AS_REQ), RJ_TRUNCATED);
	CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 0, "000000b2" AS_REQ), RJ_MALFORMED);
	CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 0, "00000000"), RJ_MALFORMED);
	CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 0, "00010000"), RJ_MALFORMED);
	exchange_end(&x, "[" JSON_AS_REQ "," JSON_ERROR "]");
}

TEST(kerberos_an_answer_alone_is_of_who_was_asked)
{
	struct exchange x = exchange_begin(&rj_kerberos);

	say(&x, 1, GENERIC_ERROR);
	CHECK_EQ(rj_kerberos.originator(x.state), 0);
	exchange_end(&x, "[{\"type\":\"krb_error\",\"time\":1.000000,\"realm\":\"EXAMPLE.TEST\","
			 "\"sname\":\"krbtgt/EXAMPLE.TEST\",\"error\":\"krb_err_generic\"}]");
}

TEST(kerberos_application_request_tells_its_ticket_alone)
{
	struct exchange x = exchange_begin(&rj_kerberos);

	say(&x, 0, AP_REQ);
	exchange_end(&x, "[{\"type\":\"ap_req\",\"time\":1.000000,\"realm\":\"R\",\"sname\":"
			 "\"cifs/srv.test\",\"ticket_etype\":\"rc4-hmac\"}]");
}

static unsigned int count(const char *text, char ch)
{
	unsigned int num = 0;

	for (; *text; text++)
		num += *text == ch;
	return num;
}

TEST(kerberos_types_of_encryption_have_a_limit)
{
	struct exchange x = exchange_begin(&rj_kerberos);
	char *json;

	say(&x, 0, MANY_ETYPES);
	json = unit_json(&rj_kerberos, x.state, 0);
	CHECK_EQ(count(strstr(json, "\"etypes\""), ','), 23);
	free(json);
	exchange_free(&x);
}

TEST(kerberos_messages_have_a_limit)
{
	struct exchange x = exchange_begin(&rj_kerberos);
	char *json;

	for (unsigned int i = 0; i < 15; i++) {
		say(&x, 0, AS_REQ);
		CHECK(!x.message.is_done);
	}
	say(&x, 0, AS_REQ);
	CHECK(x.message.is_done);
	say(&x, 0, AS_REQ);
	json = unit_json(&rj_kerberos, x.state, 0);
	CHECK_EQ(count(json, '{'), 16 + 1);
	CHECK(strstr(json, ",{\"skipped\":1}]"));
	free(json);
	exchange_free(&x);
}

TEST(kerberos_what_breaks_the_format_is_refused)
{
	struct exchange x = exchange_begin(&rj_kerberos);

	CHECK_EQ(exchange_say(&x, RJ_OVER_UDP, 0, "6a03 3001 00"), RJ_MALFORMED);
	CHECK_EQ(exchange_say(&x, RJ_OVER_UDP, 0, "6a09 3007 a103020104 a200"), RJ_MALFORMED);
	CHECK_EQ(exchange_say(&x, RJ_OVER_UDP, 0, "6a0a 3007 a103020105 a200 00"), RJ_MALFORMED);
	CHECK_EQ(exchange_say(&x, RJ_OVER_UDP, 0, "6a09 3007 a103020105 a401"), RJ_MALFORMED);
	exchange_end(&x, "");
}

TEST(kerberos_is_known_at_any_port)
{
	CHECK_EQ(exchange_probe(&rj_kerberos, RJ_OVER_UDP, 9, AS_REQ), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_kerberos, RJ_OVER_TCP, 9, "000000b3" AS_REQ), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_kerberos, RJ_OVER_TCP, 9, "00"), RJ_PROBE_MORE);
	CHECK_EQ(exchange_probe(&rj_kerberos, RJ_OVER_TCP, 88, "01"), RJ_PROBE_NO);
	/* version 4; a length that is not the datagram's; another application's */
	CHECK_EQ(exchange_probe(&rj_kerberos, RJ_OVER_UDP, 88, "6a09 3007 a103020104 a200"),
		 RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_kerberos, RJ_OVER_UDP, 88, AS_REQ "00"), RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_kerberos, RJ_OVER_UDP, 88, "6309 3007 a103020105 a200"),
		 RJ_PROBE_NO);
}
