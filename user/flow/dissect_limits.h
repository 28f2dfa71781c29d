/* SPDX-License-Identifier: BSD-3-Clause */
/* What looking for protocols in a flow may cost. */
#ifndef RJ_FLOW_DISSECT_LIMITS_H
#define RJ_FLOW_DISSECT_LIMITS_H

#include <stddef.h>

/* What a flow may keep for its record: both hellos at their longest and 100 KiB beside. Ours. */
#define ARENA_BYTES ((size_t)256 * 1024)

/* Datagrams of a side that are probed in vain; a greeting may come before the protocol. Ours. */
#define MAX_PROBED 4u

/* The same, of STUN: ICE has a check every 50 ms (RFC 8445 14.2), for some seconds. Ours. */
#define MAX_STUN 64u

/*
 * Bytes of a side that may come after all dissectors refused it, while the other side can still
 * change that: the first flight, before which nobody answers (10 segments, RFC 6928), and some.
 */
#define MAX_REFUSED_BYTES 16384u

/*
 * A side tries again with every segment until its failed tries have looked at
 * this much, then whenever it has grown by 1/16: thus what a sender of one-byte
 * segments costs grows with his bytes, not with their square. Ours: a message of
 * 4 KiB may come byte by byte, one of 64 KiB in segments of 256.
 */
#define EAGER_BYTES (8u << 20)

/*
 * Bytes beyond the cap after which a hole before it is taken as lost. Ours: twice
 * the 6 MiB that Linux gives a receive window, so that no retransmission comes.
 */
#define LOST_BYTES (16u << 20)

/* Protocols that follow one another in a flow: PROXY, SOCKS, CONNECT, TLS. Ours. */
#define MAX_LAYERS 4u

#endif
