// SPDX-License-Identifier: BSD-3-Clause
/* What a database says of a record's fingerprints, into the record. */
#include "enrich/match_record.h"

#include <string.h>
#include <strings.h>

#include "core/relay.h"
#include "core/text.h"
#include "core/visitor.h"
#include "enrich/npf.h"
#include "flow/record_fields.h"

/* Where fields of a flow stand: in the record, in an object of it. */
#define IN_RECORD 1u
#define IN_OBJECT 2u

enum { M_MATCH, M_KIND, M_PROCESS, M_PROBABILITY, M_OS, M_DISTANCE, M_COUNT, M_TEXT };

const struct rj_field rj_match_fields[] = {
	[M_MATCH] = { "match", RJ_TYPE_OBJECT, "", 0, "",
		      "what the database of --fp-db knows of them; absent where it knows none" },
	[M_KIND] = { "match.KIND", RJ_TYPE_OBJECT, "", 0, "",
		     "of the fingerprint that is named KIND beside match" },
	[M_PROCESS] = { "process", RJ_TYPE_STRING, "", 0, "Mercury",
			"the most probable program; absent where none is known" },
	[M_PROBABILITY] = { "probability", RJ_TYPE_FLOAT, "", 0, "Mercury",
			    "its probability, by its flows and by port, address and name" },
	[M_OS] = { "os", RJ_TYPE_STRING, "", 0, "", "operating system it was seen most on" },
	[M_DISTANCE] = { "distance", RJ_TYPE_FLOAT, "", 0, "",
			 "0: the same fingerprint; else how far the nearest one is, up to 0.1" },
	[M_COUNT] = { "count", RJ_TYPE_UINT, "flows", 0, "",
		      "flows with the fingerprint that the database was made of" },
	[M_TEXT] = { "fingerprint", RJ_TYPE_STRING, "", 0, "Mercury NPF",
		     "the one of the database" },
	{ 0 },
};

/* What the object that is open holds, of what is looked for. */
enum place { PLACE_OTHER, PLACE_TLS, PLACE_HTTP, PLACE_FINGERPRINTS };

/*
 * struct matching - in front of who visits a record; embedded visitor first.
 * @place: the member of the record that is open
 * @is_sni: the next string is a name of TLS; @is_host: the value of the header Host
 */
struct matching {
	struct rj_relay relay;
	const struct rj_matcher *matcher;
	unsigned int depth;
	enum place place;
	bool is_sni;
	bool is_host;
	bool has_tls_name;
	struct rj_fpdb_flow flow;
	struct rj_matches matches;
};

static struct matching *self(struct rj_visitor *v)
{
	return (struct matching *)v; /* embedded first */
}

void rj_match_put(struct rj_visitor *v, const struct rj_match *match, bool with_text)
{
	const struct rj_verdict *verdict = &match->verdict;
	const struct rj_fpdb_fingerprint *f = match->fingerprint;

	if (verdict->process) {
		v->ops->string(v, &rj_match_fields[M_PROCESS], verdict->process,
			       strlen(verdict->process));
		v->ops->f64(v, &rj_match_fields[M_PROBABILITY], verdict->probability);
	}
	if (verdict->process && verdict->os)
		v->ops->string(v, &rj_match_fields[M_OS], verdict->os, strlen(verdict->os));
	v->ops->f64(v, &rj_match_fields[M_DISTANCE], match->distance);
	v->ops->u64(v, &rj_match_fields[M_COUNT], f->count);
	if (with_text)
		v->ops->string(v, &rj_match_fields[M_TEXT], f->text, f->len);
}

void rj_matches_put(struct rj_visitor *v, struct rj_matches *all, const struct rj_matcher *m,
		    const struct rj_fpdb_flow *flow)
{
	v->ops->open(v, &rj_match_fields[M_MATCH]);
	for (unsigned int i = 0; i < all->num; i++) {
		struct rj_match *match = &all->found[i];

		rj_matcher_judge(m, match->fingerprint, flow, &match->verdict);
		v->ops->name(v, all->kinds[i], strlen(all->kinds[i]));
		v->ops->open(v, &rj_match_fields[M_KIND]);
		rj_match_put(v, match, false);
		v->ops->close(v);
	}
	v->ops->close(v);
}

void rj_matches_add(struct rj_matches *all, const struct rj_matcher *m, const char *kind,
		    const char *text, size_t len)
{
	struct rj_match *found = &all->found[all->num];

	if (all->num == RJ_MAX_MATCHES || !rj_npf_kind_len(text, len))
		return;
	found->fingerprint = rj_matcher_find(m, text, len, &found->distance);
	if (found->fingerprint)
		all->kinds[all->num++] = kind;
}

static enum place place_of(const char *name)
{
	if (!strcmp(name, "tls"))
		return PLACE_TLS;
	if (!strcmp(name, "http"))
		return PLACE_HTTP;
	return !strcmp(name, "fingerprints") ? PLACE_FINGERPRINTS : PLACE_OTHER;
}

static void see_open(struct rj_visitor *v, const struct rj_field *f)
{
	struct matching *m = self(v);

	if (m->depth == IN_RECORD)
		m->place = place_of(f->name);
	m->is_sni = m->depth == IN_OBJECT && m->place == PLACE_TLS && !strcmp(f->name, "sni");
	m->depth++;
	m->relay.next->ops->open(m->relay.next, f);
}

static void see_close(struct rj_visitor *v)
{
	struct matching *m = self(v);

	if (m->depth == IN_OBJECT && m->place == PLACE_FINGERPRINTS && m->matches.num)
		rj_matches_put(m->relay.next, &m->matches, m->matcher, &m->flow);
	m->depth--;
	if (m->depth == IN_RECORD)
		m->place = PLACE_OTHER;
	m->relay.next->ops->close(m->relay.next);
}

static void see_name(struct rj_visitor *v, const void *name, size_t len)
{
	struct matching *m = self(v);

	m->is_host = m->place == PLACE_HTTP && len == 4 && !strncasecmp(name, "host", 4);
	m->relay.next->ops->name(m->relay.next, name, len);
}

static void see_text(struct matching *m, const struct rj_field *f, const void *text, size_t len)
{
	if (m->depth == IN_OBJECT && m->place == PLACE_FINGERPRINTS) {
		rj_matches_add(&m->matches, m->matcher, f->name, text, len);
	} else if (m->is_sni && !m->has_tls_name) {
		rj_fpdb_name(m->flow.sni, text, len);
		m->has_tls_name = true;
	} else if (m->is_host && !*m->flow.sni) {
		rj_fpdb_name(m->flow.sni, text, len);
	} else if (f == F(DA) && len < sizeof(m->flow.da)) {
		memcpy(m->flow.da, text, len);
		m->flow.da[len] = 0;
	}
	m->is_sni = m->is_host = false;
}

static void see_string(struct rj_visitor *v, const struct rj_field *f, const void *text, size_t len)
{
	see_text(self(v), f, text, len);
	rj_relay_next(v)->ops->string(rj_relay_next(v), f, text, len);
}

static void take_address(struct matching *m, const uint8_t addr[16])
{
	*rj_text_address((uint8_t *)m->flow.da, addr) = 0;
}

static void take_port(struct matching *m, uint64_t port)
{
	*rj_text_u64((uint8_t *)m->flow.dp, port) = 0;
}

static void see_address(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16])
{
	if (f == F(DA))
		take_address(self(v), addr);
	rj_relay_next(v)->ops->address(rj_relay_next(v), f, addr);
}

static void see_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	if (f == F(DP))
		take_port(self(v), value);
	rj_relay_next(v)->ops->u64(rj_relay_next(v), f, value);
}

static void pass_numbers(struct rj_visitor *v, const struct rj_field *f,
			 const struct rj_field *item, const uint64_t *values, size_t num)
{
	rj_visitor_numbers(rj_relay_next(v), f, item, values, num);
}

static void pass_hexes(struct rj_visitor *v, const struct rj_field *f, const struct rj_field *item,
		       const void *bytes, size_t size, size_t num)
{
	rj_visitor_hexes(rj_relay_next(v), f, item, bytes, size, num);
}

static void pass_named_hexes(struct rj_visitor *v, const struct rj_field *f,
			     const struct rj_field *item, const struct rj_named_bytes *named,
			     size_t num)
{
	rj_visitor_named_hexes(rj_relay_next(v), f, item, named, num);
}

/* Of the record's own members address and port come so. */
static void see_steps(struct rj_visitor *v, const struct rj_step *steps, size_t num_steps,
		      const uint64_t *values, size_t times)
{
	struct matching *m = self(v);
	const uint64_t *value = values;

	for (size_t i = 0; m->depth == IN_RECORD && times == 1 && i < num_steps; i++) {
		if (steps[i].field == F(DA) && steps[i].call == RJ_STEP_ADDRESS)
			take_address(m, (const uint8_t *)value);
		else if (steps[i].field == F(DP) && steps[i].call == RJ_STEP_U64)
			take_port(m, *value);
		value += rj_step_takes(&steps[i]);
	}
	rj_visitor_steps(m->relay.next, steps, num_steps, values, times);
}

static const struct rj_visitor_ops ops = {
	.open = see_open,
	.close = see_close,
	.name = see_name,
	.u64 = see_u64,
	.i64 = rj_relay_i64,
	.f64 = rj_relay_f64,
	.boolean = rj_relay_boolean,
	.null = rj_relay_null,
	.string = see_string,
	.hex = rj_relay_hex,
	.address = see_address,
	.time = rj_relay_time,
	.numbers = pass_numbers,
	.steps = see_steps,
	.hexes = pass_hexes,
	.named_hexes = pass_named_hexes,
};

static void visit(const struct rj_enricher *e, const struct rj_record *record, struct rj_visitor *v)
{
	const struct rj_match_enricher *own = (const struct rj_match_enricher *)e;
	struct matching m = { .relay = { { &ops }, v }, .matcher = own->matcher };

	rj_record_walk(record, &m.relay.visitor);
}

void rj_match_enricher_init(struct rj_match_enricher *e, const struct rj_matcher *matcher)
{
	*e = (struct rj_match_enricher){ { visit }, matcher };
}
