/* SPDX-License-Identifier: BSD-3-Clause */
/* What holds for every dissector: complete rows, and the prefix property. */
#include "proto/registry.h"

#include "tests/unit/proto/samples.h"
#include "tests/unit/unit.h"

#define NUM_SAMPLES (sizeof(samples) / sizeof(samples[0]))

static uint8_t *sample_bytes(const struct sample *s, size_t *len)
{
	if (s->hex)
		return unit_unhex(s->hex, len);
	*len = strlen(s->text);
	return unit_copy(s->text, *len);
}

static const struct rj_dissector *dissector_of(const struct sample *s)
{
	size_t len = strcspn(s->protocol, "/");

	for (size_t i = 0; rj_dissectors[i]; i++)
		if (strlen(rj_dissectors[i]->name) == len &&
		    !memcmp(rj_dissectors[i]->name, s->protocol, len))
			return rj_dissectors[i];
	return NULL;
}

static unsigned int over_of(const struct rj_dissector *d, const struct sample *s)
{
	return d->over & RJ_OVER_UDP && !strchr(s->protocol, '/') ? RJ_OVER_UDP : RJ_OVER_TCP;
}

struct outcome {
	bool is_changed;    /* parse wrote to the state */
	bool has_complaint; /* what is emitted speaks of a fault */
};

static uint32_t rows_of_port(uint16_t port)
{
	uint32_t rows = 0;

	for (unsigned int i = 0; rj_dissectors[i]; i++)
		for (const uint16_t *at = rj_dissectors[i]->ports; at && *at; at++)
			rows |= *at == port ? 1u << i : 0;
	return rows;
}

TEST(registry_knows_the_rows_of_every_port)
{
	for (uint32_t port = 0; port <= UINT16_MAX; port++)
		CHECK_EQ(rj_dissectors_of_port((uint16_t)port),
			 port ? rows_of_port((uint16_t)port) : 0);
}

/* One call of parse for a fresh state. */
static enum rj_status parse_once(const struct rj_dissector *d, const struct sample *s,
				 struct rj_cursor *c, struct outcome *out)
{
	uint8_t *before = calloc(1, d->state_bytes);
	uint8_t *state = calloc(1, d->state_bytes);
	struct rj_arena arena;
	struct rj_message m = { .over = over_of(d, s),
				.src_port = s->src_port,
				.dst_port = s->dst_port,
				.arena = &arena };
	enum rj_status st;
	char *json;

	if (!before || !state)
		abort();
	rj_arena_init(&arena, 1 << 20);
	st = d->parse(state, &m, c);
	json = unit_json(d, state, 0);
	*out = (struct outcome){
		.is_changed = memcmp(before, state, d->state_bytes) != 0,
		.has_complaint = strstr(json, "malformed") || strstr(json, "trailing"),
	};
	free(json);
	rj_arena_done(&arena);
	free(before);
	free(state);
	return st;
}

static void check_prefix(const struct rj_dissector *d, const struct sample *s, const uint8_t *bytes,
			 size_t len, bool is_hard)
{
	uint8_t *exact = unit_copy(bytes, len);
	struct rj_cursor c = rj_cursor_init(exact, len, is_hard);
	struct outcome out;
	enum rj_status st = parse_once(d, s, &c, &out);

	if (is_hard) {
		CHECK(st != RJ_TRUNCATED);
	} else {
		CHECK_EQ(st, RJ_TRUNCATED);
		CHECK(!out.is_changed);
	}
	if (is_hard ? st == RJ_TRUNCATED : st != RJ_TRUNCATED)
		fprintf(stderr, "%s: a prefix of %zu bytes\n", s->protocol, len);
	free(exact);
}

TEST(registry_every_sample_is_one_message)
{
	for (size_t i = 0; i < NUM_SAMPLES; i++) {
		const struct rj_dissector *d = dissector_of(&samples[i]);
		struct outcome out;
		size_t len;
		uint8_t *bytes = sample_bytes(&samples[i], &len);
		struct rj_cursor soft = rj_cursor_init(bytes, len, false);
		struct rj_cursor hard = rj_cursor_init(bytes, len, true);

		CHECK(d != NULL);
		if (d) {
			CHECK_EQ(parse_once(d, &samples[i], &soft, &out), RJ_OK);
			CHECK(!out.has_complaint);
			CHECK_EQ(soft.left, 0);
			CHECK_EQ(parse_once(d, &samples[i], &hard, &out), RJ_OK);
			CHECK(!out.has_complaint);
			CHECK_EQ(hard.left, 0);
		}
		free(bytes);
	}
}

TEST(registry_every_prefix_of_a_sample_is_truncated_softly_and_never_hard)
{
	for (size_t i = 0; i < NUM_SAMPLES; i++) {
		const struct rj_dissector *d = dissector_of(&samples[i]);
		size_t len;
		uint8_t *bytes = sample_bytes(&samples[i], &len);

		for (size_t n = 0; d && n < len; n++) {
			check_prefix(d, &samples[i], bytes, n, false);
			check_prefix(d, &samples[i], bytes, n, true);
		}
		free(bytes);
	}
}

TEST(registry_every_sample_is_probed_and_no_prefix_is_refused)
{
	for (size_t i = 0; i < NUM_SAMPLES; i++) {
		const struct rj_dissector *d = dissector_of(&samples[i]);
		struct rj_message m = { .src_port = samples[i].src_port,
					.dst_port = samples[i].dst_port };
		size_t len;
		uint8_t *bytes = sample_bytes(&samples[i], &len);

		if (d)
			m.over = over_of(d, &samples[i]);
		for (size_t n = 0; d && n <= len; n++) {
			uint8_t *exact = unit_copy(bytes, n);

			CHECK(d->probe(&m, rj_cursor_init(exact, n, false)) != RJ_PROBE_NO);
			free(exact);
		}
		if (d)
			CHECK_EQ(d->probe(&m, rj_cursor_init(bytes, len, true)), RJ_PROBE_YES);
		free(bytes);
	}
}

TEST(registry_every_dissector_has_samples)
{
	for (size_t i = 0; rj_dissectors[i]; i++) {
		bool seen = false;

		for (size_t j = 0; j < NUM_SAMPLES; j++)
			seen = seen || dissector_of(&samples[j]) == rj_dissectors[i];
		CHECK(seen);
		if (!seen)
			fprintf(stderr, "no sample for %s\n", rj_dissectors[i]->name);
	}
}

TEST(registry_names_are_unique)
{
	for (size_t i = 0; rj_dissectors[i]; i++)
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(rj_dissectors[i]->name, rj_dissectors[j]->name) != 0);
}

TEST(registry_rows_are_complete)
{
	for (size_t i = 0; rj_dissectors[i]; i++) {
		const struct rj_dissector *d = rj_dissectors[i];

		CHECK(d->reference && *d->reference);
		CHECK(d->over && !(d->over & ~(RJ_OVER_TCP | RJ_OVER_UDP)));
		CHECK(d->state_bytes > 0);
		CHECK(d->max_bytes > 0);
		CHECK(d->probe && d->parse && d->emit);
		CHECK(d->fields && d->num_fields > 0);
		CHECK_STR(d->fields[0].name, d->name);
	}
}

TEST(registry_field_rows_are_complete)
{
	for (size_t i = 0; rj_dissectors[i]; i++) {
		for (size_t j = 0; j < rj_dissectors[i]->num_fields; j++) {
			const struct rj_field *f = &rj_dissectors[i]->fields[j];

			CHECK(f->name && *f->name);
			CHECK(f->unit && f->reference);
			CHECK(f->meaning && *f->meaning);
			CHECK(f->meaning && f->meaning[strlen(f->meaning) - 1] == '.');
		}
	}
}

TEST(registry_nothing_parsed_emits_nothing)
{
	for (size_t i = 0; rj_dissectors[i]; i++) {
		uint8_t *state = calloc(1, rj_dissectors[i]->state_bytes);
		char *json = unit_json(rj_dissectors[i], state, 0);

		CHECK_STR(json, "");
		free(json);
		free(state);
	}
}
