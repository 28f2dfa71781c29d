// SPDX-License-Identifier: BSD-3-Clause
/* Why a container's or pod's names are not known. */
#include "owner/gap.h"

#include <errno.h>
#include <stddef.h>

enum rj_gap rj_gap_of(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
		return RJ_GAP_ABSENT;
	case -EFBIG:
	case -E2BIG:
		return RJ_GAP_OVER_LIMIT;
	default:
		return RJ_GAP_UNREADABLE;
	}
}

enum rj_gap rj_gap_worse(enum rj_gap a, enum rj_gap b)
{
	return a > b ? a : b;
}

const char *rj_gap_text(unsigned int gap)
{
	static const char *const names[RJ_NUM_GAPS] = {
		[RJ_GAP_ABSENT] = "absent",	    [RJ_GAP_MISMATCH] = "mismatch",
		[RJ_GAP_MALFORMED] = "malformed",   [RJ_GAP_OVER_LIMIT] = "over_limit",
		[RJ_GAP_UNREADABLE] = "unreadable", [RJ_GAP_UNTRUSTED] = "untrusted",
		[RJ_GAP_PUT_OFF] = "put_off",
	};

	return gap < RJ_NUM_GAPS ? names[gap] : NULL;
}
