// SPDX-License-Identifier: BSD-3-Clause
/* Addresses and names of users out of records, by a key that can bring them back. */
#include "features/anonymize.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/subnets.h"
#include "core/text.h"
#include "features/reverse.h"
#include "features/usernames.h"

#define KEY_LEN 16u
#define BLOCK_LEN 16u
#define MAX_ZONE_LEN 16u
#define PADDED_LEN (RJ_MAX_USERNAME_LEN + 1) /* whole blocks */
#define MAX_SPARE 64u	   /* ciphers kept for the next record: as many as threads, mostly. Ours */
#define MAX_URI (1u << 20) /* of its text with names in hexadecimal. Ours */

struct rj_anonymizer {
	struct rj_subnets *subnets;
	struct rj_usernames *users;
	uint8_t key[KEY_LEN];
	_Atomic(EVP_CIPHER_CTX *) spare[MAX_SPARE];
};

enum { F_ELEMENT, F_USERNAMES, F_USERNAME };

const struct rj_field rj_anonymous_fields[] = {
	[F_ELEMENT] = { "element", RJ_TYPE_OBJECT, "", 0, "Joy", "A part of the message." },
	[F_USERNAMES] = { "usernames", RJ_TYPE_ARRAY, "", 0, "Joy",
			  "Names of users that were hidden in the URI." },
	[F_USERNAME] = { "usernames[]", RJ_TYPE_HEX, "", 0, "Joy", "One of them, encrypted." },
	{ 0 },
};

static int read_key(struct rj_anonymizer *a, const char *path, struct rj_error *error)
{
	uint8_t bytes[KEY_LEN + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
	int err = 0;

	if (len < 0)
		err = rj_error_set(error, -errno, "%s: cannot be read: %s", path, strerror(errno));
	else if (len != KEY_LEN)
		err = rj_error_set(error, -EINVAL, "%s: a key has %u bytes, and this file %s", path,
				   KEY_LEN, len > (ssize_t)KEY_LEN ? "more" : "fewer");
	else
		memcpy(a->key, bytes, KEY_LEN);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	if (fd >= 0)
		close(fd);
	return err;
}

static int read_files(struct rj_anonymizer *a, const struct rj_anonymizer_files *files,
		      struct rj_error *error)
{
	int err = read_key(a, files->key, error);

	a->subnets = rj_subnets_new();
	if (!err && !a->subnets)
		err = rj_error_set(error, -ENOMEM, "out of memory");
	if (!err && files->subnets)
		err = rj_subnets_read(a->subnets, files->subnets, 0, error);
	if (!err && rj_subnets_seal(a->subnets))
		err = rj_error_set(error, -ENOMEM, "out of memory");
	if (!err && files->users)
		err = rj_usernames_read(files->users, &a->users, error);
	return err;
}

int rj_anonymizer_new(const struct rj_anonymizer_files *files, struct rj_anonymizer **out,
		      struct rj_error *error)
{
	struct rj_anonymizer *a = calloc(1, sizeof(*a));
	int err;

	if (!a)
		return rj_error_set(error, -ENOMEM, "out of memory");
	err = read_files(a, files, error);
	if (err) {
		rj_anonymizer_free(a);
		return err;
	}
	*out = a;
	return 0;
}

void rj_anonymizer_free(struct rj_anonymizer *a)
{
	if (!a)
		return;
	for (unsigned int i = 0; i < MAX_SPARE; i++)
		EVP_CIPHER_CTX_free(atomic_load(&a->spare[i]));
	rj_subnets_free(a->subnets);
	rj_usernames_free(a->users);
	OPENSSL_cleanse(a->key, sizeof(a->key));
	free(a);
}

static bool is_mapped(const uint8_t addr[16])
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(addr, prefix, sizeof(prefix));
}

static bool is_hidden_ipv4(const struct rj_anonymizer *a, const uint8_t addr[16])
{
	return is_mapped(addr) && rj_subnets_find(a->subnets, addr, true);
}

bool rj_anonymizer_hides(const struct rj_anonymizer *a, const uint8_t addr[16])
{
	return is_hidden_ipv4(a, addr) || rj_subnets_find(a->subnets, addr, false);
}

static EVP_CIPHER_CTX *make_cipher(const struct rj_anonymizer *a)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();

	if (!cipher || EVP_EncryptInit_ex(cipher, EVP_aes_128_ecb(), NULL, a->key, NULL) != 1) {
		EVP_CIPHER_CTX_free(cipher);
		return NULL;
	}
	EVP_CIPHER_CTX_set_padding(cipher, 0);
	return cipher;
}

static EVP_CIPHER_CTX *take_cipher(struct rj_anonymizer *a)
{
	for (unsigned int i = 0; i < MAX_SPARE; i++) {
		EVP_CIPHER_CTX *cipher = NULL;

		if (atomic_load(&a->spare[i]))
			cipher = atomic_exchange(&a->spare[i], NULL);
		if (cipher)
			return cipher;
	}
	return make_cipher(a);
}

static void give_cipher(struct rj_anonymizer *a, EVP_CIPHER_CTX *cipher)
{
	for (unsigned int i = 0; i < MAX_SPARE; i++) {
		EVP_CIPHER_CTX *none = NULL;

		if (atomic_compare_exchange_strong(&a->spare[i], &none, cipher))
			return;
	}
	EVP_CIPHER_CTX_free(cipher);
}

/* @len bytes, whole blocks; false without memory. */
static bool encrypt(struct rj_anonymous *v, const uint8_t *plain, size_t len, uint8_t *out)
{
	int num = 0;

	if (!v->cipher)
		v->cipher = take_cipher(v->anonymizer);
	return v->cipher && EVP_EncryptUpdate(v->cipher, out, &num, plain, (int)len) == 1 &&
	       num == (int)len;
}

static struct rj_anonymous *self(struct rj_visitor *v)
{
	return (struct rj_anonymous *)v; /* embedded first */
}

static bool encrypt_address(struct rj_anonymous *v, const uint8_t addr[16], uint8_t out[BLOCK_LEN])
{
	uint8_t plain[BLOCK_LEN] = { 0 };

	if (is_hidden_ipv4(v->anonymizer, addr))
		memcpy(plain, addr + 12, 4);
	else
		memcpy(plain, addr, 16);
	return encrypt(v, plain, sizeof(plain), out);
}

static void put_hidden(struct rj_anonymous *v, const struct rj_field *f, const uint8_t addr[16])
{
	uint8_t block[BLOCK_LEN];

	if (encrypt_address(v, addr, block))
		v->relay.next->ops->hex(v->relay.next, f, block, sizeof(block));
	else
		v->relay.next->ops->null(v->relay.next, f);
}

/* The name of a reverse look-up: the address in its zone is hidden, the zone is not. */
static void put_hidden_name(struct rj_anonymous *v, const struct rj_field *f,
			    const uint8_t addr[16], const char *zone, size_t zone_len)
{
	uint8_t block[BLOCK_LEN], text[2 * BLOCK_LEN + MAX_ZONE_LEN];

	if (!encrypt_address(v, addr, block)) {
		v->relay.next->ops->null(v->relay.next, f);
		return;
	}
	memcpy(rj_text_hex(text, block, sizeof(block)), zone, zone_len);
	v->relay.next->ops->string(v->relay.next, f, text, 2 * sizeof(block) + zone_len);
}

static void hide_address(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16])
{
	if (!rj_anonymizer_hides(self(v)->anonymizer, addr))
		rj_relay_next(v)->ops->address(rj_relay_next(v), f, addr);
	else if (strcmp(f->name, "subnet")) /* its block would tell that of another length */
		put_hidden(self(v), f, addr);
}

/* Addresses that another notation would show as what they are not come as text. */
static bool read_address(const void *text, size_t len, uint8_t out[16])
{
	char copy[INET6_ADDRSTRLEN] = "";

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	return inet_pton(AF_INET6, copy, out) == 1;
}

/* A name in whole blocks, encrypted; their length, 0 without memory. */
static size_t encrypt_name(struct rj_anonymous *v, const uint8_t *name, size_t len,
			   uint8_t out[PADDED_LEN])
{
	size_t padded_len = (len + BLOCK_LEN - 1) / BLOCK_LEN * BLOCK_LEN;
	uint8_t plain[PADDED_LEN];

	memset(plain, 0xff, sizeof(plain));
	memcpy(plain, name, len);
	return encrypt(v, plain, padded_len, out) ? padded_len : 0;
}

/* One name of the URI, in hexadecimal to @out, and among those that are to be listed. */
static void hide_name(struct rj_anonymous *v, const uint8_t *name, size_t len,
		      struct rj_buffer *out)
{
	uint8_t block[PADDED_LEN], text[2 * PADDED_LEN];
	uint16_t block_len = (uint16_t)encrypt_name(v, name, len, block);

	if (!block_len) {
		out->is_failed = true;
		return;
	}
	rj_text_hex(text, block, block_len);
	rj_buffer_put(out, text, 2u * block_len);
	rj_buffer_put(&v->hidden, &block_len, sizeof(block_len));
	rj_buffer_put(&v->hidden, block, block_len);
}

static void put_hiding_names(struct rj_anonymous *v, const uint8_t *text, size_t len,
			     struct rj_buffer *out)
{
	size_t done = 0, at, name_len;

	while (v->anonymizer->users &&
	       rj_usernames_find(v->anonymizer->users, text, len, done, &at, &name_len)) {
		rj_buffer_put(out, text + done, at - done);
		hide_name(v, text + at, name_len, out);
		done = at + name_len;
	}
	rj_buffer_put(out, text + done, len - done);
}

/* Hands on the text in @out, which is given back. */
static void pass_text(struct rj_anonymous *v, const struct rj_field *f, struct rj_buffer *out)
{
	if (out->is_failed)
		v->relay.next->ops->null(v->relay.next, f);
	else
		v->relay.next->ops->string(v->relay.next, f, out->data, out->len);
	rj_buffer_done(out);
}

static void hide_names(struct rj_anonymous *v, const struct rj_field *f, const uint8_t *text,
		       size_t len)
{
	struct rj_buffer out;

	rj_buffer_init(&out, MAX_URI);
	put_hiding_names(v, text, len, &out);
	pass_text(v, f, &out);
}

/* How many bytes of the text's first are an address that is hidden; 0: none. */
static size_t leading_address(const struct rj_anonymizer *a, const uint8_t *text, size_t len,
			      uint8_t out[16])
{
	char copy[INET6_ADDRSTRLEN] = "";
	size_t num = 0;

	while (num < len && num < sizeof(copy) - 1 && text[num] &&
	       strchr("0123456789abcdefABCDEF:.", text[num])) {
		copy[num] = (char)text[num];
		num++;
	}
	for (; num;
	     copy[--num] = '\0') { /* a port, or the end of a sentence, may stand behind it */
		memset(out, 0, 10);
		out[10] = out[11] = 0xff;
		if (inet_pton(AF_INET, copy, out + 12) == 1 || inet_pton(AF_INET6, copy, out) == 1)
			return rj_anonymizer_hides(a, out) ? num : 0;
	}
	return 0;
}

static bool is_separator(uint8_t ch)
{
	return !ch || strchr(" @\"<>[](),:;=|", ch);
}

/* What people and programs say to each other: addresses, and names between any separators. */
static void hide_words(struct rj_anonymous *v, const struct rj_field *f, const uint8_t *text,
		       size_t len)
{
	struct rj_buffer out;
	size_t num;

	rj_buffer_init(&out, MAX_URI);
	for (size_t at = 0; at < len; at += num) {
		uint8_t addr[16], block[BLOCK_LEN], hex[2 * BLOCK_LEN];
		bool is_begin = !at || is_separator(text[at - 1]);

		num = is_begin ? leading_address(v->anonymizer, text + at, len - at, addr) : 0;
		if (num) {
			out.is_failed = out.is_failed || !encrypt_address(v, addr, block);
			rj_text_hex(hex, block, out.is_failed ? 0 : sizeof(block));
			rj_buffer_put(&out, hex, out.is_failed ? 0 : sizeof(hex));
			continue;
		}
		while (at + num < len && !is_separator(text[at + num]))
			num++;
		if (num)
			put_hiding_names(v, text + at, num, &out);
		else
			rj_buffer_put(&out, text + at, num = 1);
	}
	pass_text(v, f, &out);
	rj_buffer_cut(&v->hidden, 0);
}

static void hide_string(struct rj_visitor *v, const struct rj_field *f, const void *text,
			size_t len)
{
	struct rj_anonymous *own = self(v);
	size_t zone_len;
	uint8_t addr[16];

	if (f->type == RJ_TYPE_ADDRESS && read_address(text, len, addr) &&
	    rj_anonymizer_hides(own->anonymizer, addr)) {
		put_hidden(own, f, addr);
	} else if (rj_reverse_read(text, len, addr, &zone_len) &&
		   rj_anonymizer_hides(own->anonymizer, addr)) {
		put_hidden_name(own, f, addr, (const char *)text + len - zone_len, zone_len);
	} else if (own->anonymizer->users && len && f->type == RJ_TYPE_PATH) {
		rj_buffer_cut(&own->hidden, 0);
		hide_names(own, f, text, len);
		if (strcmp(f->name, "uri") != 0) /* beside which they are listed */
			rj_buffer_cut(&own->hidden, 0);
	} else if (len && f->type == RJ_TYPE_WORDS) {
		hide_words(own, f, text, len);
	} else {
		own->is_behind_version = !strcmp(f->name, "version");
		own->relay.next->ops->string(own->relay.next, f, text, len);
	}
}

/* Joy's place for them: an element of the message, behind the one with the version. */
static void put_names(struct rj_anonymous *v)
{
	struct rj_visitor *next = v->relay.next;
	const uint8_t *at = v->hidden.data;
	uint16_t len;

	next->ops->open(next, &rj_anonymous_fields[F_ELEMENT]);
	next->ops->open(next, &rj_anonymous_fields[F_USERNAMES]);
	for (const uint8_t *end = at + v->hidden.len; at < end; at += len) {
		memcpy(&len, at, sizeof(len));
		at += sizeof(len);
		next->ops->hex(next, &rj_anonymous_fields[F_USERNAME], at, len);
	}
	next->ops->close(next);
	next->ops->close(next);
	rj_buffer_cut(&v->hidden, 0);
}

static void pass_close(struct rj_visitor *v)
{
	struct rj_anonymous *own = self(v);

	own->relay.next->ops->close(own->relay.next);
	if (own->is_behind_version && own->hidden.len)
		put_names(own);
	own->is_behind_version = false;
}

static const struct rj_visitor_ops ops = {
	.open = rj_relay_open,
	.close = pass_close,
	.name = rj_relay_name,
	.u64 = rj_relay_u64,
	.i64 = rj_relay_i64,
	.f64 = rj_relay_f64,
	.boolean = rj_relay_boolean,
	.null = rj_relay_null,
	.string = hide_string,
	.hex = rj_relay_hex,
	.address = hide_address,
	.time = rj_relay_time,
};

void rj_anonymous_begin(struct rj_anonymous *v, struct rj_anonymizer *a, struct rj_visitor *next)
{
	*v = (struct rj_anonymous){ .relay = { { &ops }, next }, .anonymizer = a };
	rj_buffer_init(&v->hidden, MAX_URI);
}

void rj_anonymous_end(struct rj_anonymous *v)
{
	if (v->cipher)
		give_cipher(v->anonymizer, v->cipher);
	rj_buffer_done(&v->hidden);
}
