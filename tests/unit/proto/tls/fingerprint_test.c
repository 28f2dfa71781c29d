/* SPDX-License-Identifier: BSD-3-Clause */
/* Fingerprints of hellos against the vectors of those who define them, and beyond the limits. */
#include "proto/tls/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/buffer.h"
#include "proto/tls/hello.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

#define HELLO_MAX 70000u

struct hello {
	uint8_t bytes[HELLO_MAX];
	size_t len;
};

static void put(struct hello *h, const void *bytes, size_t len)
{
	CHECK(h->len + len <= sizeof(h->bytes));
	memcpy(h->bytes + h->len, bytes, len);
	h->len += len;
}

static void put_u16(struct hello *h, unsigned int value)
{
	put(h, (uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

static size_t from_hex(const char *hex, uint8_t *out)
{
	size_t len = 0;

	for (; *hex && *hex != ' '; hex += 2) {
		const char digits[] = { hex[0], hex[1], 0 };

		out[len++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return len;
}

/* Version, suites as hex; @extensions: "type:data" in hex with spaces between them. */
static struct hello *client_hello(unsigned int version, const char *suites, const char *extensions)
{
	static struct hello h;
	static const uint8_t zeros[33];
	static uint8_t data[HELLO_MAX];
	struct hello *block = calloc(1, sizeof(*block));
	size_t len = from_hex(suites, data);

	h.len = 0;
	put_u16(&h, version);
	put(&h, zeros, 33); /* random, and no session */
	put_u16(&h, (unsigned int)len);
	put(&h, data, len);
	put(&h, "\1", 2);
	while (*extensions) {
		put_u16(block, (unsigned int)strtoul(extensions, NULL, 16));
		extensions += 5;
		len = from_hex(extensions, data);
		put_u16(block, (unsigned int)len);
		put(block, data, len);
		extensions += strcspn(extensions, " ");
		extensions += *extensions == ' ';
	}
	put_u16(&h, (unsigned int)block->len);
	put(&h, block->bytes, block->len);
	free(block);
	return &h;
}

/* All fingerprints of a session with this ClientHello, as JSON; heap. */
static char *json_of(const struct hello *h, unsigned int npf, bool with_raw)
{
	const struct rj_tls_session session = { .client_hello = { h->bytes, h->len } };
	struct rj_fingerprints *f = calloc(1, sizeof(*f));
	struct rj_buffer out;
	struct rj_jsonw w;

	rj_buffer_init(&out, 1u << 20);
	rj_jsonw_init(&w, &out, &(struct rj_jsonw_keys){ 0 });
	rj_fp_start(f, &w.visitor, npf, with_raw);
	rj_tls_fingerprints(&session, f);
	rj_fp_end(f);
	free(f);
	rj_buffer_put(&out, "", 1);
	return (char *)out.data;
}

static void check_has(const struct hello *h, unsigned int npf, const char *text)
{
	char *json = json_of(h, npf, true);

	if (!strstr(json, text))
		CHECK_STR(json, text);
	free(json);
}

TEST(fingerprint_ja3_is_that_of_its_definition)
{
	check_has(client_hello(0x0301, "002f00350005000ac009c00ac013c0140032003800130004",
			       "0000:0003000061 000a:0006001700180019 000b:0100"),
		  0,
		  "\"ja3\":\"ada70206e40642a3e4461f35503241d5\","
		  "\"ja3_r\":\"769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,"
		  "0-10-11,23-24-25,0\"");
	check_has(client_hello(0x0301, "00040005000a00090064006200030006001300120063", ""), 0,
		  "\"ja3\":\"de350869b8c85de67a350c8d186f11e6\","
		  "\"ja3_r\":\"769,4-5-10-9-100-98-3-6-19-18-99,,,\"");
}

/* Suites and extensions of the browser that the definition of JA4 goes through. */
#define BROWSER_SUITES "1a1a130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035"
#define BROWSER_EXTENSIONS                                                                         \
	"0a0a: 001b: 0000:00 0033: 0010:000c02683208687474702f312e31 4469: 0017: 002d: "           \
	"000d:001004030804040105030805050108060601 0005: 0023: 0012: 002b:06aaaa03040303 ff01: "   \
	"000b: 000a: 0015: fafa:"

TEST(fingerprint_ja4_is_that_of_its_definition)
{
	const struct hello *h = client_hello(0x0303, BROWSER_SUITES, BROWSER_EXTENSIONS);

	check_has(h, 1, "\"ja4\":\"t13d1516h2_8daaf6152771_e5627efa2ab1\"");
	check_has(h, 1,
		  "\"ja4_r\":\"t13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,"
		  "c02f,c030,cca8,cca9_0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,"
		  "0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601\"");
}

TEST(fingerprint_ja4_of_what_is_not_there)
{
	/* no extensions, then server_name alone, which is not listed */
	check_has(client_hello(0x0301, "0005", ""), 1, "\"ja4\":\"t10i010000_");
	check_has(client_hello(0x0301, "0005", ""), 1, "_000000000000\"");
	check_has(client_hello(0x0301, "0005", "0000:00"), 1, "\"ja4\":\"t10d010100_");
	/* GREASE alone is nothing */
	check_has(client_hello(0x0303, "0a0a", "1a1a:"), 1,
		  "\"ja4\":\"t12i000000_000000000000_000000000000\"");
}

static void check_alpn(const char *extension, const char *two)
{
	char want[64];

	snprintf(want, sizeof(want), "\"ja4\":\"t12i0101%s_", two);
	check_has(client_hello(0x0303, "1301", extension), 1, want);
}

TEST(fingerprint_ja4_tells_the_protocol_by_its_ends)
{
	check_alpn("0010:000908687474702f312e31", "h1");
	check_alpn("0010:00020168", "hh");
	check_alpn("0010:000302ab68", "a8"); /* not ASCII: of its hex form */
	check_alpn("0010:0002010a", "0a");
	check_alpn("0010:000100", "00"); /* an empty name */
	check_alpn("0010:0000", "00");
	check_alpn("0010:", "00");
	check_alpn("0010:00ff0268", "00"); /* longer than there are bytes */
}

TEST(fingerprint_ja4_counts_to_99)
{
	char suites[4 * 120 + 1];

	for (unsigned int i = 0; i < 120; i++)
		snprintf(suites + 4 * i, 5, "%04x", i + 0x100);
	check_has(client_hello(0x0303, suites, ""), 1, "\"ja4\":\"t12i990000_");
}

TEST(fingerprint_ja4_takes_the_newest_version)
{
	check_has(client_hello(0x0303, "1301", "002b:04fefdfeff"), 1, "\"ja4\":\"td2i0101");
	check_has(client_hello(0x0303, "1301", "002b:06feff0304fefc"), 1, "\"ja4\":\"td3i0101");
	check_has(client_hello(0x0303, "1301", "002b:020300"), 1, "\"ja4\":\"ts3i0101");
	/* the extension is there and says nothing */
	check_has(client_hello(0x0303, "1301", "002b:022a2a"), 1, "\"ja4\":\"t00i0101");
}

TEST(fingerprint_npf_is_mercurys)
{
	const struct hello *h =
		client_hello(0x0303, "1301", "003f: ff2b: 1a1a: 2a2a: ff2b: ff2b: ff2b:");

	check_has(h, 0, "\"tls\":\"tls/(0303)(1301)((003f)(ff2b)(0a0a)(0a0a)(ff2b)(ff2b)(ff2b))\"");
	check_has(h, 1,
		  "\"tls\":\"tls/1/(0303)(1301)"
		  "[(003f)(0a0a)(0a0a)(ff2b)(ff2b)(ff2b)(ff2b)]\"");
	check_has(h, 2, "\"tls\":\"tls/2/(0303)(1301)[(003e)(0a0a)(0a0a)(ff00)(ff00)(ff00)]\"");
	h = client_hello(0x0303, "1302", "002b:020304 000a:000211ed 0033: 0021: 002d:0101 0029:");
	check_has(h, 0,
		  "tls/(0303)(1302)((002b0003020304)(000a0004000211ed)(0033)(0021)"
		  "(002d00020101)(0029))");
	check_has(h, 2,
		  "tls/2/(0303)(1302)[(000a0004000211ed)(0021)(002b0003020304)"
		  "(002d00020101)(0033)]");
}

TEST(fingerprint_npf_has_the_parameters_of_quic_by_name)
{
	/* 04 of 1 byte, a reserved one, 71f7 twice as long as needed */
	const struct hello *h = client_hello(0x0303, "1301", "0039:0401803a027fff800071f700");

	check_has(h, 0, "((0039)((04)(1b)(800071f7)))");
	check_has(h, 1, "((0039)[(04)(1b)(800071f7)])");
}

TEST(fingerprint_that_would_be_too_long_is_left_out)
{
	struct hello *h = client_hello(0x0303, "1301", "");
	char *json;

	h->len -= 2;
	put_u16(h, 4 * 1400);
	for (unsigned int i = 0; i < 1400; i++) {
		put_u16(h, i + 0x100);
		put_u16(h, 0);
	}
	for (unsigned int npf = 0; npf <= 2; npf++) {
		json = json_of(h, npf, true);
		CHECK(!strstr(json, "\"tls\"") || npf == 2);
		CHECK(strstr(json, "\"ja3\"") && strstr(json, "\"ja4\":\"t12i0199"));
		free(json);
	}
}

TEST(fingerprint_of_no_hello_is_nothing)
{
	static const struct hello none;
	char *json = json_of(&none, 1, true);

	CHECK_STR(json, "");
	free(json);
}

/* --- Joy's ----------------------------------------------------------------------- */

static void check_fpx(struct rj_tls_session session, const struct hello *h, size_t len, int side,
		      const char *want)
{
	static struct rj_fp_text t;

	session.client_hello = (struct rj_tls_body){ h->bytes, (uint32_t)len };
	rj_fp_begin(&t, RJ_FP_NO_DIGEST);
	CHECK_EQ(rj_tls_fpx(&session, &t), side);
	CHECK(!t.is_over);
	rj_fp_put(&t, "", 1);
	CHECK_STR(t.at, want);
}

TEST(fpx_has_what_came_with_the_data_of_seven_types)
{
	const struct hello *h = client_hello(0x0303, "1a1a1301c030",
					     "5a5a: 0000:00 0005:0100000000 000a:00045a5a001d "
					     "000b:0100 000d:00020403 0010:0003026832 0023:ab "
					     "002b:025a5a 002d:0101 0033:00 001b:020002 5a5a:00");

	check_fpx((struct rj_tls_session){ 0 }, h, h->len, 0,
		  "(0303)(1a1a1301c030)((5a5a)(0000)(000500050100000000)(000a000600045a5a001d)"
		  "(000b00020100)(000d000400020403)(001000050003026832)(0023)(002b0003025a5a)"
		  "(002d00020101)(0033)(001b)(5a5a))");
	check_fpx((struct rj_tls_session){ .roles = { RJ_TLS_ROLE_UNKNOWN, RJ_TLS_ROLE_CLIENT } },
		  client_hello(0x0301, "0005", ""), 2 + 33 + 2 + 2 + 2 + 2, 1, "(0301)(0005)()");
}

TEST(fpx_of_a_block_that_is_cut_or_not_there)
{
	const struct hello *h = client_hello(0x0301, "0005", "0000:00 000b:0100");
	size_t len = 2 + 33 + 2 + 2 + 2; /* up to the extension block */
	struct rj_tls_session none = { 0 };

	check_fpx(none, h, len, 0, "(0301)(0005)");
	check_fpx(none, h, len + 1, 0, "(0301)(0005)");
	check_fpx(none, h, len + 2, 0, "(0301)(0005)()");
	check_fpx(none, h, len + 7, 0, "(0301)(0005)((0000))");
	check_fpx(none, h, len + 8, 0, "(0301)(0005)((0000))");
	check_fpx(none, h, len + 9, 0, "(0301)(0005)((0000)(000b))");
	check_fpx(none, h, h->len - 1, 0, "(0301)(0005)((0000)(000b))");
	check_fpx(none, h, h->len, 0, "(0301)(0005)((0000)(000b00020100))");
}

TEST(fpx_is_of_tls_over_tcp)
{
	const struct hello *h = client_hello(0x0303, "1301", "");

	check_fpx((struct rj_tls_session){ 0 }, h, 0, -1, "");
	check_fpx((struct rj_tls_session){ .transport = RJ_TLS_OVER_DTLS }, h, h->len, -1, "");
	check_fpx((struct rj_tls_session){ .transport = RJ_TLS_OVER_QUIC }, h, h->len, -1, "");
}
