/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of fingerprints and their digests, those that are remembered and those that are not. */
#include "proto/fingerprint.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "core/text.h"
#include "tests/unit/unit.h"

static void check_digest(const uint8_t *bytes, size_t len, enum rj_fp_digest kind)
{
	const EVP_MD *type = kind == RJ_FP_MD5 ? EVP_md5() : EVP_sha256();
	size_t num_digits = kind == RJ_FP_MD5 ? RJ_FP_MD5_LEN : RJ_FP_SHA256_LEN;
	struct rj_fp_text *t = malloc(sizeof(*t));
	uint8_t want[EVP_MAX_MD_SIZE], want_hex[2 * EVP_MAX_MD_SIZE];
	char got[RJ_FP_SHA256_LEN];

	CHECK(EVP_Digest(bytes, len, want, NULL, type, NULL));
	rj_text_hex(want_hex, want, num_digits / 2);
	rj_fp_begin(t, kind);
	rj_fp_put(t, (const char *)bytes, len);
	CHECK_EQ(t->is_over, len > RJ_FP_MAX_LEN);
	rj_fp_digest(t, got, num_digits);
	CHECK(!memcmp(got, want_hex, num_digits));
	free(t);
}

TEST(fingerprint_digests_are_those_of_their_texts)
{
	static const size_t lens[] = { 0, 1, 7, 8, 9, 511, 512, 513, 8190, 8191, 8192, 100000 };
	static uint8_t bytes[100000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 131 + i / 256);
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		check_digest(bytes, lens[i], RJ_FP_MD5);
		check_digest(bytes, lens[i], RJ_FP_SHA256);
	}
}

TEST(fingerprint_digests_are_right_however_many_are_remembered)
{
	uint8_t bytes[300] = { 0 };

	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < 1000; i++) {
			bytes[i % 7] = (uint8_t)i; /* also where fewer than eight bytes differ */
			bytes[299] = (uint8_t)(i >> 8);
			check_digest(bytes, 293 + i % 8, i % 3 ? RJ_FP_MD5 : RJ_FP_SHA256);
			check_digest(bytes, 293 + i % 8, i % 3 ? RJ_FP_MD5 : RJ_FP_SHA256);
		}
	}
}

TEST(fingerprint_text_takes_numbers)
{
	struct rj_fp_text *t = malloc(sizeof(*t));

	rj_fp_begin(t, RJ_FP_NO_DIGEST);
	rj_fp_hex16(t, 0x0a9f);
	rj_fp_char(t, ',');
	rj_fp_hex32(t, 0xff00001d);
	rj_fp_char(t, ',');
	rj_fp_decimal(t, 65535);
	rj_fp_word(t, ";");
	CHECK_EQ(t->len, 20);
	CHECK(!memcmp(t->at, "0a9f,ff00001d,65535;", 20));
	free(t);
}
