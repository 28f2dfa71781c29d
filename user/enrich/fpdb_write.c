// SPDX-License-Identifier: BSD-3-Clause
/* A fingerprint of a database as fields. */
#include "enrich/fpdb_write.h"

#include <string.h>

#define NS_PER_US 1000u
#define TIME_DECIMALS 6

enum {
	F_OBJECT,
	F_FINGERPRINT,
	F_KIND,
	F_COUNT,
	F_FIRST,
	F_LAST,
	F_MISSED,
	F_PROCESSES,
	F_PROCESS,
	F_NAME,
	F_HASH,
	F_CATEGORY,
	F_CLASS, /* RJ_FPDB_NUM_CLASSES of them */
	F_MISSED_OF = F_CLASS + RJ_FPDB_NUM_CLASSES,
	NUM_FIELDS,
};

/* What they mean stands in rejoice-fingerprint(1). */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_OBJECT] = { "", RJ_TYPE_OBJECT, "", 0, "", "" },
	[F_FINGERPRINT] = { "fingerprint", RJ_TYPE_STRING, "", 0, "", "" },
	[F_KIND] = { "kind", RJ_TYPE_STRING, "", 0, "", "" },
	[F_COUNT] = { "count", RJ_TYPE_UINT, "flows", 0, "", "" },
	[F_FIRST] = { "first_seen", RJ_TYPE_TIME, "seconds", 0, "", "" },
	[F_LAST] = { "last_seen", RJ_TYPE_TIME, "seconds", 0, "", "" },
	[F_MISSED] = { "missed", RJ_TYPE_UINT, "flows", 0, "", "" },
	[F_PROCESSES] = { "processes", RJ_TYPE_ARRAY, "", 0, "", "" },
	[F_PROCESS] = { "process", RJ_TYPE_OBJECT, "", 0, "", "" },
	[F_NAME] = { "name", RJ_TYPE_STRING, "", 0, "", "" },
	[F_HASH] = { "hash", RJ_TYPE_STRING, "", 0, "", "" },
	[F_CATEGORY] = { "category", RJ_TYPE_STRING, "", 0, "", "" },
	[F_CLASS + RJ_FPDB_DA] = { "da", RJ_TYPE_OBJECT, "flows", 0, "", "" },
	[F_CLASS + RJ_FPDB_DP] = { "dp", RJ_TYPE_OBJECT, "flows", 0, "", "" },
	[F_CLASS + RJ_FPDB_SNI] = { "sni", RJ_TYPE_OBJECT, "flows", 0, "", "" },
	[F_CLASS + RJ_FPDB_DOMAIN] = { "domain", RJ_TYPE_OBJECT, "flows", 0, "", "" },
	[F_CLASS + RJ_FPDB_OS] = { "os", RJ_TYPE_OBJECT, "flows", 0, "", "" },
	[F_MISSED_OF] = { "missed", RJ_TYPE_OBJECT, "flows", 0, "", "" },
};

static void put_text(struct rj_visitor *v, unsigned int field, const char *text)
{
	v->ops->string(v, &fields[field], text, strlen(text));
}

static void put_values(struct rj_visitor *v, unsigned int class,
		       const struct rj_fpdb_values *values)
{
	if (!values->num)
		return;
	v->ops->open(v, &fields[F_CLASS + class]);
	for (uint32_t i = 0; i < values->num; i++) {
		v->ops->name(v, values->at[i].text, strlen(values->at[i].text));
		v->ops->u64(v, &fields[F_COUNT], values->at[i].count);
	}
	v->ops->close(v);
}

static void put_missed(struct rj_visitor *v, const struct rj_fpdb_process *p)
{
	bool is_open = false;

	for (unsigned int i = 0; i < RJ_FPDB_NUM_CLASSES; i++) {
		if (!p->of[i].missed)
			continue;
		if (!is_open)
			v->ops->open(v, &fields[F_MISSED_OF]);
		is_open = true;
		v->ops->u64(v, &fields[F_CLASS + i], p->of[i].missed);
	}
	if (is_open)
		v->ops->close(v);
}

static void put_process(struct rj_visitor *v, const struct rj_fpdb_process *p)
{
	v->ops->open(v, &fields[F_PROCESS]);
	put_text(v, F_NAME, p->name);
	if (*p->hash)
		put_text(v, F_HASH, p->hash);
	if (p->category)
		put_text(v, F_CATEGORY, p->category);
	v->ops->u64(v, &fields[F_COUNT], p->count);
	for (unsigned int i = 0; i < RJ_FPDB_NUM_CLASSES; i++)
		put_values(v, i, &p->of[i]);
	put_missed(v, p);
	v->ops->close(v);
}

static void put_time(struct rj_visitor *v, unsigned int field, uint64_t us)
{
	if (us)
		v->ops->time(v, &fields[field], us * NS_PER_US, TIME_DECIMALS);
}

void rj_fpdb_put(struct rj_visitor *v, const struct rj_fpdb_fingerprint *f)
{
	v->ops->open(v, &fields[F_OBJECT]);
	v->ops->string(v, &fields[F_FINGERPRINT], f->text, f->len);
	v->ops->string(v, &fields[F_KIND], f->text, f->kind_len);
	v->ops->u64(v, &fields[F_COUNT], f->count);
	put_time(v, F_FIRST, f->first_us);
	put_time(v, F_LAST, f->last_us);
	v->ops->open(v, &fields[F_PROCESSES]);
	for (uint32_t i = 0; i < f->num_processes; i++)
		put_process(v, &f->processes[i]);
	v->ops->close(v);
	if (f->missed)
		v->ops->u64(v, &fields[F_MISSED], f->missed);
	v->ops->close(v);
}
