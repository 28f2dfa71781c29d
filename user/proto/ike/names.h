/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of numbers in IKE. */
#ifndef RJ_PROTO_IKE_NAMES_H
#define RJ_PROTO_IKE_NAMES_H

#include <stdint.h>

/* struct rj_ike_name - a row of a table, which ends with one without a name. */
struct rj_ike_name {
	uint16_t number;
	const char *name;
};

/* rj_ike_name_of - NULL: it has none. */
const char *rj_ike_name_of(const struct rj_ike_name *table, uint32_t number);

extern const struct rj_ike_name rj_ike_payloads1[];
extern const struct rj_ike_name rj_ike_payloads2[];
extern const struct rj_ike_name rj_ike_exchanges1[];
extern const struct rj_ike_name rj_ike_exchanges2[];
extern const struct rj_ike_name rj_ike_protocols[];
extern const struct rj_ike_name rj_ike_notified1[];
extern const struct rj_ike_name rj_ike_transform_types[];
extern const struct rj_ike_name rj_ike_encryption[];
extern const struct rj_ike_name rj_ike_prfs[];
extern const struct rj_ike_name rj_ike_integrity[];
extern const struct rj_ike_name rj_ike_groups[];
extern const struct rj_ike_name rj_ike_sequence[];
extern const struct rj_ike_name rj_ike_notify1[];
extern const struct rj_ike_name rj_ike_notify2[];
extern const struct rj_ike_name rj_ike_attributes1[];
extern const struct rj_ike_name rj_ike_attributes_doi[];
extern const struct rj_ike_name rj_ike_encryption1[];
extern const struct rj_ike_name rj_ike_hashes1[];
extern const struct rj_ike_name rj_ike_methods1[];
extern const struct rj_ike_name rj_ike_life_types[];
extern const struct rj_ike_name rj_ike_group_types[];
extern const struct rj_ike_name rj_ike_identities[];
extern const struct rj_ike_name rj_ike_certificates[];

#endif
