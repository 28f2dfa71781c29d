// SPDX-License-Identifier: BSD-3-Clause
/* A weighted naive Bayes classifier over the programs of one fingerprint. */
#include "enrich/evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Classes that are evidence: those before the operating system. */
#define NUM_CLASSES ((unsigned int)RJ_FPDB_OS)

static const double weights[NUM_CLASSES] = {
	[RJ_FPDB_DA] = RJ_EVIDENCE_WEIGHT_ADDRESS,
	[RJ_FPDB_DP] = RJ_EVIDENCE_WEIGHT_PORT,
	[RJ_FPDB_SNI] = RJ_EVIDENCE_WEIGHT_NAME,
	[RJ_FPDB_DOMAIN] = RJ_EVIDENCE_WEIGHT_NAME,
};

/*
 * struct program - all processes of one name.
 * @known: flows with a known value, by class
 * @prior, @unseen: logarithms: its share of the flows; the factor of a value it was not seen with
 */
struct program {
	const char *name;
	const char *os;
	uint64_t os_count;
	uint64_t count;
	uint64_t known[NUM_CLASSES];
	double prior;
	double unseen[NUM_CLASSES];
};

/* struct update - what a value adds to @program's logarithm in place of its being unseen. */
struct update {
	const char *text;
	uint32_t class;
	uint32_t program;
	uint64_t count;
	double value;
};

/*
 * struct rj_evidence - @programs: @num_named, and the one that stands for those not kept
 * @updates: by class, text and program
 * @starts: of each class in @updates; @num_values: different texts
 */
struct rj_evidence {
	uint32_t num_named;
	uint32_t num_updates;
	struct program *programs;
	struct update *updates;
	uint32_t starts[NUM_CLASSES + 1];
	uint32_t num_values[NUM_CLASSES];
};

void rj_evidence_free(struct rj_evidence *e)
{
	if (!e)
		return;
	free(e->programs);
	free(e->updates);
	free(e);
}

static struct program *program_of(struct rj_evidence *e, const char *name)
{
	uint32_t i = 0;

	while (i < e->num_named && strcmp(e->programs[i].name, name))
		i++;
	if (i == e->num_named)
		e->programs[e->num_named++] = (struct program){ .name = name };
	return &e->programs[i];
}

static uint64_t sum_of(const struct rj_fpdb_values *values)
{
	uint64_t sum = values->missed;

	for (uint32_t i = 0; i < values->num; i++)
		sum = rj_fpdb_sum(sum, values->at[i].count);
	return sum;
}

static void add_values(struct rj_evidence *e, const struct rj_fpdb_values *values, uint32_t class,
		       uint32_t program)
{
	for (uint32_t i = 0; i < values->num; i++)
		e->updates[e->num_updates++] = (struct update){ .text = values->at[i].text,
								.class = class,
								.program = program,
								.count = values->at[i].count };
}

static void add_process(struct rj_evidence *e, const struct rj_fpdb_process *p)
{
	const struct rj_fpdb_values *os = &p->of[RJ_FPDB_OS];
	struct program *program = program_of(e, p->name);

	program->count = rj_fpdb_sum(program->count, p->count);
	/* of several executables that of the most flows says it */
	for (uint32_t i = 0; i < os->num; i++)
		if (os->at[i].count > program->os_count) {
			program->os = os->at[i].text;
			program->os_count = os->at[i].count;
		}
	for (unsigned int c = 0; c < NUM_CLASSES; c++) {
		program->known[c] = rj_fpdb_sum(program->known[c], sum_of(&p->of[c]));
		add_values(e, &p->of[c], c, (uint32_t)(program - e->programs));
	}
}

static int compare(const void *a, const void *b)
{
	const struct update *x = a, *y = b;
	int order = (x->class > y->class) - (x->class < y->class);

	if (!order)
		order = strcmp(x->text, y->text);
	return order ? order : (x->program > y->program) - (x->program < y->program);
}

/* One for each value of a program, whatever its executable. */
static void join_updates(struct rj_evidence *e)
{
	uint32_t num = 0;

	if (e->num_updates)
		qsort(e->updates, e->num_updates, sizeof(*e->updates), compare);
	for (uint32_t i = 0; i < e->num_updates; i++) {
		struct update *u = &e->updates[i];

		if (num && !compare(&e->updates[num - 1], u))
			e->updates[num - 1].count =
				rj_fpdb_sum(e->updates[num - 1].count, u->count);
		else
			e->updates[num++] = *u;
	}
	e->num_updates = num;
	for (uint32_t i = 0; i < num; i++) {
		const struct update *u = &e->updates[i];

		e->num_values[u->class] += !i || u[-1].class != u->class ||
					   strcmp(u[-1].text, u->text);
	}
	for (uint32_t i = 0, c = 0; c <= NUM_CLASSES; c++) {
		while (i < num && e->updates[i].class < c)
			i++;
		e->starts[c] = i;
	}
}

static void take_logarithms(struct rj_evidence *e, const struct rj_fpdb_fingerprint *f)
{
	const double a = RJ_EVIDENCE_SMOOTHING;

	for (uint32_t i = 0; i <= e->num_named; i++) {
		struct program *p = &e->programs[i];

		p->prior = log((double)p->count / (double)f->count);
		for (unsigned int c = 0; c < NUM_CLASSES; c++)
			p->unseen[c] = weights[c] * log(a / ((double)p->known[c] +
							     a * (e->num_values[c] + 1.0)));
	}
	for (uint32_t i = 0; i < e->num_updates; i++) {
		struct update *u = &e->updates[i];

		u->value = weights[u->class] * (log((double)u->count + a) - log(a));
	}
}

static size_t num_values(const struct rj_fpdb_fingerprint *f)
{
	size_t num = 0;

	for (uint32_t i = 0; i < f->num_processes; i++)
		for (unsigned int c = 0; c < NUM_CLASSES; c++)
			num += f->processes[i].of[c].num;
	return num;
}

struct rj_evidence *rj_evidence_new(const struct rj_fpdb_fingerprint *f)
{
	struct rj_evidence *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->programs = calloc(f->num_processes + 1, sizeof(*e->programs));
	e->updates = calloc(num_values(f) + 1, sizeof(*e->updates));
	if (!e->programs || !e->updates) {
		rj_evidence_free(e);
		return NULL;
	}
	for (uint32_t i = 0; i < f->num_processes; i++)
		add_process(e, &f->processes[i]);
	e->programs[e->num_named] = (struct program){ .name = "", .count = f->missed };
	join_updates(e);
	take_logarithms(e, f);
	return e;
}

/* The first update of that text, or NULL. */
static const struct update *find(const struct rj_evidence *e, unsigned int class, const char *text)
{
	uint32_t from = e->starts[class], to = e->starts[class + 1];

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (strcmp(e->updates[middle].text, text) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	if (from == e->starts[class + 1] || strcmp(e->updates[from].text, text))
		return NULL;
	return &e->updates[from];
}

/* Takes a value of the flow, "" where it has none, into the logarithms. */
static void weigh(const struct rj_evidence *e, unsigned int class, const char *text, double *logs)
{
	const struct update *end = e->updates + e->starts[class + 1], *u;

	if (!*text || !e->num_values[class])
		return;
	for (uint32_t i = 0; i <= e->num_named; i++)
		logs[i] += e->programs[i].unseen[class];
	u = find(e, class, text);
	for (const struct update *at = u; u && at < end && !strcmp(at->text, text); at++)
		logs[at->program] += at->value;
}

bool rj_evidence_judge(const struct rj_evidence *e, const struct rj_fpdb_flow *flow,
		       struct rj_verdict *out)
{
	double logs[RJ_FPDB_MAX_PROCESSES + 1], sum = 0;
	uint32_t best = 0;

	if (!e->num_named)
		return false;
	for (uint32_t i = 0; i <= e->num_named; i++)
		logs[i] = e->programs[i].prior;
	weigh(e, RJ_FPDB_DA, flow->da, logs);
	weigh(e, RJ_FPDB_DP, flow->dp, logs);
	if (find(e, RJ_FPDB_SNI, flow->sni))
		weigh(e, RJ_FPDB_SNI, flow->sni, logs);
	else
		weigh(e, RJ_FPDB_DOMAIN, rj_fpdb_domain(flow->sni), logs);
	for (uint32_t i = 1; i < e->num_named; i++)
		if (logs[i] > logs[best])
			best = i;
	if (!(logs[best] > -INFINITY)) /* of flows that were all counted as none */
		return false;
	for (uint32_t i = 0; i <= e->num_named; i++)
		sum += exp(logs[i] - logs[best]);
	out->process = e->programs[best].name;
	out->os = e->programs[best].os;
	out->probability = 1 / sum;
	return true;
}
