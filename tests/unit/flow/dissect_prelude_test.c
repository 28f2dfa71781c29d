/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS behind STARTTLS, SOCKS, CONNECT and PROXY headers, however both sides are delivered. */
#include "proto/registry.h"
#include "tests/unit/flow/talk.h"

/*
 * struct before - what stands before TLS on both sides, in hexadecimal where it has no letters.
 * @shown: as what
 */
struct before {
	const char *shown;
	const char *out;
	const char *in;
	bool is_hex;
	bool greets;
};

#define ACCEPTED "\"starttls\":{\"offered\":true,\"asked\":true,\"accepted\":true},"

static const struct before befores[] = {
	{ "{\"banner\":\"a ESMTP\",\"hostname\":\"a\",\"helo\":\"a\","
	  "\"capabilities\":[\"STARTTLS\"]," ACCEPTED
	  "\"commands\":[{\"command\":\"EHLO\",\"argument\":\"a\"},{\"command\":\"STARTTLS\"}],"
	  "\"replies\":[{\"code\":220,\"text\":\"a ESMTP\"},{\"code\":250,\"text\":\"a\"},"
	  "{\"code\":220,\"text\":\"go\"}]}",
	  "EHLO a\r\nSTARTTLS\r\n", "220-a ESMTP\r\n220 b\r\n250-a\r\n250 STARTTLS\r\n220 go\r\n",
	  false, true },
	{ "{\"banner\":\"a\",\"starttls\":{\"offered\":false,\"asked\":true,\"accepted\":true},"
	  "\"commands\":[{\"command\":\"AUTH\",\"argument\":\"TLS\"}],"
	  "\"replies\":[{\"code\":220,\"text\":\"a\"},{\"code\":234}]}",
	  "AUTH TLS\r\n", "220 a\r\n234 go\r\n", false, true },
	{ "{\"banner\":\"a\",\"capabilities\":[\"STLS\"]," ACCEPTED
	  "\"commands\":[{\"command\":\"CAPA\"},{\"command\":\"STLS\"}],"
	  "\"replies\":[{\"status\":\"+OK\",\"text\":\"a\"},{\"status\":\"+OK\"},"
	  "{\"status\":\"+OK\",\"text\":\"go\"}]}",
	  "CAPA\r\nSTLS\r\n", "+OK a\r\n+OK\r\nSTLS\r\n.\r\n+OK go\r\n", false, true },
	{ "{\"banner\":\"a\",\"capabilities\":[\"STARTTLS\"]," ACCEPTED
	  "\"commands\":[{\"tag\":\"a1\",\"command\":\"CAPABILITY\"},"
	  "{\"tag\":\"a2\",\"command\":\"STARTTLS\"}],"
	  "\"replies\":[{\"status\":\"OK\",\"text\":\"a\"},{\"tag\":\"a1\",\"status\":\"OK\"},"
	  "{\"tag\":\"a2\",\"status\":\"OK\",\"text\":\"go\"}]}",
	  "a1 CAPABILITY\r\na2 STARTTLS\r\n",
	  "* OK a\r\n* CAPABILITY STARTTLS\r\na1 OK\r\na2 OK go\r\n", false, true },
	{ "[\"nntp\"]", "CAPABILITIES\r\nSTARTTLS\r\n",
	  "200 a\r\n101 b\r\nSTARTTLS\r\n.\r\n382 go\r\n", false, false },
	{ "[\"nntp\"]", "STARTTLS\r\n", "201 a\r\n382 go\r\n", false, true },
	{ "[\"sieve\"]", "STARTTLS\r\n", "\"IMPLEMENTATION\" \"a\"\r\n\"STARTTLS\"\r\nOK\r\nOK\r\n",
	  false, true },
	{ "[\"irc\"]", "CAP LS 302\r\nSTARTTLS\r\n", ":a CAP * LS :tls\r\n:a 670 * :go\r\n", false,
	  false },
	{ "[\"irc\"]", "STARTTLS\r\n", ":irc.a 670 * :go\r\n", false, true },
	{ "[\"xmpp\"]", "<?xml version='1.0'?><stream:stream to='a'><starttls xmlns='b'/>",
	  "<?xml version='1.0'?><stream:stream id='a'><features/><proceed xmlns='b'/>", false,
	  true },
	{ "{\"operations\":[{\"id\":1,\"op\":\"extended\",\"oid\":\"1.3.6.1.4.1.1466.20037\","
	  "\"name\":\"start_tls\",\"result\":\"success\"}]}",
	  "301d02010177188016312e332e362e312e342e312e313436362e3230303337",
	  "300c02010178070a010004000400", true, false },
	{ "[\"mysql\"]", "2000000185aeff1900000001210000000000000000000000000000000000000000000000",
	  "390000000a352e352e350001000000616263646566676800fff72102000f00150000000000000000"
	  "0000696a6b6c6d6e6f7071727374006d7973716c00",
	  true, true },
	{ "[\"postgresql\"]", "0000000804d21630 0000000804d2162f", "4e53", true, false },
	{ "{\"protocols\":[\"ssl\",\"hybrid\"],\"selected\":\"hybrid\"}",
	  "03000013 0e e0000000000001000800 03000000", "03000013 0e d0000012340002000800 02000000",
	  true, false },
	{ "[\"socks4\"]", "0401 01bb c0000201 61 00", "005a 0000 00000000", true, false },
	{ "[\"socks4\"]", "0401 01bb 00000001 61 00 612e74657374 00", "005a 0000 00000000", true,
	  false },
	{ "[\"socks5\"]", "0502 0002 0102 6162 0163 0501 0003 06 612e74657374 01bb",
	  "0502 0100 0500 0001 00000000 0000", true, false },
	{ "[\"socks5\"]", "0501 00 0501 0004 20010db8000000000000000000000001 01bb",
	  "0500 0500 0001 c0000201 1f90", true, false },
	{ "[\"proxy1\"]", "PROXY TCP4 192.0.2.1 192.0.2.2 40000 443\r\n", "", false, false },
	{ "[\"proxy2\"]", "0d0a0d0a000d0a515549540a 2111 000c c0000201 c0000202 9c40 01bb", "",
	  true, false },
};

#define NUM(a) (sizeof(a) / sizeof((a)[0]))

static void put_before(struct talk *talk, unsigned int side, const char *text, bool is_hex)
{
	size_t len = is_hex ? 0 : strlen(text);
	uint8_t *head = is_hex ? unit_unhex(text, &len) : unit_copy(text, len);
	uint8_t *both = malloc(len + talk->len[side]);

	if (!both)
		abort();
	memcpy(both, head, len);
	memcpy(both + len, talk->bytes[side], talk->len[side]);
	free(head);
	free(talk->bytes[side]);
	talk->bytes[side] = both;
	talk->len[side] += len;
}

static struct talk talk_behind(const struct before *before)
{
	struct talk talk = tls_talk();

	talk.ports[1] = 9;
	put_before(&talk, 0, before->out, before->is_hex);
	put_before(&talk, 1, before->in, before->is_hex);
	return talk;
}

/* What TLS alone is shown as, behind it what came first; to be freed. */
static char *want_behind(const char *shown)
{
	struct talk talk = tls_talk();
	char *tls = whole(&talk);
	size_t len = strlen(tls) + strlen(shown) + 1;
	char *want = malloc(len);

	if (!want)
		abort();
	snprintf(want, len, "%s%s", tls, shown);
	free(tls);
	talk_free(&talk);
	return want;
}

static void check_end(struct run *run, const char *want)
{
	char *got = end(run);

	CHECK_STR(got, want);
	CHECK_EQ(run->counts.malformed, 0);
	free(got);
}

static void check_cuts(const struct talk *talk, const char *want)
{
	for (size_t cut = 1; cut < talk->len[0]; cut++) {
		struct run run = begin(talk);

		give(&run, 0, 0, cut, SYN);
		give(&run, 0, cut, talk->len[0] - cut, 0);
		give_all(&run, 1, SYN);
		check_end(&run, want);
		run = begin(talk);
		give(&run, 0, 0, 0, SYN);
		give(&run, 0, cut, talk->len[0] - cut, 0);
		give(&run, 0, 0, cut, 0);
		give_all(&run, 1, SYN);
		check_end(&run, want);
	}
}

/* Some of what the server says comes before the client says anything, as it may where it greets. */
static void check_greetings(const struct talk *talk, const char *want)
{
	for (size_t cut = 1; cut < talk->len[1]; cut++) {
		struct run run = begin(talk);

		give(&run, 1, 0, cut, SYN);
		give_all(&run, 0, SYN);
		give(&run, 1, cut, talk->len[1] - cut, 0);
		check_end(&run, want);
	}
}

/* All that the server says is seen before what the client says. */
static void check_server_first(const struct talk *talk, const char *want)
{
	struct run run = begin(talk);

	give_all(&run, 1, SYN);
	give_all(&run, 0, SYN);
	check_end(&run, want);
}

/* In segments of one byte: first all of the client's. */
static void check_bytes(const struct talk *talk, const char *want)
{
	struct run run = begin(talk);

	for (unsigned int side = 0; side < 2; side++)
		for (size_t at = 0; at < talk->len[side]; at++)
			give(&run, side, at, 1, at ? 0 : SYN);
	check_end(&run, want);
}

/* Of a side whose bytes show nothing by themselves, what the other one says is enough. */
static void check_without_syn(const struct talk *talk, const char *want)
{
	struct run run = begin(talk);

	give_all(&run, 0, 0);
	give_all(&run, 1, 0);
	check_end(&run, want);
}

TEST(prelude_leads_to_tls_however_it_is_cut)
{
	for (size_t i = 0; i < NUM(befores); i++) {
		struct talk talk = talk_behind(&befores[i]);
		char *want = want_behind(befores[i].shown);

		check_cuts(&talk, want);
		check_bytes(&talk, want);
		if (*befores[i].shown == '[') /* the others list what was said in its order */
			check_server_first(&talk, want);
		if (befores[i].greets)
			check_greetings(&talk, want);
		else
			check_without_syn(&talk, want);
		free(want);
		talk_free(&talk);
	}
}

static enum rj_probe probe(const char *text)
{
	const struct rj_message m = { .over = TCP };
	size_t len = strlen(text);
	uint8_t *exact = unit_copy((const uint8_t *)text, len);
	enum rj_probe answer = rj_prelude.probe(&m, rj_cursor_init(exact, len, false));

	free(exact);
	return answer;
}

TEST(prelude_nntp_is_a_greeting_and_the_answer_to_starttls)
{
	char text[600] = "200 ";

	CHECK_EQ(probe("20"), RJ_PROBE_MORE);
	CHECK_EQ(probe("200 a\r\n3"), RJ_PROBE_MORE);
	CHECK_EQ(probe("200 a\r\n382 go"), RJ_PROBE_YES);
	CHECK_EQ(probe("201 a\r\n382\r\n"), RJ_PROBE_YES);
	CHECK_EQ(probe("200 a\r\n381 "), RJ_PROBE_NO);
	CHECK_EQ(probe("200 a\r\n382x"), RJ_PROBE_NO);
	CHECK_EQ(probe("202 a\r\n382 go"), RJ_PROBE_NO);
	CHECK_EQ(probe("STARTTLS\r\n"), RJ_PROBE_NO);
	memset(text + 4, 'x', 500);
	CHECK_EQ(probe(text), RJ_PROBE_MORE);
	memset(text + 4, 'x', 509);
	CHECK_EQ(probe(text), RJ_PROBE_NO);
	memcpy(text + 513, "\r\n382 go", 9);
	CHECK_EQ(probe(text), RJ_PROBE_NO);
}

TEST(prelude_may_stand_behind_another)
{
	static const struct before xmpp = { "", "<?xml version='1.0'?><starttls/>",
					    "<?xml version='1.0'?><proceed/>", false, true };
	static const struct before proxy = { "", "PROXY UNKNOWN\r\n", "", false, false };
	struct talk talk = talk_behind(&xmpp);
	char *want = want_behind("[\"proxy1\",\"xmpp\"]");

	put_before(&talk, 0, proxy.out, false);
	check_cuts(&talk, want);
	check_bytes(&talk, want);
	check_server_first(&talk, want);
	free(want);
	talk_free(&talk);
}

TEST(prelude_may_stand_before_a_dialogue)
{
	static const struct before smtp = { "", "EHLO a\r\nSTARTTLS\r\n", "220 a\r\n220 go\r\n",
					    false, true };
	struct talk talk = talk_behind(&smtp);
	char *want = want_behind(
		"{\"banner\":\"a\",\"hostname\":\"a\",\"helo\":\"a\","
		"\"starttls\":{\"offered\":false,\"asked\":true,\"accepted\":true},"
		"\"commands\":[{\"command\":\"EHLO\","
		"\"argument\":\"a\"},{\"command\":\"STARTTLS\"}],\"replies\":[{\"code\":220,"
		"\"text\":\"a\"},{\"code\":220,\"text\":\"go\"}]}[\"proxy1\"]");

	put_before(&talk, 0, "PROXY UNKNOWN\r\n", false);
	check_cuts(&talk, want);
	check_bytes(&talk, want);
	free(want);
	talk_free(&talk);
}

TEST(prelude_of_more_layers_than_are_kept_ends_the_flow)
{
	struct talk talk = tls_talk();
	struct run run;
	char *got;

	for (unsigned int i = 0; i < 8; i++)
		put_before(&talk, 0, "PROXY UNKNOWN\r\n", false);
	run = begin(&talk);
	give_all(&run, 0, SYN);
	give_all(&run, 1, SYN);
	got = end(&run);
	CHECK(!strstr(got, "c_version"));
	free(got);
	talk_free(&talk);
}

TEST(prelude_says_nothing_of_what_leads_nowhere)
{
	static const char out[] = "<?xml version='1.0'?><stream:stream to='a'>";
	struct talk talk = tls_talk();
	struct run run;

	free(talk.bytes[0]);
	talk.bytes[0] = unit_copy(out, sizeof(out) - 1);
	talk.len[0] = sizeof(out) - 1;
	run = begin(&talk);
	give_all(&run, 0, SYN);
	end_as(&run, "");
	talk_free(&talk);
}

TEST(connect_leads_to_tls_and_stays_shown)
{
	static const struct before proxied = { "", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
					       "HTTP/1.1 200 OK\r\n\r\n", false, false };
	struct talk talk = talk_behind(&proxied);
	char *want = want_behind("[{\"out\":[{\"method\":\"CONNECT\"},{\"uri\":\"a:443\"},"
				 "{\"version\":\"HTTP/1.1\"},{\"Host\":\"a\"}],"
				 "\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},"
				 "{\"reason\":\"OK\"}]}]");

	check_cuts(&talk, want);
	free(want);
	talk_free(&talk);
}

/* HTTP wants 64 KiB of a side; behind the answer there is room for what other protocols want. */
TEST(connect_leaves_room_for_what_overtakes_the_hello)
{
	static const char out[] = "CONNECT a:443 HTTP/1.1\r\n\r\n",
			  in[] = "HTTP/1.1 200 OK\r\n\r\n";
	static uint8_t stream[sizeof(out) - 1 + 80000];
	struct talk talk = {
		.table = rj_dissectors,
		.over = TCP,
		.ports = { 40000, 3128 },
		.bytes = { stream, (uint8_t *)in },
		.len = { sizeof(stream), sizeof(in) - 1 },
	};
	struct run run = begin(&talk);
	size_t head = sizeof(out) - 1;

	memcpy(stream, out, head);
	memcpy(stream + head, "\x16\x03\x01\x40\x00\x01\x00\x9c\x32\x03\x03", 11);
	give(&run, 0, 0, head, SYN);
	give_all(&run, 1, SYN);
	give(&run, 0, head + 60000, 20000, 0);
	CHECK(rj_dissect_bytes(run.d) > 80000);
	free(end(&run));
}
