// SPDX-License-Identifier: BSD-3-Clause
/* What a record says of TCP headers: flags, options, and both of each packet in `ppi`. */
#include "flow/record_walk.h"

#include <endian.h>

#define NUM_FLAGS 8u

/* The names of flags that are set, the lowest first. */
#define WORD(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}
#define F1(text) WORD(text), WORD("F" text)
#define F2(text) F1(text), F1("S" text)
#define F3(text) F2(text), F2("R" text)
#define F4(text) F3(text), F3("P" text)
#define F5(text) F4(text), F4("A" text)
#define F6(text) F5(text), F5("U" text)
#define F7(text) F6(text), F6("E" text)
#define F8(text) F7(text), F7("C" text)
static const struct rj_step_word flag_words[1u << NUM_FLAGS] = { F8("") };

static uint32_t be16_at(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return be16toh(value);
}

static uint32_t be32_at(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return be32toh(value);
}

/* An option with its data, RFC 9293 3.1 and where noted; its length is known to be right. */
static void put_option(const struct walk *w, uint8_t kind, const uint8_t *data, unsigned int len)
{
	open(w, F(TCP_OPT));
	if (kind == 2 && len == 2) {
		put_u64(w, F(OPT_MSS), be16_at(data));
	} else if (kind == 3 && len == 1) {
		put_u64(w, F(OPT_WS), *data);
	} else if (kind == 4 && !len) {
		w->v->ops->null(w->v, F(OPT_SACKP));
	} else if (kind == 8 && len == 8) {
		open(w, F(OPT_TS));
		put_u64(w, F(OPT_TS_VAL), be32_at(data));
		put_u64(w, F(OPT_TS_ECR), be32_at(data + 4));
		close(w);
	} else if (kind == 2 || kind == 3 || kind == 4 || kind == 8) {
		open(w, F(OPT_MALFORMED));
		put_u64(w, F(OPT_KIND), kind);
		put_hex(w, F(OPT_DATA), data, len);
		put_u64(w, F(OPT_LEN), len + 2);
		close(w);
	} else {
		put_u64(w, F(OPT_KIND), kind);
		put_hex(w, F(OPT_DATA), data, len);
	}
	close(w);
}

static void put_bad_option(const struct walk *w, uint8_t kind, unsigned int claimed_len)
{
	open(w, F(TCP_OPT));
	open(w, F(OPT_MALFORMED));
	put_u64(w, F(OPT_KIND), kind);
	put_u64(w, F(OPT_LEN), claimed_len);
	close(w);
	close(w);
}

/* Whatever they are. */
static void put_any_options(const struct walk *w, const uint8_t *opts, unsigned int left)
{
	open(w, F(TCP_OPTS));
	while (left && *opts) { /* kind 0 ends the list */
		unsigned int len = left > 1 ? opts[1] : 0;

		if (*opts == 1) {
			open(w, F(TCP_OPT));
			w->v->ops->null(w->v, F(OPT_NOOP));
			close(w);
			len = 1;
		} else if (len < 2 || len > left) {
			put_bad_option(w, *opts, len);
			break;
		} else {
			put_option(w, *opts, opts + 2, len - 2);
		}
		opts += len;
		left -= len;
	}
	close(w);
}

/* Most packets have their options in one of a few forms, and each is a list of steps. */
enum form { FORM_NONE, FORM_TS, FORM_SYN_TS, FORM_SYN, NUM_FORMS };

/* clang-format off: lists that stand in others */
#define OPEN(id)                                                                                   \
	{                                                                                          \
		RJ_STEP_OPEN, F(id), NULL                                                          \
	}
#define CLOSE                                                                                      \
	{                                                                                          \
		RJ_STEP_CLOSE, NULL, NULL                                                          \
	}
#define NUMBER(id)                                                                                 \
	{                                                                                          \
		RJ_STEP_U64, F(id), NULL                                                           \
	}
#define NOOP OPEN(TCP_OPT), { RJ_STEP_NULL, F(OPT_NOOP), NULL }, CLOSE
#define SACKP OPEN(TCP_OPT), { RJ_STEP_NULL, F(OPT_SACKP), NULL }, CLOSE
#define MSS OPEN(TCP_OPT), NUMBER(OPT_MSS), CLOSE
#define WS OPEN(TCP_OPT), NUMBER(OPT_WS), CLOSE
#define TS OPEN(TCP_OPT), OPEN(OPT_TS), NUMBER(OPT_TS_VAL), NUMBER(OPT_TS_ECR), CLOSE, CLOSE

#define OPTIONS_NONE OPEN(TCP_OPTS), CLOSE
#define OPTIONS_TS OPEN(TCP_OPTS), NOOP, NOOP, TS, CLOSE
#define OPTIONS_SYN_TS OPEN(TCP_OPTS), MSS, SACKP, TS, NOOP, WS, CLOSE
#define OPTIONS_SYN OPEN(TCP_OPTS), MSS, NOOP, WS, NOOP, NOOP, SACKP, CLOSE
#define MAX_OPTION_VALUES 4u

#define HEADER                                                                                     \
	OPEN(PPI_ONE), NUMBER(PPI_SEQ), NUMBER(PPI_ACK), { RJ_STEP_I64, F(PPI_RSEQ), NULL },       \
		{ RJ_STEP_I64, F(PPI_RACK), NULL }, NUMBER(PACKET_B), NUMBER(PPI_OLEN),            \
		{ RJ_STEP_WORD, F(PACKET_DIR), directions }, NUMBER(PPI_T),                        \
	{                                                                                          \
		RJ_STEP_WORD, F(TCP_FLAGS), flag_words                                             \
	}
#define HEADER_VALUES 9u

#define SYN { RJ_STEP_WORD, F(TCP_FLAGS), flag_words }, NUMBER(TCP_WINDOW), NUMBER(TCP_OPT_LEN)
#define SYN_VALUES 3u
/* clang-format on */

static const struct rj_step_word directions[] = { WORD("<"), WORD(">") };

struct steps {
	const struct rj_step *steps;
	size_t num;
};

static const struct rj_step syn[] = { SYN }, syn_none[] = { SYN, OPTIONS_NONE },
			    syn_ts[] = { SYN, OPTIONS_TS }, syn_syn_ts[] = { SYN, OPTIONS_SYN_TS },
			    syn_syn[] = { SYN, OPTIONS_SYN };
static const struct steps syns[NUM_FORMS] = {
	[FORM_NONE] = { syn_none, RJ_NUM_STEPS(syn_none) },
	[FORM_TS] = { syn_ts, RJ_NUM_STEPS(syn_ts) },
	[FORM_SYN_TS] = { syn_syn_ts, RJ_NUM_STEPS(syn_syn_ts) },
	[FORM_SYN] = { syn_syn, RJ_NUM_STEPS(syn_syn) },
};

static const struct rj_step header[] = { HEADER }, packet_none[] = { HEADER, OPTIONS_NONE, CLOSE },
			    packet_ts[] = { HEADER, OPTIONS_TS, CLOSE },
			    packet_syn_ts[] = { HEADER, OPTIONS_SYN_TS, CLOSE },
			    packet_syn[] = { HEADER, OPTIONS_SYN, CLOSE };
static const struct steps packets[NUM_FORMS] = {
	[FORM_NONE] = { packet_none, RJ_NUM_STEPS(packet_none) },
	[FORM_TS] = { packet_ts, RJ_NUM_STEPS(packet_ts) },
	[FORM_SYN_TS] = { packet_syn_ts, RJ_NUM_STEPS(packet_syn_ts) },
	[FORM_SYN] = { packet_syn, RJ_NUM_STEPS(packet_syn) },
};

/* NUM_FORMS for any other; of a form kinds and lengths are known, so that none is malformed. */
static enum form form_of(const uint8_t *opts, unsigned int len)
{
	static const uint8_t noop_noop_ts[] = { 1, 1, 8, 10 }, sackp_ts[] = { 4, 2, 8, 10 },
			     mss[] = { 2, 4 }, noop_ws[] = { 1, 3, 3 },
			     noop_noop_sackp[] = { 1, 1, 4, 2 };

	if (!len)
		return FORM_NONE;
	if (len == 12 && !memcmp(opts, noop_noop_ts, 4))
		return FORM_TS;
	if (len < 12 || memcmp(opts, mss, 2))
		return NUM_FORMS;
	if (len == 20 && !memcmp(opts + 4, sackp_ts, 4) && !memcmp(opts + 16, noop_ws, 3))
		return FORM_SYN_TS;
	if (len == 12 && !memcmp(opts + 4, noop_ws, 3) && !memcmp(opts + 8, noop_noop_sackp, 4))
		return FORM_SYN;
	return NUM_FORMS;
}

/* The values that the steps of a form take; how many. */
static unsigned int options_values(enum form form, const uint8_t *opts, uint64_t *out)
{
	switch (form) {
	case FORM_TS:
		out[0] = be32_at(opts + 4);
		out[1] = be32_at(opts + 8);
		return 2;
	case FORM_SYN_TS:
		out[0] = be16_at(opts + 2);
		out[1] = be32_at(opts + 8);
		out[2] = be32_at(opts + 12);
		out[3] = opts[19];
		return 4;
	case FORM_SYN:
		out[0] = be16_at(opts + 2);
		out[1] = opts[7];
		return 2;
	default:
		return 0;
	}
}

void rj_record_put_syn(const struct walk *w, unsigned int side)
{
	const struct rj_rest *rest = rest_of(w, side);
	enum form form = form_of(rest->syn_opts, rest->syn_opt_len);
	uint64_t values[SYN_VALUES + MAX_OPTION_VALUES] = {
		half_of(w, side)->tcp_bits & RJ_TCP_SYN_ACK ? RJ_TCP_SYN | RJ_TCP_ACK : RJ_TCP_SYN,
		rest->syn_window,
		rest->syn_opt_len,
	};

	if (form == NUM_FORMS) {
		put_steps(w, syn, RJ_NUM_STEPS(syn), values, 1);
		put_any_options(w, rest->syn_opts, rest->syn_opt_len);
		return;
	}
	options_values(form, rest->syn_opts, values + SYN_VALUES);
	put_steps(w, syns[form].steps, syns[form].num, values, 1);
}

static void header_values(const struct walk *w, const struct rj_ppi_packet *p, uint64_t *out)
{
	out[0] = p->seq;
	out[1] = p->ack;
	out[2] = (uint64_t)(int64_t)p->rseq;
	out[3] = (uint64_t)(int64_t)p->rack;
	out[4] = p->payload_len;
	out[5] = p->opt_len;
	out[6] = p->side == w->out;
	out[7] = p->since_us / 1000;
	out[8] = p->flags;
}

/* struct run - packets of one form, which follow each other. */
#define MAX_RUN 16u
struct run {
	enum form form;
	unsigned int num;
	unsigned int num_values;
	uint64_t values[MAX_RUN * (HEADER_VALUES + MAX_OPTION_VALUES)];
};

static void put_run(const struct walk *w, struct run *run)
{
	if (run->num)
		put_steps(w, packets[run->form].steps, packets[run->form].num, run->values,
			  run->num);
	run->num = 0;
	run->num_values = 0;
}

/* One that is of no form. */
static void put_packet(const struct walk *w, const struct rj_ppi_packet *p, const uint8_t *opts)
{
	uint64_t values[HEADER_VALUES];

	header_values(w, p, values);
	rj_visitor_each_step(w->v, header, RJ_NUM_STEPS(header), values, 1);
	put_any_options(w, opts, p->opt_len);
	close(w);
}

void rj_record_put_ppi(const struct walk *w, const struct rj_ppi *ppi)
{
	struct rj_ppi_packet p;
	const uint8_t *opts;
	struct run run;
	uint32_t at = 0;

	if (!ppi->packets.len)
		return;
	run.form = NUM_FORMS;
	run.num = 0;
	run.num_values = 0;
	open(w, F(PPI));
	while (rj_ppi_next(ppi, &at, &p, &opts)) {
		enum form form = form_of(opts, p.opt_len);

		if (form != run.form || run.num == MAX_RUN)
			put_run(w, &run);
		if (form == NUM_FORMS) {
			put_packet(w, &p, opts);
			continue;
		}
		header_values(w, &p, run.values + run.num_values);
		run.num_values += HEADER_VALUES;
		run.num_values += options_values(form, opts, run.values + run.num_values);
		run.form = form;
		run.num++;
	}
	put_run(w, &run);
	close(w);
}
