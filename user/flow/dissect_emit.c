/* SPDX-License-Identifier: BSD-3-Clause */
/* What the protocols of a flow came to: their values, fingerprints, who asked. */
#include "flow/dissect_state.h"

int rj_dissect_originator(const struct rj_dissect *d)
{
	const struct layer now = { .before = d->before, .row = d->bound, .state = d->state };
	int side = -1;

	for (const struct layer *layer = &now; layer && side < 0; layer = layer->before)
		if (layer->row && layer->row->originator)
			side = layer->row->originator(layer->state);
	return side;
}

/* What @row knows of the flow; NULL when it never was asked. */
static const void *known_to(const struct rj_dissect *d, const struct rj_dissector *row)
{
	if (d->bound == row)
		return d->state;
	for (const struct layer *layer = d->before; layer; layer = layer->before)
		if (layer->row == row)
			return layer->state;
	return NULL;
}

/* The value of each protocol of the flow that @mask has, but for @but. */
static void emit_all(const struct rj_dissect *d, rj_dissector_mask mask,
		     const struct rj_dissector *but, unsigned int originator, struct rj_visitor *v)
{
	if (!d->bound && !d->before)
		return;
	for (rj_dissector_mask left = mask & d->rows; left; left &= left - 1) {
		const struct rj_dissector *row = d->table[__builtin_ctz(left)];
		const void *state = known_to(d, row);

		if (state && row != but)
			row->emit(state, originator, v);
	}
}

void rj_dissect_emit(const struct rj_dissect *d, rj_dissector_mask mask, unsigned int originator,
		     struct rj_visitor *v)
{
	emit_all(d, mask, NULL, originator, v);
}

void rj_dissect_fingerprints(const struct rj_dissect *d, struct rj_fingerprints *out)
{
	for (unsigned int i = 0; (d->bound || d->before) && d->table[i]; i++) {
		const void *state = d->table[i]->fingerprints ? known_to(d, d->table[i]) : NULL;

		if (state)
			d->table[i]->fingerprints(state, out);
	}
}

int rj_dissect_fpx(const struct rj_dissect *d, struct rj_fp_text *out)
{
	int side = -1;

	for (unsigned int i = 0; (d->bound || d->before) && d->table[i] && side < 0; i++) {
		const void *state = d->table[i]->fpx ? known_to(d, d->table[i]) : NULL;

		if (state)
			side = d->table[i]->fpx(state, out);
	}
	return side;
}

/* The row whose value has the TLS records; NULL when none of @mask does. */
static const struct rj_dissector *row_of_records(rj_dissector_mask mask)
{
	for (; mask; mask &= mask - 1) {
		const struct rj_dissector *row = rj_dissectors[__builtin_ctz(mask)];

		if (row->emit_records)
			return row;
	}
	return NULL;
}

bool rj_dissect_has_records_at(const struct rj_dissect *d, unsigned int side, uint32_t seq)
{
	const struct layer *before = d ? d->before : NULL;

	return before && d->bound && d->bound->emit_records && before->sides_left >> side & 1 &&
	       before->next_seq[side] == seq;
}

bool rj_dissect_follows_records(rj_dissector_mask mask)
{
	return row_of_records(mask);
}

void rj_dissect_emit_records(const struct rj_dissect *d, rj_dissector_mask mask,
			     unsigned int originator, struct rj_tls_records *records,
			     struct rj_visitor *v)
{
	const struct rj_dissector *row = row_of_records(mask);

	if (row)
		row->emit_records(d ? known_to(d, row) : NULL, records, v);
	if (d)
		emit_all(d, mask, row, originator, v);
}
