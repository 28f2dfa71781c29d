/* SPDX-License-Identifier: BSD-3-Clause */
/* The field rows of `smb`, names of its numbers, and the object. */
#include <stdio.h>

#include "proto/common/ber.h"
#include "proto/common/names.h"
#include "proto/smb/session.h"

/* clang-format off */
const struct rj_field rj_smb_fields[RJ_SMB_NUM_FIELDS] = {
	[RJ_SMB_F_SMB] = { "smb", RJ_TYPE_OBJECT, "", 0, "MS-SMB2, MS-CIFS",
		"Negotiation and session setup of SMB, of all versions." },
	[RJ_SMB_F_VERSION] = { "version", RJ_TYPE_UINT, "", 0, "MS-SMB2 1.7, MS-CIFS",
		"Version of the protocol: 1, 2 or, by the dialect chosen, 3." },
	[RJ_SMB_F_CALLING] = { "calling", RJ_TYPE_STRING, "", 0, "RFC 1002 4.3.2",
		"NetBIOS name of the client, over its session service." },
	[RJ_SMB_F_CALLED] = { "called", RJ_TYPE_WORDS, "", 0, "RFC 1002 4.3.2",
		"NetBIOS name that it called." },
	[RJ_SMB_F_REFUSAL] = { "refusal", RJ_TYPE_STRING, "", 0, "RFC 1002 4.3.4",
		"Why the session was refused." },
	[RJ_SMB_F_DIALECTS] = { "dialects", RJ_TYPE_ARRAY, "", 0,
		"MS-CIFS 2.2.4.52.1, MS-SMB2 2.2.3",
		"Dialects that the client offers: of SMB 1 by their texts, of SMB 2 and 3 by "
		"version." },
	[RJ_SMB_F_OFFERED] = { "offered", RJ_TYPE_STRING, "", 0, "MS-SMB2 2.2.3", "One of them." },
	[RJ_SMB_F_DIALECT] = { "dialect", RJ_TYPE_STRING, "", 0, "MS-SMB2 2.2.4",
		"Dialect that the server chose." },
	[RJ_SMB_F_CLIENT] = { "client", RJ_TYPE_OBJECT, "", 0,
		"", "What the client said of itself." },
	[RJ_SMB_F_SERVER] = { "server", RJ_TYPE_OBJECT, "", 0,
		"", "What the server said of itself." },
	[RJ_SMB_F_GUID] = { "guid", RJ_TYPE_HEX, "", 0, "MS-SMB2 2.2.3, 2.2.4",
		"Its identifier, the bytes as they came." },
	[RJ_SMB_F_CAPABILITIES] = { "capabilities", RJ_TYPE_ARRAY, "", 0,
		"MS-SMB2 2.2.3, MS-CIFS 2.2.4.52.2",
		"What it can do." },
	[RJ_SMB_F_CAPABILITY] = { "capability", RJ_TYPE_STRING, "", 0,
		"MS-SMB2 2.2.3", "One of them." },
	[RJ_SMB_F_SIGNING] = { "signing", RJ_TYPE_STRING, "", 0, "MS-SMB2 2.2.3",
		"Whether it signs: disabled, enabled or required." },
	[RJ_SMB_F_CIPHERS] = { "ciphers", RJ_TYPE_ARRAY, "", 0, "MS-SMB2 2.2.3.1.2",
		"Ciphers it offers, or the one it chose." },
	[RJ_SMB_F_CIPHER] = { "cipher", RJ_TYPE_STRING, "", 0,
		"MS-SMB2 2.2.3.1.2", "One of them." },
	[RJ_SMB_F_HASHES] = { "hashes", RJ_TYPE_ARRAY, "", 0, "MS-SMB2 2.2.3.1.1",
		"Hashes for the integrity of what comes before authentication." },
	[RJ_SMB_F_HASH] = { "hash", RJ_TYPE_STRING, "", 0, "MS-SMB2 2.2.3.1.1", "One of them." },
	[RJ_SMB_F_COMPRESSION] = { "compression", RJ_TYPE_ARRAY, "", 0, "MS-SMB2 2.2.3.1.3",
		"Compression it offers, or chose." },
	[RJ_SMB_F_COMPRESSOR] = { "compressor", RJ_TYPE_STRING, "", 0,
		"MS-SMB2 2.2.3.1.3", "One of them." },
	[RJ_SMB_F_SIGNING_ALGORITHMS] = { "signing_algorithms", RJ_TYPE_ARRAY, "", 0,
		"MS-SMB2 2.2.3.1.7",
		"Algorithms to sign by that it offers, or chose." },
	[RJ_SMB_F_SIGNING_ALGORITHM] = { "signing_algorithm", RJ_TYPE_STRING, "", 0,
		"MS-SMB2 2.2.3.1.7",
		"One of them." },
	[RJ_SMB_F_MECHANISMS] = { "mechanisms", RJ_TYPE_ARRAY, "", 0, "RFC 4178 4.2.1",
		"Ways to authenticate that it offers or uses." },
	[RJ_SMB_F_MECHANISM] = { "mechanism", RJ_TYPE_STRING, "", 0,
		"RFC 4178 4.1", "One of them." },
	[RJ_SMB_F_OS] = { "native_os", RJ_TYPE_STRING, "", 0, "MS-CIFS 2.2.4.53",
		"Its operating system, of SMB 1." },
	[RJ_SMB_F_MANAGER] = { "native_lan_manager", RJ_TYPE_STRING, "", 0, "MS-CIFS 2.2.4.53",
		"Its program, of SMB 1." },
	[RJ_SMB_F_DOMAIN] = { "domain", RJ_TYPE_STRING, "", 0, "MS-CIFS 2.2.4.53, MS-NLMP 2.2.1.3",
		"Domain of the user or of the server." },
	[RJ_SMB_F_NAME] = { "name", RJ_TYPE_STRING, "", 0, "MS-CIFS 2.2.4.52.2",
		"Name of the server, of SMB 1." },
	[RJ_SMB_F_NETNAME] = { "netname", RJ_TYPE_WORDS, "", 0, "MS-SMB2 2.2.3.1.4",
		"Name or address that the client called the server by." },
	[RJ_SMB_F_NTLMSSP] = { "ntlmssp", RJ_TYPE_OBJECT, "", 0, "MS-NLMP 2.2.1",
		"What NTLM's messages tell of both ends." },
	[RJ_SMB_F_USER] = { "user", RJ_TYPE_WORDS, "", 0, "MS-NLMP 2.2.1.3, MS-CIFS 2.2.4.53.1",
		"Name of the user." },
	[RJ_SMB_F_WORKSTATION] = { "workstation", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.1.3",
		"Name of the client's machine." },
	[RJ_SMB_F_CLIENT_VERSION] = { "client_version", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.2.10",
		"Version of the client's Windows, or what it says it is." },
	[RJ_SMB_F_CLIENT_FLAGS] = { "client_flags", RJ_TYPE_ARRAY, "", 0, "MS-NLMP 2.2.2.5",
		"What the client negotiates, of its last message." },
	[RJ_SMB_F_TARGET] = { "target", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.1.2",
		"Domain or server that the user is asked for." },
	[RJ_SMB_F_NETBIOS_COMPUTER] = { "netbios_computer", RJ_TYPE_STRING, "", 0,
		"MS-NLMP 2.2.2.1",
		"NetBIOS name of the server." },
	[RJ_SMB_F_NETBIOS_DOMAIN] = { "netbios_domain", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.2.1",
		"NetBIOS name of its domain." },
	[RJ_SMB_F_DNS_COMPUTER] = { "dns_computer", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.2.1",
		"Full name of the server." },
	[RJ_SMB_F_DNS_DOMAIN] = { "dns_domain", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.2.1",
		"Full name of its domain." },
	[RJ_SMB_F_DNS_TREE] = { "dns_tree", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.2.1",
		"Full name of its forest." },
	[RJ_SMB_F_SERVER_VERSION] = { "server_version", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.2.10",
		"Version of the server's Windows, or what it says it is." },
	[RJ_SMB_F_SERVER_FLAGS] = { "server_flags", RJ_TYPE_ARRAY, "", 0, "MS-NLMP 2.2.2.5",
		"What the server agrees to." },
	[RJ_SMB_F_FLAG] = { "flag", RJ_TYPE_STRING, "", 0, "MS-NLMP 2.2.2.5", "One flag." },
	[RJ_SMB_F_STATUS] = { "status", RJ_TYPE_STRING, "", 0, "MS-ERREF 2.3",
		"How the last session setup ended, by name or as a number." },
	[RJ_SMB_F_SESSION] = { "session", RJ_TYPE_STRING, "", 0, "MS-SMB2 2.2.6",
		"What the session is where it is no user's: guest or null." },
	[RJ_SMB_F_ENCRYPTED] = { "encrypted", RJ_TYPE_BOOL, "", 0, "MS-SMB2 2.2.41",
		"Encrypted messages follow." },
};

static const struct rj_name dialects2[] = {
	{ 0x0202, "2.0.2" },
	{ 0x0210, "2.1" },
	{ 0x0300, "3.0" },
	{ 0x0302, "3.0.2" },
	{ 0x0311, "3.1.1" },
	{ 0x02ff, "2.???" }, /* SMB 2, which of it the next negotiation tells */
	{ 0, NULL },
};

static const struct rj_name capabilities1[] = {
	{ 0x00000001, "raw_mode" },
	{ 0x00000002, "mpx_mode" },
	{ 0x00000004, "unicode" },
	{ 0x00000008, "large_files" },
	{ 0x00000010, "nt_smbs" },
	{ 0x00000020, "rpc_remote_apis" },
	{ 0x00000040, "status32" },
	{ 0x00000080, "level_ii_oplocks" },
	{ 0x00000100, "lock_and_read" },
	{ 0x00000200, "nt_find" },
	{ 0x00001000, "dfs" },
	{ 0x00002000, "infolevel_passthru" },
	{ 0x00004000, "large_readx" },
	{ 0x00008000, "large_writex" },
	{ 0x00010000, "lwio" },
	{ 0x00800000, "unix" },
	{ 0x02000000, "compressed_data" },
	{ 0x20000000, "dynamic_reauth" },
	{ 0x40000000, "persistent_handles" },
	{ 0x80000000, "extended_security" },
	{ 0, NULL },
};

static const struct rj_name capabilities2[] = {
	{ 0x01, "dfs" },
	{ 0x02, "leasing" },
	{ 0x04, "large_mtu" },
	{ 0x08, "multi_channel" },
	{ 0x10, "persistent_handles" },
	{ 0x20, "directory_leasing" },
	{ 0x40, "encryption" },
	{ 0x80, "notifications" },
	{ 0, NULL },
};

static const struct rj_name signings[] = {
	{ RJ_SMB_SIGNING_DISABLED, "disabled" },
	{ RJ_SMB_SIGNING_ENABLED, "enabled" },
	{ RJ_SMB_SIGNING_REQUIRED, "required" },
	{ 0, NULL },
};

static const struct rj_name ciphers[] = {
	{ 0, "none" },
	{ 1, "aes-128-ccm" },
	{ 2, "aes-128-gcm" },
	{ 3, "aes-256-ccm" },
	{ 4, "aes-256-gcm" },
	{ 0, NULL },
};

static const struct rj_name hashes[] = {
	{ 1, "sha-512" },
	{ 0, NULL },
};

static const struct rj_name compressions[] = {
	{ 0, "none" },
	{ 1, "lznt1" },
	{ 2, "lz77" },
	{ 3, "lz77+huffman" },
	{ 4, "pattern_v1" },
	{ 5, "lz4" },
	{ 0, NULL },
};

static const struct rj_name signing_algorithms[] = {
	{ 0, "hmac-sha256" },
	{ 1, "aes-cmac" },
	{ 2, "aes-gmac" },
	{ 0, NULL },
};

/* NTSTATUS of session setups (MS-ERREF 2.3.1). */
static const struct rj_name statuses[] = {
	{ 0x00000000, "success" },
	{ 0xc000000d, "invalid_parameter" },
	{ 0xc0000016, "more_processing_required" },
	{ 0xc0000022, "access_denied" },
	{ 0xc000005e, "no_logon_servers" },
	{ 0xc0000064, "no_such_user" },
	{ 0xc000006a, "wrong_password" },
	{ 0xc000006d, "logon_failure" },
	{ 0xc000006e, "account_restriction" },
	{ 0xc000006f, "invalid_logon_hours" },
	{ 0xc0000070, "invalid_workstation" },
	{ 0xc0000071, "password_expired" },
	{ 0xc0000072, "account_disabled" },
	{ 0xc000009a, "insufficient_resources" },
	{ 0xc00000bb, "not_supported" },
	{ 0xc00000d0, "request_not_accepted" },
	{ 0xc0000133, "time_difference_at_dc" },
	{ 0xc000015b, "logon_type_not_granted" },
	{ 0xc000018b, "no_trust_sam_account" },
	{ 0xc000018d, "trusted_relationship_failure" },
	{ 0xc0000193, "account_expired" },
	{ 0xc0000203, "user_session_deleted" },
	{ 0xc0000224, "password_must_change" },
	{ 0xc0000234, "account_locked_out" },
	{ 0xc000035c, "network_session_expired" },
	{ 0xc0000413, "authentication_firewall_failed" },
	{ 0, NULL },
};

/* RFC 1002 4.3.4. */
static const struct rj_name refusals[] = {
	{ 0x80, "not_listening_on_called_name" },
	{ 0x81, "not_listening_for_calling_name" },
	{ 0x82, "called_name_not_present" },
	{ 0x83, "insufficient_resources" },
	{ 0x8f, "unspecified_error" },
	{ 0, NULL },
};

/* MS-NLMP 2.2.2.5. */
static const struct rj_name ntlm_flags[] = {
	{ 0x00000001, "unicode" },
	{ 0x00000002, "oem" },
	{ 0x00000004, "request_target" },
	{ 0x00000010, "sign" },
	{ 0x00000020, "seal" },
	{ 0x00000040, "datagram" },
	{ 0x00000080, "lm_key" },
	{ 0x00000200, "ntlm" },
	{ 0x00000800, "anonymous" },
	{ 0x00001000, "oem_domain_supplied" },
	{ 0x00002000, "oem_workstation_supplied" },
	{ 0x00008000, "always_sign" },
	{ 0x00010000, "target_type_domain" },
	{ 0x00020000, "target_type_server" },
	{ 0x00080000, "extended_session_security" },
	{ 0x00100000, "identify" },
	{ 0x00400000, "request_non_nt_session_key" },
	{ 0x00800000, "target_info" },
	{ 0x02000000, "version" },
	{ 0x20000000, "128bit" },
	{ 0x40000000, "key_exchange" },
	{ 0x80000000, "56bit" },
	{ 0, NULL },
};

/* Mechanisms of GSS-API, their OIDs in BER; the bit of each is its place. */
static const struct {
	const char *name;
	uint8_t len;
	uint8_t oid[12];
} mechanisms[RJ_SMB_MAX_MECHANISMS] = {
	{ "spnego", 6, { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02 } },
	{ "ms_kerberos", 9, { 0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02 } },
	{ "kerberos", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02 } },
	{ "kerberos_user_to_user", 10,
		{ 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02, 0x03 } },
	{ "ntlmssp", 10, { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a } },
	{ "negoex", 10, { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x1e } },
};
/* clang-format on */

#define NTLMSSP_BIT (1u << 4)
#define DIALECT_30 0x0300u
#define GSS_TOKEN 0x60u /* RFC 2743 3.1: application 0, constructed */

static uint8_t mechanism_bit(struct rj_cursor oid)
{
	const uint8_t *bytes;
	size_t len = oid.left;

	if (rj_cursor_bytes(&oid, len, &bytes))
		return 0;
	for (unsigned int i = 0; i < RJ_SMB_MAX_MECHANISMS && mechanisms[i].len; i++)
		if (len == mechanisms[i].len && !memcmp(bytes, mechanisms[i].oid, len))
			return (uint8_t)(1u << i);
	return 0;
}

/* A token of GSS-API: its mechanism, and of SPNEGO those that it lists (RFC 4178 4.2.1). */
static uint8_t mechanisms_of(struct rj_cursor blob)
{
	struct rj_cursor token, oid, init, fields, list, types;
	uint8_t bits;

	if (rj_ber_open(&blob, GSS_TOKEN, &token) || rj_ber_open(&token, RJ_BER_OID, &oid))
		return 0;
	bits = mechanism_bit(oid);
	if (rj_ber_open(&token, RJ_BER_CONTEXT(0), &init) ||
	    rj_ber_open(&init, RJ_BER_SEQUENCE, &fields) ||
	    rj_ber_open(&fields, RJ_BER_CONTEXT(0), &list) ||
	    rj_ber_open(&list, RJ_BER_SEQUENCE, &types))
		return bits;
	while (!rj_ber_open(&types, RJ_BER_OID, &oid))
		bits |= mechanism_bit(oid);
	return bits;
}

void rj_smb_take_blob(struct rj_smb_session *s, struct rj_smb_party *party, struct rj_arena *arena,
		      struct rj_cursor blob)
{
	party->mechanisms |= mechanisms_of(blob);
	if (rj_ntlm_take(&s->ntlm, arena, blob))
		party->mechanisms |= NTLMSSP_BIT;
}

void rj_smb_put_text(struct rj_visitor *v, enum rj_smb_field f, const struct rj_ntlm_text *text)
{
	struct rj_cursor bytes = text->bytes;
	const uint8_t *nul = bytes.left ? memchr(bytes.at, 0, bytes.left) : NULL;

	if (text->is_utf16) {
		rj_put_utf16(v, &rj_smb_fields[f], bytes);
		return;
	}
	if (nul)
		bytes.left = (uint32_t)(nul - bytes.at);
	rj_put_text(v, &rj_smb_fields[f], bytes);
}

static void put_version(struct rj_visitor *v, enum rj_smb_field f,
			const struct rj_ntlm_version *version)
{
	char text[16];
	int len;

	if (!version->is_there)
		return;
	len = snprintf(text, sizeof(text), "%u.%u.%u", version->major, version->minor,
		       version->build);
	v->ops->string(v, &rj_smb_fields[f], text, (size_t)len);
}

static void put_flags(struct rj_visitor *v, enum rj_smb_field f, uint32_t flags)
{
	rj_put_bits(v, &rj_smb_fields[f], &rj_smb_fields[RJ_SMB_F_FLAG], ntlm_flags, flags);
}

void rj_ntlm_put(const struct rj_ntlm *n, struct rj_visitor *v)
{
	if (!n->has_client && !n->has_server)
		return;
	v->ops->open(v, &rj_smb_fields[RJ_SMB_F_NTLMSSP]);
	rj_smb_put_text(v, RJ_SMB_F_USER, &n->user);
	rj_smb_put_text(v, RJ_SMB_F_DOMAIN, &n->domain);
	rj_smb_put_text(v, RJ_SMB_F_WORKSTATION, &n->workstation);
	put_version(v, RJ_SMB_F_CLIENT_VERSION, &n->client_version);
	if (n->has_client)
		put_flags(v, RJ_SMB_F_CLIENT_FLAGS, n->client_flags);
	rj_smb_put_text(v, RJ_SMB_F_TARGET, &n->target);
	for (unsigned int i = 0; i < RJ_NTLM_NUM_NAMES; i++)
		rj_smb_put_text(v, RJ_SMB_F_NETBIOS_COMPUTER + i, &n->names[i]);
	put_version(v, RJ_SMB_F_SERVER_VERSION, &n->server_version);
	if (n->has_server)
		put_flags(v, RJ_SMB_F_SERVER_FLAGS, n->server_flags);
	v->ops->close(v);
}

/* One of SMB 1's dialects: a byte 2, a text with its NUL. */
static bool next_dialect(struct rj_cursor *c, struct rj_cursor *out)
{
	const uint8_t *nul;

	if (rj_cursor_skip(c, 1))
		return false;
	nul = c->left ? memchr(c->at, 0, c->left) : NULL;
	return nul && !rj_cursor_sub(c, (size_t)(nul - c->at), out) && !rj_cursor_skip(c, 1);
}

static void put_dialects(const struct rj_smb_session *s, struct rj_visitor *v)
{
	struct rj_cursor left = s->dialects1, dialect;

	if (!left.left && !s->num_dialects2)
		return;
	v->ops->open(v, &rj_smb_fields[RJ_SMB_F_DIALECTS]);
	while (next_dialect(&left, &dialect))
		v->ops->string(v, &rj_smb_fields[RJ_SMB_F_OFFERED], dialect.at, dialect.left);
	for (unsigned int i = 0; i < s->num_dialects2; i++)
		rj_put_name(v, &rj_smb_fields[RJ_SMB_F_OFFERED], dialects2, s->dialects2[i]);
	v->ops->close(v);
}

static void put_dialect(const struct rj_smb_session *s, struct rj_visitor *v)
{
	struct rj_cursor left = s->dialects1, dialect;

	if (s->has_dialect2) {
		rj_put_name(v, &rj_smb_fields[RJ_SMB_F_DIALECT], dialects2, s->dialect2);
		return;
	}
	for (unsigned int i = 0; s->has_dialect1 && next_dialect(&left, &dialect); i++)
		if (i == s->dialect1)
			rj_put_text(v, &rj_smb_fields[RJ_SMB_F_DIALECT], dialect);
}

/* All of 3 is that of 2 but for the dialect. */
static void put_protocol(const struct rj_smb_session *s, struct rj_visitor *v)
{
	bool is_3 = s->version == 2 && s->has_dialect2 && s->dialect2 >= DIALECT_30;

	if (s->version)
		v->ops->u64(v, &rj_smb_fields[RJ_SMB_F_VERSION], is_3 ? 3 : s->version);
}

static void put_list(struct rj_visitor *v, enum rj_smb_field list, enum rj_smb_field item,
		     const struct rj_name *table, const struct rj_smb_list *values)
{
	if (!values->num)
		return;
	v->ops->open(v, &rj_smb_fields[list]);
	for (unsigned int i = 0; i < values->num; i++)
		rj_put_name(v, &rj_smb_fields[item], table, values->numbers[i]);
	v->ops->close(v);
}

static void put_mechanisms(struct rj_visitor *v, uint8_t bits)
{
	if (!bits)
		return;
	v->ops->open(v, &rj_smb_fields[RJ_SMB_F_MECHANISMS]);
	for (unsigned int i = 0; i < RJ_SMB_MAX_MECHANISMS; i++)
		if (bits >> i & 1)
			v->ops->string(v, &rj_smb_fields[RJ_SMB_F_MECHANISM], mechanisms[i].name,
				       strlen(mechanisms[i].name));
	v->ops->close(v);
}

static bool is_known(const struct rj_smb_party *party)
{
	return party->has_guid || party->has_capabilities || party->has_signing ||
	       party->mechanisms || party->os.bytes.left || party->manager.bytes.left ||
	       party->domain.bytes.left || party->name.bytes.left;
}

static void put_party(struct rj_visitor *v, enum rj_smb_field f, const struct rj_smb_party *party)
{
	if (!is_known(party))
		return;
	v->ops->open(v, &rj_smb_fields[f]);
	if (party->has_guid)
		v->ops->hex(v, &rj_smb_fields[RJ_SMB_F_GUID], party->guid, RJ_SMB_GUID_BYTES);
	if (party->has_capabilities)
		rj_put_bits(v, &rj_smb_fields[RJ_SMB_F_CAPABILITIES],
			    &rj_smb_fields[RJ_SMB_F_CAPABILITY],
			    party->is_smb1 ? capabilities1 : capabilities2, party->capabilities);
	if (party->has_signing)
		rj_put_name(v, &rj_smb_fields[RJ_SMB_F_SIGNING], signings, party->signing);
	put_list(v, RJ_SMB_F_CIPHERS, RJ_SMB_F_CIPHER, ciphers, &party->ciphers);
	put_list(v, RJ_SMB_F_HASHES, RJ_SMB_F_HASH, hashes, &party->hashes);
	put_list(v, RJ_SMB_F_COMPRESSION, RJ_SMB_F_COMPRESSOR, compressions, &party->compression);
	put_list(v, RJ_SMB_F_SIGNING_ALGORITHMS, RJ_SMB_F_SIGNING_ALGORITHM, signing_algorithms,
		 &party->signing_algorithms);
	put_mechanisms(v, party->mechanisms);
	rj_smb_put_text(v, RJ_SMB_F_OS, &party->os);
	rj_smb_put_text(v, RJ_SMB_F_MANAGER, &party->manager);
	rj_smb_put_text(v, RJ_SMB_F_DOMAIN, &party->domain);
	rj_smb_put_text(v, f == RJ_SMB_F_CLIENT ? RJ_SMB_F_NETNAME : RJ_SMB_F_NAME, &party->name);
	v->ops->close(v);
}

static void put_status(struct rj_visitor *v, uint32_t status)
{
	const struct rj_field *f = &rj_smb_fields[RJ_SMB_F_STATUS];
	char text[12];

	if (rj_name_of(statuses, status)) {
		rj_put_name(v, f, statuses, status);
		return;
	}
	snprintf(text, sizeof(text), "0x%08x", status);
	v->ops->string(v, f, text, strlen(text));
}

static void put_session(struct rj_visitor *v, const struct rj_smb_session *s)
{
	const char *kind = s->is_null ? "null" : "guest";

	if (s->has_status)
		put_status(v, s->status);
	if (s->is_null || s->is_guest)
		v->ops->string(v, &rj_smb_fields[RJ_SMB_F_SESSION], kind, strlen(kind));
	if (s->is_encrypted)
		v->ops->boolean(v, &rj_smb_fields[RJ_SMB_F_ENCRYPTED], 1);
}

void rj_smb_emit(const struct rj_smb_session *s, struct rj_visitor *v)
{
	if (!s->num_messages[0] && !s->num_messages[1])
		return;
	v->ops->open(v, &rj_smb_fields[RJ_SMB_F_SMB]);
	put_protocol(s, v);
	rj_put_text(v, &rj_smb_fields[RJ_SMB_F_CALLING], s->calling);
	rj_put_text(v, &rj_smb_fields[RJ_SMB_F_CALLED], s->called);
	if (s->has_refusal)
		rj_put_name(v, &rj_smb_fields[RJ_SMB_F_REFUSAL], refusals, s->refusal);
	put_dialects(s, v);
	put_dialect(s, v);
	put_party(v, RJ_SMB_F_CLIENT, &s->client);
	put_party(v, RJ_SMB_F_SERVER, &s->server);
	rj_smb_put_text(v, RJ_SMB_F_USER, &s->user);
	rj_ntlm_put(&s->ntlm, v);
	put_session(v, s);
	v->ops->close(v);
}
