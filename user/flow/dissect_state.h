/* SPDX-License-Identifier: BSD-3-Clause */
/* What flow/dissect keeps of a flow; for its own files alone. */
#ifndef RJ_FLOW_DISSECT_STATE_H
#define RJ_FLOW_DISSECT_STATE_H

#include "flow/dissect.h"
#include "flow/stream.h"
#include "proto/dissector.h"

enum phase {
	PHASE_ACTIVE,
	PHASE_REFUSED, /* no dissector wants what it has; see MAX_REFUSED_BYTES */
	PHASE_DONE,
};

/*
 * struct side - one direction. Of a packet whose payload nobody wants its head alone is looked at.
 * @candidates:    TCP: rows that have not said no to the bytes at its start; UDP: those that want
 *                 further datagrams
 * @effort_bytes:  what probes and parses looked at that wanted more
 * @tried_bytes:   how many there were when last one wanted more
 * @refused_bytes: when it is refused: came since then
 * @num_refused:   segments since, each of which followed the one before
 * @num_stun:      UDP: datagrams of STUN that no row knew
 * @num_probed:    UDP: other datagrams that no row knew, up to MAX_PROBED
 * @has_read:      TCP: a message of the protocol that it is in was parsed
 * @has_other:     TCP: no byte came yet, and of two SYNs with different numbers the last one says
 *                 that the stream starts at @other_seq
 * @is_unplaced:   refused as what may be the middle of a stream: a SYN would change that
 * @waits:         what it has is read when the other side was
 * @lag:           how often the other side was handed over to a next protocol and this one not yet
 */
struct side {
	uint8_t phase : 4;
	uint8_t num_probed : 4;
	uint8_t lag : 4;
	bool has_read : 1;
	bool is_unplaced : 1;
	bool has_other : 1;
	bool waits : 1;
	union {
		uint16_t num_refused;
		uint16_t num_stun;
	};
	rj_dissector_mask candidates;
	struct rj_stream stream;
	uint64_t time_ns;
	union {
		uint32_t effort_bytes;
		uint32_t other_seq;
	};
	union {
		uint32_t tried_bytes;
		uint32_t refused_bytes;
	};
};

/*
 * struct layer - a protocol that handed the flow over to the next, or that shares its ports with
 * the one that is bound; in the arena.
 * @next_seq: over TCP, by side: sequence number of the next protocol's first byte
 * @sides_left: a bit for each side of which that is known
 */
struct layer {
	struct layer *before;
	const struct rj_dissector *row;
	void *state;
	uint32_t next_seq[2];
	uint8_t sides_left;
};

/*
 * struct rj_dissect - one flow; NULL @bound until a side was recognised, and again once a protocol
 * handed over.
 * @pool:   what it was taken from, or NULL for the heap
 * @rows:   those asked for that run over this transport
 * @hinted: of those, the ones that name a port of this flow
 * @binder: the side that was recognised
 * @before: the protocols before @bound, the last one first; sides that are behind are of that
 * @num_turns: how often a side had to be read again for what became of the other, or of itself
 */
struct rj_dissect {
	struct side sides[2];
	struct rj_pool *pool;
	const struct rj_dissector *const *table;
	const struct rj_dissector *bound;
	void *state;
	struct layer *before;
	struct rj_arena arena;
	rj_dissector_mask rows;
	rj_dissector_mask hinted;
	uint16_t ports[2];
	uint8_t over;
	uint8_t binder;
	uint8_t num_turns;
};

/* rj_dissect_finish - nothing more of the side is wanted. */
void rj_dissect_finish(struct side *side);

/* rj_dissect_refuse - no row wants what it has. */
void rj_dissect_refuse(struct side *side);

/* rj_dissect_message - for bytes of a side that came last. */
struct rj_message rj_dissect_message(struct rj_dissect *d, unsigned int nr);

/*
 * rj_dissect_choose_start - before @p, of a SYN or while has_other, is put into the side's stream.
 * Who is asked twice may answer by two numbers: which one holds is told by the first byte, which
 * follows its SYN. Where it follows neither, the first SYN stands.
 */
void rj_dissect_choose_start(struct side *side, const struct rj_payload *p);

/*
 * rj_dissect_choose - the first row that knows these bytes, in probing order (those with a port of
 * the flow first); -1: none, or one that must be asked before the others wants more. Rows that say
 * no leave @candidates. With @is_last wanting more is a no: so the answer does not depend on how
 * the bytes were cut into segments.
 */
int rj_dissect_choose(struct rj_dissect *d, unsigned int nr, struct rj_cursor bytes, bool is_last,
		      rj_dissector_mask *candidates);

/* rj_dissect_bind - whether there was memory for it; else the flow is given up. */
bool rj_dissect_bind(struct rj_dissect *d, unsigned int nr, const struct rj_dissector *row,
		     struct rj_dissect_counts *counts);

/* rj_dissect_parse - one message by the row that reads the side; malformed ones are not counted. */
enum rj_status rj_dissect_parse(struct rj_dissect *d, struct rj_message *m, struct rj_cursor *c,
				struct rj_dissect_counts *counts);

/* rj_dissect_give_up_both - there is no memory for more. */
void rj_dissect_give_up_both(struct rj_dissect *d, struct rj_dissect_counts *counts);

/*
 * rj_dissect_limit_streams - sets how long each stream may grow: while nothing is bound to what the
 * greediest row wants. Behind a protocol that handed over that starts anew.
 */
void rj_dissect_limit_streams(struct rj_dissect *d);

/*
 * rj_dissect_row - who reads a side now; NULL: nobody yet. rj_dissect_state - what that keeps of
 * the flow. rj_dissect_state_for - for @row: zeroed, unless it was here before; NULL without
 * memory. (dissect_layers.c, with what follows)
 */
const struct rj_dissector *rj_dissect_row(const struct rj_dissect *d, unsigned int nr);
void *rj_dissect_state(const struct rj_dissect *d, unsigned int nr);
void *rj_dissect_state_for(struct rj_dissect *d, const struct rj_dissector *row);

/*
 * rj_dissect_hand_over - what follows on this side is of another protocol. The first side to be
 * handed over leaves the protocol behind as a layer, where the other one still is.
 */
void rj_dissect_hand_over(struct rj_dissect *d, unsigned int nr, struct rj_dissect_counts *counts);

/*
 * rj_dissect_may_be_led_on - whether the protocol that the flow is bound to is known by the other
 * side alone, so that what leads on to it may come late on this one. rj_dissect_is_led_on - whether
 * it may, and a row that leads on knows @bytes: that row then reads the side before the one that is
 * bound, which the other side is in already.
 */
bool rj_dissect_may_be_led_on(const struct rj_dissect *d, unsigned int nr);
bool rj_dissect_is_led_on(struct rj_dissect *d, unsigned int nr, struct rj_cursor bytes,
			  struct rj_dissect_counts *counts);

/* rj_dissect_take_datagram - of a flow over UDP. (dissect_datagrams.c) */
void rj_dissect_take_datagram(struct rj_dissect *d, const struct rj_payload *p,
			      struct rj_dissect_counts *counts);

#endif
