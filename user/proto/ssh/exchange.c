/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads what key exchange messages carry; whose they are follows from the method agreed on. */
#include "proto/ssh/exchange.h"

#define NUM_KEX_MESSAGES 12u /* 30 to 41 have names */

static const char *const transport_names[] = {
	[1] = "disconnect",	 [2] = "ignore",	 [3] = "unimplemented", [4] = "debug",
	[5] = "service_request", [6] = "service_accept", [7] = "ext_info",	[8] = "newcompress",
	[20] = "kexinit",	 [21] = "newkeys",
};

static const char *const kex_names[][NUM_KEX_MESSAGES] = {
	[RJ_SSH_METHOD_DH] = { "kexdh_init", "kexdh_reply" },
	[RJ_SSH_METHOD_ECDH] = { "kex_ecdh_init", "kex_ecdh_reply" },
	[RJ_SSH_METHOD_GEX] = { "kex_dh_gex_request_old", "kex_dh_gex_group", "kex_dh_gex_init",
				"kex_dh_gex_reply", "kex_dh_gex_request" },
	[RJ_SSH_METHOD_RSA] = { "kexrsa_pubkey", "kexrsa_secret", "kexrsa_done" },
	[RJ_SSH_METHOD_GSS] = { "kexgss_init", "kexgss_continue", "kexgss_complete",
				"kexgss_hostkey", "kexgss_error", NULL, NULL, NULL, NULL, NULL,
				"kexgss_groupreq", "kexgss_group" },
};

const char *rj_ssh_message_name(uint8_t type, enum rj_ssh_method method)
{
	if (type >= RJ_SSH_KEX_FIRST && type < RJ_SSH_KEX_FIRST + NUM_KEX_MESSAGES)
		return kex_names[method][type - RJ_SSH_KEX_FIRST];
	if (type < sizeof(transport_names) / sizeof(*transport_names))
		return transport_names[type];
	return NULL;
}

static bool is_kex(const struct rj_ssh_message *m)
{
	return m->type >= RJ_SSH_KEX_FIRST && m->type <= RJ_SSH_KEX_LAST;
}

enum rj_status rj_ssh_session_lists(const struct rj_ssh_session *session, unsigned int side,
				    struct rj_ssh_kexinit *out)
{
	const struct rj_ssh_message *m = session->sides[side].kexinit;

	if (m)
		return rj_ssh_kexinit_read(m->payload, out);
	memset(out, 0, sizeof(*out));
	return RJ_MALFORMED;
}

static bool has_message(const struct rj_ssh_side *side, uint8_t type)
{
	for (const struct rj_ssh_message *m = side->first; m; m = m->next)
		if (m->type == type)
			return true;
	return false;
}

/*
 * Who sends what in the methods that are used: 31 and 33 are answers but in the RSA method, which
 * never comes without its names.
 */
static bool is_asking(const struct rj_ssh_side *side)
{
	return has_message(side, 30) || has_message(side, 32) || has_message(side, 34);
}

static bool is_answering(const struct rj_ssh_side *side)
{
	return has_message(side, 31) || has_message(side, 33);
}

/* How many of two names stand among the key exchanges of a side. */
static int count_pseudo(const struct rj_ssh_session *session, unsigned int side,
			const char *const names[2])
{
	struct rj_ssh_kexinit kexinit;

	if (rj_ssh_session_lists(session, side, &kexinit))
		return 0;
	return rj_ssh_list_has(kexinit.lists[RJ_SSH_KEX], names[0]) +
	       rj_ssh_list_has(kexinit.lists[RJ_SSH_KEX], names[1]);
}

/* What says that a side is the client: names that clients have, or servers on the other side. */
static int count_signs(const struct rj_ssh_session *session, unsigned int side)
{
	static const char *const clients[] = { "ext-info-c", "kex-strict-c-v00@openssh.com" };
	static const char *const servers[] = { "ext-info-s", "kex-strict-s-v00@openssh.com" };

	return count_pseudo(session, side, clients) + count_pseudo(session, !side, servers);
}

static bool has_preamble(const struct rj_ssh_side *side)
{
	return side->num_preamble && side->banner;
}

int rj_ssh_session_client(const struct rj_ssh_session *session)
{
	int signs[2] = { count_signs(session, 0), count_signs(session, 1) };

	if (signs[0] != signs[1]) /* alike: one has the other's names as well */
		return signs[1] > signs[0];
	for (unsigned int side = 0; side < 2; side++) {
		const struct rj_ssh_side *one = &session->sides[side];
		const struct rj_ssh_side *other = &session->sides[!side];

		if ((is_asking(one) && !is_asking(other)) ||
		    (is_answering(other) && !is_answering(one)))
			return (int)side;
	}
	for (unsigned int side = 0; side < 2; side++)
		if (session->sides[!side].is_at_port && !session->sides[side].is_at_port)
			return (int)side;
	for (unsigned int side = 0; side < 2; side++) /* some clients say something first, too */
		if (has_preamble(&session->sides[!side]) && !has_preamble(&session->sides[side]))
			return (int)side;
	return -1;
}

static bool begins(struct rj_cursor name, const char *text)
{
	return name.left >= strlen(text) && rj_cursor_starts(&name, text);
}

/* Without the lists of both sides: only the exchange of a group goes beyond two messages. */
static enum rj_ssh_method guess_method(const struct rj_ssh_session *session)
{
	for (unsigned int side = 0; side < 2; side++)
		for (uint8_t type = 32; type <= 34; type++)
			if (has_message(&session->sides[side], type))
				return RJ_SSH_METHOD_GEX;
	return RJ_SSH_METHOD_ECDH;
}

static enum rj_ssh_method method_of(struct rj_cursor kex)
{
	if (begins(kex, "diffie-hellman-group-exchange-"))
		return RJ_SSH_METHOD_GEX;
	if (begins(kex, "diffie-hellman-"))
		return RJ_SSH_METHOD_DH;
	if (begins(kex, "rsa"))
		return RJ_SSH_METHOD_RSA;
	if (begins(kex, "gss-"))
		return RJ_SSH_METHOD_GSS;
	return RJ_SSH_METHOD_ECDH;
}

const struct rj_ssh_message *rj_ssh_ignored(const struct rj_ssh_session *session,
					    unsigned int client, unsigned int side)
{
	const struct rj_ssh_message *m = session->sides[side].kexinit;
	struct rj_ssh_kexinit kexinits[2];

	if (rj_ssh_session_lists(session, 0, &kexinits[0]) ||
	    rj_ssh_session_lists(session, 1, &kexinits[1]) || !kexinits[side].is_guess ||
	    rj_ssh_is_guess_right(&kexinits[client], &kexinits[!client]))
		return NULL;
	while (m && !is_kex(m))
		m = m->next;
	return m;
}

/* Up to three strings, each stored only when the ones before it were there. */
static void read_strings(struct rj_cursor c, struct rj_cursor *const outs[3])
{
	for (unsigned int i = 0; i < 3 && outs[i]; i++)
		if (rj_ssh_string(&c, outs[i]))
			return;
}

static void read_request(struct rj_cursor c, unsigned int first, unsigned int num,
			 struct rj_ssh_exchange *out)
{
	uint32_t sizes[3] = { 0 };

	for (unsigned int i = first; i < first + num; i++)
		if (rj_cursor_u32(&c, &sizes[i]))
			return;
	memcpy(out->gex, sizes, sizeof(sizes));
	out->has_gex = true;
	out->has_gex_range = num > 1;
}

static void read_client(const struct rj_ssh_message *m, struct rj_cursor c,
			struct rj_ssh_exchange *out)
{
	struct rj_cursor token;

	switch (out->method) {
	case RJ_SSH_METHOD_DH:
	case RJ_SSH_METHOD_ECDH:
		if (m->type == 30)
			read_strings(c, (struct rj_cursor *const[3]){ &out->client_key });
		break;
	case RJ_SSH_METHOD_GEX:
		if (m->type == 30)
			read_request(c, 1, 1, out);
		else if (m->type == 32)
			read_strings(c, (struct rj_cursor *const[3]){ &out->client_key });
		else if (m->type == 34)
			read_request(c, 0, 3, out);
		break;
	case RJ_SSH_METHOD_RSA:
		if (m->type == 31)
			read_strings(c, (struct rj_cursor *const[3]){ &out->client_key });
		break;
	case RJ_SSH_METHOD_GSS:
		if (m->type == 30)
			read_strings(c, (struct rj_cursor *const[3]){ &token, &out->client_key });
		else if (m->type == 40)
			read_request(c, 0, 3, out);
		break;
	}
}

static void read_reply(struct rj_cursor c, struct rj_ssh_exchange *out)
{
	read_strings(c, (struct rj_cursor *const[3]){ &out->host_key, &out->server_key,
						      &out->signature });
}

static void read_server(const struct rj_ssh_message *m, struct rj_cursor c,
			struct rj_ssh_exchange *out)
{
	struct rj_cursor *const group[3] = { &out->prime, &out->generator };

	switch (out->method) {
	case RJ_SSH_METHOD_DH:
	case RJ_SSH_METHOD_ECDH:
		if (m->type == 31)
			read_reply(c, out);
		break;
	case RJ_SSH_METHOD_GEX:
		if (m->type == 31)
			read_strings(c, group);
		else if (m->type == 33)
			read_reply(c, out);
		break;
	case RJ_SSH_METHOD_RSA:
		if (m->type == 30)
			read_strings(c, (struct rj_cursor *const[3]){ &out->host_key,
								      &out->server_key });
		else if (m->type == 32)
			read_strings(c, (struct rj_cursor *const[3]){ &out->signature });
		break;
	case RJ_SSH_METHOD_GSS:
		if (m->type == 32)
			read_strings(c, (struct rj_cursor *const[3]){ &out->server_key });
		else if (m->type == 33)
			read_strings(c, (struct rj_cursor *const[3]){ &out->host_key });
		else if (m->type == 41)
			read_strings(c, group);
		break;
	}
}

void rj_ssh_exchange_read(const struct rj_ssh_session *session, unsigned int client,
			  struct rj_cursor kex, struct rj_ssh_exchange *out)
{
	memset(out, 0, sizeof(*out));
	out->method = kex.left ? method_of(kex) : guess_method(session);
	for (unsigned int side = 0; side < 2; side++) {
		const struct rj_ssh_message *ignored = rj_ssh_ignored(session, client, side);

		for (const struct rj_ssh_message *m = session->sides[side].first; m; m = m->next) {
			struct rj_cursor c = m->payload;

			if (!is_kex(m) || m == ignored || rj_cursor_skip(&c, 1))
				continue;
			if (side == client)
				read_client(m, c, out);
			else
				read_server(m, c, out);
		}
	}
}
