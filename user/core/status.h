/* SPDX-License-Identifier: BSD-3-Clause */
/* What reading bytes from the network can come to, and the must-check mark. */
#ifndef RJ_CORE_STATUS_H
#define RJ_CORE_STATUS_H

#define RJ_MUST_CHECK __attribute__((warn_unused_result))

/*
 * The vocabulary for bytes from the network. What goes wrong in the world
 * (files, kernel, memory) is a negative errno, never one of these.
 */
enum rj_status {
	RJ_OK = 0,
	RJ_TRUNCATED, /* more bytes may come: ask again with more of them */
	RJ_MALFORMED, /* no further byte can make this valid */
};

#endif
