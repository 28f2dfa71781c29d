/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of names of TLS extensions and alerts. */
#include "proto/tls/names.h"

#include <stdbool.h>
#include <string.h>

#define NUM(a) (sizeof(a) / sizeof((a)[0]))
#define NAME(literal)                                                                              \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

/* 40 and 46 are reserved, 53 is a deprecated twin of 54. */
static const struct rj_tls_name low_names[] = {
	[0] = NAME("server_name"),
	[1] = NAME("max_fragment_length"),
	[2] = NAME("client_certificate_url"),
	[3] = NAME("trusted_ca_keys"),
	[4] = NAME("truncated_hmac"),
	[5] = NAME("status_request"),
	[6] = NAME("user_mapping"),
	[7] = NAME("client_authz"),
	[8] = NAME("server_authz"),
	[9] = NAME("cert_type"),
	[10] = NAME("supported_groups"),
	[11] = NAME("ec_point_formats"),
	[12] = NAME("srp"),
	[13] = NAME("signature_algorithms"),
	[14] = NAME("use_srtp"),
	[15] = NAME("heartbeat"),
	[16] = NAME("application_layer_protocol_negotiation"),
	[17] = NAME("status_request_v2"),
	[18] = NAME("signed_certificate_timestamp"),
	[19] = NAME("client_certificate_type"),
	[20] = NAME("server_certificate_type"),
	[21] = NAME("padding"),
	[22] = NAME("encrypt_then_mac"),
	[23] = NAME("extended_master_secret"),
	[24] = NAME("token_binding"),
	[25] = NAME("cached_info"),
	[26] = NAME("tls_lts"),
	[27] = NAME("compress_certificate"),
	[28] = NAME("record_size_limit"),
	[29] = NAME("pwd_protect"),
	[30] = NAME("pwd_clear"),
	[31] = NAME("password_salt"),
	[32] = NAME("ticket_pinning"),
	[33] = NAME("tls_cert_with_extern_psk"),
	[34] = NAME("delegated_credential"),
	[35] = NAME("session_ticket"),
	[36] = NAME("TLMSP"),
	[37] = NAME("TLMSP_proxying"),
	[38] = NAME("TLMSP_delegate"),
	[39] = NAME("supported_ekt_ciphers"),
	[41] = NAME("pre_shared_key"),
	[42] = NAME("early_data"),
	[43] = NAME("supported_versions"),
	[44] = NAME("cookie"),
	[45] = NAME("psk_key_exchange_modes"),
	[47] = NAME("certificate_authorities"),
	[48] = NAME("oid_filters"),
	[49] = NAME("post_handshake_auth"),
	[50] = NAME("signature_algorithms_cert"),
	[51] = NAME("key_share"),
	[52] = NAME("transparency_info"),
	[54] = NAME("connection_id"),
	[55] = NAME("external_id_hash"),
	[56] = NAME("external_session_id"),
	[57] = NAME("quic_transport_parameters"),
	[58] = NAME("ticket_request"),
	[59] = NAME("dnssec_chain"),
	[60] = NAME("sequence_number_encryption_algorithms"),
	[61] = NAME("rrc"),
};

static const struct {
	uint16_t type;
	struct rj_tls_name name;
} high_names[] = {
	{ 0xfd00, NAME("ech_outer_extensions") },
	{ 0xfe0d, NAME("encrypted_client_hello") },
	{ 0xff01, NAME("renegotiation_info") },
};

struct rj_tls_name rj_tls_extension_name(uint16_t type)
{
	if (type < NUM(low_names))
		return low_names[type];
	for (size_t i = 0; i < NUM(high_names); i++)
		if (high_names[i].type == type)
			return high_names[i].name;
	return (struct rj_tls_name){ .text = NULL };
}

static bool is_name(const struct rj_tls_name *known, const char *name, size_t len)
{
	return known->text && known->len == len && !memcmp(known->text, name, len);
}

long rj_tls_extension_number(const char *name, size_t len)
{
	for (size_t i = 0; i < NUM(low_names); i++)
		if (is_name(&low_names[i], name, len))
			return (long)i;
	for (size_t i = 0; i < NUM(high_names); i++)
		if (is_name(&high_names[i].name, name, len))
			return high_names[i].type;
	return -1;
}

/* 21, 30, 41 and 60 are of earlier versions and no longer sent. */
static const char *const alert_names[] = {
	[0] = "close_notify",
	[10] = "unexpected_message",
	[20] = "bad_record_mac",
	[21] = "decryption_failed",
	[22] = "record_overflow",
	[30] = "decompression_failure",
	[40] = "handshake_failure",
	[41] = "no_certificate",
	[42] = "bad_certificate",
	[43] = "unsupported_certificate",
	[44] = "certificate_revoked",
	[45] = "certificate_expired",
	[46] = "certificate_unknown",
	[47] = "illegal_parameter",
	[48] = "unknown_ca",
	[49] = "access_denied",
	[50] = "decode_error",
	[51] = "decrypt_error",
	[52] = "too_many_cids_requested",
	[60] = "export_restriction",
	[70] = "protocol_version",
	[71] = "insufficient_security",
	[80] = "internal_error",
	[86] = "inappropriate_fallback",
	[90] = "user_canceled",
	[100] = "no_renegotiation",
	[109] = "missing_extension",
	[110] = "unsupported_extension",
	[111] = "certificate_unobtainable",
	[112] = "unrecognized_name",
	[113] = "bad_certificate_status_response",
	[114] = "bad_certificate_hash_value",
	[115] = "unknown_psk_identity",
	[116] = "certificate_required",
	[117] = "general_error",
	[120] = "no_application_protocol",
	[121] = "ech_required",
};

const char *rj_tls_alert_name(uint8_t description)
{
	return description < NUM(alert_names) ? alert_names[description] : NULL;
}
