/* SPDX-License-Identifier: BSD-3-Clause */
/* Application protocols of one flow: finds the dissector by content, hands it bytes in order. */
#include "flow/dissect.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "flow/dissect_limits.h"
#include "flow/dissect_state.h"
#include "flow/paused.h"

static bool has_port(const struct rj_dissector *row, const uint16_t ports[2])
{
	for (const uint16_t *port = row->ports; port && *port; port++)
		if (*port == ports[0] || *port == ports[1])
			return true;
	return false;
}

/* The rows that are to be asked first. */
static rj_dissector_mask hinted_by(const struct rj_dissect *d)
{
	rj_dissector_mask rows = 0;

	if (d->table == rj_dissectors)
		return rj_dissectors_of_port(d->ports[0]) | rj_dissectors_of_port(d->ports[1]);
	for (unsigned int i = 0; i < 32 && d->table[i]; i++)
		rows |= has_port(d->table[i], d->ports) ? 1u << i : 0;
	return rows;
}

/* The rows over what the flow is over, and the most that one that may be asked wants. */
static rj_dissector_mask rows_over(const struct rj_dissect *d, uint32_t *ret_max_bytes)
{
	rj_dissector_mask rows = 0;
	uint32_t max_bytes = 0;

	if (d->table == rj_dissectors) {
		rows = rj_dissectors_over(d->over, ret_max_bytes);
		if (!(rows & ~d->rows)) /* nearly always: none is left out */
			return rows;
	}
	for (rj_dissector_mask left = d->rows; left; left &= left - 1) {
		const struct rj_dissector *row = d->table[__builtin_ctz(left)];

		if (!row) /* the mask may have more than the table */
			break;
		if (!(row->over & d->over))
			continue;
		rows |= left & -left;
		if (row->max_bytes > max_bytes)
			max_bytes = row->max_bytes;
	}
	*ret_max_bytes = max_bytes;
	return rows;
}

void rj_dissect_limit_streams(struct rj_dissect *d)
{
	uint32_t max_bytes;

	if (d->over == RJ_OVER_UDP)
		return;
	if (d->bound)
		max_bytes = d->bound->max_bytes;
	else
		rows_over(d, &max_bytes);
	for (unsigned int nr = 0; nr < 2; nr++) {
		struct rj_stream *stream = &d->sides[nr].stream;

		rj_stream_limit(stream, d->before ? stream->consumed + max_bytes : max_bytes);
	}
}

void rj_dissect_finish(struct side *side)
{
	rj_stream_done(&side->stream);
	side->phase = PHASE_DONE;
}

/* Without rows to ask nothing is wanted. */
static void want_rows(struct rj_dissect *d)
{
	if (d->rows)
		return;
	rj_dissect_finish(&d->sides[0]);
	rj_dissect_finish(&d->sides[1]);
}

/* The first payload tells transport and ports, and so which rows to ask. */
static void learn_transport(struct rj_dissect *d, const struct rj_payload *p)
{
	uint32_t unused;

	d->over = (uint8_t)p->over;
	d->rows &= rows_over(d, &unused);
	d->sides[0].candidates = d->sides[1].candidates = d->rows;
	d->hinted = hinted_by(d) & d->rows;
	rj_dissect_limit_streams(d);
	want_rows(d);
}

struct rj_message rj_dissect_message(struct rj_dissect *d, unsigned int nr)
{
	return (struct rj_message){
		.side = nr,
		.over = d->over,
		.src_port = d->ports[nr],
		.dst_port = d->ports[!nr],
		.time_ns = d->sides[nr].time_ns,
		.arena = &d->arena,
	};
}

static void activate(struct side *side)
{
	side->phase = PHASE_ACTIVE;
	side->tried_bytes = 0;
}

void rj_dissect_refuse(struct side *side)
{
	side->phase = PHASE_REFUSED;
	side->refused_bytes = 0;
	side->num_refused = 0;
	side->is_unplaced = false;
}

int rj_dissect_choose(struct rj_dissect *d, unsigned int nr, struct rj_cursor bytes, bool is_last,
		      rj_dissector_mask *candidates)
{
	struct rj_message m = rj_dissect_message(d, nr);

	while (*candidates) {
		rj_dissector_mask hinted = *candidates & d->hinted;
		int i = __builtin_ctz(hinted ? hinted : *candidates);
		enum rj_probe answer = d->table[i]->probe(&m, bytes);

		if (answer == RJ_PROBE_YES)
			return i;
		if (answer == RJ_PROBE_MORE && !is_last && bytes.left < d->table[i]->max_bytes)
			return -1;
		*candidates &= ~(1u << i);
	}
	return -1;
}

void rj_dissect_give_up_both(struct rj_dissect *d, struct rj_dissect_counts *counts)
{
	counts->no_memory++;
	rj_dissect_finish(&d->sides[0]);
	rj_dissect_finish(&d->sides[1]);
}

bool rj_dissect_bind(struct rj_dissect *d, unsigned int nr, const struct rj_dissector *row,
		     struct rj_dissect_counts *counts)
{
	struct side *other = &d->sides[!nr];

	d->state = rj_dissect_state_for(d, row);
	if (!d->state) {
		rj_dissect_give_up_both(d, counts);
		return false;
	}
	d->bound = row;
	d->binder = (uint8_t)nr;
	rj_dissect_limit_streams(d);
	if (other->phase == PHASE_REFUSED) /* what it starts with may make sense only now */
		activate(other);
	return true;
}

static void unbind(struct rj_dissect *d)
{
	rj_arena_done(&d->arena);
	d->bound = NULL;
	d->state = NULL;
	rj_dissect_limit_streams(d);
}

enum rj_status rj_dissect_parse(struct rj_dissect *d, struct rj_message *m, struct rj_cursor *c,
				struct rj_dissect_counts *counts)
{
	uint32_t num_refused = d->arena.num_refused;
	size_t len = c->left;
	enum rj_status st = rj_dissect_row(d, m->side)->parse(rj_dissect_state(d, m->side), m, c);

	counts->no_memory += d->arena.num_refused - num_refused;
	if (st == RJ_TRUNCATED && (!c->is_hard || m->waits))
		return st;
	if (!st && (c->left < len || m->hands_over))
		return RJ_OK;
	return RJ_MALFORMED; /* or a dissector that broke its contract */
}

/*
 * Parses the next message of a stream; false when there is no more to be had for now. @is_end: nor
 * later.
 */
static bool read_message(struct rj_dissect *d, unsigned int nr, bool is_hard, bool is_end,
			 struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[nr];
	struct rj_message m = rj_dissect_message(d, nr);
	size_t len;
	const uint8_t *bytes = rj_stream_bytes(&side->stream, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_status st;

	st = rj_dissect_parse(d, &m, &c, counts);
	side->waits = st == RJ_TRUNCATED && m.waits;
	if (st == RJ_TRUNCATED && (is_end || (m.waits && rj_stream_is_full(&side->stream)))) {
		m.is_done = true; /* see struct rj_message */
		st = rj_dissect_parse(d, &m, &c, counts);
	}
	if (st == RJ_MALFORMED) {
		if (rj_dissect_is_led_on(d, nr, rj_cursor_init(bytes, len, is_hard), counts))
			return false;
		counts->malformed++;
		rj_dissect_refuse(side);
		return false;
	}
	if (st == RJ_TRUNCATED) {
		side->effort_bytes += (uint32_t)len;
		side->tried_bytes = (uint32_t)len;
		return false;
	}
	side->tried_bytes = 0;
	side->has_read = true;
	if (d->sides[!nr].waits) {
		d->sides[!nr].waits = false;
		d->num_turns++;
	}
	if (m.is_done) {
		rj_dissect_finish(side);
		return false;
	}
	rj_stream_consume(&side->stream, len - c.left);
	if (m.skip > RJ_STREAM_MOST_SKIPPED) {
		rj_dissect_finish(side);
		return false;
	}
	rj_stream_skip(&side->stream, (uint32_t)m.skip);
	if (m.hands_over)
		rj_dissect_hand_over(d, nr, counts);
	return !m.hands_over;
}

/* Gives a side up whose budget is used while more is wanted. */
static void check_budget(struct side *side, struct rj_dissect_counts *counts)
{
	const struct rj_stream *s = &side->stream;

	if (side->phase != PHASE_ACTIVE || !rj_stream_is_full(s))
		return;
	if (s->end == s->start && !s->num_beyond)
		return; /* ends where the budget does */
	counts->over_budget++;
	rj_dissect_finish(side);
}

/*
 * Whether a side may be parsed. One without a SYN may begin anywhere: unless the
 * dissector knows what it begins with, that would count as malformed what is only
 * not the start.
 */
static bool is_readable(struct rj_dissect *d, unsigned int nr, bool is_hard,
			struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[nr];
	struct rj_message m = rj_dissect_message(d, nr);
	bool may_move = rj_stream_can_move(&side->stream);
	size_t len;
	const uint8_t *bytes = rj_stream_bytes(&side->stream, &len);
	struct rj_cursor c = rj_cursor_init(bytes, len, is_hard);
	enum rj_probe answer = RJ_PROBE_YES;

	if (side->phase != PHASE_ACTIVE || !len)
		return false;
	if ((may_move || rj_dissect_may_be_led_on(d, nr)) && !rj_dissect_row(d, nr)->answers_anyhow)
		answer = rj_dissect_row(d, nr)->probe(&m, c);
	if (answer == RJ_PROBE_NO && rj_dissect_is_led_on(d, nr, c, counts))
		return false;
	if (answer == RJ_PROBE_NO && may_move) {
		rj_dissect_refuse(side);
		side->is_unplaced = true;
	}
	return answer == RJ_PROBE_YES || !may_move;
}

static void read_messages(struct rj_dissect *d, unsigned int nr, bool is_end,
			  struct rj_dissect_counts *counts)
{
	bool is_hard = is_end && rj_stream_is_closed(&d->sides[nr].stream);

	while (is_readable(d, nr, is_hard, counts) && read_message(d, nr, is_hard, is_end, counts))
		;
	check_budget(&d->sides[nr], counts);
}

/* Whether the flow was bound by what this side has. */
static bool probe_stream(struct rj_dissect *d, unsigned int nr, bool is_end,
			 struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[nr];
	bool is_hard = is_end && rj_stream_is_closed(&side->stream);
	size_t len;
	const uint8_t *bytes = rj_stream_bytes(&side->stream, &len);
	int row;

	if (!len || side->phase != PHASE_ACTIVE)
		return false;
	row = rj_dissect_choose(d, nr, rj_cursor_init(bytes, len, is_hard), is_end,
				&side->candidates);
	if (row >= 0)
		return rj_dissect_bind(d, nr, d->table[row], counts);
	side->effort_bytes += (uint32_t)len;
	side->tried_bytes = (uint32_t)len;
	if (!side->candidates)
		rj_dissect_refuse(side);
	return false;
}

static void advance_once(struct rj_dissect *d, unsigned int nr, bool is_end,
			 struct rj_dissect_counts *counts)
{
	bool is_new = !rj_dissect_row(d, nr) && probe_stream(d, nr, is_end, counts);

	if (!rj_dissect_row(d, nr))
		return;
	read_messages(d, nr, is_end, counts);
	if (is_new && rj_dissect_row(d, !nr))
		read_messages(d, !nr, is_end, counts);
}

/*
 * Once more when a side was handed over, as it may have the next protocol's bytes already, or when
 * what one waited for was read.
 */
static void advance(struct rj_dissect *d, unsigned int nr, bool is_end,
		    struct rj_dissect_counts *counts)
{
	unsigned int num_before = d->num_turns;

	advance_once(d, nr, is_end, counts);
	while (d->num_turns != num_before) {
		num_before = d->num_turns;
		advance_once(d, nr, is_end, counts);
		advance_once(d, !nr, is_end, counts);
	}
}

/* See EAGER_BYTES. */
static bool is_due(const struct side *side)
{
	size_t len;

	if (side->effort_bytes <= EAGER_BYTES || rj_stream_is_full(&side->stream))
		return true;
	rj_stream_bytes(&side->stream, &len);
	return len >= side->tried_bytes + side->tried_bytes / 16;
}

/* The stream starts elsewhere: what was concluded from its start is void. */
static void begin_again(struct rj_dissect *d, unsigned int nr)
{
	struct side *side = &d->sides[nr];

	activate(side);
	side->candidates = d->rows;
	if (d->bound && !d->before && d->binder == nr && !d->sides[!nr].has_read)
		unbind(d);
}

static int put_segment(struct side *side, const struct rj_payload *p,
		       struct rj_dissect_counts *counts)
{
	uint32_t num_conflicts = side->stream.num_conflicts;
	struct rj_segment seg = {
		.seq = p->seq,
		.len = p->len,
		.wire_len = p->wire_len > p->len ? p->wire_len : p->len,
		.is_syn = p->is_syn,
		.is_fin = p->is_fin,
		.bytes = p->bytes,
	};
	int news = rj_stream_lend(&side->stream, &seg);

	counts->conflicts += side->stream.num_conflicts - num_conflicts;
	return news;
}

/* So much more came of a side that no dissector wants as yet. */
static void take_refused(struct side *side, uint32_t len, int news)
{
	bool may_move = rj_stream_can_move(&side->stream);
	bool is_next = news == RJ_STREAM_GREW && side->stream.high == side->stream.end;

	side->refused_bytes += len;
	side->num_refused = is_next ? (uint16_t)(side->num_refused + 1) : 0;
	if (may_move ? rj_is_unplaced_long(side->refused_bytes, side->num_refused) :
		       side->refused_bytes > MAX_REFUSED_BYTES)
		rj_dissect_finish(side);
}

static void take_segment(struct rj_dissect *d, const struct rj_payload *p,
			 struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[p->side];
	int news;

	if (p->is_syn || side->has_other)
		rj_dissect_choose_start(side, p);
	news = put_segment(side, p, counts);
	if (news < 0) {
		counts->no_memory++;
		rj_dissect_finish(side);
		return;
	}
	if (news == RJ_STREAM_MOVED)
		begin_again(d, p->side);
	if (p->is_syn && side->phase == PHASE_REFUSED && side->is_unplaced)
		activate(side);
	if (side->phase == PHASE_REFUSED) {
		take_refused(side, p->len, news);
		return;
	}
	if (news != RJ_STREAM_SAME && is_due(side))
		advance(d, p->side, false, counts);
	check_budget(side, counts);
	if (side->phase == PHASE_ACTIVE && side->stream.num_beyond > LOST_BYTES) {
		counts->holes += rj_stream_num_waiting(&side->stream);
		rj_dissect_finish(side);
	}
}

/* Whether only the other side could make this one of use. */
static bool is_hopeless(const struct side *side)
{
	return side->phase == PHASE_DONE ||
	       (side->phase == PHASE_REFUSED && !rj_stream_can_move(&side->stream));
}

/* Lets go of refused sides when nothing can change that any more. */
static void drop_refused(struct rj_dissect *d)
{
	bool is_hopeless_both;

	if (d->sides[0].phase != PHASE_REFUSED && d->sides[1].phase != PHASE_REFUSED)
		return; /* nearly always */
	is_hopeless_both = is_hopeless(&d->sides[0]) && is_hopeless(&d->sides[1]);
	for (unsigned int nr = 0; nr < 2; nr++)
		if (is_hopeless_both || (d->bound && is_hopeless(&d->sides[nr])))
			rj_dissect_finish(&d->sides[nr]);
}

void rj_dissect_pool(struct rj_pool *pool, struct rj_slab *slab)
{
	rj_pool_init(pool, sizeof(struct rj_dissect), slab);
}

/* What is zeroed becomes one for a flow. */
static void init(struct rj_dissect *d, const struct rj_dissector *const *table,
		 rj_dissector_mask mask)
{
	d->table = table;
	d->rows = mask;
	rj_arena_init(&d->arena, ARENA_BYTES);
	want_rows(d);
}

struct rj_dissect *rj_dissect_new(struct rj_pool *pool, struct rj_blocks *blocks,
				  rj_dissector_mask mask)
{
	struct rj_dissect *d = rj_pool_take(pool);

	if (!d)
		return NULL;
	d->pool = pool;
	init(d, rj_dissectors, mask);
	d->arena.blocks = blocks;
	return d;
}

struct rj_dissect *rj_dissect_new_with(const struct rj_dissector *const *table,
				       rj_dissector_mask mask)
{
	struct rj_dissect *d = calloc(1, sizeof(*d));

	if (d)
		init(d, table, mask);
	return d;
}

void rj_dissect_free(struct rj_dissect *d)
{
	if (!d)
		return;
	rj_dissect_finish(&d->sides[0]);
	rj_dissect_finish(&d->sides[1]);
	rj_arena_done(&d->arena);
	if (d->pool)
		rj_pool_put(d->pool, d);
	else
		free(d);
}

/* Whether a segment has nothing but bytes that a dissector said are of no use. */
static bool is_passed_over(const struct rj_stream *s, const struct rj_payload *p)
{
	return !p->is_syn && !p->is_fin && !rj_stream_can_move(s) &&
	       (int32_t)(p->seq + p->wire_len - (s->first_seq + s->start)) <= 0;
}

void rj_dissect_payload(struct rj_dissect *d, const struct rj_payload *p,
			struct rj_dissect_counts *counts)
{
	struct side *side = &d->sides[p->side];

	assert(p->side < 2 && (!d->over || d->over == p->over));
	d->ports[p->side] = p->src_port;
	d->ports[!p->side] = p->dst_port;
	if (!d->over)
		learn_transport(d, p);
	if (side->phase == PHASE_DONE)
		return;
	if (side->stream.is_ahead && is_passed_over(&side->stream, p)) /* most of a long body is */
		return;
	side->time_ns = p->time_ns;
	if (d->over == RJ_OVER_TCP)
		take_segment(d, p, counts);
	else
		rj_dissect_take_datagram(d, p, counts);
	drop_refused(d);
	if (rj_stream_keep(&side->stream)) {
		counts->no_memory++;
		rj_dissect_finish(side);
	}
}

void rj_dissect_bound(struct rj_dissect *d, unsigned int side, enum rj_bound bound, uint32_t seq,
		      struct rj_dissect_counts *counts)
{
	const struct rj_payload at = {
		.side = side,
		.over = RJ_OVER_TCP,
		.src_port = d->ports[side],
		.dst_port = d->ports[!side],
		.time_ns = d->sides[side].time_ns,
		.seq = seq,
		.is_syn = bound == RJ_BOUND_START,
		.is_fin = bound == RJ_BOUND_END,
	};

	rj_dissect_payload(d, &at, counts);
}

bool rj_dissect_is_vain(const struct rj_dissect *d)
{
	return !d->bound && !d->before && d->over == RJ_OVER_TCP &&
	       d->sides[0].phase == PHASE_DONE && d->sides[1].phase == PHASE_DONE;
}

bool rj_dissect_is_refused(const struct rj_dissect *d, unsigned int side)
{
	return !d->bound && !d->before && d->over == RJ_OVER_TCP &&
	       d->sides[side].phase != PHASE_ACTIVE;
}

bool rj_dissect_waits_for_other(const struct rj_dissect *d, unsigned int side)
{
	const struct side *other = &d->sides[!side];

	return !d->bound && !d->before && d->over == RJ_OVER_TCP &&
	       d->sides[side].phase == PHASE_DONE && other->phase == PHASE_ACTIVE &&
	       !other->stream.has_start && !other->stream.seen_fin;
}

void rj_dissect_give_up(struct rj_dissect *d, unsigned int side)
{
	rj_dissect_finish(&d->sides[side]);
}

static bool is_untouched(const struct side *side)
{
	return side->phase == PHASE_ACTIVE && !side->time_ns && !side->stream.has_start &&
	       !side->stream.seen_fin;
}

/* Whether the bytes of a refused side are all there is to know of it. */
static bool is_pausable(const struct side *side)
{
	const struct rj_stream *s = &side->stream;

	return side->phase == PHASE_REFUSED && !side->is_unplaced && rj_stream_can_move(s) &&
	       s->end == s->high && s->end > s->start && s->end - s->start <= RJ_PAUSED_BYTES &&
	       !(s->num_beyond | side->num_probed | s->seen_fin | s->seen_cut | s->is_ahead);
}

static struct rj_paused *pause_side(const struct side *side, struct rj_pool *pool)
{
	struct rj_paused *paused = rj_pool_take_raw(pool);
	size_t len;
	const uint8_t *bytes = rj_stream_bytes(&side->stream, &len);

	if (!paused)
		return NULL;
	*paused = (struct rj_paused){
		.time_ns = side->time_ns,
		.first_seq = side->stream.first_seq + side->stream.start,
		.refused_bytes = (uint16_t)side->refused_bytes,
		.num_refused = (uint8_t)side->num_refused,
		.len = (uint8_t)len,
	};
	memcpy(paused->bytes, bytes, len);
	return paused;
}

bool rj_dissect_pause(const struct rj_dissect *d, unsigned int side, struct rj_pool *pool,
		      struct rj_paused *out[2], uint8_t *ret_done)
{
	uint8_t done = 0;

	if (d->bound || d->before || !is_pausable(&d->sides[side]))
		return false;
	for (unsigned int nr = 0; nr < 2; nr++) {
		const struct side *s = &d->sides[nr];

		if (s->phase != PHASE_DONE && !is_untouched(s) && !is_pausable(s))
			return false;
		done |= (uint8_t)((s->phase == PHASE_DONE) << nr);
		out[nr] = NULL;
	}
	for (unsigned int nr = 0; nr < 2; nr++) {
		if (d->sides[nr].phase != PHASE_REFUSED)
			continue;
		out[nr] = pause_side(&d->sides[nr], pool);
		if (!out[nr]) {
			if (nr && out[0])
				rj_pool_put(pool, out[0]);
			return false;
		}
	}
	*ret_done = done;
	return true;
}

static void resume_side(struct side *side, const struct rj_paused *paused,
			struct rj_dissect_counts *counts)
{
	rj_dissect_refuse(side);
	side->time_ns = paused->time_ns;
	side->candidates = 0;
	side->refused_bytes = paused->refused_bytes;
	side->num_refused = paused->num_refused;
	if (!rj_stream_hold(&side->stream, paused->first_seq, paused->bytes, paused->len))
		return;
	counts->no_memory++;
	rj_dissect_finish(side);
}

void rj_dissect_resume(struct rj_dissect *d, const struct rj_payload *p,
		       struct rj_paused *const paused[2], struct rj_dissect_counts *counts)
{
	d->ports[p->side] = p->src_port;
	d->ports[!p->side] = p->dst_port;
	learn_transport(d, p);
	for (unsigned int nr = 0; nr < 2; nr++)
		if (paused[nr])
			resume_side(&d->sides[nr], paused[nr], counts);
}

bool rj_dissect_wants(const struct rj_dissect *d, unsigned int side)
{
	return d->sides[side].phase != PHASE_DONE;
}

bool rj_dissect_is_ahead(const struct rj_dissect *d, unsigned int side, uint32_t *ret_seq)
{
	const struct rj_stream *s = &d->sides[side].stream;

	*ret_seq = s->first_seq + s->start;
	return s->is_ahead;
}

bool rj_dissect_until(const struct rj_dissect *d, unsigned int side, uint32_t *ret_seq)
{
	const struct side *s = &d->sides[side];

	/* behind a hole nothing can be read: more of that would only be in the way of others */
	if (d->over != RJ_OVER_TCP || !rj_dissect_row(d, side) || s->phase != PHASE_ACTIVE ||
	    !s->stream.has_start || s->stream.high > s->stream.end)
		return false;
	*ret_seq = rj_stream_budget_end(&s->stream);
	return true;
}

void rj_dissect_end(struct rj_dissect *d, struct rj_dissect_counts *counts)
{
	for (unsigned int nr = 0; nr < 2; nr++)
		if (d->sides[nr].stream.end > d->sides[nr].stream.start)
			advance(d, nr, true, counts);
	for (unsigned int nr = 0; nr < 2; nr++) {
		if (d->sides[nr].phase == PHASE_ACTIVE)
			counts->holes += rj_stream_num_waiting(&d->sides[nr].stream);
		rj_dissect_finish(&d->sides[nr]);
	}
}

size_t rj_dissect_bytes(const struct rj_dissect *d)
{
	return sizeof(*d) + d->arena.used_bytes + rj_stream_memory(&d->sides[0].stream) +
	       rj_stream_memory(&d->sides[1].stream);
}

void rj_dissect_fetch_side(const struct rj_dissect *d, unsigned int side)
{
	(void)side;
	for (size_t at = 0; at < sizeof(*d); at += 64)
		__builtin_prefetch((const char *)d + at);
}

size_t rj_dissect_fetch_len(void)
{
	return sizeof(struct rj_dissect);
}

void rj_dissect_fetch(const struct rj_dissect *d, int step)
{
	rj_arena_fetch(&d->arena, step);
	if (step)
		return;
	for (size_t at = 0; d->bound && at < d->bound->state_bytes; at += 64)
		__builtin_prefetch((const char *)d->state + at);
	for (unsigned int side = 0; side < 2; side++)
		__builtin_prefetch(d->sides[side].stream.block);
}
