/* SPDX-License-Identifier: BSD-3-Clause */
/* Fingerprints that are kept by the outlines of hellos are those of the hellos. */
#include "proto/tls/outline.h"

#include <stdlib.h>

#include "core/buffer.h"
#include "proto/tls/fingerprint.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

#define HELLO_MAX 2048u

struct hello {
	uint8_t bytes[HELLO_MAX];
	size_t len;
};

/* What @seed draws is in fingerprints; @other is not: values of GREASE, random, keys. */
struct draw {
	uint32_t seed;
	uint32_t other;
};

static unsigned int draw(uint32_t *state, unsigned int below)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 16) % below;
}

static void put(struct hello *h, unsigned int value, size_t num_bytes)
{
	while (num_bytes--)
		h->bytes[h->len++] = (uint8_t)(value >> 8 * num_bytes);
}

static void put_zeros(struct hello *h, size_t num)
{
	memset(h->bytes + h->len, 0, num);
	h->len += num;
}

static void put_grease(struct hello *h, struct draw *d)
{
	put(h, 0x0a0a + 0x1010 * draw(&d->other, 16), 2);
}

/* A number of 16 bits; one that is no GREASE but looks like it, too. */
static void put_number(struct hello *h, struct draw *d)
{
	static const uint16_t numbers[] = { 0x0a1a, 0x1301, 0xc02b, 0x0304, 0x0303, 0x0a00 };
	unsigned int which = draw(&d->seed, 9);

	if (which < sizeof(numbers) / sizeof(*numbers))
		put(h, numbers[which], 2);
	else
		put_grease(h, d);
}

static void put_numbers(struct hello *h, struct draw *d, size_t prefix)
{
	unsigned int num = draw(&d->seed, 6), is_odd = !draw(&d->seed, 8);

	put(h, 2 * num + !draw(&d->seed, 8), prefix);
	while (num--)
		put_number(h, d);
	put(h, 0x0a, is_odd);
}

static void put_data(struct hello *h, struct draw *d, unsigned int type, bool is_server)
{
	switch (type) {
	case RJ_TLS_EXT_SUPPORTED_GROUPS:
		if (!is_server)
			put_numbers(h, d, 2);
		break;
	case RJ_TLS_EXT_SUPPORTED_VERSIONS:
		if (!is_server)
			put_numbers(h, d, 1);
		break;
	case RJ_TLS_EXT_KEY_SHARE: /* in no fingerprint */
	case RJ_TLS_EXT_SERVER_NAME:
		put_zeros(h, draw(&d->other, 20));
		break;
	default:
		for (unsigned int left = draw(&d->seed, 8); left; left--)
			put(h, draw(&d->seed, 4), 1);
		break;
	}
}

static void put_extension(struct hello *h, struct draw *d, bool is_server)
{
	static const uint16_t types[] = { 0,  5,  10, 11,     13,     16,     21, 35,
					  43, 45, 51, 0x0a1a, 0x5500, 0xff2b, 57, 0xffa5 };
	unsigned int which = draw(&d->seed, 19);
	size_t at;

	if (which < sizeof(types) / sizeof(*types))
		put(h, types[which], 2);
	else if (is_server) /* JA3S tells the values apart */
		put(h, 0x1a1a, 2);
	else
		put_grease(h, d);
	at = h->len;
	h->len += 2;
	put_data(h, d, which < sizeof(types) / sizeof(*types) ? types[which] : 0, is_server);
	h->bytes[at] = 0;
	h->bytes[at + 1] = (uint8_t)(h->len - at - 2);
}

/* A hello; the last extension may break off. */
static void make(struct hello *h, struct draw d, uint8_t transport, bool is_server)
{
	size_t block;

	h->len = 0;
	put(h, 0x0301 + draw(&d.seed, 3), 2);
	for (unsigned int i = 0; i < 32; i++)
		put(h, draw(&d.other, 256), 1);
	put(h, 0, 1); /* session */
	if (is_server) {
		put(h, 0x1301, 2);
	} else {
		unsigned int num = 1 + draw(&d.seed, 5);

		if (transport == RJ_TLS_OVER_DTLS)
			put(h, 0, 1); /* cookie */
		put(h, 2 * num, 2);
		while (num--)
			put_number(h, &d);
		put(h, 1, 1);
	}
	put(h, 0, 1); /* compression */
	block = h->len;
	h->len += 2;
	for (unsigned int left = draw(&d.seed, 9); left; left--)
		put_extension(h, &d, is_server);
	if (!draw(&d.seed, 8))
		put(h, 0x000a00, 3);
	h->bytes[block] = (uint8_t)((h->len - block - 2) >> 8);
	h->bytes[block + 1] = (uint8_t)(h->len - block - 2);
}

static char *json_of(const struct rj_tls_session *session, unsigned int npf, bool with_raw)
{
	static struct rj_fingerprints f;
	struct rj_buffer out;
	struct rj_jsonw w;

	rj_buffer_init(&out, 1u << 20);
	rj_jsonw_init(&w, &out, &(struct rj_jsonw_keys){ 0 });
	rj_fp_start(&f, &w.visitor, npf, with_raw);
	rj_tls_fingerprints(session, &f);
	rj_fp_end(&f);
	rj_buffer_put(&out, "", 1);
	return (char *)out.data;
}

/* Its place, which is then nobody's else; NULL: it has no outline. */
static struct rj_fp_known *take(const struct rj_tls_session *session, enum rj_tls_which which,
				unsigned int npf)
{
	struct rj_tls_outline o;
	struct rj_tls_hello hello;

	CHECK(rj_tls_session_hello(session, which, &hello));
	if (!rj_tls_outline_make(&o, &hello, session->transport, npf))
		return NULL;
	return rj_fp_known(o.bytes, o.len, hello.is_server);
}

/* Fingerprints of a session for which no place is free are made of its hellos. */
static char *direct_json_of(const struct rj_tls_session *session, unsigned int npf, bool with_raw)
{
	struct rj_fp_known *client = take(session, RJ_TLS_THE_CLIENT, npf);
	struct rj_fp_known *server = take(session, RJ_TLS_THE_SERVER, npf);
	char *json = json_of(session, npf, with_raw);

	rj_fp_known_end(client);
	rj_fp_known_end(server);
	return json;
}

static void check(struct draw d, uint8_t transport, unsigned int npf, bool with_raw)
{
	static struct hello client, server;
	struct rj_tls_session session = { .transport = transport };
	char *want, *got;

	make(&client, d, transport, false);
	make(&server, d, transport, true);
	session.client_hello = (struct rj_tls_body){ client.bytes, client.len };
	session.server_hello = (struct rj_tls_body){ server.bytes, server.len };
	got = json_of(&session, npf, with_raw);
	want = direct_json_of(&session, npf, with_raw);
	CHECK_STR(got, want);
	free(got);
	free(want);
}

TEST(outline_is_all_that_fingerprints_follow_from)
{
	for (uint32_t i = 0; i < 6000; i++)
		for (uint32_t other = 0; other < 4; other++)
			check((struct draw){ i, other * 77 + i }, (uint8_t)(i % 3), i / 3 % 3,
			      other % 2);
}

TEST(outline_leaves_out_what_changes)
{
	static const struct draw draws[] = { { 3, 1 }, { 3, 2 } };
	struct rj_tls_outline o[2];
	struct hello h[2];

	for (unsigned int i = 0; i < 2; i++) {
		struct rj_tls_hello hello;
		struct rj_tls_session session = { 0 };

		make(&h[i], draws[i], RJ_TLS_OVER_TCP, false);
		session.client_hello = (struct rj_tls_body){ h[i].bytes, h[i].len };
		CHECK(rj_tls_session_hello(&session, RJ_TLS_THE_CLIENT, &hello));
		CHECK(rj_tls_outline_make(&o[i], &hello, RJ_TLS_OVER_TCP, 1));
	}
	CHECK(h[0].len != h[1].len || memcmp(h[0].bytes, h[1].bytes, h[0].len));
	CHECK_EQ(o[0].len, o[1].len);
	CHECK(!memcmp(o[0].bytes, o[1].bytes, o[0].len));
}

TEST(outline_that_is_too_long_is_none)
{
	static uint8_t bytes[2 * RJ_FP_KEY_MAX];
	struct rj_tls_hello hello = { .version = 0x0303 };
	static struct rj_tls_outline o;

	for (size_t len = 0; len < sizeof(bytes); len += 2) {
		hello.suites = rj_cursor_init(bytes, len, true);
		CHECK_EQ(rj_tls_outline_make(&o, &hello, RJ_TLS_OVER_TCP, 0),
			 5 + len <= RJ_FP_KEY_MAX);
		CHECK(o.len <= RJ_FP_KEY_MAX);
	}
}
