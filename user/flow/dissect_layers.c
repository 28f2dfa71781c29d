/* SPDX-License-Identifier: BSD-3-Clause */
/* Protocols that follow one another in a flow: PROXY, SOCKS, CONNECT, STARTTLS and TLS. */
#include "flow/dissect_limits.h"
#include "flow/dissect_state.h"

/* The layer that a side lags behind in; only for one that does. */
static struct layer *layer_of(const struct rj_dissect *d, unsigned int nr)
{
	struct layer *layer = d->before;

	for (unsigned int i = 1; i < d->sides[nr].lag; i++)
		layer = layer->before;
	return layer;
}

const struct rj_dissector *rj_dissect_row(const struct rj_dissect *d, unsigned int nr)
{
	return d->sides[nr].lag ? layer_of(d, nr)->row : d->bound;
}

void *rj_dissect_state(const struct rj_dissect *d, unsigned int nr)
{
	return d->sides[nr].lag ? layer_of(d, nr)->state : d->state;
}

void *rj_dissect_state_for(struct rj_dissect *d, const struct rj_dissector *row)
{
	for (const struct layer *layer = d->before; layer; layer = layer->before)
		if (layer->row == row)
			return layer->state;
	return rj_arena_alloc(&d->arena, row->state_bytes);
}

static unsigned int num_layers(const struct rj_dissect *d)
{
	unsigned int num = 0;

	for (const struct layer *layer = d->before; layer; layer = layer->before)
		num++;
	return num;
}

/* The side leaves the layer with the bytes that it has read. */
static void leave_layer(const struct side *side, unsigned int nr, struct layer *layer)
{
	layer->next_seq[nr] = side->stream.first_seq + side->stream.start;
	layer->sides_left |= (uint8_t)(1u << nr);
}

void rj_dissect_hand_over(struct rj_dissect *d, unsigned int nr, struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[nr], *other = &d->sides[!nr];
	struct layer *layer;

	side->candidates = d->rows;
	side->has_read = false;
	if (side->lag) {
		leave_layer(side, nr, layer_of(d, nr));
		side->lag--;
		d->num_turns++;
		rj_dissect_limit_streams(d);
		return;
	}
	if (num_layers(d) == MAX_LAYERS) {
		rj_dissect_finish(side);
		return;
	}
	layer = rj_arena_alloc(&d->arena, sizeof(*layer));
	if (!layer) {
		rj_dissect_give_up_both(d, counts);
		return;
	}
	*layer = (struct layer){ .before = d->before, .row = d->bound, .state = d->state };
	leave_layer(side, nr, layer);
	d->before = layer;
	d->bound = NULL;
	d->state = NULL;
	d->num_turns++;
	if (other->phase == PHASE_ACTIVE)
		other->lag++;
	rj_dissect_limit_streams(d);
}

bool rj_dissect_may_be_led_on(const struct rj_dissect *d, unsigned int nr)
{
	const struct side *side = &d->sides[nr], *other = &d->sides[!nr];

	return !side->has_read && !side->lag && d->binder != nr &&
	       (other->has_read || other->waits) && num_layers(d) < MAX_LAYERS;
}

/* The row that leads on and knows the bytes, or NULL. */
static const struct rj_dissector *leader_of(struct rj_dissect *d, unsigned int nr,
					    struct rj_cursor bytes)
{
	const struct rj_message m = rj_dissect_message(d, nr);

	for (rj_dissector_mask left = d->rows; left; left &= left - 1) {
		const struct rj_dissector *row = d->table[__builtin_ctz(left)];

		if (!row)
			break;
		if (row->leads_on && row != d->bound && row->probe(&m, bytes) == RJ_PROBE_YES)
			return row;
	}
	return NULL;
}

bool rj_dissect_is_led_on(struct rj_dissect *d, unsigned int nr, struct rj_cursor bytes,
			  struct rj_dissect_counts *counts)
{
	const struct rj_dissector *row = NULL;
	struct layer *layer;
	void *state;

	if (rj_dissect_may_be_led_on(d, nr))
		row = leader_of(d, nr, bytes);
	if (!row)
		return false;
	layer = rj_arena_alloc(&d->arena, sizeof(*layer));
	state = layer ? rj_dissect_state_for(d, row) : NULL;
	if (!state) {
		rj_dissect_give_up_both(d, counts);
		return true;
	}
	*layer = (struct layer){ .before = d->before, .row = row, .state = state };
	d->before = layer;
	d->sides[nr].lag = 1;
	d->num_turns++;
	rj_dissect_limit_streams(d);
	return true;
}
