// SPDX-License-Identifier: BSD-3-Clause
/* What the first bytes of a side's segments have in common. */
#include "features/hd.h"

#include <string.h>

/*
 * Whether byte @i counts, or takes over what the byte behind it carried. Joy compared with bits
 * that it had cleared before, and so found counters only where they came to be 1.
 */
static void compare_byte(struct rj_hd *hd, const uint8_t *bytes, uint32_t i, uint32_t len)
{
	bool is_wrapped = i + 1 < len && !bytes[i + 1] && hd->last[i + 1] == 0xff;

	if (bytes[i] != (uint8_t)(hd->last[i] + 1))
		hd->low &= ~(1u << i);
	if (bytes[i] != (uint8_t)(hd->last[i] + is_wrapped))
		hd->carried &= ~(1u << i);
}

/* By words: compilers do not make them of a loop over bytes. */
static void keep_constant(struct rj_hd *hd, const uint8_t bytes[RJ_HD_MAX_LEN])
{
	for (uint32_t i = 0; i < RJ_HD_MAX_LEN; i += sizeof(uint64_t)) {
		uint64_t constant, first, now;

		memcpy(&constant, hd->constant + i, sizeof(constant));
		memcpy(&first, hd->first + i, sizeof(first));
		memcpy(&now, bytes + i, sizeof(now));
		constant &= ~(first ^ now);
		memcpy(hd->constant + i, &constant, sizeof(constant));
	}
}

void rj_hd_add(struct rj_hd *hd, const uint8_t *bytes, uint32_t len)
{
	uint8_t all[RJ_HD_MAX_LEN] = { 0 };

	if (hd->num >= RJ_HD_SEGMENTS || !len || len > RJ_HD_MAX_LEN)
		return;
	memcpy(all, bytes, len);
	if (hd->num++) {
		keep_constant(hd, all);
		/* mostly few are left after the second segment */
		for (uint32_t left = hd->low | hd->carried; left; left &= left - 1)
			compare_byte(hd, all, (uint32_t)__builtin_ctz(left), len);
	} else {
		memcpy(hd->first, all, sizeof(all));
		memset(hd->constant, 0xff, sizeof(hd->constant));
		hd->low = hd->carried = UINT32_MAX >> (RJ_HD_MAX_LEN - len);
	}
	memcpy(hd->last, all, sizeof(all));
}

void rj_hd_packet(struct rj_hd *hd, const struct rj_seen *s, uint32_t len)
{
	const struct rj_packet *p = s->packet;

	if (!(p->bits & RJ_PKT_TCP) || p->bits & RJ_PKT_LATER_FRAG || s->is_resent || s->len < len)
		return;
	rj_hd_add(hd, s->payload, len);
}

void rj_hd_counts(const struct rj_hd *hd, uint32_t len, uint8_t *out)
{
	bool is_behind = false; /* whether the byte behind counts */

	for (uint32_t i = len; i--;) {
		bool is_low = hd->num > 1 && hd->low >> i & 1;
		bool is_high = is_behind && hd->carried >> i & 1 && hd->constant[i] != 0xff;

		is_behind = is_low || is_high;
		out[i] = is_behind ? 0xff : 0;
	}
}
