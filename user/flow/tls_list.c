// SPDX-License-Identifier: BSD-3-Clause
/* Walks the two lists of TLS records side by side. */
#include "flow/tls_list.h"

#include "bpf/tlsrec.h"

/* Passes over what no record starts at: two CPUs at once may leave a gap in the kernel's list. */
static bool find_record(struct rj_tls_merge *m, unsigned int side)
{
	while (m->left[side] && (!*m->at[side] || *m->at[side] & RJ_TLS_MESSAGE)) {
		m->at[side]++;
		m->left[side]--;
	}
	return m->left[side] && m->num_left[side];
}

static void take_messages(struct rj_tls_merge *m, unsigned int side, struct rj_tls_record *out)
{
	while (m->left[side] && *m->at[side] & RJ_TLS_MESSAGE &&
	       out->num_messages < RJ_TLS_RECORD_MESSAGES) {
		uint64_t word = *m->at[side]++;

		m->left[side]--;
		out->messages[out->num_messages].type =
			(uint8_t)(word >> RJ_TLS_MESSAGE_LEN_BITS & 0xff);
		out->messages[out->num_messages].len = word & 0xffffff;
		out->num_messages++;
	}
}

/* Takes the record that stands first in the list of a side. */
static void take_record(struct rj_tls_merge *m, unsigned int side, struct rj_tls_record *out)
{
	uint64_t word = *m->at[side]++;
	uint64_t us = rj_splt_us(word), since_us = us > m->before_us ? us - m->before_us : 0;

	m->left[side]--;
	m->num_left[side]--;
	out->ipt_ms = m->is_first ? 0 : since_us / 1000;
	out->len = (uint32_t)(word >> RJ_SPLT_TIME_BITS & 0xffff);
	out->type = (uint8_t)(word >> RJ_TLS_TYPE_BITS & 0xff);
	out->is_out = !side;
	out->num_messages = 0;
	m->before_us += since_us;
	m->is_first = false;
	take_messages(m, side, out);
}

/* At equal times the originator's first; the gap is to the record before, of either side. */
static bool next_record(struct rj_tls_records *records, struct rj_tls_record *out)
{
	struct rj_tls_merge *m = (struct rj_tls_merge *)records;
	bool has_out = find_record(m, 0), has_in = find_record(m, 1);

	if (!has_out && !has_in)
		return false;
	take_record(m, !has_out || (has_in && rj_splt_us(*m->at[1]) < rj_splt_us(*m->at[0])), out);
	return true;
}

bool rj_tls_is_shown(const struct rj_rest *rest, const struct rj_dissect *d, unsigned int side)
{
	return !(rest->tls.bits & RJ_TLS_BEHIND) ||
	       rj_dissect_has_records_at(d, side, rest->tls_seq);
}

bool rj_tls_merge_init(struct rj_tls_merge *m, const struct rj_seq *seq, const struct rj_dissect *d,
		       unsigned int originator, uint32_t num_records)
{
	*m = (struct rj_tls_merge){ .records.next = next_record, .is_first = true };
	for (unsigned int i = 0; i < RJ_NUM_SIDES; i++) {
		unsigned int side = i ? !originator : originator;

		m->at[i] = seq[side].records;
		m->left[i] = rj_seq_num_words(&seq[side]);
		if (m->left[i] && !rj_tls_is_shown(seq[side].rest, d, side))
			m->left[i] = 0;
		m->num_left[i] = num_records;
	}
	return find_record(m, 0) | find_record(m, 1);
}

bool rj_tls_is_cut(const struct rj_half *half, const struct rj_rest *rest)
{
	const struct rj_tls_walk *w = &rest->tls;
	uint32_t seen_to = half->next_seq - (half->tcp_flags & RJ_TCP_FIN ? 1 : 0);

	if (w->state == RJ_TLS_LOST || w->bits & RJ_TLS_GAP)
		return true;
	return w->state == RJ_TLS_FOLLOW && rj_seq_before(w->next, seen_to);
}
