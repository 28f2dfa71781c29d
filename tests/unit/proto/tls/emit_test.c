/* SPDX-License-Identifier: BSD-3-Clause */
/* What a TLS session says of itself beside its hellos. */
#include "core/buffer.h"
#include "proto/dissector.h"
#include "proto/tls/session.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

/*
 * What is emitted of a session, NULL where nothing is; on the heap. @is_single: to a visitor that
 * has no calls for several values at once.
 */
static char *text_of(const struct rj_tls_session *session, struct rj_tls_records *records,
		     bool is_single)
{
	struct rj_visitor_ops ops;
	struct rj_buffer out;
	struct rj_jsonw w;

	rj_buffer_init(&out, 1 << 16);
	rj_jsonw_init(&w, &out, &(struct rj_jsonw_keys){ 0 });
	ops = *w.visitor.ops;
	ops.numbers = NULL;
	ops.steps = NULL;
	ops.hexes = NULL;
	ops.named_hexes = NULL;
	if (is_single)
		w.visitor.ops = &ops;
	rj_tls_session_emit(session, records, &w.visitor);
	rj_buffer_put(&out, "", 1);
	CHECK(!out.is_failed);
	return (char *)out.data;
}

static void check(const struct rj_tls_session *session, const char *want)
{
	char *text = text_of(session, NULL, false);

	CHECK_STR(text, want);
	free(text);
}

TEST(tls_session_says_what_carries_it_where_it_is_not_tcp)
{
	struct rj_tls_session session = { .is_retried = true };

	check(&session, "{\"hrr\":true}");
	session.transport = RJ_TLS_OVER_DTLS;
	check(&session, "{\"transport\":\"dtls\",\"hrr\":true}");
	session.transport = RJ_TLS_OVER_QUIC;
	check(&session, "{\"transport\":\"quic\",\"hrr\":true}");
}

TEST(tls_session_that_knows_its_carrier_alone_says_nothing)
{
	struct rj_tls_session session = { .transport = RJ_TLS_OVER_QUIC };

	check(&session, "");
}

/* A ClientHello's beginning up to the cipher suites, and what stands behind those. */
#define HELLO_HEAD                                                                                 \
	"\x03\x03"                                                                                 \
	"01234567890123456789012345678901"                                                         \
	"\x00"
#define COMPRESSION "\x01\x00"

static size_t put(uint8_t *at, size_t len, const void *bytes, size_t num)
{
	memcpy(at + len, bytes, num);
	return len + num;
}

/* @num extensions, each with a byte more than the one before; GREASE among them. */
static size_t put_extensions(uint8_t *at, size_t len, unsigned int first, unsigned int num)
{
	for (unsigned int i = 0; i < num; i++) {
		unsigned int type = i % 20 == 7 ? 0x0a0a + 0x1010 * (i / 20) : first + i;
		const uint8_t head[] = { (uint8_t)(type >> 8), (uint8_t)type, 0, (uint8_t)i };

		len = put(at, len, head, sizeof(head));
		memset(at + len, (int)(0x11 * (i % 16)), i);
		len += i;
	}
	return len;
}

TEST(tls_hello_is_told_in_runs_as_by_single_calls)
{
	for (unsigned int num = 0; num < 60; num++) {
		uint8_t bytes[8192];
		size_t len = put(bytes, 0, HELLO_HEAD, sizeof(HELLO_HEAD) - 1), block;
		struct rj_tls_session session = { .client_hello.bytes = bytes };
		char *text, *single;

		bytes[len++] = 0;
		bytes[len++] = (uint8_t)(2 * num + 2);
		for (unsigned int i = 0; i < 2 * num + 2; i++)
			bytes[len++] = (uint8_t)(i * 7);
		len = put(bytes, len, COMPRESSION, sizeof(COMPRESSION) - 1);
		block = len += 2;
		len = put_extensions(bytes, len, 14, num); /* from use_srtp on */
		bytes[block - 2] = (uint8_t)((len - block) >> 8);
		bytes[block - 1] = (uint8_t)(len - block);
		session.client_hello.len = len;
		text = text_of(&session, NULL, false);
		single = text_of(&session, NULL, true);
		CHECK_STR(text, single);
		CHECK(strstr(text, "\"cs\":[\"0007\""));
		CHECK(num < 59 || (strstr(text, "{\"use_srtp\":\"\"}") &&
				   strstr(text, "{\"kind\":72,\"data\":\"aaaa")));
		free(text);
		free(single);
	}
}

/* struct listed - records with as many messages as the digits say. */
struct listed {
	struct rj_tls_records records;
	const char *messages;
};

static bool next_listed(struct rj_tls_records *records, struct rj_tls_record *out)
{
	struct listed *l = (struct listed *)records;
	unsigned int place = (unsigned int)strlen(l->messages);

	if (!place)
		return false;
	*out = (struct rj_tls_record){ .ipt_ms = place,
				       .len = 100 * place,
				       .type = 22,
				       .is_out = place % 3,
				       .num_messages = (uint8_t)(*l->messages++ - '0') };
	for (unsigned int i = 0; i < out->num_messages; i++) {
		out->messages[i].type = (uint8_t)(i + place);
		out->messages[i].len = 1000 * i + place;
	}
	return true;
}

TEST(tls_records_are_told_in_runs_as_by_single_calls)
{
	static const char *const lists[] = {
		"0",
		"1",
		"2",
		"9",
		"01",
		"10",
		"0110",
		"12021",
		"00110022110100",
		"0000000000000000000000000000000000000000000000000000000000000000000",
		"1111111111111111111111111111111111111111111111111111111111111111100",
	};
	const struct rj_tls_session session = { .is_retried = true };

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct listed l = { { next_listed }, lists[i] }, again = l;
		char *text = text_of(&session, &l.records, false);
		char *single = text_of(&session, &again.records, true);

		CHECK_STR(text, single);
		CHECK(strstr(text, "\"srlt\":[{\"b\":"));
		free(text);
		free(single);
	}
}
