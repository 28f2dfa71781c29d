// SPDX-License-Identifier: BSD-3-Clause
/* Datagrams of a flow: whose each is, as protocols may share a pair of ports (RFC 7983). */
#include "flow/dissect_limits.h"
#include "flow/dissect_state.h"

static rj_dissector_mask bit_of(const struct rj_dissect *d, const struct rj_dissector *row)
{
	rj_dissector_mask bit = 1;

	for (unsigned int i = 0; d->table[i] != row; i++)
		bit <<= 1;
	return bit;
}

/* The rows that knew datagrams before; *@ret_num: how many. */
static rj_dissector_mask rows_before(const struct rj_dissect *d, unsigned int *ret_num)
{
	rj_dissector_mask rows = 0;

	*ret_num = 0;
	for (const struct layer *layer = d->before; layer; layer = layer->before) {
		rows |= bit_of(d, layer->row);
		++*ret_num;
	}
	return rows;
}

/* Nothing more of this side is for the row; the others are asked only where it was not alone. */
static void end_row(struct rj_dissect *d, unsigned int nr)
{
	d->sides[nr].candidates &= ~bit_of(d, d->bound);
	if (!d->before)
		rj_dissect_finish(&d->sides[nr]);
}

/* What the bound row says of a datagram. */
enum verdict { TAKEN, BROKEN, FOREIGN };

/* Each message of a datagram. Broken or foreign is one that is so from its first byte on. */
static enum verdict read_datagram(struct rj_dissect *d, unsigned int nr, struct rj_cursor c,
				  struct rj_dissect_counts *counts)
{
	bool has_read = false;

	while (c.left && d->sides[nr].phase == PHASE_ACTIVE) {
		struct rj_message m = rj_dissect_message(d, nr);
		enum rj_status st = rj_dissect_parse(d, &m, &c, counts);

		if (st == RJ_TRUNCATED) {
			m.is_done = true; /* see struct rj_message */
			st = rj_dissect_parse(d, &m, &c, counts);
		}
		if (st == RJ_TRUNCATED)
			return TAKEN;
		if (st || m.hands_over) {
			counts->malformed += has_read && st;
			return has_read ? TAKEN : st ? BROKEN : FOREIGN;
		}
		has_read = true;
		if (m.is_done) {
			end_row(d, nr);
			return TAKEN;
		}
	}
	return TAKEN;
}

/*
 * ICE checks its paths by STUN before a protocol begins (RFC 8445 2.2), which is to be found behind
 * them even where STUN is not asked for: RFC 8489 5, two bits of zero and at 4 the cookie.
 */
static bool is_stun(struct rj_cursor c)
{
	uint32_t head, cookie;

	return !rj_cursor_u32(&c, &head) && !(head >> 30) && !rj_cursor_u32(&c, &cookie) &&
	       cookie == 0x2112a442;
}

/* A datagram that no row knew. */
static void count_unknown(struct side *side, struct rj_cursor c)
{
	if (is_stun(c) && side->num_stun < MAX_STUN)
		side->num_stun++;
	else
		side->num_probed++;
}

/*
 * The row that knows a datagram which the one that is bound refused: one that the flow had before,
 * or, while few datagrams were in vain, any other. -1: none.
 */
static int choose_other(struct rj_dissect *d, unsigned int nr, struct rj_cursor c)
{
	struct side *side = &d->sides[nr];
	unsigned int num;
	rj_dissector_mask before = rows_before(d, &num);
	rj_dissector_mask candidates = side->candidates & before;
	int row = rj_dissect_choose(d, nr, c, true, &candidates);

	if (row >= 0 || num == MAX_LAYERS || side->num_probed == MAX_PROBED)
		return row;
	candidates = side->candidates & ~before & ~bit_of(d, d->bound);
	row = rj_dissect_choose(d, nr, c, true, &candidates);
	if (row < 0)
		count_unknown(side, c);
	return row;
}

/* Binds @row in place of the one that is bound, which changes places with it or becomes a layer. */
static bool change_row(struct rj_dissect *d, unsigned int nr, const struct rj_dissector *row,
		       struct rj_dissect_counts *counts)
{
	const struct layer was = { .before = d->before, .row = d->bound, .state = d->state };
	struct layer *layer = d->before;

	while (layer && layer->row != row)
		layer = layer->before;
	if (!rj_dissect_bind(d, nr, row, counts))
		return false;
	if (layer) {
		layer->row = was.row;
		layer->state = was.state;
		return true;
	}
	layer = rj_arena_alloc(&d->arena, sizeof(*layer));
	if (!layer) {
		counts->no_memory++;
		rj_dissect_finish(&d->sides[0]);
		rj_dissect_finish(&d->sides[1]);
		return false;
	}
	*layer = was;
	d->before = layer;
	return true;
}

/* The row for a datagram that no row is bound for yet; false: nobody knows it. */
static bool bind_first(struct rj_dissect *d, unsigned int nr, struct rj_cursor c,
		       struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[nr];
	rj_dissector_mask candidates = d->rows;
	int row = rj_dissect_choose(d, nr, c, true, &candidates);

	if (row >= 0)
		return rj_dissect_bind(d, nr, d->table[row], counts);
	count_unknown(side, c);
	if (side->num_probed == MAX_PROBED)
		rj_dissect_refuse(side);
	return false;
}

/* A datagram that is not of the row that is bound. */
static void take_other(struct rj_dissect *d, unsigned int nr, struct rj_cursor c, bool is_broken,
		       struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[nr];
	int row = choose_other(d, nr, c);
	unsigned int num;

	if (row >= 0) {
		if (change_row(d, nr, d->table[row], counts) &&
		    read_datagram(d, nr, c, counts) == BROKEN)
			counts->malformed++;
		return;
	}
	counts->malformed += is_broken;
	if (side->num_probed == MAX_PROBED &&
	    !(side->candidates & (rows_before(d, &num) | bit_of(d, d->bound))))
		rj_dissect_finish(side);
}

void rj_dissect_take_datagram(struct rj_dissect *d, const struct rj_payload *p,
			      struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[p->side];
	struct rj_cursor c = rj_cursor_init(p->bytes, p->len, p->len >= p->wire_len);
	enum verdict verdict = FOREIGN;

	if (!p->len || side->phase != PHASE_ACTIVE)
		return;
	if (!d->bound && !bind_first(d, p->side, c, counts))
		return;
	if (!d->before || side->candidates & bit_of(d, d->bound)) /* wants more of the side */
		verdict = read_datagram(d, p->side, c, counts);
	if (verdict != TAKEN)
		take_other(d, p->side, c, verdict == BROKEN, counts);
}
