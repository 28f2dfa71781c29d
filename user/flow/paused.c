// SPDX-License-Identifier: BSD-3-Clause
/* Sides of TCP flows that no protocol was found in: as long as they go on in order. */
#include "flow/paused.h"

#include <string.h>

#include "flow/dissect.h"

enum rj_paused_news rj_paused_take(struct rj_paused *paused, const struct rj_payload *p)
{
	if (!p->len || p->is_syn || p->is_fin || p->len < p->wire_len ||
	    p->seq != paused->first_seq + paused->len)
		return RJ_PAUSED_RESUME;
	if (rj_is_unplaced_long(paused->refused_bytes + p->len, paused->num_refused + 1u))
		return RJ_PAUSED_DONE;
	if (p->len > sizeof(paused->bytes) - paused->len)
		return RJ_PAUSED_RESUME;
	memcpy(paused->bytes + paused->len, p->bytes, p->len);
	paused->time_ns = p->time_ns;
	paused->refused_bytes = (uint16_t)(paused->refused_bytes + p->len);
	paused->num_refused++;
	paused->len = (uint8_t)(paused->len + p->len);
	return RJ_PAUSED_TAKEN;
}
