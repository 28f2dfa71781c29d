/* SPDX-License-Identifier: BSD-3-Clause */
/* A session whose records and account are checked: what the harnesses of files and frames share. */
#ifndef RJ_TESTS_FUZZ_SESSION_H
#define RJ_TESTS_FUZZ_SESSION_H

#include <json-c/json.h>
#include <rejoice/rejoice.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/must.h"

/*
 * struct checked - a session and what its records add up to.
 * @visitor: reads the packet counts; first, as the visitor's functions get it
 * @depth: objects and arrays open
 */
struct checked {
	struct rj_visitor visitor;
	struct rj_session *session;
	uint64_t packets;
	uint64_t flows;
	unsigned int depth;
};

static void on_open(struct rj_visitor *v, const struct rj_field *f)
{
	MUST(f->type == RJ_TYPE_OBJECT || f->type == RJ_TYPE_ARRAY);
	((struct checked *)v)->depth++;
}

static void on_close(struct rj_visitor *v)
{
	MUST(((struct checked *)v)->depth-- > 0);
}

static void on_u64(struct rj_visitor *v, const struct rj_field *f, uint64_t value)
{
	struct checked *c = (struct checked *)v;

	if (c->depth == 1 && (!strcmp(f->name, "num_pkts_out") || !strcmp(f->name, "num_pkts_in")))
		c->packets += value;
}

/* clang-format off */
static void on_name(struct rj_visitor *v, const void *name, size_t len) { (void)v, (void)name, (void)len; }
static void on_i64(struct rj_visitor *v, const struct rj_field *f, int64_t value) { (void)v, (void)f, (void)value; }
static void on_f64(struct rj_visitor *v, const struct rj_field *f, double value) { (void)v, (void)f, (void)value; }
static void on_boolean(struct rj_visitor *v, const struct rj_field *f, int value) { (void)v, (void)f, (void)value; }
static void on_null(struct rj_visitor *v, const struct rj_field *f) { (void)v, (void)f; }
static void on_bytes(struct rj_visitor *v, const struct rj_field *f, const void *at, size_t len) { (void)v, (void)f, (void)at, (void)len; }
static void on_address(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16]) { (void)v, (void)f, (void)addr; }
static void on_time(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals) { (void)v, (void)f, (void)ns, (void)decimals; }
/* clang-format on */

static const struct rj_visitor_ops checked_ops = {
	.open = on_open,
	.close = on_close,
	.name = on_name,
	.u64 = on_u64,
	.i64 = on_i64,
	.f64 = on_f64,
	.boolean = on_boolean,
	.null = on_null,
	.string = on_bytes,
	.hex = on_bytes,
	.address = on_address,
	.time = on_time,
};

static void check_line(const char *line, size_t len)
{
	struct json_tokener *tok = json_tokener_new_ex(64);
	struct json_object *json;

	MUST(tok && len && line[len - 1] == '}' && !memchr(line, '\n', len));
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tok, line, (int)len);
	MUST(json && json_tokener_get_error(tok) == json_tokener_success);
	MUST(json_object_is_type(json, json_type_object));
	json_object_put(json);
	json_tokener_free(tok);
}

static void on_record(void *user, const struct rj_record *record)
{
	struct checked *c = user;
	const char *line = NULL;
	size_t len = 0;

	c->flows++;
	rj_record_visit(record, &c->visitor);
	MUST(!c->depth);
	MUST(!rj_record_json(c->session, record, &line, &len));
	check_line(line, len);
}

/* Opens the session; @given says what differs from the defaults. */
static void checked_open(struct checked *c, const struct rj_options *given)
{
	struct rj_options options = *given;

	*c = (struct checked){ .visitor.ops = &checked_ops };
	options.size = sizeof(options);
	options.features = "all,+raw,+fpx";
	options.on_record = on_record;
	options.user = c;
	MUST(!rj_session_open(&options, &c->session));
}

/* The account at this moment: every packet is in a flow or set aside for a reason. */
static struct rj_stats checked_stats(const struct checked *c)
{
	struct rj_stats stats = { .size = sizeof(stats) };
	uint64_t accounted;

	MUST(!rj_session_get_stats(c->session, &stats));
	accounted = stats.packets_in_flows;
	for (unsigned int i = 0; rj_set_aside_name(i); i++)
		accounted += stats.set_aside[i];
	MUST(stats.packets == accounted);
	return stats;
}

/* Ends all flows: what their records count is what the account says. */
static struct rj_stats checked_close(struct checked *c)
{
	struct rj_stats stats;

	MUST(!rj_session_finish(c->session));
	stats = checked_stats(c);
	MUST(stats.packets_in_flows == c->packets);
	MUST(stats.flows == c->flows);
	rj_session_close(c->session);
	return stats;
}

#endif
