/* SPDX-License-Identifier: BSD-3-Clause */
/* Values in BitTorrent's encoding: numbers, strings, lists and dictionaries (BEP 3). */
#ifndef RJ_PROTO_BITTORRENT_BENCODE_H
#define RJ_PROTO_BITTORRENT_BENCODE_H

#include "core/cursor.h"

/* How deep values may stand in one another. Ours: messages that are read have three levels. */
#define RJ_BENCODE_DEPTH_MAX 16u

enum rj_bencode_kind {
	RJ_BENCODE_NUMBER,
	RJ_BENCODE_STRING,
	RJ_BENCODE_LIST,
	RJ_BENCODE_DICTIONARY,
};

/*
 * struct rj_bencode - one value.
 * @number: of a number
 * @bytes:  of a string; of a list or dictionary what is in it, one value behind the other
 */
struct rj_bencode {
	enum rj_bencode_kind kind;
	int64_t number;
	struct rj_cursor bytes;
};

/* rj_bencode_read - the value that starts here, however deep, whole. */
RJ_MUST_CHECK enum rj_status rj_bencode_read(struct rj_cursor *c, struct rj_bencode *out);

/* rj_bencode_find - the value of @key in @dictionary; false where it has none of @kind. */
bool rj_bencode_find(const struct rj_bencode *dictionary, const char *key,
		     enum rj_bencode_kind kind, struct rj_bencode *out);

#endif
