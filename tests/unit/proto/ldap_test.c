/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the LDAP dissector; messages built by the productions of RFC 4511. */
#include "proto/registry.h"

#include "tests/unit/proto/exchange.h"

#define BIND_ANONYMOUS "300c020101600702010304008000"
#define BIND_NAME_ALONE                                                                            \
	"30270201026022020103041b636e3d61646d696e2c64633d6578616d706c652c64633d746573748000"
#define BIND_SIMPLE                                                                                \
	"302d0201036028020103041b636e3d61646d696e2c64633d6578616d706c652c64633d74657374800673"     \
	"6563726574"
#define BIND_SASL "301802010460130201030400a30c040647535341504904026001"
#define BIND_SICILY "3017020105601202010304044e544c4d8a074e544c4d535350"
#define SEARCH                                                                                     \
	"30370201066332041264633d6578616d706c652c64633d746573740a01020a0100020100020100010100"     \
	"870b6f626a656374436c6173733000"
#define ENTRY                                                                                      \
	"3034020106642f041c7569643d616c6963652c64633d6578616d706c652c64633d74657374300f300d04"     \
	"02636e31070405416c696365"
#define REFERENCE "3019020106731404126c6461703a2f2f6f746865722e746573742f"
#define DONE "3014020106650f0a010404000408746f6f206d616e79"
#define STARTTLS "301d02010777188016312e332e362e312e342e312e313436362e3230303337"
#define STARTED "3024020107781f0a0100040004008a16312e332e362e312e342e312e313436362e3230303337"

#define ADMIN "cn=admin,dc=example,dc=test"

TEST(ldap_kinds_of_bind_without_their_passwords)
{
	struct exchange x = exchange_begin(&rj_ldap);

	exchange_tcp(&x, 0, BIND_ANONYMOUS);
	exchange_tcp(&x, 1, "300c02010161070a010004000400");
	exchange_tcp(&x, 0, BIND_NAME_ALONE);
	exchange_tcp(&x, 1, "300c02010261070a013504000400");
	exchange_tcp(&x, 0, BIND_SIMPLE);
	exchange_tcp(&x, 1, "300c02010361070a013104000400");
	exchange_tcp(&x, 0, BIND_SASL);
	exchange_tcp(&x, 1, "300c02010461070a010e04000400");
	exchange_tcp(&x, 0, BIND_SICILY);
	CHECK_EQ(rj_ldap.originator(x.state), 0);
	exchange_end(
		&x,
		"{\"operations\":[{\"id\":1,\"op\":\"bind\",\"version\":3,\"auth\":\"anonymous\","
		"\"result\":\"success\"},{\"id\":2,\"op\":\"bind\",\"version\":3,\"auth\":"
		"\"unauthenticated\",\"dn\":\"" ADMIN "\",\"result\":\"unwilling_to_perform\"},"
		"{\"id\":3,\"op\":\"bind\",\"version\":3,\"auth\":\"simple\",\"dn\":\"" ADMIN
		"\",\"result\":\"invalid_credentials\"},{\"id\":4,\"op\":\"bind\",\"version\":3,"
		"\"auth\":\"sasl\",\"mechanism\":\"GSSAPI\",\"result\":\"sasl_bind_in_progress\"},"
		"{\"id\":5,\"op\":\"bind\",\"version\":3,\"auth\":\"sicily\",\"dn\":\"NTLM\"}]}");
}

TEST(ldap_a_search_and_what_it_found)
{
	struct exchange x = exchange_begin(&rj_ldap);

	exchange_tcp(&x, 0, SEARCH);
	exchange_tcp(&x, 1, ENTRY);
	exchange_tcp(&x, 1, ENTRY);
	exchange_tcp(&x, 1, REFERENCE);
	exchange_tcp(&x, 1, DONE);
	exchange_end(&x,
		     "{\"operations\":[{\"id\":6,\"op\":\"search\",\"base\":\"dc=example,dc=test\","
		     "\"scope\":\"whole_subtree\",\"entries\":2,\"references\":1,\"result\":"
		     "\"size_limit_exceeded\"}]}");
}

TEST(ldap_over_udp)
{
	struct exchange x = exchange_begin(&rj_ldap);

	CHECK_EQ(exchange_say(&x, RJ_OVER_UDP, 0, SEARCH), RJ_OK);
	CHECK_EQ(exchange_say(&x, RJ_OVER_UDP, 1, DONE), RJ_OK);
	exchange_end(&x,
		     "{\"operations\":[{\"id\":6,\"op\":\"search\",\"base\":\"dc=example,dc=test\","
		     "\"scope\":\"whole_subtree\",\"result\":\"size_limit_exceeded\"}]}");
}

TEST(ldap_operations_by_name)
{
	struct exchange x = exchange_begin(&rj_ldap);

	exchange_tcp(&x, 0, "300d02010166080404636e3d613000"); /* modify */
	exchange_tcp(&x, 1, "300c02010167070a010004000400");
	exchange_tcp(&x, 0, "300d02010268080404636e3d613000"); /* add */
	exchange_tcp(&x, 1, "300c02010269070a014404000400");
	exchange_tcp(&x, 0, "300d0201036c080404636e3d613000"); /* modify_dn */
	exchange_tcp(&x, 1, "300c0201036d070a012004000400");
	exchange_tcp(&x, 0, "300d0201046e080404636e3d613000"); /* compare */
	exchange_tcp(&x, 1, "300c0201046f070a010604000400");
	exchange_tcp(&x, 0,
		     "30140201054a04636e3d62a00930070405312e322e33"); /* delete, with a control */
	exchange_tcp(&x, 1, "300d0201056b080a02270f04000400");
	exchange_tcp(&x, 0, "3006020106500105"); /* abandon */
	exchange_tcp(&x, 0, "30050201074200");	 /* unbind */
	exchange_end(
		&x, "{\"operations\":[{\"id\":1,\"op\":\"modify\",\"dn\":\"cn=a\",\"result\":"
		    "\"success\"},"
		    "{\"id\":2,\"op\":\"add\",\"dn\":\"cn=a\",\"result\":\"entry_already_exists\"},"
		    "{\"id\":3,\"op\":\"modify_dn\",\"dn\":\"cn=a\",\"result\":\"no_such_object\"},"
		    "{\"id\":4,\"op\":\"compare\",\"dn\":\"cn=a\",\"result\":\"compare_true\"},"
		    "{\"id\":5,\"op\":\"delete\",\"dn\":\"cn=b\",\"result\":\"9999\"},"
		    "{\"id\":6,\"op\":\"abandon\"},{\"id\":7,\"op\":\"unbind\"}]}");
}

TEST(ldap_answers_without_their_requests)
{
	struct exchange x = exchange_begin(&rj_ldap);

	exchange_tcp(&x, 1, ENTRY);
	exchange_tcp(&x, 1, STARTED);
	CHECK_EQ(rj_ldap.originator(x.state), 0);
	exchange_end(&x, "{\"operations\":[{\"id\":6,\"op\":\"search\",\"entries\":1},{\"id\":7,"
			 "\"op\":\"extended\",\"oid\":\"1.3.6.1.4.1.1466.20037\",\"name\":"
			 "\"start_tls\",\"result\":\"success\"}]}");
}

TEST(ldap_hands_over_to_tls)
{
	struct exchange x = exchange_begin(&rj_ldap);

	exchange_tcp(&x, 0, STARTTLS);
	CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 0, "1603"), RJ_TRUNCATED);
	exchange_tcp(&x, 0, "16 0301 002d 01 000029 0303");
	CHECK(x.message.hands_over);
	exchange_free(&x);
}

TEST(ldap_what_sasl_wraps_is_no_more_wanted)
{
	struct exchange x = exchange_begin(&rj_ldap);

	CHECK_EQ(exchange_say(&x, RJ_OVER_TCP, 1, "00000010 0504"), RJ_MALFORMED);
	exchange_tcp(&x, 0, BIND_SASL);
	exchange_tcp(&x, 1, "00000010 0504");
	CHECK(x.message.is_done);
	exchange_end(&x,
		     "{\"operations\":[{\"id\":4,\"op\":\"bind\",\"version\":3,\"auth\":\"sasl\","
		     "\"mechanism\":\"GSSAPI\"}],\"sasl_layer\":true}");
}

/* A message of @len bytes in its SEQUENCE, which begins with @hex; its first @shown bytes. */
static enum rj_status say_long(struct exchange *x, const char *hex, uint32_t len, size_t shown)
{
	struct rj_message m = { .over = RJ_OVER_TCP, .arena = &x->arena };
	size_t head_len;
	uint8_t *head = unit_unhex(hex, &head_len), *bytes = calloc(1, shown);
	struct rj_cursor c = rj_cursor_init(bytes, shown, false);
	enum rj_status st;

	if (!bytes || shown < 6 + head_len)
		abort();
	memcpy(bytes,
	       (uint8_t[]){ 0x30, 0x84, (uint8_t)(len >> 24), (uint8_t)(len >> 16),
			    (uint8_t)(len >> 8), (uint8_t)len },
	       6);
	memcpy(bytes + 6, head, head_len);
	st = rj_ldap.parse(x->state, &m, &c);
	x->message = m;
	free(head);
	free(bytes);
	return st;
}

TEST(ldap_of_a_long_message_the_rest_is_passed_over)
{
	/* a bind whose token has a million bytes, by the lengths of each part */
	static const char bind[] =
		"020109 60 8400100020 020103 0400 a3 8400100010 0406 475353415049";
	struct exchange x = exchange_begin(&rj_ldap);

	CHECK_EQ(say_long(&x, bind, 0x100030, 6 + 4095), RJ_TRUNCATED);
	CHECK_EQ(say_long(&x, bind, 0x100030, 6 + 4096), RJ_OK);
	CHECK_EQ(x.message.skip, 0x100030 - 4096);
	CHECK_EQ(say_long(&x, bind, (64u << 20) + 1, 6 + 4096), RJ_MALFORMED);
	exchange_end(&x,
		     "{\"operations\":[{\"id\":9,\"op\":\"bind\",\"version\":3,\"auth\":\"sasl\","
		     "\"mechanism\":\"GSSAPI\"}]}");
}

TEST(ldap_operations_and_messages_have_a_limit)
{
	struct exchange x = exchange_begin(&rj_ldap);
	char *json;

	for (unsigned int i = 0; i < 255; i++) {
		exchange_tcp(&x, 0, BIND_ANONYMOUS);
		CHECK(!x.message.is_done);
	}
	exchange_tcp(&x, 0, BIND_ANONYMOUS);
	CHECK(x.message.is_done);
	json = unit_json(&rj_ldap, x.state, 0);
	CHECK(strstr(json, "],\"skipped\":240}"));
	free(json);
	exchange_free(&x);
}

TEST(ldap_what_breaks_the_format_is_refused)
{
	struct exchange x = exchange_begin(&rj_ldap);
	static const char *const messages[] = {
		"3000",				     /* empty */
		"3005 0201ff 4200",		     /* a negative number */
		"3005 020101 4300",		     /* no operation */
		"3006 020101 6002 0201",	     /* ends in a number */
		"300c 020101 6007 020103 0400 8100", /* another way to authenticate */
		"300c 020101 6307 0400 0a0104 0a01", /* a scope that there is not */
		"3007 020101 4203 00",		     /* longer than the message */
		"3080",				     /* no length */
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
		CHECK_EQ(exchange_say(&x, RJ_OVER_UDP, 0, messages[i]), RJ_MALFORMED);
	exchange_end(&x, "");
}

TEST(ldap_is_known_by_its_first_operation)
{
	/* SNMP: a version, a community */
	static const char snmp[] = "3026 020101 0406 7075626c6963 a019 0204 00000001 0201 00";

	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_TCP, 9, BIND_SIMPLE), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_TCP, 9, ENTRY), RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_TCP, 389, ENTRY), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_UDP, 389, SEARCH), RJ_PROBE_YES);
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_UDP, 9, SEARCH), RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_TCP, 389, snmp), RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_TCP, 389, "31"), RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_TCP, 389, "30"), RJ_PROBE_MORE);
	/* an operation longer than its message; a bind that begins otherwise */
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_TCP, 389, "3006 020101 6002"), RJ_PROBE_NO);
	CHECK_EQ(exchange_probe(&rj_ldap, RJ_OVER_TCP, 389, "300c 020101 6007 04"), RJ_PROBE_NO);
}
