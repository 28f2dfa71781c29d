/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates: what is shown of one, chains up to their caps, and what is no certificate. */
#include "proto/tls/certificates.h"

#include <openssl/x509v3.h>

#include "tests/unit/proto/tls/talk.h"

/* openssl req -x509: names with UTF-8 and quotes, alternative names of each kind, an unknown OID */
static const char certificate[] =
	"308201dd30820183a003020102020101300a06082a8648ce3d04030230243111300f060355040a0c08522f56"
	"2022c3a922310f300d06035504030c06612e74657374301e170d3236313132333031353635385a170d333631"
	"3132303031353635385a30243111300f060355040a0c08522f562022c3a922310f300d06035504030c06612e"
	"746573743059301306072a8648ce3d020106082a8648ce3d030107034200041e8e7738f0ab46d6843bd24d04"
	"691a2eaa20aec6bbd64576b4677b65970a5f85d01628ccb6f1e446764d4e3ca97042356d10821cfc5cdec0a3"
	"4a130ae1ecfd3da381a53081a2301d0603551d0e041604148473a35ea0e48876a7a49f4c8f5966fc382a1be6"
	"301f0603551d230418301680148473a35ea0e48876a7a49f4c8f5966fc382a1be6300f0603551d130101ff04"
	"0530030101ff30440603551d11043d303b8206612e746573748704c0000201871020010db800000000000000"
	"000000000181086d40612e74657374860f68747470733a2f2f612e746573742f300906032a03040402050030"
	"0a06082a8648ce3d0403020348003045022100d7eb50dcfa5380a68b8750cf3dccf023ede45ce5924c3983ce"
	"f150708f2029ce02207004f7c352e540842b9b3b11d091c395ddb63c80cfd8dac262c86bc14d95fcec";

static const char certificate_json[] =
	"{\"length\":481,\"serial_number\":\"01\",\"signature\":\"3045022100d7eb5"
	"0dcfa5380a68b8750cf3dccf023ede45ce5924c3983cef150708f2029ce02207004f7c35"
	"2"
	"e540842b9b3b11d091c395ddb63c80cfd8dac262c86bc14d95fcec\",\"signature_algo\":"
	"\"ecdsa-with-SHA256\",\"signature_key_size\":568,"
	"\"issuer\":[{\"organizationName\":\"R/V \\\"\xc3\xa9\\\"\"},{\"commonName\":\"a.test\"}],"
	"\"subject\":[{\"organizationName\":\"R/V \\\"\xc3\xa9\\\"\"},{\"commonName\":\"a.test\"}],"
	"\"extensions\":[{\"X509v3 Subject Key Identifier\":"
	"\"84:73:A3:5E:A0:E4:88:76:A7:A4:9F:4C:8F:59:66:FC:38:2A:1B:E6\"},"
	"{\"X509v3 Authority Key Identifier\":"
	"\"84:73:A3:5E:A0:E4:88:76:A7:A4:9F:4C:8F:59:66:FC:38:2A:1B:E6\"},"
	"{\"X509v3 Basic Constraints\":\"CA:TRUE\"},{\"X509v3 Subject Alternative Name\":"
	"\"DNS:a.test, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, email:m@a.test, "
	"URI:https://a.test/\"},{\"1.2.3.4\":\"0500\"}],"
	"\"validity_not_before\":\"Nov 23 01:56:58 2026 GMT\","
	"\"validity_not_after\":\"Nov 20 01:56:58 2036 GMT\","
	"\"subject_public_key_algo\":\"id-ecPublicKey\",\"subject_public_key_size\":256,"
	"\"san\":[\"a.test\",\"192.0.2.1\",\"2001:db8::1\",\"m@a.test\",\"https://a.test/\"],"
	"\"sha256\":\"8855ea326cb0e9b2a29e75f9fca6f99ebea4eb2c04ad7bd065587a8bc63d3698\"}";

/* A Certificate message's list of @num copies of @der, in one record after another. */
static void put_chain(struct made *b, const char *der, size_t num)
{
	static struct made body;
	size_t list, mark;

	body.len = 0;
	put_number(&body, 0, 3);
	list = body.len;
	while (num--) {
		put_number(&body, 0, 3);
		mark = body.len;
		put(&body, der);
		put_length(&body, mark, 3);
	}
	put_length(&body, list, 3);
	put_message(b, RJ_TLS_CERTIFICATE, body.bytes, body.len, 1000);
}

/* The object after what @side sent behind a hello of its own; to be freed. */
static char *json_of(unsigned int side, const struct made *flight)
{
	static const char *const hellos[] = {
		"160301002d 01000029 0303 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaa"
		"00 0002002f 0100",
		"160301002a 02000026 0303 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaa"
		"00 002f 00",
	};
	static struct made stream;
	struct talk t = talk_begin(1u << 20);
	char *json;

	stream.len = 0;
	put(&stream, hellos[side]);
	memcpy(stream.bytes + stream.len, flight->bytes, flight->len);
	CHECK_EQ(talk_bytes(&t, side, stream.bytes, stream.len + flight->len, false), RJ_OK);
	json = unit_json(&rj_tls, t.state, CLIENT);
	talk_end(&t);
	return json;
}

static size_t count(const char *text, const char *part)
{
	size_t num = 0;

	while ((text = strstr(text, part))) {
		num++;
		text++;
	}
	return num;
}

TEST(tls_shows_all_of_a_certificate)
{
	static struct made flight;
	char *json;

	flight.len = 0;
	put_chain(&flight, certificate, 1);
	json = json_of(SERVER, &flight);
	CHECK(strstr(json, "\"s_cert\":[{") && !strstr(json, "malformed"));
	CHECK(strstr(json, certificate_json));
	free(json);
}

TEST(tls_tells_a_clients_certificates_from_a_servers)
{
	static struct made flight;
	char *json;

	flight.len = 0;
	put_chain(&flight, certificate, 2);
	json = json_of(CLIENT, &flight);
	CHECK(strstr(json, "\"c_cert\":[{") && !strstr(json, "s_cert"));
	CHECK_EQ(count(json, "\"sha256\""), 2);
	free(json);
}

TEST(tls_shows_a_chain_up_to_its_cap)
{
	static struct made flight;
	char *json;

	flight.len = 0;
	put_chain(&flight, certificate, RJ_TLS_CHAIN_MAX + 1);
	json = json_of(SERVER, &flight);
	CHECK_EQ(count(json, "\"sha256\""), RJ_TLS_CHAIN_MAX);
	CHECK_EQ(count(json, certificate_json), RJ_TLS_CHAIN_MAX); /* those known by then alike */
	free(json);
}

/* A certificate of OpenSSL's making with an extension of @len bytes, in hex; to be freed. */
static char *certificate_with(size_t len)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;
	uint8_t *bytes = calloc(len, 1), *der = NULL;
	char *hex;
	int n;

	CHECK(ASN1_OCTET_STRING_set(data, bytes, (int)len));
	extension = X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment, 0, data);
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(cert), 77) && X509_set_pubkey(cert, key));
	CHECK(X509_gmtime_adj(X509_getm_notBefore(cert), 0) != NULL);
	CHECK(X509_gmtime_adj(X509_getm_notAfter(cert), 0) != NULL);
	CHECK(X509_add_ext(cert, extension, -1) && X509_sign(cert, key, EVP_sha256()));
	n = i2d_X509(cert, &der);
	hex = malloc(2 * (size_t)n + 1);
	for (int i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", der[i]);
	OPENSSL_free(der);
	free(bytes);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(data);
	X509_free(cert);
	EVP_PKEY_free(key);
	return hex;
}

/* Whether the second of a chain, and all in a second chain, is shown as the first was. */
TEST(tls_shows_a_certificate_alike_each_time_however_long)
{
	for (size_t len = 0; len < 16384; len = 2 * len + 100) {
		static struct made flight;
		char *hex = certificate_with(len), *first, *second, *at;

		flight.len = 0;
		put_chain(&flight, hex, 2);
		first = json_of(SERVER, &flight);
		second = json_of(SERVER, &flight);
		CHECK_STR(second, first);
		at = strstr(first, "},{\"length\"");
		CHECK(at && !strncmp(at + 2, strstr(first, "{\"length\""),
				     (size_t)(at - strstr(first, "{\"length\""))));
		CHECK_EQ(count(first, "\"serial_number\":\"4d\""), 2);
		free(first);
		free(second);
		free(hex);
	}
}

TEST(tls_passes_over_a_chain_that_is_too_long)
{
	static struct made flight;
	char *json;

	flight.len = 0;
	put_chain(&flight, certificate, RJ_TLS_CERTIFICATES_MAX / 484 + 1);
	put(&flight, "15030300020228");
	json = json_of(SERVER, &flight);
	CHECK(!strstr(json, "s_cert") && !strstr(json, "malformed"));
	CHECK(strstr(json, "handshake_failure"));
	free(json);
}

TEST(tls_shows_the_digest_of_what_is_no_certificate)
{
	static struct made flight;
	char *json;

	flight.len = 0;
	put_chain(&flight, "abcdef", 1);
	json = json_of(SERVER, &flight);
	CHECK(strstr(json, "\"s_cert\":[{\"length\":3,\"sha256\":"
			   "\"995da3cf545787d65f9ced52674e92ee8171c87c7a4008aa4349ec47d21609a7\","
			   "\"malformed\":true}]"));
	free(json);
}

TEST(tls_ends_a_chain_at_a_length_that_lies)
{
	static const char *const wrong[] = {
		"1603010004 0b000000",		       /* no list */
		"160301000a 0b000006 000004 abcdef",   /* a list beyond the message */
		"160301000b 0b000007 000004 000002ab", /* a certificate beyond the list */
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		static struct made flight;
		char *json;

		flight.len = 0;
		put(&flight, wrong[i]);
		json = json_of(SERVER, &flight);
		CHECK(strstr(json, "\"scs\":\"002f\"") && !strstr(json, "sha256"));
		free(json);
	}
}

TEST(tls_every_cut_of_a_certificate_is_shown_without_fault)
{
	size_t len;
	uint8_t *der = unit_unhex(certificate, &len);

	for (size_t n = 0; n < len; n++) {
		static struct made flight, body;
		char *json;

		flight.len = body.len = 0;
		put_number(&body, n + 3, 3);
		put_number(&body, n, 3);
		memcpy(body.bytes + body.len, der, n);
		put_message(&flight, RJ_TLS_CERTIFICATE, body.bytes, body.len + n, 16384);
		json = json_of(SERVER, &flight);
		CHECK_EQ(count(json, "\"malformed\":true"), 1);
		free(json);
	}
	free(der);
}

TEST(tls_recognises_compressed_certificates)
{
	static struct made flight;
	char *json;

	flight.len = 0;
	put(&flight, "160303000f 1900000b 0002 001234 000003 abcdef");
	json = json_of(SERVER, &flight);
	CHECK(strstr(json, "\"s_cert_compressed\":{\"algorithm\":2,\"uncompressed_length\":4660}"));
	free(json);
}

/* RFC 7250: gnutls-serv --rawpkfile, an Ed25519 key (RFC 8410 10.1). */
TEST(tls_shows_a_raw_key_where_the_server_says_it_is_one)
{
	static const char hello[] = "160301002a 02000026 0303 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				    "aaaaaaaaaaaaaaaaaaaaaaaaaaaa 00 c02f 00";
	static const char raw[] =
		"1603010033 0b00002f 00002c 302a300506032b657003210019bf44096984cdfe"
		"8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
	static const char key_json[] =
		"\"s_cert\":[{\"length\":44,\"subject_public_key_algo\":\"ED25519\","
		"\"subject_public_key_size\":256,\"sha256\":\"";
	static const char *const types[] = { "0005 0014 0001 00", "0005 0014 0001 02",
					     "0005 0013 0001 02" };

	for (unsigned int i = 0; i < 3; i++) {
		struct talk t = talk_begin(1u << 20);
		static struct made stream;
		char *json;

		stream.len = 0;
		put(&stream, hello);
		put(&stream, types[i]);
		stream.bytes[4] += 7; /* the record's length */
		stream.bytes[8] += 7; /* the message's */
		put(&stream, raw);
		CHECK_EQ(talk_bytes(&t, SERVER, stream.bytes, stream.len, false), RJ_OK);
		json = unit_json(&rj_tls, t.state, CLIENT);
		CHECK_EQ(strstr(json, key_json) != NULL, i == 1);
		CHECK_EQ(strstr(json, "\"s_cert\":[]") != NULL, i != 1);
		CHECK(!strstr(json, "malformed"));
		free(json);
		talk_end(&t);
	}
}
