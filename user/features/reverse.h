/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of reverse look-ups: which address they are of. */
#ifndef RJ_FEATURES_REVERSE_H
#define RJ_FEATURES_REVERSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * rj_reverse_read - whether a name (without the last dot) is that of a whole address: four numbers
 * under in-addr.arpa (RFC 1035 3.5), 32 digits under ip6.arpa (RFC 3596 2.5). Then @out has it, as
 * 16 bytes in network order, IPv4 as ::ffff:a.b.c.d, and *@ret_suffix_len is the length of the zone
 * with the dot before it.
 */
bool rj_reverse_read(const void *name, size_t len, uint8_t out[16], size_t *ret_suffix_len);

#endif
