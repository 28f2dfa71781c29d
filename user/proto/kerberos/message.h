/* SPDX-License-Identifier: BSD-3-Clause */
/* One message of Kerberos 5 (RFC 4120 5): what stands in the clear, without tickets. */
#ifndef RJ_PROTO_KERBEROS_MESSAGE_H
#define RJ_PROTO_KERBEROS_MESSAGE_H

#include "proto/dissector.h"

/* Of lists so many are kept; clients offer up to ten types, KDCs six ways. Ours. */
#define RJ_KERBEROS_MAX_ETYPES 24u
#define RJ_KERBEROS_MAX_PADATA 16u

/*
 * struct rj_kerberos_name - a PrincipalName (RFC 4120 5.2.2): the value of its name-string, a list
 * of elements; and RJ_KERBEROS_NAME_MAX, how many bytes of it are kept. Ours.
 */
#define RJ_KERBEROS_NAME_MAX 512u
#define RJ_KERBEROS_REALM_MAX 255u

/*
 * struct rj_kerberos_message - texts borrowed; those that are not there are empty.
 * @type: rj_kerberos_types
 * @cname, @sname: the components of a name, as elements of BER
 * @etypes: offered by a request; of an answer those that the KDC tells with ETYPE-INFO(2)
 * @etype, @ticket_etype: of an answer what its encrypted part and the ticket are encrypted with
 * @options: KDCOptions of a request
 */
struct rj_kerberos_message {
	uint8_t type;
	bool has_options;
	bool has_etype;
	bool has_ticket_etype;
	bool has_error;
	uint8_t num_etypes;
	uint8_t num_padata;
	uint32_t options;
	int32_t error;
	int32_t etype;
	int32_t ticket_etype;
	int32_t etypes[RJ_KERBEROS_MAX_ETYPES];
	int32_t padata[RJ_KERBEROS_MAX_PADATA];
	struct rj_cursor crealm;
	struct rj_cursor cname;
	struct rj_cursor realm;
	struct rj_cursor sname;
};

/*
 * rj_kerberos_probe - whether the bytes are one message: its application tag, the length of both
 * headers, version 5.
 */
enum rj_probe rj_kerberos_probe(struct rj_cursor bytes);

/* rj_kerberos_read - all of @c as one message, which it borrows. */
RJ_MUST_CHECK enum rj_status rj_kerberos_read(struct rj_cursor *c, struct rj_kerberos_message *out);

#endif
