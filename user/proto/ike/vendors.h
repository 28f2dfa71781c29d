/* SPDX-License-Identifier: BSD-3-Clause */
/* What vendor identifiers of IKE stand for. */
#ifndef RJ_PROTO_IKE_VENDORS_H
#define RJ_PROTO_IKE_VENDORS_H

#include "core/cursor.h"

/* rj_ike_vendor - by the first bytes, as many have a version behind; NULL: it is not known. */
const char *rj_ike_vendor(struct rj_cursor id);

/* rj_ike_is_text - whether an identifier is printable ASCII, and more than a few letters. */
bool rj_ike_is_text(struct rj_cursor id);

#endif
