/* SPDX-License-Identifier: BSD-3-Clause */
/* The field rows of `ldap`, names of its numbers, and the members of an operation. */
#include "proto/ldap/operation.h"

/* clang-format off */
const struct rj_field rj_ldap_fields[RJ_LDAP_NUM_FIELDS] = {
	[RJ_LDAP_F_LDAP] = { "ldap", RJ_TYPE_OBJECT, "", 0, "RFC 4511",
		"What a client did at a directory, as far as it is not encrypted." },
	[RJ_LDAP_F_OPERATIONS] = { "operations", RJ_TYPE_ARRAY, "", 0, "RFC 4511 4",
		"Its first operations in order, each with what was answered." },
	[RJ_LDAP_F_OPERATION] = { "operation", RJ_TYPE_OBJECT, "", 0, "RFC 4511 4.1.1",
		"One operation." },
	[RJ_LDAP_F_ID] = { "id", RJ_TYPE_UINT, "", 0, "RFC 4511 4.1.1.1", "Its number." },
	[RJ_LDAP_F_OP] = { "op", RJ_TYPE_STRING, "", 0, "RFC 4511 4.2",
		"bind, unbind, search, modify, add, delete, modify_dn, compare, abandon, extended; "
		"of an answer without its request that of the request." },
	[RJ_LDAP_F_VERSION] = { "version", RJ_TYPE_UINT, "", 0, "RFC 4511 4.2",
		"Version that a bind asks for." },
	[RJ_LDAP_F_AUTH] = { "auth", RJ_TYPE_STRING, "", 0, "RFC 4513 5",
		"How it binds: anonymous, unauthenticated (a name without password), simple, sasl, "
		"sicily." },
	[RJ_LDAP_F_MECHANISM] = { "mechanism", RJ_TYPE_STRING, "", 0, "RFC 4422",
		"Mechanism of SASL." },
	[RJ_LDAP_F_DN] = { "dn", RJ_TYPE_WORDS, "", 0, "RFC 4514",
		"Who binds, or the entry that is changed." },
	[RJ_LDAP_F_BASE] = { "base", RJ_TYPE_WORDS, "", 0, "RFC 4511 4.5.1.1",
		"Where a search starts; empty is the server itself." },
	[RJ_LDAP_F_SCOPE] = { "scope", RJ_TYPE_STRING, "", 0, "RFC 4511 4.5.1.2",
		"How far it goes: base_object, single_level, whole_subtree, subordinates." },
	[RJ_LDAP_F_OID] = { "oid", RJ_TYPE_STRING, "", 0, "RFC 4511 4.12",
		"Which extended operation." },
	[RJ_LDAP_F_NAME] = { "name", RJ_TYPE_STRING, "", 0, "IANA, LDAP Parameters",
		"Its name, start_tls for example, where it is known." },
	[RJ_LDAP_F_ENTRIES] = { "entries", RJ_TYPE_UINT, "entries", 0, "RFC 4511 4.5.2",
		"Entries that a search found." },
	[RJ_LDAP_F_REFERENCES] = { "references", RJ_TYPE_UINT, "references", 0,
		"RFC 4511 4.5.3", "Other servers that it was sent to." },
	[RJ_LDAP_F_RESULT] = { "result", RJ_TYPE_STRING, "", 0, "RFC 4511 4.1.9",
		"Result by name, or its number." },
	[RJ_LDAP_F_SKIPPED] = { "skipped", RJ_TYPE_UINT, "operations", 0, "",
		"Operations that were seen and not kept." },
	[RJ_LDAP_F_SASL_LAYER] = { "sasl_layer", RJ_TYPE_BOOL, "", 0, "RFC 4513 5.2.1",
		"A mechanism of SASL protects what follows." },
};

/* Answers have the names of their requests. */
static const struct rj_name ops[] = {
	{ RJ_LDAP_BIND, "bind" },
	{ RJ_LDAP_BIND_RESPONSE, "bind" },
	{ RJ_LDAP_UNBIND, "unbind" },
	{ RJ_LDAP_SEARCH, "search" },
	{ RJ_LDAP_SEARCH_ENTRY, "search" },
	{ RJ_LDAP_SEARCH_DONE, "search" },
	{ RJ_LDAP_SEARCH_REFERENCE, "search" },
	{ RJ_LDAP_MODIFY, "modify" },
	{ RJ_LDAP_MODIFY_RESPONSE, "modify" },
	{ RJ_LDAP_ADD, "add" },
	{ RJ_LDAP_ADD_RESPONSE, "add" },
	{ RJ_LDAP_DELETE, "delete" },
	{ RJ_LDAP_DELETE_RESPONSE, "delete" },
	{ RJ_LDAP_MODIFY_DN, "modify_dn" },
	{ RJ_LDAP_MODIFY_DN_RESPONSE, "modify_dn" },
	{ RJ_LDAP_COMPARE, "compare" },
	{ RJ_LDAP_COMPARE_RESPONSE, "compare" },
	{ RJ_LDAP_ABANDON, "abandon" },
	{ RJ_LDAP_EXTENDED, "extended" },
	{ RJ_LDAP_EXTENDED_RESPONSE, "extended" },
	{ RJ_LDAP_INTERMEDIATE, "intermediate" },
	{ 0, NULL },
};

static const struct rj_name auths[] = {
	{ RJ_LDAP_ANONYMOUS, "anonymous" },
	{ RJ_LDAP_UNAUTHENTICATED, "unauthenticated" },
	{ RJ_LDAP_SIMPLE, "simple" },
	{ RJ_LDAP_SASL, "sasl" },
	{ RJ_LDAP_SICILY, "sicily" },
	{ 0, NULL },
};

static const struct rj_name scopes[] = {
	{ 0, "base_object" },
	{ 1, "single_level" },
	{ 2, "whole_subtree" },
	{ 3, "subordinates" },
	{ 0, NULL },
};

/* LDAP Result Codes (IANA). */
static const struct rj_name results[] = {
	{ 0, "success" },
	{ 1, "operations_error" },
	{ 2, "protocol_error" },
	{ 3, "time_limit_exceeded" },
	{ 4, "size_limit_exceeded" },
	{ 5, "compare_false" },
	{ 6, "compare_true" },
	{ 7, "auth_method_not_supported" },
	{ 8, "stronger_auth_required" },
	{ 10, "referral" },
	{ 11, "admin_limit_exceeded" },
	{ 12, "unavailable_critical_extension" },
	{ 13, "confidentiality_required" },
	{ 14, "sasl_bind_in_progress" },
	{ 16, "no_such_attribute" },
	{ 17, "undefined_attribute_type" },
	{ 18, "inappropriate_matching" },
	{ 19, "constraint_violation" },
	{ 20, "attribute_or_value_exists" },
	{ 21, "invalid_attribute_syntax" },
	{ 32, "no_such_object" },
	{ 33, "alias_problem" },
	{ 34, "invalid_dn_syntax" },
	{ 36, "alias_dereferencing_problem" },
	{ 48, "inappropriate_authentication" },
	{ 49, "invalid_credentials" },
	{ 50, "insufficient_access_rights" },
	{ 51, "busy" },
	{ 52, "unavailable" },
	{ 53, "unwilling_to_perform" },
	{ 54, "loop_detect" },
	{ 60, "sort_control_missing" },
	{ 61, "offset_range_error" },
	{ 64, "naming_violation" },
	{ 65, "object_class_violation" },
	{ 66, "not_allowed_on_non_leaf" },
	{ 67, "not_allowed_on_rdn" },
	{ 68, "entry_already_exists" },
	{ 69, "object_class_mods_prohibited" },
	{ 70, "results_too_large" },
	{ 71, "affects_multiple_dsas" },
	{ 76, "virtual_list_view_error_or_control_error" },
	{ 80, "other" },
	{ 118, "canceled" },
	{ 119, "no_such_operation" },
	{ 120, "too_late" },
	{ 121, "cannot_cancel" },
	{ 122, "assertion_failed" },
	{ 123, "authorization_denied" },
	{ 4096, "e_sync_refresh_required" },
	{ 0, NULL },
};

/* Extended operations (IANA, MS-ADTS 3.1.1.3.4.2). */
static const struct {
	const char *oid;
	const char *name;
} extended[] = {
	{ "1.3.6.1.4.1.1466.20037", "start_tls" },
	{ "1.3.6.1.4.1.1466.20036", "notice_of_disconnection" },
	{ "1.3.6.1.4.1.4203.1.11.1", "password_modify" },
	{ "1.3.6.1.4.1.4203.1.11.3", "who_am_i" },
	{ "1.3.6.1.1.8", "cancel" },
	{ "1.3.6.1.1.21.1", "start_transaction" },
	{ "1.3.6.1.1.21.3", "end_transaction" },
	{ "1.3.6.1.4.1.1466.101.119.1", "dynamic_refresh" },
	{ "1.2.840.113556.1.4.1781", "fast_bind" },
	{ "1.2.840.113556.1.4.2212", "batch_request" },
};
/* clang-format on */

static void put_extended(const struct rj_ldap_operation *o, struct rj_visitor *v)
{
	rj_put_text(v, &rj_ldap_fields[RJ_LDAP_F_OID], o->word);
	for (size_t i = 0; i < sizeof(extended) / sizeof(*extended); i++)
		if (o->word.left == strlen(extended[i].oid) &&
		    rj_cursor_starts(&o->word, extended[i].oid))
			v->ops->string(v, &rj_ldap_fields[RJ_LDAP_F_NAME], extended[i].name,
				       strlen(extended[i].name));
}

static void put_bind(const struct rj_ldap_operation *o, struct rj_visitor *v)
{
	v->ops->u64(v, &rj_ldap_fields[RJ_LDAP_F_VERSION], o->version);
	if (o->auth)
		rj_put_name(v, &rj_ldap_fields[RJ_LDAP_F_AUTH], auths, o->auth);
	rj_put_text(v, &rj_ldap_fields[RJ_LDAP_F_MECHANISM], o->word);
	rj_put_text(v, &rj_ldap_fields[RJ_LDAP_F_DN], o->dn);
}

void rj_ldap_operation_put(const struct rj_ldap_operation *o, struct rj_visitor *v)
{
	v->ops->u64(v, &rj_ldap_fields[RJ_LDAP_F_ID], o->id);
	rj_put_name(v, &rj_ldap_fields[RJ_LDAP_F_OP], ops, o->op);
	switch (o->op) {
	case RJ_LDAP_BIND:
		put_bind(o, v);
		break;
	case RJ_LDAP_SEARCH:
		v->ops->string(v, &rj_ldap_fields[RJ_LDAP_F_BASE], o->dn.left ? o->dn.at : NULL,
			       o->dn.left);
		rj_put_name(v, &rj_ldap_fields[RJ_LDAP_F_SCOPE], scopes, o->scope);
		break;
	case RJ_LDAP_EXTENDED:
	case RJ_LDAP_EXTENDED_RESPONSE:
		put_extended(o, v);
		break;
	default:
		rj_put_text(v, &rj_ldap_fields[RJ_LDAP_F_DN], o->dn);
	}
}

void rj_ldap_result_put(const struct rj_ldap_operation *o, struct rj_visitor *v)
{
	if (o->has_result)
		rj_put_name(v, &rj_ldap_fields[RJ_LDAP_F_RESULT], results, o->result);
}
