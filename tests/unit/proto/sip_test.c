/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of the SIP dissector. */
#include "tests/unit/proto/feed.h"

static struct feed *begin(unsigned int over)
{
	return feed_begin(&rj_sip, over, 5060, 5060);
}

static void check(const char *text, const char *want)
{
	struct feed *f = begin(RJ_OVER_UDP);

	CHECK_EQ(feed_text(f, 0, text), RJ_OK);
	CHECK_EQ(f->taken, strlen(text));
	feed_has(f, want);
	feed_end(f);
}

/* After RFC 3261 24.2, with a session as in RFC 8866 5. */
static const char invite[] = "INVITE sip:bob@biloxi.example SIP/2.0\r\n"
			     "Via: SIP/2.0/TCP client.atlanta.example:5060;branch=z9hG4bK74b43\r\n"
			     "Max-Forwards: 70\r\n"
			     "From: Alice <sip:alice@atlanta.example>;tag=9fxced76sl\r\n"
			     "To: Bob <sip:bob@biloxi.example>\r\n"
			     "Call-ID: 3848276298220188511@atlanta.example\r\n"
			     "CSeq: 1 INVITE\r\n"
			     "Contact: <sip:alice@client.atlanta.example;transport=tcp>\r\n"
			     "User-Agent: test/1.0\r\n"
			     "Content-Type: application/sdp\r\n"
			     "Content-Length: 171\r\n"
			     "\r\n"
			     "v=0\r\n"
			     "o=alice 2890844526 2890844526 IN IP4 client.atlanta.example\r\n"
			     "s=-\r\n"
			     "c=IN IP4 192.0.2.101\r\n"
			     "t=0 0\r\n"
			     "m=audio 49172 RTP/AVP 0 8\r\n"
			     "a=rtpmap:0 PCMU/8000\r\n"
			     "m=video 0 RTP/AVP 31\r\n";

TEST(sip_call)
{
	struct feed *f = begin(RJ_OVER_TCP);

	f->is_cut = true;
	CHECK_EQ(feed_text(f, 0, invite), RJ_OK);
	CHECK_EQ(f->taken, strlen(invite));
	CHECK_EQ(feed_text(f, 1,
			   "SIP/2.0 180 Ringing\r\nServer: x\r\nContent-Length: 0\r\n\r\nSIP"),
		 RJ_OK);
	feed_shows(f,
		   "{\"messages\":[{\"dir\":\">\",\"method\":\"INVITE\",\"request_uri\":"
		   "\"sip:bob@biloxi.example\",\"from\":\"Alice <sip:alice@atlanta.example>;"
		   "tag=9fxced76sl\",\"to\":\"Bob <sip:bob@biloxi.example>\",\"call_id\":"
		   "\"3848276298220188511@atlanta.example\",\"cseq\":\"1 INVITE\",\"user_agent\":"
		   "\"test/1.0\",\"content_type\":\"application/sdp\",\"via\":[\"SIP/2.0/TCP "
		   "client.atlanta.example:5060;branch=z9hG4bK74b43\"],\"contact\":["
		   "\"<sip:alice@client.atlanta.example;transport=tcp>\"],\"sdp\":{\"connection\":"
		   "\"192.0.2.101\",\"media\":[{\"type\":\"audio\",\"port\":49172,\"protocol\":"
		   "\"RTP/AVP\",\"formats\":[\"0\",\"8\"]},{\"type\":\"video\",\"port\":0,"
		   "\"protocol\":\"RTP/AVP\",\"formats\":[\"31\"]}]}},"
		   "{\"dir\":\"<\",\"status\":180,\"reason\":\"Ringing\",\"server\":\"x\"}],"
		   "\"requests\":1,\"responses\":1}");
	CHECK_EQ(rj_sip.originator(f->state), 0);
	feed_end(f);
}

TEST(sip_compact_headers_and_folded_ones)
{
	check("MESSAGE sip:b SIP/2.0\r\nv: one\r\nV : two,\r\n three\r\nf: <sip:a>\r\n"
	      "t:<sip:b>\r\ni: 7\r\nm: *\r\nX-Empty:\r\nnonsense\r\nCSEQ: 4 MESSAGE\r\n\r\n",
	      "\"request_uri\":\"sip:b\",\"from\":\"<sip:a>\",\"to\":\"<sip:b>\",\"call_id\":\"7\","
	      "\"cseq\":\"4 MESSAGE\",\"via\":[\"one\",\"two, three\"],\"contact\":[\"*\"]}");
}

/* RFC 3261 7.3.1: the end of a line and the blanks about it are one blank; its Subject. */
TEST(sip_folded_headers_are_one_line)
{
	check("INFO sip:b SIP/2.0\r\nSubject: I know you're there,\r\n         pick up the "
	      "phone\r\n         and answer!\r\nFrom:\r\n <sip:a>\r\n\t;tag=1 \r\n \r\nTo: b\r\n"
	      "\r\n",
	      "\"from\":\"<sip:a> ;tag=1\",\"to\":\"b\"}");
	check("INFO sip:b SIP/2.0\nTo: b\n c\n\n", "\"to\":\"b c\"}");
}

TEST(sip_folded_length_counts)
{
	static const char text[] = "INFO sip:b SIP/2.0\r\nContent-Length:\r\n  3\r\n\r\n12345";
	struct feed *f = begin(RJ_OVER_TCP);

	f->is_cut = true;
	CHECK_EQ(feed_text(f, 0, text), RJ_OK);
	CHECK_EQ(f->taken, strlen(text) - 2);
	feed_end(f);
}

/* RFC 3261 25.1: extension-method. */
TEST(sip_methods_of_extensions)
{
	struct feed *f = begin(RJ_OVER_TCP);

	check("BENOTIFY sip:b SIP/2.0\r\nTo: b\r\n\r\n", "\"method\":\"BENOTIFY\"");
	check("x-Do.it!%*_+`'~ sip:b SIP/2.0\r\n\r\n", "\"method\":\"x-Do.it!%*_+`'~\"");
	f->is_cut = true;
	CHECK_EQ(feed_probe(f, 0, "SERVICE sip:a SIP/2.0\r\n", 23), RJ_PROBE_YES);
	CHECK_EQ(feed_probe(f, 0, "SERVICE sip:a", 13), RJ_PROBE_MORE);
	CHECK_EQ(feed_probe(f, 0, "SERVICE sip:a HTTP/1.1\r\n", 24), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "SERVICE /", 9), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "SER/ sip:a SIP/2.0\r\n", 20), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, " sip:a SIP/2.0\r\n", 16), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "abcdefghijklmnopqrstuvwxyz123456 sip:a SIP/2.0\r\n", 48),
		 RJ_PROBE_YES);
	CHECK_EQ(feed_probe(f, 0, "abcdefghijklmnopqrstuvwxyz1234567 sip:a SIP/2.0\r\n", 49),
		 RJ_PROBE_NO);
	feed_end(f);
}

TEST(sip_first_header_of_a_kind_counts)
{
	check("BYE sip:b SIP/2.0\r\nFrom: a\r\nFrom: b\r\n\r\n", "\"from\":\"a\"}");
}

TEST(sip_responses)
{
	check("SIP/2.0 401 Not you\r\n\r\n",
	      "\"status\":401,\"reason\":\"Not you\"}],\"responses\":1");
	check("SIP/2.0 200\r\n\r\n", "\"status\":200}]");
	check("SIP/2.0 200 \nServer: a\n\n", "\"status\":200,\"server\":\"a\"}]");
}

#define HEAD "ACK sip:b SIP/2.0\r\nc: application/sdp\r\n\r\n"

TEST(sip_session_of_each_medium)
{
	check(HEAD "m=audio 1 RTP/SAVPF 111\nc=IN IP6 2001:db8::1\nm=x 2 y z\nc=IN IP4 "
		   "224.2.1.1/127",
	      "\"sdp\":{\"media\":[{\"type\":\"audio\",\"port\":1,\"protocol\":\"RTP/SAVPF\","
	      "\"formats\":[\"111\"],\"connection\":\"2001:db8::1\"},{\"type\":\"x\",\"port\":2,"
	      "\"protocol\":\"y\",\"formats\":[\"z\"],\"connection\":\"224.2.1.1\"}]}}");
	check(HEAD "c=IN IP4 host.example\r\nm=audio 1\r\n",
	      "\"sdp\":{\"connection\":\"host.example\"}");
	check(HEAD "c=IN\r\n", "\"sdp\":{}");
}

TEST(sip_session_is_known_by_its_type)
{
	static const char nul[] =
		"ACK sip:b SIP/2.0\r\nc: application/sdp\0x\r\n\r\nm=audio 1 a\r\n";
	struct feed *f = begin(RJ_OVER_UDP);

	check("ACK sip:b SIP/2.0\r\nc: Application/SDP ; charset=utf-8\r\n\r\nm=x 2 y z\n",
	      "\"sdp\":{\"media\"");
	check("ACK sip:b SIP/2.0\r\nTo: b\r\n\r\nm=x 2 y z\n", "\"to\":\"b\"}]");
	check("ACK sip:b SIP/2.0\r\nc: a\r\n\r\nm=x 2 y z\n", "\"content_type\":\"a\"}]");
	CHECK_EQ(feed_bytes(f, 0, nul, sizeof(nul) - 1, false), RJ_OK);
	feed_has(f, "\"content_type\":\"application/sdp\\u0000x\"}]");
	feed_end(f);
}

TEST(sip_sessions_have_limits)
{
	struct feed *f = begin(RJ_OVER_UDP);
	char text[4000], *json, *at;
	int num_media = 0, num_formats = 0, len = snprintf(text, sizeof(text), "%s", HEAD);

	for (int i = 0; i < 20; i++) {
		len += snprintf(text + len, sizeof(text) - (size_t)len, "m=audio 1 RTP/AVP");
		for (int j = 0; j < 36; j++)
			len += snprintf(text + len, sizeof(text) - (size_t)len, " 0");
		len += snprintf(text + len, sizeof(text) - (size_t)len, "\n");
	}
	CHECK_EQ(feed_text(f, 0, text), RJ_OK);
	json = unit_json(&rj_sip, f->state, 0);
	for (at = json; (at = strstr(at, "\"type\"")); at++)
		num_media++;
	for (at = json; (at = strstr(at, "\"0\"")); at++)
		num_formats++;
	CHECK_EQ(num_media, 16);
	CHECK_EQ(num_formats, 16 * 32);
	free(json);
	feed_end(f);
}

TEST(sip_is_known_by_its_start_line)
{
	struct feed *f = begin(RJ_OVER_TCP);

	f->ports[0] = f->ports[1] = 9;
	f->is_cut = true;
	CHECK_EQ(feed_probe(f, 0, "OPTIONS sip:a SIP/2.0\r\n", 23), RJ_PROBE_YES);
	CHECK_EQ(feed_probe(f, 0, "OPTIONS tel:1 SIP/2.0\r\n", 23), RJ_PROBE_YES);
	CHECK_EQ(feed_probe(f, 0, "SIP/2.0 100", 11), RJ_PROBE_YES);
	CHECK_EQ(feed_probe(f, 0, "OPTIONS sip:a SIP", 17), RJ_PROBE_MORE);
	CHECK_EQ(feed_probe(f, 0, "OPTIONS * HTTP/1.1\r\n", 20), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "NOTIFY * HTTP/1.1\r\n", 19), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "SUBSCRIBE /a", 12), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "OPTIONS sip:a SIP/3.0\r\n", 23), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "OPTIONS sip:a\r\n", 15), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "SIP/2.0 700", 11), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "SIP/2.0 1x0", 11), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "GET /", 5), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "\x16", 1), RJ_PROBE_NO);
	feed_end(f);
}

TEST(sip_over_tcp_may_begin_with_line_ends)
{
	static const char pinged[] = "\r\n\r\nOPTIONS sip:a SIP/2.0\r\n\r\n";
	static const char many[] = "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nOPTIONS sip:a SIP/2.0\r\n";
	struct feed *f = begin(RJ_OVER_TCP);

	f->is_cut = true;
	for (size_t len = 0; len < strlen(pinged) - 3; len++)
		CHECK_EQ(feed_probe(f, 0, pinged, len), RJ_PROBE_MORE);
	CHECK_EQ(feed_probe(f, 0, pinged, strlen(pinged)), RJ_PROBE_YES);
	CHECK_EQ(feed_probe(f, 0, many, strlen(many)), RJ_PROBE_NO);
	CHECK_EQ(feed_probe(f, 0, "\r\nGET / HTTP/1.1\r\n", 18), RJ_PROBE_NO);
	feed_end(f);
	f = begin(RJ_OVER_UDP);
	CHECK_EQ(feed_probe(f, 0, pinged, strlen(pinged)), RJ_PROBE_NO);
	feed_end(f);
}

TEST(sip_what_keeps_a_path_open_is_passed)
{
	struct feed *f = begin(RJ_OVER_UDP);

	CHECK_EQ(feed_bytes(f, 0, "\r\n\r\n", 4, false), RJ_OK);
	CHECK_EQ(f->taken, 4);
	CHECK_EQ(feed_bytes(f, 0, "\0\0\0\0", 4, false), RJ_OK);
	CHECK_EQ(f->taken, 4);
	feed_shows(f, "");
	feed_end(f);
}

TEST(sip_body_of_a_datagram_is_its_rest_and_of_a_stream_what_is_told)
{
	static const char text[] = "INFO sip:b SIP/2.0\r\nl: 3\r\n\r\n12345";
	struct feed *f = begin(RJ_OVER_TCP);

	f->is_cut = true;
	CHECK_EQ(feed_text(f, 0, text), RJ_OK);
	CHECK_EQ(f->taken, strlen(text) - 2);
	CHECK_EQ(feed_text(f, 0, "INFO sip:b SIP/2.0\r\nl: 3\r\n\r\n12"), RJ_TRUNCATED);
	CHECK_EQ(feed_text(f, 0, "INFO sip:b SIP/2.0\r\nl: 5000\r\n\r\n12"), RJ_OK);
	CHECK_EQ(f->message.skip, 5000);
	CHECK_EQ(f->taken, 31);
	feed_has(f, "\"truncated\":true}],\"requests\":2");
	feed_end(f);
}

TEST(sip_that_breaks_off_is_kept_from_a_datagram)
{
	struct feed *f = begin(RJ_OVER_UDP);

	CHECK_EQ(feed_text(f, 0, "BYE sip:b SIP/2.0\r\nFrom: a\r\nTo: b"), RJ_OK);
	feed_has(f, "\"from\":\"a\",\"truncated\":true}");
	CHECK_EQ(feed_text(f, 0, "BYE sip:b SIP/2"), RJ_MALFORMED);
	f->is_cut = true;
	CHECK_EQ(feed_text(f, 1, "SIP/2.0 200 OK\r\nServer: b\r\nTo"), RJ_TRUNCATED);
	CHECK_EQ(feed_bytes(f, 1, "SIP/2.0 200 OK\r\nServer: b\r\nTo", 29, true), RJ_OK);
	CHECK(!f->message.is_done);
	feed_has(f, "\"server\":\"b\",\"truncated\":true}");
	feed_end(f);
}

TEST(sip_lists_a_few_messages_and_counts_some_more)
{
	struct feed *f = begin(RJ_OVER_UDP);

	for (int i = 1; i <= 256; i++) {
		CHECK_EQ(feed_text(f, 1, "SIP/2.0 200 OK\r\n\r\n"), RJ_OK);
		CHECK_EQ(f->message.is_done, i == 256);
	}
	feed_has(f, "}],\"responses\":256}");
	CHECK_EQ(rj_sip.originator(f->state), 0); /* of an answer the other side */
	feed_end(f);
}
