/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the HTTP dissector. */
#include "proto/registry.h"
#include "tests/unit/unit.h"

#define CLIENT 0u
#define SERVER 1u

#define GET "GET / HTTP/1.1\r\n\r\n"
#define GET_JSON "[{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/1.1\"}]"
#define OK_NO "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define OK_NO_JSON                                                                                 \
	"[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"OK\"},"                      \
	"{\"Content-Length\":\"0\"}]"

struct fixture {
	uint64_t *state;
	struct rj_arena arena;
	bool is_done[2];
	enum rj_status last[2];
	uint64_t skip[2];
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){ .state = calloc(1, rj_http.state_bytes) };
	rj_arena_init(&f->arena, 1u << 20);
}

/* Passes over what the dissector said is of no use. */
static void pass(struct fixture *f, unsigned int side, struct rj_cursor *c)
{
	size_t len = f->skip[side] < c->left ? (size_t)f->skip[side] : c->left;

	CHECK_EQ(rj_cursor_skip(c, len), RJ_OK);
	f->skip[side] -= len;
}

/* Parses what it can of the bytes, the way the engine does; returns how many were not taken. */
static size_t parse_all(struct fixture *f, unsigned int side, const uint8_t *bytes, size_t len,
			bool is_hard)
{
	uint8_t *exact = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(exact, len, is_hard);

	f->last[side] = RJ_OK;
	pass(f, side, &c);
	while (c.left && !f->is_done[side] && !f->last[side]) {
		struct rj_message m = { .side = side, .over = RJ_OVER_TCP, .arena = &f->arena };
		size_t left = c.left;

		f->last[side] = rj_http.parse(f->state, &m, &c);
		CHECK(f->last[side] || m.hands_over || c.left < left);
		f->is_done[side] = m.is_done || m.hands_over;
		f->skip[side] = m.skip;
		pass(f, side, &c);
	}
	free(exact);
	return c.left;
}

static void feed_bytes(struct fixture *f, unsigned int side, const void *bytes, size_t len)
{
	parse_all(f, side, bytes, len, false);
}

static void feed(struct fixture *f, unsigned int side, const char *text)
{
	feed_bytes(f, side, text, strlen(text));
}

/* The same, byte by byte. */
static void drip(struct fixture *f, unsigned int side, const char *text)
{
	size_t at = 0, len = strlen(text);

	for (size_t n = 1; n <= len && !f->is_done[side]; n++) {
		if (f->last[side] == RJ_MALFORMED)
			return;
		at = n - parse_all(f, side, (const uint8_t *)text + at, n - at, false);
	}
}

static void end(struct fixture *f, const char *want)
{
	char *json = unit_json(&rj_http, f->state, CLIENT);

	if (want)
		CHECK_STR(json, want);
	free(json);
	free(f->state);
	rj_arena_done(&f->arena);
}

static void check_ways(const char *client, const char *server, const char *want,
		       void (*way)(struct fixture *f, unsigned int side, const char *text))
{
	struct fixture f;

	begin(&f);
	way(&f, CLIENT, client);
	way(&f, SERVER, server);
	end(&f, want);
}

/* What both sides say gives @want, at once and byte by byte. */
static void check(const char *client, const char *server, const char *want)
{
	check_ways(client, server, want, feed);
	check_ways(client, server, want, drip);
}

TEST(http_request_and_response)
{
	check("GET /a?b HTTP/1.1\r\nHost: example.com\r\nuser-agent:x\r\n\r\n",
	      "HTTP/1.0 404 Not Found\r\nServer: \t y z \t\r\nContent-Length: 3\r\n\r\nabc",
	      "[{\"out\":[{\"method\":\"GET\"},{\"uri\":\"/a?b\"},{\"version\":\"HTTP/1.1\"},"
	      "{\"Host\":\"example.com\"},{\"user-agent\":\"x\"}],\"in\":[{\"version\":\"HTTP/"
	      "1.0\"},"
	      "{\"code\":\"404\"},{\"reason\":\"Not Found\"},{\"Server\":\"y "
	      "z\"},{\"Content-Length\":\"3\"},"
	      "{\"body\":\"616263\"}]}]");
}

TEST(http_originator_is_out_even_when_it_answers)
{
	struct fixture f;

	begin(&f);
	feed(&f, SERVER, GET);
	end(&f, "[{\"in\":" GET_JSON "}]");
}

TEST(http_lines_may_end_in_lf)
{
	check("GET / HTTP/1.1\nA: b\n\n", "",
	      "[{\"out\":[{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/"
	      "1.1\"},{\"A\":\"b\"}]}]");
}

TEST(http_folded_lines_are_joined_by_a_space)
{
	check("GET / HTTP/1.1\r\nA: b \r\n\t c\r\n \r\nD:\r\n e\r\nF:\r\n\r\n", "",
	      "[{\"out\":[{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/"
	      "1.1\"},{\"A\":\"b c\"},"
	      "{\"D\":\"e\"},{\"F\":\"\"}]}]");
}

TEST(http_reason_may_be_missing)
{
	check(GET, "HTTP/1.1 204\r\n\r\n",
	      "[{\"out\":" GET_JSON ",\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"204\"}]}]");
	check(GET, "HTTP/1.1 204 \r\n\r\n",
	      "[{\"out\":" GET_JSON ",\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"204\"}]}]");
}

TEST(http_pipelined_requests_and_responses_are_paired)
{
	check(GET GET GET, OK_NO OK_NO,
	      "[{\"out\":" GET_JSON ",\"in\":" OK_NO_JSON "},{\"out\":" GET_JSON
	      ",\"in\":" OK_NO_JSON "},{\"out\":" GET_JSON "}]");
}

TEST(http_empty_lines_before_a_message_are_passed)
{
	check("\r\n" GET "\r\n\n" GET, "", "[{\"out\":" GET_JSON "},{\"out\":" GET_JSON "}]");
}

TEST(http_interim_responses_are_left_out)
{
	check(GET, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" OK_NO,
	      "[{\"out\":" GET_JSON ",\"in\":" OK_NO_JSON "}]");
}

TEST(http_response_to_head_has_no_body)
{
	check("HEAD / HTTP/1.1\r\n\r\n" GET, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" OK_NO,
	      "[{\"out\":[{\"method\":\"HEAD\"},{\"uri\":\"/\"},{\"version\":\"HTTP/"
	      "1.1\"}],\"in\":["
	      "{\"version\":\"HTTP/"
	      "1.1\"},{\"code\":\"200\"},{\"reason\":\"OK\"},{\"Content-Length\":\"999\"}]},"
	      "{\"out\":" GET_JSON ",\"in\":" OK_NO_JSON "}]");
}

TEST(http_methods_are_told_apart_by_case)
{
	struct fixture f;
	char *json;

	begin(&f);
	feed(&f, CLIENT, "head / HTTP/1.1\r\n\r\n");
	feed(&f, SERVER, "HTTP/1.1 501 No\r\nContent-Length: 1\r\n\r\nx");
	json = unit_json(&rj_http, f.state, CLIENT);
	CHECK(strstr(json, "{\"body\":\"78\"}"));
	free(json);
	end(&f, NULL);
}

TEST(http_204_and_304_have_no_body)
{
	check(GET GET GET,
	      "HTTP/1.1 204 N\r\n\r\nHTTP/1.1 304 M\r\nContent-Length: 9\r\n\r\n" OK_NO,
	      "[{\"out\":" GET_JSON
	      ",\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"204\"},{\"reason\":\"N\"}]},"
	      "{\"out\":" GET_JSON
	      ",\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"304\"},{\"reason\":\"M\"},"
	      "{\"Content-Length\":\"9\"}]},{\"out\":" GET_JSON ",\"in\":" OK_NO_JSON "}]");
}

TEST(http_body_of_request_is_passed)
{
	check("POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\n0123456789abcdefGET " GET, "",
	      "[{\"out\":[{\"method\":\"POST\"},{\"uri\":\"/\"},{\"version\":\"HTTP/1.1\"},"
	      "{\"Content-Length\":\"20\"},{\"body\":\"30313233343536373839616263646566\"}]},"
	      "{\"out\":" GET_JSON "}]");
}

TEST(http_chunks_and_trailers_are_passed)
{
	check("",
	      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Length: 1\r\n\r\n"
	      "3;x=y\r\nabc\r\nA \ndefghijklm\n000\r\nT: u\r\n v\r\nW: x\r\n\r\n" OK_NO,
	      "[{\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"OK\"},"
	      "{\"Transfer-Encoding\":\"gzip, Chunked\"},{\"Content-Length\":\"1\"},"
	      "{\"body\":\"333b783d790d0a6162630d0a41200a64\"}]},{\"in\":" OK_NO_JSON "}]");
}

static void check_is_done(unsigned int side, const char *client, const char *server, bool is_done)
{
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, client);
	feed(&f, SERVER, server);
	CHECK_EQ(f.is_done[side], is_done);
	end(&f, NULL);
}

TEST(http_body_to_the_end_of_the_connection_ends_the_side)
{
	check(GET, "HTTP/1.0 200 OK\r\n\r\n0123456789abcdefGHI" OK_NO,
	      "[{\"out\":" GET_JSON
	      ",\"in\":[{\"version\":\"HTTP/1.0\"},{\"code\":\"200\"},{\"reason\":\"OK\"},"
	      "{\"body\":\"30313233343536373839616263646566\"}]}]");
	check_is_done(SERVER, GET, "HTTP/1.0 200 OK\r\n\r\n0123456789abcde", false);
	check_is_done(SERVER, GET, "HTTP/1.0 200 OK\r\n\r\n0123456789abcdef", true);
}

/* However long: the engine moves on behind it (and lets go of the side beyond 1 GiB). */
TEST(http_body_of_known_length_is_passed_over_but_for_its_start)
{
	static const char response[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551609\r\n\r\n"
		"0123456789abcdefGHI";
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, GET);
	feed(&f, SERVER, response);
	CHECK(!f.is_done[SERVER]);
	CHECK_EQ(f.skip[SERVER], UINT64_MAX - 6 - 16 - 3);
	end(&f, NULL);
	check_is_done(SERVER, GET,
		      "HTTP/1.1 200 OK\r\nContent-Length: 17000\r\n\r\n0123456789abcdef", false);
}

/* The engine lets go of the side beyond 1 GiB. */
TEST(http_chunks_are_passed_over_but_for_the_first_bytes)
{
	static const char response[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\nabcdef";
	struct fixture f;

	begin(&f);
	feed(&f, SERVER, response);
	CHECK(!f.is_done[SERVER]);
	CHECK_EQ(f.skip[SERVER], 0xffffffffff - 6);
	f.skip[SERVER] = 0;
	feed(&f, SERVER, "\r\n0\r\n\r\n" OK_NO);
	end(&f,
	    "[{\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"OK\"},"
	    "{\"Transfer-Encoding\":\"chunked\"},{\"body\":\"666666666666666666660d0a61626364\"}]},"
	    "{\"in\":" OK_NO_JSON "}]");
}

TEST(http_switching_protocols_ends_both_sides)
{
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
	CHECK(!f.is_done[CLIENT]);
	feed(&f, SERVER,
	     "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n\x81\x05hello");
	CHECK(f.is_done[SERVER]);
	feed(&f, CLIENT, "\x81\x85");
	CHECK(f.is_done[CLIENT]);
	end(&f,
	    "[{\"out\":[{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/1.1\"},"
	    "{\"Upgrade\":\"websocket\"}],\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"101\"},"
	    "{\"reason\":\"Switching Protocols\"},{\"upgrade\":\"websocket\"}],"
	    "\"switched_to\":\"websocket\"}]");
}

TEST(http_refused_upgrade_goes_on)
{
	check("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n" GET, OK_NO,
	      "[{\"out\":[{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/"
	      "1.1\"},{\"Upgrade\":\"h2c\"}],"
	      "\"in\":" OK_NO_JSON "},{\"out\":" GET_JSON "}]");
}

TEST(http_tunnel_ends_both_sides)
{
	check("CONNECT a:443 HTTP/1.1\r\n\r\n\x16\x03\x01", "HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03",
	      "[{\"out\":[{\"method\":\"CONNECT\"},{\"uri\":\"a:443\"},{\"version\":\"HTTP/1.1\"}],"
	      "\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"OK\"}]}]");
	check_is_done(SERVER, "CONNECT a:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n\x15",
		      true);
	check_is_done(SERVER, "CONNECT a:443 HTTP/1.1\r\n\r\n",
		      "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", false);
}

/* Line ends may be of a head, or begin what the tunnel carries (PROXY protocol 2.2). */
/* Parses a response that came before its request, as what no more follows of with @is_done. */
static enum rj_status parse_early(struct fixture *f, const char *text, bool is_done,
				  struct rj_message *m)
{
	struct rj_cursor c = rj_cursor_init(text, strlen(text), false);

	*m = (struct rj_message){ .side = SERVER, .arena = &f->arena, .is_done = is_done };
	return rj_http.parse(f->state, m, &c);
}

TEST(http_response_that_comes_before_its_request_waits_for_it)
{
	static const char tunnel[] = "HTTP/1.1 200 OK\r\n\r\n";
	struct fixture f;
	struct rj_message m;

	begin(&f);
	CHECK_EQ(parse_early(&f, tunnel, false, &m), RJ_TRUNCATED);
	CHECK(m.waits);
	feed(&f, CLIENT, "CONNECT a:1 HTTP/1.1\r\n\r\n");
	CHECK_EQ(parse_early(&f, tunnel, false, &m), RJ_OK);
	CHECK(m.hands_over && !m.waits);
	end(&f, "[{\"out\":[{\"method\":\"CONNECT\"},{\"uri\":\"a:1\"},{\"version\":\"HTTP/1.1\"}],"
		"\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"OK\"}]}]");
	begin(&f); /* the request does not come */
	CHECK_EQ(parse_early(&f, tunnel, true, &m), RJ_OK);
	CHECK(!m.hands_over && !m.waits && !m.is_done);
	CHECK_EQ(parse_early(&f, "body", false, &m), RJ_OK);
	end(&f, "[{\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"OK\"},"
		"{\"body\":\"626f6479\"}]}]");
	begin(&f); /* no tunnel: its length is known */
	CHECK_EQ(parse_early(&f, OK_NO, false, &m), RJ_OK);
	end(&f, "[{\"in\":" OK_NO_JSON "}]");
}

TEST(http_line_ends_in_a_tunnel_are_of_what_follows)
{
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, "CONNECT a:443 HTTP/1.1\r\n\r\n\r\n\r\n");
	CHECK_EQ(f.last[CLIENT], RJ_TRUNCATED);
	CHECK_EQ(parse_all(&f, CLIENT, (const uint8_t *)"\r\n\r\n\0\r\nQUIT\n", 12, false), 12);
	CHECK(f.is_done[CLIENT]);
	end(&f, NULL);
	check("CONNECT a:443 HTTP/1.1\r\n\r\n\n" GET, "",
	      "[{\"out\":[{\"method\":\"CONNECT\"},{\"uri\":\"a:443\"},"
	      "{\"version\":\"HTTP/1.1\"}]},{\"out\":" GET_JSON "}]");
}

/* The client's bytes are malformed; @want is what its message shows before that. */
static void check_malformed(const char *client, const char *want)
{
	struct fixture f;
	char json[1024];

	snprintf(json, sizeof(json), "[{\"out\":[%s{\"malformed\":true}]}]", want);
	check(client, "", json);
	begin(&f);
	feed(&f, CLIENT, client);
	CHECK_EQ(f.last[CLIENT], RJ_MALFORMED);
	end(&f, NULL);
}

#define GET_START "{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/1.1\"},"

/* What is shown of them is what could be meant. */
TEST(http_bad_start_lines_are_malformed)
{
	check_malformed("GET /\r\n\r\n", "{\"method\":\"GET\"},{\"uri\":\"/\"},");
	check_malformed("GET /\r\nA: b\r\n\r\n",
			"{\"method\":\"GET\"},{\"uri\":\"/\"},{\"A\":\"b\"},");
	check_malformed("GET  HTTP/1.1\r\n\r\n",
			"{\"method\":\"GET\"},{\"version\":\"HTTP/1.1\"},");
	check_malformed("GET / HTTP/1.x\r\n\r\n",
			"{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/1.x\"},");
	check_malformed("GET / HTTP/2.0\r\n\r\n",
			"{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/2.0\"},");
	check_malformed(
		"GET / HTTP/1.10\r\nA: b\r\n\r\n",
		"{\"method\":\"GET\"},{\"uri\":\"/\"},{\"version\":\"HTTP/1.10\"},{\"A\":\"b\"},");
	check_malformed("GET /a b HTTP/1.1\r\n\r\n",
			"{\"method\":\"GET\"},{\"uri\":\"/a\"},{\"version\":\"b HTTP/1.1\"},");
	check_malformed("G\x01T / HTTP/1.1\r\n\r\n",
			"{\"method\":\"G\\u0001T\"},{\"uri\":\"/\"},{\"version\":\"HTTP/1.1\"},");
	check_malformed(" / HTTP/1.1\r\n\r\n", "");
	check_malformed("HTTP/1.1 20 OK\r\n\r\n",
			"{\"version\":\"HTTP/1.1\"},{\"code\":\"20\"},{\"reason\":\"OK\"},");
	check_malformed("HTTP/1.1 2000\r\n\r\n", "{\"version\":\"HTTP/1.1\"},{\"code\":\"2000\"},");
	check_malformed("HTTP/1.1 099 x\r\n\r\n",
			"{\"version\":\"HTTP/1.1\"},{\"code\":\"099\"},{\"reason\":\"x\"},");
	check_malformed("HTTP/1.1 2x0 x\r\n\r\n",
			"{\"version\":\"HTTP/1.1\"},{\"code\":\"2x0\"},{\"reason\":\"x\"},");
	check_malformed("HTTP/1.1  200 x\r\n\r\n",
			"{\"version\":\"HTTP/1.1\"},{\"reason\":\"200 x\"},");
	check_malformed("HTTP/1.1 200 a\x01\r\n\r\n",
			"{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"a\\u0001\"},");
	check_malformed(
		"HTTP/1.1 200 ok\rA: b\rC: d\r\n\r\n",
		"{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"ok\"},{\"A\":\"b\"},"
		"{\"C\":\"d\"},");
}

TEST(http_of_what_is_no_head_nothing_is_shown)
{
	check_malformed("some text: of\r\na body\r\n\r\n", "");
	check_malformed("\x16\x03\x01\r\n", "");
}

TEST(http_bad_header_lines_are_malformed)
{
	check_malformed("GET / HTTP/1.1\r\nA: b\r\nC\r\nD: e\r\n\r\n",
			GET_START "{\"A\":\"b\"},{\"D\":\"e\"},");
	check_malformed("GET / HTTP/1.1\r\nA : b\r\n\r\n", GET_START "{\"A\":\"b\"},");
	check_malformed("GET / HTTP/1.1\r\n: b\r\n\r\n", GET_START "{\"\":\"b\"},");
	check_malformed("GET / HTTP/1.1\r\n A: b\r\n\r\n", GET_START "{\"A\":\"b\"},");
	check_malformed("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", GET_START "{\"A\":\"b\"},");
	check_malformed("GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
			GET_START "{\"A\":\"b\"},{\"C\":\"d\"},");
}

TEST(http_bad_head_is_read_once_its_end_is_there)
{
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, "GET / HTTP/1.1\r\nA\r\nB: c\r\n");
	CHECK_EQ(f.last[CLIENT], RJ_TRUNCATED);
	feed(&f, CLIENT, "GET / HTTP/1.1\r\nA\r\nB: c\r\n\r\n");
	CHECK_EQ(f.last[CLIENT], RJ_MALFORMED);
	end(&f, "[{\"out\":[" GET_START "{\"B\":\"c\"},{\"malformed\":true}]}]");
}

TEST(http_bad_lengths_are_malformed)
{
	check_malformed("GET / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
			GET_START "{\"Content-Length\":\"1x\"},");
	check_malformed("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
			GET_START "{\"Content-Length\":\"-1\"},");
	check_malformed("GET / HTTP/1.1\r\nContent-Length:\r\n\r\n",
			GET_START "{\"Content-Length\":\"\"},");
	check_malformed("GET / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n",
			GET_START "{\"Content-Length\":\"1, 2\"},");
	check_malformed("GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
			GET_START "{\"Content-Length\":\"99999999999999999999\"},");
}

TEST(http_one_length_twice_is_one_length)
{
	check("GET / HTTP/1.1\r\nContent-Length: 2, 2\r\ncontent-length: 2\r\n\r\nabGET", "",
	      "[{\"out\":[" GET_START "{\"Content-Length\":\"2, 2\"},{\"content-length\":\"2\"},"
	      "{\"body\":\"6162\"}]}]");
}

TEST(http_bad_chunks_are_malformed)
{
	struct fixture f;
	static const char *const bodies[] = { "x\r\n",	     "\r\n",
					      ";a\r\n",	     "11111111111111111\r\n",
					      "1\r\nab\r\n", "0\r\nno field\r\n" };

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		begin(&f);
		feed(&f, CLIENT, "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
		feed(&f, CLIENT, bodies[i]);
		CHECK_EQ(f.last[CLIENT], RJ_MALFORMED);
		end(&f, NULL);
	}
}

TEST(http_nul_bytes_are_malformed)
{
	static const char bytes[] = "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n";
	struct fixture f;

	begin(&f);
	feed_bytes(&f, CLIENT, bytes, sizeof(bytes) - 1);
	CHECK_EQ(f.last[CLIENT], RJ_MALFORMED);
	end(&f, "[{\"out\":[" GET_START "{\"A\":\"b\\u0000c\"},{\"malformed\":true}]}]");
}

TEST(http_bytes_that_are_not_ascii_pass)
{
	check("GET /\xc3\xbc\xff HTTP/1.1\r\nA: \xc3\xbc\r\n\r\n", "",
	      "[{\"out\":[{\"method\":\"GET\"},{\"uri\":\"/"
	      "\xc3\xbc\xef\xbf\xbd\"},{\"version\":\"HTTP/1.1\"},"
	      "{\"A\":\"\xc3\xbc\"}]}]");
}

TEST(http_a_side_that_changes_its_role_is_malformed)
{
	check(GET OK_NO, "",
	      "[{\"out\":" GET_JSON "},{\"out\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},"
	      "{\"reason\":\"OK\"},{\"Content-Length\":\"0\"},{\"malformed\":true}]}]");
}

TEST(http_head_cut_by_the_sender_is_malformed)
{
	struct fixture f;

	begin(&f);
	parse_all(&f, CLIENT, (const uint8_t *)"GET / HTTP/1.1\r\nA: b\r\nC", 23, true);
	CHECK_EQ(f.last[CLIENT], RJ_MALFORMED);
	end(&f, "[{\"out\":[" GET_START "{\"A\":\"b\"},{\"malformed\":true}]}]");
}

#define LONG_BYTES 20000u /* longer than is kept */

/* Feeds @head, LONG_BYTES of a value and @rest, in segments. */
static void feed_long(struct fixture *f, unsigned int side, const char *head, const char *rest)
{
	size_t head_len = strlen(head), rest_len = strlen(rest);
	size_t at = 0, len = head_len + LONG_BYTES + rest_len;
	uint8_t *bytes = malloc(len);

	memcpy(bytes, head, head_len);
	memset(bytes + head_len, 'x', LONG_BYTES);
	memcpy(bytes + head_len + LONG_BYTES, rest, rest_len);
	for (size_t n = 0; n < len && !f->is_done[side] && f->last[side] != RJ_MALFORMED;) {
		n = n + 999 < len ? n + 999 : len;
		at = n - parse_all(f, side, bytes + at, n - at, false);
	}
	free(bytes);
}

static void check_long(const char *head, const char *rest, const char *want)
{
	struct fixture f;

	begin(&f);
	feed_long(&f, CLIENT, head, rest);
	CHECK_EQ(f.last[CLIENT], RJ_OK);
	CHECK(!f.is_done[CLIENT]);
	end(&f, want);
}

#define LONG_START "[{\"out\":[" GET_START "{\"A\":\"b\"},"
#define LONG_END "{\"truncated\":true}]},{\"out\":" GET_JSON "}]"

TEST(http_what_follows_a_head_longer_than_is_kept_is_read)
{
	check_long("GET / HTTP/1.1\r\nA: b\r\nC: ", "\r\n\r\n" GET, LONG_START LONG_END);
	check_long(
		"GET / HTTP/1.1\r\nA: b\r\nC: ", "\r\n d\r\nContent-Length:\r\n 4\r\n\r\n0123" GET,
		LONG_START "{\"body\":\"30313233\"}," LONG_END);
	check_long("GET / HTTP/1.1\r\nA: b\r\nContent-Length: 4\r\nC: ", "\n\n0123" GET,
		   LONG_START "{\"Content-Length\":\"4\"},{\"body\":\"30313233\"}," LONG_END);
}

TEST(http_what_follows_a_target_longer_than_is_kept_is_read)
{
	struct fixture f;
	char *json;

	begin(&f);
	feed_long(&f, CLIENT, "HEAD /", " HTTP/1.1\r\nHost: a\r\n\r\n" GET);
	feed(&f, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" OK_NO);
	json = unit_json(&rj_http, f.state, CLIENT);
	CHECK(strstr(json, "xxx\"},{\"truncated\":true}],\"in\":["));
	CHECK(strstr(json,
		     "{\"Content-Length\":\"5\"}]},{\"out\":" GET_JSON ",\"in\":" OK_NO_JSON "}]"));
	free(json);
	end(&f, NULL);
}

TEST(http_what_follows_long_responses_is_read)
{
	struct fixture f;

	begin(&f);
	feed(&f, CLIENT, "HEAD / HTTP/1.1\r\n\r\n" GET);
	feed_long(&f, SERVER, "HTTP/1.1 103 Early Hints\r\nLink: ", "\r\n\r\n");
	feed_long(&f, SERVER,
		  "HTTP/1.1 200 OK\r\nA: b\r\nC: ", "\r\nTransfer-Encoding: chunked\r\n\r\n" OK_NO);
	end(&f,
	    "[{\"out\":[{\"method\":\"HEAD\"},{\"uri\":\"/\"},{\"version\":\"HTTP/1.1\"}],"
	    "\"in\":[{\"version\":\"HTTP/1.1\"},{\"code\":\"200\"},{\"reason\":\"OK\"},"
	    "{\"A\":\"b\"},{\"truncated\":true}]},{\"out\":" GET_JSON ",\"in\":" OK_NO_JSON "}]");
}

TEST(http_head_without_an_end_is_let_go)
{
	static char text[1u << 17];
	struct fixture f;
	int at = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nA: b\r\nC: ");

	memset(text + at, 'x', sizeof(text) - (size_t)at);
	begin(&f);
	feed_bytes(&f, CLIENT, text, rj_http.max_bytes - 1);
	CHECK_EQ(f.last[CLIENT], RJ_TRUNCATED);
	feed_bytes(&f, CLIENT, text, rj_http.max_bytes);
	CHECK_EQ(f.last[CLIENT], RJ_OK);
	CHECK(f.is_done[CLIENT]);
	end(&f, "[{\"out\":[" GET_START "{\"A\":\"b\"},{\"truncated\":true}]}]");
}

TEST(http_more_of_a_body_than_its_length_is_no_head)
{
	static char text[1u << 17];
	struct fixture f;

	memset(text, '*', sizeof(text));
	begin(&f);
	feed_bytes(&f, CLIENT, text, rj_http.max_bytes);
	CHECK(f.is_done[CLIENT]);
	end(&f, "");
}

/* The engine shows once more what is left when a flow ends. */
TEST(http_head_without_its_end_shows_its_beginning)
{
	static const char *const heads[][2] = {
		{ "GET / HTTP/1.1\r\nA: b\r\nC: d", GET_START "{\"A\":\"b\"}," },
		{ "GET /x HTT", "{\"method\":\"GET\"},{\"uri\":\"/x\"},{\"version\":\"HTT\"}," },
		{ "GET /x", "{\"method\":\"GET\"},{\"uri\":\"/x\"}," },
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct fixture f;
		struct rj_message m = { .over = RJ_OVER_TCP, .arena = &f.arena };
		struct rj_cursor c = rj_cursor_init(heads[i][0], strlen(heads[i][0]), false);
		char want[256];

		begin(&f);
		CHECK_EQ(rj_http.parse(f.state, &m, &c), RJ_TRUNCATED);
		m.is_done = true;
		CHECK_EQ(rj_http.parse(f.state, &m, &c), RJ_OK);
		CHECK_EQ(c.left, 0);
		snprintf(want, sizeof(want), "[{\"out\":[%s{\"truncated\":true}]}]", heads[i][1]);
		end(&f, want);
	}
}

TEST(http_sixty_four_headers_are_shown)
{
	char text[4096] = "GET / HTTP/1.1\r\n";
	struct fixture f;
	char *json;

	for (int i = 0; i < 66; i++)
		snprintf(text + strlen(text), 32, "A%d: b\r\n", i);
	snprintf(text + strlen(text), 32, "\r\n");
	begin(&f);
	feed(&f, CLIENT, text);
	json = unit_json(&rj_http, f.state, CLIENT);
	CHECK(strstr(json, "{\"A63\":\"b\"},{\"headers_skipped\":2}]}]"));
	free(json);
	end(&f, NULL);
}

TEST(http_fifteen_messages_a_side_are_kept)
{
	struct fixture f;
	char *json;

	begin(&f);
	for (int i = 0; i < 15; i++)
		feed(&f, CLIENT, GET);
	CHECK(!f.is_done[CLIENT]);
	json = unit_json(&rj_http, f.state, CLIENT);
	CHECK(!strstr(json, "more"));
	free(json);
	feed(&f, CLIENT, GET);
	CHECK(f.is_done[CLIENT]);
	json = unit_json(&rj_http, f.state, CLIENT);
	CHECK(strstr(json, GET_JSON "},{\"more\":true}]"));
	CHECK_EQ(strlen(json),
		 15 * strlen("{\"out\":" GET_JSON "},") + strlen("[{\"more\":true}]"));
	free(json);
	end(&f, NULL);
}

TEST(http_without_memory_it_says_that_there_was_more)
{
	struct fixture f;

	begin(&f);
	f.arena.cap_bytes = 0;
	feed(&f, CLIENT, GET);
	CHECK(f.is_done[CLIENT]);
	end(&f, "[{\"more\":true}]");
}

static int originator_after(unsigned int side, const char *text)
{
	struct fixture f;
	int got;

	begin(&f);
	feed(&f, side, text);
	got = rj_http.originator(f.state);
	end(&f, NULL);
	return got;
}

TEST(http_originator_is_who_asks)
{
	CHECK_EQ(originator_after(CLIENT, GET), 0);
	CHECK_EQ(originator_after(SERVER, GET), 1);
	CHECK_EQ(originator_after(CLIENT, OK_NO), 1);
	CHECK_EQ(originator_after(SERVER, OK_NO), 0);
	CHECK_EQ(originator_after(CLIENT, "\r\n"), -1);
}

static enum rj_probe probe(const char *text, bool is_hard)
{
	struct rj_message m = { .over = RJ_OVER_TCP };
	uint8_t *bytes = unit_copy(text, strlen(text));
	enum rj_probe got = rj_http.probe(&m, rj_cursor_init(bytes, strlen(text), is_hard));

	free(bytes);
	return got;
}

TEST(http_probe)
{
	CHECK_EQ(probe("", false), RJ_PROBE_MORE);
	CHECK_EQ(probe("G", false), RJ_PROBE_MORE);
	CHECK_EQ(probe("GET", true), RJ_PROBE_NO);
	CHECK_EQ(probe("GET ", false), RJ_PROBE_MORE);
	CHECK_EQ(probe("GET /", false), RJ_PROBE_YES);
	CHECK_EQ(probe("GET http", false), RJ_PROBE_MORE);
	CHECK_EQ(probe("GET http:", false), RJ_PROBE_YES);
	CHECK_EQ(probe("M-SEARCH * HTTP/1.1\r\n", false), RJ_PROBE_YES);
	CHECK_EQ(probe("CONNECT a:1 HTTP/1.0\n", true), RJ_PROBE_YES);
	CHECK_EQ(probe("HTTP/1", false), RJ_PROBE_MORE);
	CHECK_EQ(probe("HTTP/1.", false), RJ_PROBE_YES);
	CHECK_EQ(probe("HTTP/2", false), RJ_PROBE_NO);
	CHECK_EQ(probe("get / HTTP/1.1\r\n", false), RJ_PROBE_NO);
	CHECK_EQ(probe("GEX", false), RJ_PROBE_NO);
	CHECK_EQ(probe("PRI * HTTP/2.0\r\n", false), RJ_PROBE_NO);
	CHECK_EQ(probe("\x16\x03\x01", false), RJ_PROBE_NO);
}

TEST(http_probe_knows_sip_rtsp_and_icap)
{
	CHECK_EQ(probe("OPTIONS sip:a@b SIP/2.0\r\n", false), RJ_PROBE_NO);
	CHECK_EQ(probe("NOTIFY sip:a@b SIP/2.0\r\n", false), RJ_PROBE_NO);
	CHECK_EQ(probe("OPTIONS rtsp://a/b RTSP/1.0\r\n", false), RJ_PROBE_NO);
	CHECK_EQ(probe("OPTIONS * RTSP/1.0\r\n", false), RJ_PROBE_NO);
	CHECK_EQ(probe("OPTIONS icap://a ICAP/1.0\r\n", false), RJ_PROBE_NO);
}
