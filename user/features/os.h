/* SPDX-License-Identifier: BSD-3-Clause */
/* Joy's guess at an operating system, by TTL and the window of the SYN. */
#ifndef RJ_FEATURES_OS_H
#define RJ_FEATURES_OS_H

#include <stdint.h>

/*
 * rj_os_name - the label of Joy's table for a side whose smallest TTL was @ttl and whose SYN or
 * SYN/ACK had @window; NULL where the table has none.
 */
const char *rj_os_name(uint8_t ttl, uint16_t window);

#endif
