/* SPDX-License-Identifier: BSD-3-Clause */
/* How fine the clock of a capture file is: libpcap scales times and does not tell. */
#ifndef RJ_SOURCE_PRECISION_H
#define RJ_SOURCE_PRECISION_H

#include <stddef.h>
#include <stdint.h>

/* As many of a file's first bytes as rj_capture_decimals looks at. */
#define RJ_CAPTURE_HEAD_LEN 512

/*
 * rj_capture_decimals - digits of a second that a capture's times have, 6 or 9, from its
 * first @len bytes: pcap's magic number, or the first interface of a pcapng. 6 when they
 * do not say. Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 */
int rj_capture_decimals(const uint8_t *head, size_t len);

#endif
