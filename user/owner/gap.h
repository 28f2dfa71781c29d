/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a container's or pod's names are not known. */
#ifndef RJ_OWNER_GAP_H
#define RJ_OWNER_GAP_H

/*
 * enum rj_gap - of what was looked at, the one that is furthest down tells.
 * @RJ_GAP_ABSENT: nobody has a file of it
 * @RJ_GAP_MISMATCH: a file at that place is of another one
 * @RJ_GAP_MALFORMED: it is not JSON
 * @RJ_GAP_OVER_LIMIT: it is longer than what is read of one, or is in a folder of too many
 * @RJ_GAP_UNREADABLE: it is there but cannot be read
 * @RJ_GAP_UNTRUSTED: its cgroup may have been made up, so nothing was looked at
 * @RJ_GAP_PUT_OFF: it was not looked for yet: reads a second are limited
 * @RJ_GAP_NONE: nothing is missing
 */
enum rj_gap {
	RJ_GAP_ABSENT,
	RJ_GAP_MISMATCH,
	RJ_GAP_MALFORMED,
	RJ_GAP_OVER_LIMIT,
	RJ_GAP_UNREADABLE,
	RJ_GAP_UNTRUSTED,
	RJ_GAP_PUT_OFF,
	RJ_NUM_GAPS,
	RJ_GAP_NONE = RJ_NUM_GAPS
};

/* rj_gap_of - of a negative errno with which reading ended. */
enum rj_gap rj_gap_of(int err);

/* rj_gap_worse - the one of both that tells. */
enum rj_gap rj_gap_worse(enum rj_gap a, enum rj_gap b);

/* rj_gap_text - as in statistics; NULL past the last. */
const char *rj_gap_text(unsigned int gap);

#endif
