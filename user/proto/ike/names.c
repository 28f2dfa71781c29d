/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of numbers in IKE (IANA): lower case with underscores, as Joy writes them. */
#include "proto/ike/names.h"

#include <stddef.h>

/* clang-format off */
/* Payload types of version 1: RFC 2408 3.1, RFC 3947; 130 to 132 by use before them. */
const struct rj_ike_name rj_ike_payloads1[] = {
	{ 1, "security_association" },
	{ 2, "proposal" },
	{ 3, "transform" },
	{ 4, "key_exchange" },
	{ 5, "identification" },
	{ 6, "certificate" },
	{ 7, "certificate_request" },
	{ 8, "hash" },
	{ 9, "signature" },
	{ 10, "nonce" },
	{ 11, "notification" },
	{ 12, "delete" },
	{ 13, "vendor_id" },
	{ 14, "attributes" },
	{ 15, "sa_kek" },
	{ 16, "sa_tek" },
	{ 17, "key_download" },
	{ 18, "sequence_number" },
	{ 19, "proof_of_possession" },
	{ 20, "nat_discovery" },
	{ 21, "nat_original_address" },
	{ 22, "group_associated_policy" },
	{ 130, "nat_discovery" },
	{ 131, "nat_original_address" },
	{ 132, "fragment" },
	{ 0, NULL },
};

/* IKEv2 Payload Types. */
const struct rj_ike_name rj_ike_payloads2[] = {
	{ 33, "security_association" },
	{ 34, "key_exchange" },
	{ 35, "identification_initiator" },
	{ 36, "identification_responder" },
	{ 37, "certificate" },
	{ 38, "certificate_request" },
	{ 39, "authentication" },
	{ 40, "nonce" },
	{ 41, "notify" },
	{ 42, "delete" },
	{ 43, "vendor_id" },
	{ 44, "traffic_selector_initiator" },
	{ 45, "traffic_selector_responder" },
	{ 46, "encrypted" },
	{ 47, "configuration" },
	{ 48, "extensible_authentication" },
	{ 49, "generic_secure_password_method" },
	{ 50, "group_identification" },
	{ 51, "group_security_association" },
	{ 52, "key_download" },
	{ 53, "encrypted_fragment" },
	{ 54, "puzzle_solution" },
	{ 0, NULL },
};

/* Exchange types of version 1: RFC 2408 3.1, RFC 2409. */
const struct rj_ike_name rj_ike_exchanges1[] = {
	{ 1, "base" },
	{ 2, "identity_protection" },
	{ 3, "authentication_only" },
	{ 4, "aggressive" },
	{ 5, "informational" },
	{ 6, "transaction" },
	{ 32, "quick_mode" },
	{ 33, "new_group_mode" },
	{ 0, NULL },
};

/* IKEv2 Exchange Types. */
const struct rj_ike_name rj_ike_exchanges2[] = {
	{ 34, "ike_sa_init" },
	{ 35, "ike_auth" },
	{ 36, "create_child_sa" },
	{ 37, "informational" },
	{ 38, "ike_session_resume" },
	{ 39, "gsa_auth" },
	{ 40, "gsa_registration" },
	{ 41, "gsa_rekey" },
	{ 43, "ike_intermediate" },
	{ 44, "ike_followup_ke" },
	{ 0, NULL },
};

/* Protocols of proposals. */
const struct rj_ike_name rj_ike_protocols[] = {
	{ 0, "reserved" },
	{ 1, "ike" },
	{ 2, "ah" },
	{ 3, "esp" },
	{ 4, "fc_esp_header" },
	{ 5, "fc_ct_authentication" },
	{ 0, NULL },
};

/* The same in notifications of version 1, RFC 2407 4.4.1. */
const struct rj_ike_name rj_ike_notified1[] = {
	{ 0, "reserved" },
	{ 1, "proto_isakmp" },
	{ 2, "proto_ipsec_ah" },
	{ 3, "proto_ipsec_esp" },
	{ 4, "proto_ipcomp" },
	{ 0, NULL },
};

/* Transform Type Values. */
const struct rj_ike_name rj_ike_transform_types[] = {
	{ 1, "encryption_algorithm" },
	{ 2, "pseudorandom_function" },
	{ 3, "integrity_algorithm" },
	{ 4, "diffie_hellman_group" },
	{ 5, "extended_sequence_numbers" },
	{ 6, "additional_key_exchange_1" },
	{ 7, "additional_key_exchange_2" },
	{ 8, "additional_key_exchange_3" },
	{ 9, "additional_key_exchange_4" },
	{ 10, "additional_key_exchange_5" },
	{ 11, "additional_key_exchange_6" },
	{ 12, "additional_key_exchange_7" },
	{ 0, NULL },
};

/* Transform Type 1. */
const struct rj_ike_name rj_ike_encryption[] = {
	{ 1, "encr_des_iv64" },
	{ 2, "encr_des" },
	{ 3, "encr_3des" },
	{ 4, "encr_rc5" },
	{ 5, "encr_idea" },
	{ 6, "encr_cast" },
	{ 7, "encr_blowfish" },
	{ 8, "encr_3idea" },
	{ 9, "encr_des_iv32" },
	{ 11, "encr_null" },
	{ 12, "encr_aes_cbc" },
	{ 13, "encr_aes_ctr" },
	{ 14, "encr_aes_ccm_8" },
	{ 15, "encr_aes_ccm_12" },
	{ 16, "encr_aes_ccm_16" },
	{ 18, "encr_aes_gcm_8" },
	{ 19, "encr_aes_gcm_12" },
	{ 20, "encr_aes_gcm_16" },
	{ 21, "encr_null_auth_aes_gmac" },
	{ 23, "encr_camellia_cbc" },
	{ 24, "encr_camellia_ctr" },
	{ 25, "encr_camellia_ccm_8" },
	{ 26, "encr_camellia_ccm_12" },
	{ 27, "encr_camellia_ccm_16" },
	{ 28, "encr_chacha20_poly1305" },
	{ 29, "encr_aes_ccm_8_iiv" },
	{ 30, "encr_aes_gcm_16_iiv" },
	{ 31, "encr_chacha20_poly1305_iiv" },
	{ 32, "encr_kuznyechik_mgm_ktree" },
	{ 33, "encr_magma_mgm_ktree" },
	{ 34, "encr_kuznyechik_mgm_mac_ktree" },
	{ 35, "encr_magma_mgm_mac_ktree" },
	{ 0, NULL },
};

/* Transform Type 2. */
const struct rj_ike_name rj_ike_prfs[] = {
	{ 1, "prf_hmac_md5" },
	{ 2, "prf_hmac_sha1" },
	{ 3, "prf_hmac_tiger" },
	{ 4, "prf_aes128_xcbc" },
	{ 5, "prf_hmac_sha2_256" },
	{ 6, "prf_hmac_sha2_384" },
	{ 7, "prf_hmac_sha2_512" },
	{ 8, "prf_aes128_cmac" },
	{ 9, "prf_hmac_streebog_512" },
	{ 0, NULL },
};

/* Transform Type 3. */
const struct rj_ike_name rj_ike_integrity[] = {
	{ 0, "none" },
	{ 1, "auth_hmac_md5_96" },
	{ 2, "auth_hmac_sha1_96" },
	{ 3, "auth_des_mac" },
	{ 4, "auth_kpdk_md5" },
	{ 5, "auth_aes_xcbc_96" },
	{ 6, "auth_hmac_md5_128" },
	{ 7, "auth_hmac_sha1_160" },
	{ 8, "auth_aes_cmac_96" },
	{ 9, "auth_aes_128_gmac" },
	{ 10, "auth_aes_192_gmac" },
	{ 11, "auth_aes_256_gmac" },
	{ 12, "auth_hmac_sha2_256_128" },
	{ 13, "auth_hmac_sha2_384_192" },
	{ 14, "auth_hmac_sha2_512_256" },
	{ 0, NULL },
};

/* Transform Type 4, and Group Description of version 1. */
const struct rj_ike_name rj_ike_groups[] = {
	{ 0, "none" },
	{ 1, "dh_modp768" },
	{ 2, "dh_modp1024" },
	{ 3, "dh_ec2n_155" },
	{ 4, "dh_ec2n_185" },
	{ 5, "dh_modp1536" },
	{ 14, "dh_modp2048" },
	{ 15, "dh_modp3072" },
	{ 16, "dh_modp4096" },
	{ 17, "dh_modp6144" },
	{ 18, "dh_modp8192" },
	{ 19, "dh_p256" },
	{ 20, "dh_p384" },
	{ 21, "dh_p521" },
	{ 22, "dh_modp1024_s160" },
	{ 23, "dh_modp2048_s224" },
	{ 24, "dh_modp2048_s256" },
	{ 25, "dh_p192" },
	{ 26, "dh_p224" },
	{ 27, "dh_brainpoolp224r1" },
	{ 28, "dh_brainpoolp256r1" },
	{ 29, "dh_brainpoolp384r1" },
	{ 30, "dh_brainpoolp512r1" },
	{ 31, "dh_curve25519" },
	{ 32, "dh_curve448" },
	{ 33, "dh_gost3410_2012_256" },
	{ 34, "dh_gost3410_2012_512" },
	{ 35, "ml_kem_512" },
	{ 36, "ml_kem_768" },
	{ 37, "ml_kem_1024" },
	{ 0, NULL },
};

/* Transform Type 5. */
const struct rj_ike_name rj_ike_sequence[] = {
	{ 0, "no_extended_sequence_numbers" },
	{ 1, "extended_sequence_numbers" },
	{ 0, NULL },
};

/* NOTIFY messages of version 1: RFC 2408 3.14.1, RFC 2407 4.6.3, RFC 3706. */
const struct rj_ike_name rj_ike_notify1[] = {
	{ 1, "invalid_payload_type" },
	{ 2, "doi_not_supported" },
	{ 3, "situation_not_supported" },
	{ 4, "invalid_cookie" },
	{ 5, "invalid_major_version" },
	{ 6, "invalid_minor_version" },
	{ 7, "invalid_exchange_type" },
	{ 8, "invalid_flags" },
	{ 9, "invalid_message_id" },
	{ 10, "invalid_protocol_id" },
	{ 11, "invalid_spi" },
	{ 12, "invalid_transform_id" },
	{ 13, "attributes_not_supported" },
	{ 14, "no_proposal_chosen" },
	{ 15, "bad_proposal_syntax" },
	{ 16, "payload_malformed" },
	{ 17, "invalid_key_information" },
	{ 18, "invalid_id_information" },
	{ 19, "invalid_cert_encoding" },
	{ 20, "invalid_certificate" },
	{ 21, "cert_type_unsupported" },
	{ 22, "invalid_cert_authority" },
	{ 23, "invalid_hash_information" },
	{ 24, "authentication_failed" },
	{ 25, "invalid_signature" },
	{ 26, "address_notification" },
	{ 27, "notify_sa_lifetime" },
	{ 28, "certificate_unavailable" },
	{ 29, "unsupported_exchange_type" },
	{ 30, "unequal_payload_lengths" },
	{ 16384, "connected" },
	{ 24576, "responder_lifetime" },
	{ 24577, "replay_status" },
	{ 24578, "initial_contact" },
	{ 36136, "r_u_there" },
	{ 36137, "r_u_there_ack" },
	{ 0, NULL },
};

/* IKEv2 Notify Message Types. */
const struct rj_ike_name rj_ike_notify2[] = {
	{ 1, "unsupported_critical_payload" },
	{ 4, "invalid_ike_spi" },
	{ 5, "invalid_major_version" },
	{ 7, "invalid_syntax" },
	{ 9, "invalid_message_id" },
	{ 11, "invalid_spi" },
	{ 14, "no_proposal_chosen" },
	{ 17, "invalid_ke_payload" },
	{ 24, "authentication_failed" },
	{ 34, "single_pair_required" },
	{ 35, "no_additional_sas" },
	{ 36, "internal_address_failure" },
	{ 37, "failed_cp_required" },
	{ 38, "ts_unacceptable" },
	{ 39, "invalid_selectors" },
	{ 40, "unacceptable_addresses" },
	{ 41, "unexpected_nat_detected" },
	{ 42, "use_assigned_hoa" },
	{ 43, "temporary_failure" },
	{ 44, "child_sa_not_found" },
	{ 45, "invalid_group_id" },
	{ 46, "authorization_failed" },
	{ 47, "state_not_found" },
	{ 48, "ts_max_queue" },
	{ 16384, "initial_contact" },
	{ 16385, "set_window_size" },
	{ 16386, "additional_ts_possible" },
	{ 16387, "ipcomp_supported" },
	{ 16388, "nat_detection_source_ip" },
	{ 16389, "nat_detection_destination_ip" },
	{ 16390, "cookie" },
	{ 16391, "use_transport_mode" },
	{ 16392, "http_cert_lookup_supported" },
	{ 16393, "rekey_sa" },
	{ 16394, "esp_tfc_padding_not_supported" },
	{ 16395, "non_first_fragments_also" },
	{ 16396, "mobike_supported" },
	{ 16397, "additional_ip4_address" },
	{ 16398, "additional_ip6_address" },
	{ 16399, "no_additional_addresses" },
	{ 16400, "update_sa_addresses" },
	{ 16401, "cookie2" },
	{ 16402, "no_nats_allowed" },
	{ 16403, "auth_lifetime" },
	{ 16404, "multiple_auth_supported" },
	{ 16405, "another_auth_follows" },
	{ 16406, "redirect_supported" },
	{ 16407, "redirect" },
	{ 16408, "redirected_from" },
	{ 16409, "ticket_lt_opaque" },
	{ 16410, "ticket_request" },
	{ 16411, "ticket_ack" },
	{ 16412, "ticket_nack" },
	{ 16413, "ticket_opaque" },
	{ 16414, "link_id" },
	{ 16415, "use_wesp_mode" },
	{ 16416, "rohc_supported" },
	{ 16417, "eap_only_authentication" },
	{ 16418, "childless_ikev2_supported" },
	{ 16419, "quick_crash_detection" },
	{ 16420, "ikev2_message_id_sync_supported" },
	{ 16421, "ipsec_replay_counter_sync_supported" },
	{ 16422, "ikev2_message_id_sync" },
	{ 16423, "ipsec_replay_counter_sync" },
	{ 16424, "secure_password_methods" },
	{ 16425, "psk_persist" },
	{ 16426, "psk_confirm" },
	{ 16427, "erx_supported" },
	{ 16428, "ifom_capability" },
	{ 16429, "sender_request_id" },
	{ 16430, "ikev2_fragmentation_supported" },
	{ 16431, "signature_hash_algorithms" },
	{ 16432, "clone_ike_sa_supported" },
	{ 16433, "clone_ike_sa" },
	{ 16434, "puzzle" },
	{ 16435, "use_ppk" },
	{ 16436, "ppk_identity" },
	{ 16437, "no_ppk_auth" },
	{ 16438, "intermediate_exchange_supported" },
	{ 16439, "ip4_allowed" },
	{ 16440, "ip6_allowed" },
	{ 16441, "additional_key_exchange" },
	{ 16442, "use_aggfrag" },
	{ 0, NULL },
};

/* Attributes of phase 1: RFC 2409 appendix A. */
const struct rj_ike_name rj_ike_attributes1[] = {
	{ 1, "encryption_algorithm" },
	{ 2, "hash_algorithm" },
	{ 3, "authentication_method" },
	{ 4, "group_description" },
	{ 5, "group_type" },
	{ 6, "group_prime" },
	{ 7, "group_generator_one" },
	{ 8, "group_generator_two" },
	{ 9, "group_curve_a" },
	{ 10, "group_curve_b" },
	{ 11, "life_type" },
	{ 12, "life_duration" },
	{ 13, "prf" },
	{ 14, "key_length" },
	{ 15, "field_size" },
	{ 16, "group_order" },
	{ 0, NULL },
};

/* Attributes of phase 2: RFC 2407 4.5. */
const struct rj_ike_name rj_ike_attributes_doi[] = {
	{ 1, "sa_life_type" },
	{ 2, "sa_life_duration" },
	{ 3, "group_description" },
	{ 4, "encapsulation_mode" },
	{ 5, "authentication_algorithm" },
	{ 6, "key_length" },
	{ 7, "key_rounds" },
	{ 8, "compress_dictionary_size" },
	{ 9, "compress_private_algorithm" },
	{ 10, "ecn_tunnel" },
	{ 0, NULL },
};

/* Encryption algorithms of phase 1. */
const struct rj_ike_name rj_ike_encryption1[] = {
	{ 1, "encr_des_cbc" },
	{ 2, "encr_idea_cbc" },
	{ 3, "encr_blowfish_cbc" },
	{ 4, "encr_rc5_r16_b64_cbc" },
	{ 5, "encr_3des_cbc" },
	{ 6, "encr_cast_cbc" },
	{ 7, "encr_aes_cbc" },
	{ 8, "encr_camellia_cbc" },
	{ 0, NULL },
};

/* Hash algorithms of phase 1. */
const struct rj_ike_name rj_ike_hashes1[] = {
	{ 1, "md5" },
	{ 2, "sha" },
	{ 3, "tiger" },
	{ 4, "sha2_256" },
	{ 5, "sha2_384" },
	{ 6, "sha2_512" },
	{ 0, NULL },
};

/* Authentication methods of phase 1; private ones are XAUTH and hybrid drafts. */
const struct rj_ike_name rj_ike_methods1[] = {
	{ 1, "pre_shared_key" },
	{ 2, "dss_signatures" },
	{ 3, "rsa_signatures" },
	{ 4, "rsa_encryption" },
	{ 5, "revised_rsa_encryption" },
	{ 9, "ecdsa_sha256_p256" },
	{ 10, "ecdsa_sha384_p384" },
	{ 11, "ecdsa_sha512_p521" },
	{ 64221, "hybrid_init_rsa" },
	{ 64222, "hybrid_resp_rsa" },
	{ 64223, "hybrid_init_dss" },
	{ 64224, "hybrid_resp_dss" },
	{ 65001, "xauth_init_pre_shared_key" },
	{ 65002, "xauth_resp_pre_shared_key" },
	{ 65003, "xauth_init_dss" },
	{ 65004, "xauth_resp_dss" },
	{ 65005, "xauth_init_rsa" },
	{ 65006, "xauth_resp_rsa" },
	{ 65007, "xauth_init_rsa_encryption" },
	{ 65008, "xauth_resp_rsa_encryption" },
	{ 65009, "xauth_init_rsa_revised_encryption" },
	{ 65010, "xauth_resp_rsa_revised_encryption" },
	{ 0, NULL },
};

/* Life types. */
const struct rj_ike_name rj_ike_life_types[] = {
	{ 1, "seconds" },
	{ 2, "kilobytes" },
	{ 0, NULL },
};

/* Group types. */
const struct rj_ike_name rj_ike_group_types[] = {
	{ 1, "modp" },
	{ 2, "ecp" },
	{ 3, "ec2n" },
	{ 0, NULL },
};

/* Types of identification: RFC 2407 4.6.2.1, IKEv2 Identification Payload ID Types. */
const struct rj_ike_name rj_ike_identities[] = {
	{ 1, "ipv4_addr" },
	{ 2, "fqdn" },
	{ 3, "user_fqdn" },
	{ 4, "ipv4_addr_subnet" },
	{ 5, "ipv6_addr" },
	{ 6, "ipv6_addr_subnet" },
	{ 7, "ipv4_addr_range" },
	{ 8, "ipv6_addr_range" },
	{ 9, "der_asn1_dn" },
	{ 10, "der_asn1_gn" },
	{ 11, "key_id" },
	{ 12, "fc_name" },
	{ 13, "null" },
	{ 0, NULL },
};

/* Certificate encodings. */
const struct rj_ike_name rj_ike_certificates[] = {
	{ 1, "pkcs7_wrapped_x509" },
	{ 2, "pgp" },
	{ 3, "dns_signed_key" },
	{ 4, "x509_signature" },
	{ 5, "x509_key_exchange" },
	{ 6, "kerberos_tokens" },
	{ 7, "crl" },
	{ 8, "arl" },
	{ 9, "spki" },
	{ 10, "x509_attribute" },
	{ 11, "raw_rsa_key" },
	{ 12, "hash_url_x509" },
	{ 13, "hash_url_x509_bundle" },
	{ 14, "ocsp_content" },
	{ 15, "raw_public_key" },
	{ 0, NULL },
};
/* clang-format on */

const char *rj_ike_name_of(const struct rj_ike_name *table, uint32_t number)
{
	for (; table->name; table++)
		if (table->number == number)
			return table->name;
	return NULL;
}
