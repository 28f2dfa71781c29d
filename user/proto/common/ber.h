/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements of BER and DER (X.690) with definite lengths, read through the cursor. */
#ifndef RJ_PROTO_COMMON_BER_H
#define RJ_PROTO_COMMON_BER_H

#include "core/cursor.h"

/* Identifier octets, as they stand on the wire. */
#define RJ_BER_BOOLEAN 0x01u
#define RJ_BER_INTEGER 0x02u
#define RJ_BER_BIT_STRING 0x03u
#define RJ_BER_OCTET_STRING 0x04u
#define RJ_BER_OID 0x06u
#define RJ_BER_ENUMERATED 0x0au
#define RJ_BER_GENERAL_STRING 0x1bu
#define RJ_BER_SEQUENCE 0x30u
#define RJ_BER_CONTEXT(number) (0xa0u | (number)) /* constructed; @number below 31 */

/*
 * Whoever reads elements inside elements opens each as a cursor of its own by these: depth is that
 * of the reading code, as nothing here walks by itself.
 */

/*
 * rj_ber_head - identifier and length of the next element; the cursor then stands before its value,
 * which need not be there. Tags of one octet, or of two (0x7f65), the first being the high byte;
 * lengths of up to four octets. RJ_MALFORMED: a longer one of either, or an indefinite length.
 */
RJ_MUST_CHECK enum rj_status rj_ber_head(struct rj_cursor *c, uint16_t *ret_tag, uint32_t *ret_len);

/* rj_ber_read - the next element, whole, its value as a cursor of its own with a hard end. */
RJ_MUST_CHECK enum rj_status rj_ber_read(struct rj_cursor *c, uint16_t *ret_tag,
					 struct rj_cursor *out);

/* rj_ber_open - rj_ber_read of one that has to have @tag; any other is RJ_MALFORMED at once. */
RJ_MUST_CHECK enum rj_status rj_ber_open(struct rj_cursor *c, uint16_t tag, struct rj_cursor *out);

/* rj_ber_number - all of a value as a number in two's complement (X.690 8.3), of 1 to 8 octets. */
RJ_MUST_CHECK enum rj_status rj_ber_number(struct rj_cursor value, int64_t *out);

/* rj_ber_int - rj_ber_open, and its value by rj_ber_number. */
RJ_MUST_CHECK enum rj_status rj_ber_int(struct rj_cursor *c, uint16_t tag, int64_t *out);

#endif
