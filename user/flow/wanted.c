// SPDX-License-Identifier: BSD-3-Clause
/* What the packet programs are told of a flow's samples: enough, or go on. */
#include "flow/wanted.h"

#include <stdlib.h>

#include "flow/dissect.h"

/* What the packet programs are to be told of a side, see struct rj_slot_head. */
static uint32_t wanted_of(const struct rj_entry *entry, unsigned int side, uint32_t sample_bytes)
{
	const struct rj_dissect *d = entry->dissect;
	const struct rj_sampled *s = &entry->sampled[side];
	uint32_t until = s->end_seq; /* all that came, and no more */
	uint32_t next;

	if (!d || !rj_dissect_wants(d, side))
		return until ? until : 1;
	if (!rj_dissect_is_ahead(d, side, &next)) {
		if (!rj_dissect_until(d, side, &until))
			return 0; /* its first bytes, as many as --sample-bytes */
	} else if (next - s->first_seq < sample_bytes) {
		return 0; /* behind those the kernel finds a head where it starts a segment */
	}
	return until ? until : 1;
}

void rj_wanted_tell(struct rj_entry *entry, uint32_t sample_bytes,
		    void (*want)(void *user, uint32_t slot, uint32_t generation, uint32_t until),
		    void *user)
{
	for (unsigned int side = 0; entry->sampled && side < RJ_NUM_SIDES; side++) {
		struct rj_sampled *s = &entry->sampled[side];
		uint32_t until = s->slot ? wanted_of(entry, side, sample_bytes) : 0;

		if (until == s->said || !want)
			continue;
		s->said = until;
		want(user, s->slot, s->generation, until);
	}
}

void rj_wanted_note(struct rj_entry *entry, const struct rj_sample *sample)
{
	struct rj_sampled *s;

	if (!entry->sampled)
		entry->sampled = calloc(RJ_NUM_SIDES, sizeof(*entry->sampled));
	if (!entry->sampled) /* more may come than is wanted */
		return;
	s = &entry->sampled[sample->side];
	if (s->slot != sample->slot || s->generation != sample->generation)
		s->said = 0;
	if (!s->slot)
		s->first_seq = sample->stream_seq;
	s->slot = sample->slot;
	s->generation = sample->generation;
	s->end_seq = sample->stream_seq + sample->len;
}
