/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of protocols that share a pair of ports over UDP. */
#include "flow/dissect_limits.h"
#include "proto/registry.h"
#include "tests/unit/flow/talk.h"

/*
 * Protocols of a letter each: a datagram that starts with it is theirs, with a ! behind it the last
 * one of its side. One that starts with - is nobody's, and none of them calls it malformed. Their
 * values are how many they had of each side.
 */
struct letter_state {
	uint64_t num[2];
};

static enum rj_status read_letter(struct letter_state *s, struct rj_message *m, struct rj_cursor *c,
				  char letter)
{
	m->hands_over = c->left && *c->at == '-';
	if (m->hands_over)
		return RJ_OK;
	if (!c->left || *c->at != letter)
		return RJ_MALFORMED;
	s->num[m->side]++;
	m->is_done = c->left > 1 && c->at[1] == '!';
	return rj_cursor_skip(c, c->left);
}

static void put_letter(const struct letter_state *s, const struct rj_field *f, struct rj_visitor *v)
{
	char text[32];

	snprintf(text, sizeof(text), "%s%u,%u ", f->name, (unsigned int)s->num[0],
		 (unsigned int)s->num[1]);
	v->ops->string(v, f, text, strlen(text));
}

#define LETTER(id, letter)                                                                         \
	static enum rj_probe probe_##id(const struct rj_message *m, struct rj_cursor bytes)        \
	{                                                                                          \
		(void)m;                                                                           \
		return bytes.left && *bytes.at == (letter) ? RJ_PROBE_YES : RJ_PROBE_NO;           \
	}                                                                                          \
	static enum rj_status parse_##id(void *state, struct rj_message *m, struct rj_cursor *c)   \
	{                                                                                          \
		return read_letter(state, m, c, letter);                                           \
	}                                                                                          \
	static void emit_##id(const void *state, unsigned int originator, struct rj_visitor *v)    \
	{                                                                                          \
		static const struct rj_field f = { .name = #id, .type = RJ_TYPE_STRING };          \
                                                                                                   \
		(void)originator;                                                                  \
		put_letter(state, &f, v);                                                          \
	}                                                                                          \
	static const struct rj_dissector row_##id = {                                              \
		.name = #id,                                                                       \
		.over = UDP,                                                                       \
		.state_bytes = sizeof(struct letter_state),                                        \
		.max_bytes = 100,                                                                  \
		.probe = probe_##id,                                                               \
		.parse = parse_##id,                                                               \
		.emit = emit_##id,                                                                 \
	}

LETTER(a, 'a');
LETTER(b, 'b');
LETTER(c, 'c');
LETTER(d, 'd');
LETTER(e, 'e');
LETTER(f, 'f');

static const struct rj_dissector *const letters[] = { &row_a, &row_b, &row_c, &row_d,
						      &row_e, &row_f, NULL };

static void say_to(struct run *run, unsigned int side, const char *text)
{
	uint8_t *bytes = unit_copy(text, strlen(text));
	const struct rj_payload p = { .side = side,
				      .over = UDP,
				      .src_port = 1,
				      .dst_port = 2,
				      .bytes = bytes,
				      .len = (uint32_t)strlen(text),
				      .wire_len = (uint32_t)strlen(text) };

	rj_dissect_payload(run->d, &p, &run->counts);
	free(bytes);
}

/* Words of what is said: a digit is the side of those that follow. */
static struct run talk_of(const char *words)
{
	static const struct talk talk = { .table = letters, .over = UDP };
	struct run run = begin(&talk);
	unsigned int side = 0;
	char text[100], *word, *rest = text;

	snprintf(text, sizeof(text), "%s", words);
	for (word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
		if (*word == '0' || *word == '1')
			side = (unsigned int)(*word - '0');
		else
			say_to(&run, side, word);
	}
	return run;
}

static void check(const char *words, const char *want, unsigned int num_malformed)
{
	struct run run = talk_of(words);

	CHECK_EQ(run.counts.malformed, num_malformed);
	end_as(&run, want);
}

TEST(datagrams_of_several_protocols_are_told_apart)
{
	check("a b a 1 c b", "\"a2,0 \"\"b1,1 \"\"c0,1 \"", 0);
	check("a 1 a 0 a", "\"a2,1 \"", 0);
}

TEST(datagrams_that_nobody_knows_are_malformed_for_the_protocol_there)
{
	check("a x x a", "\"a2,0 \"", 2);
}

TEST(datagrams_that_are_handed_over_are_not_malformed)
{
	check("a - x - a", "\"a2,0 \"", 1);
	check("a - - - - b a", "\"a2,0 \"", 1); /* nor is further looked for other protocols */
}

TEST(datagrams_of_stun_do_not_end_the_search)
{
	static const char stun[] = "\x01\x01\x01\x01\x21\x12\xa4\x42";
	struct run run = talk_of("");

	for (unsigned int i = 0; i < MAX_STUN + MAX_PROBED - 1; i++)
		say_to(&run, 0, stun);
	say_to(&run, 0, "b");
	CHECK_EQ(run.counts.malformed, 0);
	end_as(&run, "\"b1,0 \"");
	run = talk_of("");
	for (unsigned int i = 0; i < MAX_STUN + MAX_PROBED; i++)
		say_to(&run, 0, stun);
	say_to(&run, 0, "b");
	end_as(&run, "");
}

TEST(datagrams_of_further_protocols_are_looked_for_in_few)
{
	check("a x x x b", "\"a1,0 \"\"b1,0 \"", 3);
	check("a x x x x b a", "\"a2,0 \"", 5);
	check("a x x x x 1 b 0 b", "\"a1,0 \"\"b1,1 \"", 4); /* each side has its own */
	check("a b x x x x a b", "\"a2,0 \"\"b2,0 \"", 4);   /* those it had are not */
}

TEST(datagrams_may_be_of_few_protocols)
{
	CHECK_EQ(MAX_LAYERS, 4);
	check("a b c d e f e a", "\"a2,0 \"\"b1,0 \"\"c1,0 \"\"d1,0 \"\"e2,0 \"", 1);
}

TEST(datagrams_behind_the_last_of_the_only_protocol_are_not_looked_at)
{
	struct run run = talk_of("a! a b");

	CHECK(!rj_dissect_wants(run.d, 0));
	CHECK(rj_dissect_wants(run.d, 1));
	end_as(&run, "\"a1,0 \"");
}

TEST(datagrams_behind_the_last_of_one_of_several_are_of_the_others)
{
	check("a b! b a c", "\"a2,0 \"\"b1,0 \"\"c1,0 \"", 0);
}

TEST(datagrams_are_not_looked_at_where_no_protocol_wants_more)
{
	struct run run = talk_of("a b! a! a b x");

	CHECK(rj_dissect_wants(run.d, 0)); /* another may follow: a, b and x were in vain */
	say_to(&run, 0, "x");
	CHECK(!rj_dissect_wants(run.d, 0));
	end_as(&run, "\"a2,0 \"\"b1,0 \"");
}

/* A request of STUN (RFC 8489 5) and the least hello of DTLS, which hands the former over. */
TEST(datagrams_of_dtls_are_read_between_those_of_stun)
{
	static const struct rj_dissector *const tls_alone[] = { &rj_tls, NULL };
	static const char stun[] = "\x01\x01\x01\x01\x21\x12\xa4\x42";
	struct run run;
	size_t len;
	uint8_t *hello = unit_unhex("16 fefd 0000 000000000000 0036 01 00002a 0000 000000 00002a"
				    "fefd 000102030405060708090a0b0c0d0e0f"
				    "101112131415161718191a1b1c1d1e1f 00 00 0002 1301 01 00",
				    &len);
	struct rj_payload p = { .over = UDP, .src_port = 1, .dst_port = 2, .bytes = hello };
	const struct talk talk = { .table = tls_alone, .over = UDP };
	char *json;

	run = begin(&talk);
	for (unsigned int i = 0; i < 20; i++) {
		say_to(&run, 0, stun);
		say_to(&run, 1, stun);
	}
	p.len = p.wire_len = (uint32_t)len;
	rj_dissect_payload(run.d, &p, &run.counts);
	say_to(&run, 0, stun);
	say_to(&run, 1, stun);
	CHECK_EQ(run.counts.malformed, 0);
	json = end(&run);
	CHECK(strstr(json, "\"c_random\":\"000102") && !strstr(json, "malformed"));
	free(json);
	free(hello);
}
