/* SPDX-License-Identifier: BSD-3-Clause */
/* What both sides of RDP say of themselves in MCS Connect, without TLS (MS-RDPBCGR 2.2.1.3, .4). */
#ifndef RJ_PROTO_RDP_SETTINGS_H
#define RJ_PROTO_RDP_SETTINGS_H

#include "core/cursor.h"

#define RJ_RDP_NAME_BYTES 32u	 /* UTF-16 with its NUL: MS-RDPBCGR 2.2.1.3.2 */
#define RJ_RDP_PRODUCT_BYTES 64u /* likewise */
#define RJ_RDP_MAX_CHANNELS 31u	 /* MS-RDPBCGR 2.2.1.3.4 */
#define RJ_RDP_CHANNEL_BYTES 8u	 /* MS-RDPBCGR 2.2.1.3.4.1 */

/* struct rj_rdp_client - of the client; texts as they came, filled up with zeros. */
struct rj_rdp_client {
	bool has_core;
	bool has_security;
	uint32_t version;
	uint16_t desktop_width;
	uint16_t desktop_height;
	uint32_t keyboard_layout;
	uint32_t keyboard_type;
	uint32_t build;
	uint32_t encryption_methods;
	uint8_t num_channels;
	uint8_t name[RJ_RDP_NAME_BYTES];
	uint8_t product_id[RJ_RDP_PRODUCT_BYTES];
	uint8_t channels[RJ_RDP_MAX_CHANNELS][RJ_RDP_CHANNEL_BYTES];
};

/* struct rj_rdp_server - of the server. */
struct rj_rdp_server {
	bool has_core;
	bool has_security;
	uint32_t version;
	uint32_t encryption_method;
	uint32_t encryption_level;
};

/*
 * rj_rdp_client_read, rj_rdp_server_read - from MCS Connect Initial and Connect Response, which
 * fill @c; T.125 7, T.124 8.7.
 */
RJ_MUST_CHECK enum rj_status rj_rdp_client_read(struct rj_cursor c, struct rj_rdp_client *out);
RJ_MUST_CHECK enum rj_status rj_rdp_server_read(struct rj_cursor c, struct rj_rdp_server *out);

#endif
