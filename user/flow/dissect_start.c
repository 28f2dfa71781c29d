// SPDX-License-Identifier: BSD-3-Clause
/* Where a side's stream starts, of which SYNs say two things. */
#include "flow/dissect_state.h"

void rj_dissect_choose_start(struct side *side, const struct rj_payload *p)
{
	struct rj_stream *s = &side->stream;
	bool is_other = p->seq != s->first_seq;

	if (!s->seen_syn || s->high || s->consumed)
		return;
	if (!p->len && p->is_syn && is_other) {
		side->has_other = true;
		side->other_seq = p->seq;
	}
	if (!p->len)
		return;
	if (is_other && (p->is_syn || p->seq == side->other_seq))
		rj_stream_start(s, p->seq);
	side->has_other = false;
	side->effort_bytes = 0;
}
