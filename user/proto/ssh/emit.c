/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the ssh object of a record. */

/* EVP looks an algorithm up by its name and allocates for each hash. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "proto/ssh/exchange.h"

enum field {
	F_SSH,
	F_CLI,
	F_SRV,
	F_PROTOCOL,
	F_VERSION,
	F_SOFTWARE,
	F_COMMENTS,
	F_PREAMBLE_LINES,
	F_COOKIE,
	F_LISTS, /* ten of them, in the order of enum rj_ssh_list */
	F_LISTS_LAST = F_LISTS + RJ_SSH_NUM_LISTS - 1,
	F_FIRST_KEX_PACKET_FOLLOWS,
	F_KEX_GUESS,
	F_S_HOSTKEY_TYPE,
	F_S_HOSTKEY,
	F_S_HOSTKEY_SHA256,
	F_S_SIGNATURE_TYPE,
	F_S_SIGNATURE,
	F_KEX_ALGO,
	F_C_KEX,
	F_C_GEX_MIN,
	F_C_GEX_N,
	F_C_GEX_MAX,
	F_S_KEX,
	F_S_GEX_P,
	F_S_GEX_G,
	F_NEWKEYS,
	F_UNENCRYPTED,
	F_MESSAGES,
	F_MESSAGE,
	F_TYPE,
	F_NAME,
	F_LEN,
	F_TIME,
	F_IGNORED,
	F_MALFORMED,
	F_NEGOTIATED,
	F_AGREED, /* ten of them, too */
	F_AGREED_LAST = F_AGREED + RJ_SSH_NUM_LISTS - 1,
	F_STRICT_KEX,
	NUM_FIELDS
};
_Static_assert(NUM_FIELDS == RJ_SSH_NUM_FIELDS, "session.h says how many rows there are");

#define KEXINIT_REFERENCE "RFC 4253 7.1"

/* clang-format off */
const struct rj_field rj_ssh_fields[RJ_SSH_NUM_FIELDS] = {
	[F_SSH] = { "ssh", RJ_TYPE_OBJECT, "", 0, "RFC 4253",
		"What an SSH connection shows before it is encrypted." },
	[F_CLI] = { "cli", RJ_TYPE_OBJECT, "", 0, "Joy", "What the client said." },
	[F_SRV] = { "srv", RJ_TYPE_OBJECT, "", 0, "Joy", "What the server said." },
	[F_PROTOCOL] = { "protocol", RJ_TYPE_STRING, "", 0, "RFC 4253 4.2",
		"Identification string as it came, without its line end." },
	[F_VERSION] = { "version", RJ_TYPE_STRING, "", 0, "RFC 4253 4.2",
		"Protocol version in it: 2.0, 1.99 for both, 1.x for SSH-1." },
	[F_SOFTWARE] = { "software", RJ_TYPE_STRING, "", 0, "RFC 4253 4.2",
		"Software version in it." },
	[F_COMMENTS] = { "comments", RJ_TYPE_STRING, "", 0, "RFC 4253 4.2",
		"Comments behind the software version." },
	[F_PREAMBLE_LINES] = { "preamble_lines", RJ_TYPE_UINT, "lines", 0, "RFC 4253 4.2",
		"Lines before the identification; those of a server are allowed." },
	[F_COOKIE] = { "cookie", RJ_TYPE_HEX, "", 0, KEXINIT_REFERENCE,
		"Cookie of the KEXINIT." },
	[F_LISTS + RJ_SSH_KEX] = { "kex_algos", RJ_TYPE_STRING, "", 0, KEXINIT_REFERENCE,
		"Key exchange methods of the KEXINIT, preferred first." },
	[F_LISTS + RJ_SSH_HOST_KEY] = { "s_host_key_algos", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Algorithms for the server's host key." },
	[F_LISTS + RJ_SSH_C_ENCRYPTION] = { "c_encryption_algos", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Ciphers from client to server." },
	[F_LISTS + RJ_SSH_S_ENCRYPTION] = { "s_encryption_algos", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Ciphers from server to client." },
	[F_LISTS + RJ_SSH_C_MAC] = { "c_mac_algos", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "MACs from client to server." },
	[F_LISTS + RJ_SSH_S_MAC] = { "s_mac_algos", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "MACs from server to client." },
	[F_LISTS + RJ_SSH_C_COMPRESSION] = { "c_comp_algos", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Compression from client to server." },
	[F_LISTS + RJ_SSH_S_COMPRESSION] = { "s_comp_algos", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Compression from server to client." },
	[F_LISTS + RJ_SSH_C_LANGUAGES] = { "c_languages", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Languages from client to server." },
	[F_LISTS + RJ_SSH_S_LANGUAGES] = { "s_languages", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Languages from server to client." },
	[F_FIRST_KEX_PACKET_FOLLOWS] = { "first_kex_packet_follows", RJ_TYPE_BOOL, "", 0,
		KEXINIT_REFERENCE, "A key exchange message was sent on a guess." },
	[F_KEX_GUESS] = { "kex_guess", RJ_TYPE_STRING, "", 0, "RFC 4253 7",
		"Whether that guess was right or wrong; a wrong one is ignored." },
	[F_S_HOSTKEY_TYPE] = { "s_hostkey_type", RJ_TYPE_STRING, "", 0, "RFC 4253 6.6",
		"Kind of the host key or certificate." },
	[F_S_HOSTKEY] = { "s_hostkey", RJ_TYPE_HEX, "", 0, "RFC 4253 8",
		"Host key as it was sent, its kind included." },
	[F_S_HOSTKEY_SHA256] = { "s_hostkey_sha256", RJ_TYPE_STRING, "", 0, "OpenSSH",
		"Fingerprint of the host key as ssh-keygen -l prints it." },
	[F_S_SIGNATURE_TYPE] = { "s_signature_type", RJ_TYPE_STRING, "", 0, "RFC 4253 6.6",
		"Algorithm of the signature over the exchange." },
	[F_S_SIGNATURE] = { "s_signature", RJ_TYPE_HEX, "", 0, "RFC 4253 8",
		"Signature as it was sent, its algorithm included." },
	[F_KEX_ALGO] = { "kex_algo", RJ_TYPE_STRING, "", 0, KEXINIT_REFERENCE,
		"Key exchange method that both agreed on." },
	[F_C_KEX] = { "c_kex", RJ_TYPE_HEX, "", 0, "RFC 4253 8, RFC 5656 4",
		"The client's value of the exchange." },
	[F_C_GEX_MIN] = { "c_gex_min", RJ_TYPE_UINT, "bits", 0, "RFC 4419 3",
		"Smallest group the client asks for." },
	[F_C_GEX_N] = { "c_gex_n", RJ_TYPE_UINT, "bits", 0, "RFC 4419 3",
		"Group size the client prefers." },
	[F_C_GEX_MAX] = { "c_gex_max", RJ_TYPE_UINT, "bits", 0, "RFC 4419 3",
		"Largest group the client asks for." },
	[F_S_KEX] = { "s_kex", RJ_TYPE_HEX, "", 0, "RFC 4253 8, RFC 5656 4",
		"The server's value of the exchange." },
	[F_S_GEX_P] = { "s_gex_p", RJ_TYPE_HEX, "", 0, "RFC 4419 3",
		"Prime of the group the server chose." },
	[F_S_GEX_G] = { "s_gex_g", RJ_TYPE_HEX, "", 0, "RFC 4419 3",
		"Generator of the group the server chose." },
	[F_NEWKEYS] = { "newkeys", RJ_TYPE_STRING, "", 0, "Joy; RFC 4253 7.3",
		"true when this side went over to encryption, else false." },
	[F_UNENCRYPTED] = { "unencrypted", RJ_TYPE_UINT, "messages", 0, "Joy",
		"Messages of this side in the clear." },
	[F_MESSAGES] = { "messages", RJ_TYPE_ARRAY, "", 0, "RFC 4253 12",
		"The first of them, in order." },
	[F_MESSAGE] = { "message", RJ_TYPE_OBJECT, "", 0, "RFC 4253 6", "One message." },
	[F_TYPE] = { "type", RJ_TYPE_UINT, "", 0, "RFC 4250 4.1", "Message number." },
	[F_NAME] = { "name", RJ_TYPE_STRING, "", 0, "RFC 4250 4.1",
		"Name of the message, by the key exchange method from 30 on." },
	[F_LEN] = { "len", RJ_TYPE_UINT, "bytes", 0, "RFC 4253 6",
		"Length of the packet behind its length field." },
	[F_TIME] = { "time", RJ_TYPE_TIME, "", 0, "", "When its last byte was seen." },
	[F_IGNORED] = { "ignored", RJ_TYPE_BOOL, "", 0, "RFC 4253 7",
		"The message of a wrong guess." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "RFC 4253",
		"What this side sent breaks the format; what stands before was read." },
	[F_NEGOTIATED] = { "negotiated", RJ_TYPE_OBJECT, "", 0, KEXINIT_REFERENCE,
		"What both agreed on: of each list the client's first that the server has." },
	[F_AGREED + RJ_SSH_KEX] = { "kex", RJ_TYPE_STRING, "", 0, KEXINIT_REFERENCE,
		"Key exchange method." },
	[F_AGREED + RJ_SSH_HOST_KEY] = { "host_key", RJ_TYPE_STRING, "", 0, KEXINIT_REFERENCE,
		"Algorithm of the host key." },
	[F_AGREED + RJ_SSH_C_ENCRYPTION] = { "c_encryption", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Cipher from client to server." },
	[F_AGREED + RJ_SSH_S_ENCRYPTION] = { "s_encryption", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Cipher from server to client." },
	[F_AGREED + RJ_SSH_C_MAC] = { "c_mac", RJ_TYPE_STRING, "", 0, KEXINIT_REFERENCE,
		"MAC from client to server; <implicit> where the cipher has its own." },
	[F_AGREED + RJ_SSH_S_MAC] = { "s_mac", RJ_TYPE_STRING, "", 0, KEXINIT_REFERENCE,
		"MAC from server to client; <implicit> where the cipher has its own." },
	[F_AGREED + RJ_SSH_C_COMPRESSION] = { "c_compression", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Compression from client to server." },
	[F_AGREED + RJ_SSH_S_COMPRESSION] = { "s_compression", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Compression from server to client." },
	[F_AGREED + RJ_SSH_C_LANGUAGES] = { "c_language", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Language from client to server." },
	[F_AGREED + RJ_SSH_S_LANGUAGES] = { "s_language", RJ_TYPE_STRING, "", 0,
		KEXINIT_REFERENCE, "Language from server to client." },
	[F_STRICT_KEX] = { "strict_kex", RJ_TYPE_BOOL, "", 0, "OpenSSH",
		"Both offer strict key exchange." },
};
/* clang-format on */

/* struct walk - what the parts of the object need; lists of both sides by side. */
struct walk {
	const struct rj_ssh_session *session;
	struct rj_visitor *v;
	unsigned int client;
	struct rj_ssh_kexinit kexinits[2];
	bool has_kexinits; /* of both sides, and valid */
	struct rj_cursor kex;
	struct rj_ssh_exchange exchange;
};

static void put_text(struct rj_visitor *v, unsigned int f, struct rj_cursor text)
{
	v->ops->string(v, &rj_ssh_fields[f], text.at, text.left);
}

static void put_word(struct rj_visitor *v, unsigned int f, const char *word)
{
	v->ops->string(v, &rj_ssh_fields[f], word, strlen(word));
}

static void put_u64(struct rj_visitor *v, unsigned int f, uint64_t value)
{
	v->ops->u64(v, &rj_ssh_fields[f], value);
}

static void put_true(struct rj_visitor *v, unsigned int f)
{
	v->ops->boolean(v, &rj_ssh_fields[f], 1);
}

/* A part of the exchange, where it came. */
static void put_hex(struct rj_visitor *v, unsigned int f, struct rj_cursor bytes)
{
	if (bytes.at)
		v->ops->hex(v, &rj_ssh_fields[f], bytes.at, bytes.left);
}

/* RFC 4253 4.2: SSH-protoversion-softwareversion SP comments. */
static void put_banner(struct rj_visitor *v, const struct rj_ssh_side *side)
{
	struct rj_cursor text = rj_cursor_init(side->banner, side->banner_len, true);
	size_t version_len, software_len;
	const uint8_t *end;
	struct rj_cursor part;

	put_text(v, F_PROTOCOL, text);
	if (rj_cursor_skip(&text, 4))
		return;
	end = memchr(text.at, '-', text.left);
	version_len = end ? (size_t)(end - text.at) : text.left;
	if (rj_cursor_sub(&text, version_len, &part))
		return;
	put_text(v, F_VERSION, part);
	if (rj_cursor_skip(&text, 1))
		return;
	end = text.left ? memchr(text.at, ' ', text.left) : NULL;
	software_len = end ? (size_t)(end - text.at) : text.left;
	if (rj_cursor_sub(&text, software_len, &part))
		return;
	put_text(v, F_SOFTWARE, part);
	if (!rj_cursor_skip(&text, 1))
		put_text(v, F_COMMENTS, text);
}

static void put_kexinit(const struct walk *w, unsigned int nr)
{
	const struct rj_ssh_kexinit *kexinit = &w->kexinits[nr];
	struct rj_visitor *v = w->v;

	put_hex(v, F_COOKIE, kexinit->cookie);
	for (unsigned int i = 0; i < kexinit->num_lists; i++)
		put_text(v, F_LISTS + i, kexinit->lists[i]);
	if (!kexinit->is_guess)
		return;
	put_true(v, F_FIRST_KEX_PACKET_FOLLOWS);
	if (w->has_kexinits)
		put_word(v, F_KEX_GUESS,
			 rj_ssh_is_guess_right(&w->kexinits[w->client], &w->kexinits[!w->client]) ?
				 "right" :
				 "wrong");
}

/* "SHA256:" and base64 without padding. */
static void put_fingerprint(struct rj_visitor *v, struct rj_cursor key)
{
	static const char prefix[] = "SHA256:";
	unsigned char hash[SHA256_DIGEST_LENGTH];
	unsigned char text[sizeof(prefix) + 4 * ((sizeof(hash) + 2) / 3)];
	SHA256_CTX ctx;
	int len;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, key.at, key.left);
	SHA256_Final(hash, &ctx);
	memcpy(text, prefix, sizeof(prefix) - 1);
	len = EVP_EncodeBlock(text + sizeof(prefix) - 1, hash, sizeof(hash));
	v->ops->string(v, &rj_ssh_fields[F_S_HOSTKEY_SHA256], text,
		       sizeof(prefix) - 1 + (size_t)len - 1); /* 32 bytes end with one '=' */
}

/* What @blob begins with is the name of its kind. */
static void put_kind(struct rj_visitor *v, unsigned int f, struct rj_cursor blob)
{
	struct rj_cursor kind;

	if (blob.at && !rj_ssh_string(&blob, &kind))
		put_text(v, f, kind);
}

static void put_host_key(struct rj_visitor *v, const struct rj_ssh_exchange *e)
{
	put_kind(v, F_S_HOSTKEY_TYPE, e->host_key);
	put_hex(v, F_S_HOSTKEY, e->host_key);
	if (e->host_key.left)
		put_fingerprint(v, e->host_key);
	put_kind(v, F_S_SIGNATURE_TYPE, e->signature);
	put_hex(v, F_S_SIGNATURE, e->signature);
}

static void put_client_values(struct rj_visitor *v, const struct rj_ssh_exchange *e)
{
	put_hex(v, F_C_KEX, e->client_key);
	if (!e->has_gex)
		return;
	if (e->has_gex_range)
		put_u64(v, F_C_GEX_MIN, e->gex[0]);
	put_u64(v, F_C_GEX_N, e->gex[1]);
	if (e->has_gex_range)
		put_u64(v, F_C_GEX_MAX, e->gex[2]);
}

static void put_server_values(struct rj_visitor *v, const struct rj_ssh_exchange *e)
{
	put_hex(v, F_S_KEX, e->server_key);
	put_hex(v, F_S_GEX_P, e->prime);
	put_hex(v, F_S_GEX_G, e->generator);
}

static void put_messages(const struct walk *w, unsigned int nr)
{
	const struct rj_ssh_message *ignored = rj_ssh_ignored(w->session, w->client, nr);
	const struct rj_ssh_message *m = w->session->sides[nr].first;
	struct rj_visitor *v = w->v;

	if (!m)
		return;
	v->ops->open(v, &rj_ssh_fields[F_MESSAGES]);
	for (; m; m = m->next) {
		const char *name = rj_ssh_message_name(m->type, w->exchange.method);

		v->ops->open(v, &rj_ssh_fields[F_MESSAGE]);
		put_u64(v, F_TYPE, m->type);
		if (name && m != ignored)
			put_word(v, F_NAME, name);
		put_u64(v, F_LEN, m->len);
		v->ops->time(v, &rj_ssh_fields[F_TIME], m->time_ns, 6);
		if (m == ignored)
			put_true(v, F_IGNORED);
		v->ops->close(v);
	}
	v->ops->close(v);
}

static bool is_empty(const struct rj_ssh_side *side)
{
	return !side->banner && !side->is_malformed;
}

static void put_side(const struct walk *w, unsigned int nr)
{
	const struct rj_ssh_side *side = &w->session->sides[nr];
	bool is_client = nr == w->client;
	struct rj_visitor *v = w->v;

	if (is_empty(side))
		return;
	v->ops->open(v, &rj_ssh_fields[is_client ? F_CLI : F_SRV]);
	if (side->banner)
		put_banner(v, side);
	if (side->num_preamble)
		put_u64(v, F_PREAMBLE_LINES, side->num_preamble);
	put_kexinit(w, nr);
	if (!is_client)
		put_host_key(v, &w->exchange);
	if (w->kex.left)
		put_text(v, F_KEX_ALGO, w->kex);
	if (is_client)
		put_client_values(v, &w->exchange);
	else
		put_server_values(v, &w->exchange);
	put_word(v, F_NEWKEYS, side->seen_newkeys ? "true" : "false");
	put_u64(v, F_UNENCRYPTED, side->num_messages);
	put_messages(w, nr);
	if (side->is_malformed || (side->kexinit && w->kexinits[nr].num_lists < RJ_SSH_NUM_LISTS))
		put_true(v, F_MALFORMED);
	v->ops->close(v);
}

/* Ciphers that authenticate by themselves: RFC 5647 and OpenSSH; no MAC is agreed on for them. */
static bool has_own_mac(struct rj_cursor cipher)
{
	static const char *const names[] = {
		"chacha20-poly1305@openssh.com", "chacha20-poly1305", "aes128-gcm@openssh.com",
		"aes256-gcm@openssh.com",	 "AEAD_AES_128_GCM",  "AEAD_AES_256_GCM"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (rj_ssh_name_is(cipher, names[i]))
			return true;
	return false;
}

static void put_negotiated(const struct walk *w)
{
	const struct rj_ssh_kexinit *client = &w->kexinits[w->client];
	const struct rj_ssh_kexinit *server = &w->kexinits[!w->client];
	struct rj_visitor *v = w->v;
	struct rj_cursor agreed, cipher;

	v->ops->open(v, &rj_ssh_fields[F_NEGOTIATED]);
	for (unsigned int i = 0; i < RJ_SSH_NUM_LISTS; i++) {
		bool is_mac = i == RJ_SSH_C_MAC || i == RJ_SSH_S_MAC;

		if (is_mac &&
		    rj_ssh_agree(client, server, i - RJ_SSH_C_MAC + RJ_SSH_C_ENCRYPTION, &cipher) &&
		    has_own_mac(cipher))
			put_word(v, F_AGREED + i, "<implicit>");
		else if (rj_ssh_agree(client, server, i, &agreed))
			put_text(v, F_AGREED + i, agreed);
	}
	if (rj_ssh_list_has(client->lists[RJ_SSH_KEX], "kex-strict-c-v00@openssh.com") &&
	    rj_ssh_list_has(server->lists[RJ_SSH_KEX], "kex-strict-s-v00@openssh.com"))
		put_true(v, F_STRICT_KEX);
	v->ops->close(v);
}

void rj_ssh_session_emit(const struct rj_ssh_session *session, unsigned int originator,
			 struct rj_visitor *v)
{
	int client = rj_ssh_session_client(session);
	struct walk w = { .session = session,
			  .v = v,
			  .client = client < 0 ? originator : (unsigned int)client };
	enum rj_status st[2];

	if (is_empty(&session->sides[0]) && is_empty(&session->sides[1]))
		return;
	st[0] = rj_ssh_session_lists(session, 0, &w.kexinits[0]);
	st[1] = rj_ssh_session_lists(session, 1, &w.kexinits[1]);
	w.has_kexinits = !st[0] && !st[1];
	if (w.has_kexinits &&
	    !rj_ssh_agree(&w.kexinits[w.client], &w.kexinits[!w.client], RJ_SSH_KEX, &w.kex))
		w.kex.left = 0;
	rj_ssh_exchange_read(session, w.client, w.kex, &w.exchange);
	v->ops->open(v, &rj_ssh_fields[F_SSH]);
	put_side(&w, w.client);
	put_side(&w, !w.client);
	if (w.has_kexinits)
		put_negotiated(&w);
	v->ops->close(v);
}
