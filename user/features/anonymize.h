/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses and names of users out of records, by a key that can bring them back. */
#ifndef RJ_FEATURES_ANONYMIZE_H
#define RJ_FEATURES_ANONYMIZE_H

#include <rejoice/record.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/relay.h"

/*
 * struct rj_anonymizer - opaque; one for any number of threads: the ciphers that records are
 * written with are taken from it and given back without a lock, all else does not change.
 */
struct rj_anonymizer;

/*
 * struct rj_anonymizer_files - @subnets (core/subnets.h): whose addresses are hidden; @key: 16
 * bytes; @users: names, a line each. @subnets or @users may be NULL.
 */
struct rj_anonymizer_files {
	const char *subnets;
	const char *key;
	const char *users;
};

/* rj_anonymizer_new - 0, or a negative errno and *@error says why not. */
RJ_MUST_CHECK int rj_anonymizer_new(const struct rj_anonymizer_files *files,
				    struct rj_anonymizer **out, struct rj_error *error);

/* rj_anonymizer_free - takes NULL. */
void rj_anonymizer_free(struct rj_anonymizer *a);

/*
 * rj_anonymizer_hides - whether an address is hidden: 16 bytes in network order, IPv4 as
 * ::ffff:a.b.c.d. One of IPv6 of that form is in subnets of either.
 */
bool rj_anonymizer_hides(const struct rj_anonymizer *a, const uint8_t addr[16]);

/*
 * struct rj_anonymous - a visitor that hands on what it is told to another one: addresses that are
 * hidden as 16 bytes, AES-128 of the IPv6 address or of the IPv4 address and 12 zeros; names of
 * reverse look-ups with those in place of the address; subnets of DNS clients without the address;
 * in URIs each name of a user in hexadecimal, AES-128 of its bytes and as many 0xff as make it
 * blocks, and behind the version the list of those; both in texts of mail, file transfer, logins,
 * calls and MQTT. Without memory it hands on null.
 * @relay: hand its visitor out. The others are its own.
 */
struct rj_anonymous {
	struct rj_relay relay;
	struct rj_anonymizer *anonymizer;
	void *cipher;		 /* EVP_CIPHER_CTX, once one was needed */
	struct rj_buffer hidden; /* the names of a message, each in its blocks behind its length */
	bool is_behind_version;
};

/* rj_anonymous_begin - for one record. */
void rj_anonymous_begin(struct rj_anonymous *v, struct rj_anonymizer *a, struct rj_visitor *next);

/* rj_anonymous_end - gives back what the record took. */
void rj_anonymous_end(struct rj_anonymous *v);

/* rj_anonymous_fields - rows that it adds to an HTTP message; ends with a row without a name. */
extern const struct rj_field rj_anonymous_fields[];

#endif
