/* SPDX-License-Identifier: BSD-3-Clause */
/* A record as Joy 4.5 prints it: a visitor that stands in front of the JSON writer. */
#ifndef RJ_SINK_JOY_H
#define RJ_SINK_JOY_H

#include <rejoice/record.h>
#include <stdbool.h>

#include "sink/jsonw.h"

/* Names that records have and Joy has not: it prints numbers. Negative where there is none. */
struct rj_joy_numbers {
	long (*dns_type)(const char *text, size_t len);
	long (*tls_extension)(const char *name, size_t len);
};

/*
 * struct rj_joy_style - what the visitor cannot see in the record.
 * @is_unidirectional: no twin can be: dir is always "<", the first ipt 0
 * @with_example: the key `example`
 * @no_packets: `packets` is empty
 * @expire: 'a' or 'i' where a limit ended the flow and Joy says so; 0
 * @numbers: both of them
 */
struct rj_joy_style {
	bool is_unidirectional;
	bool with_example;
	bool no_packets;
	char expire;
	const struct rj_joy_numbers *numbers;
};

struct rj_joy_key; /* a row of the tables in joy.c */

/* struct rj_joy_level - an object or array that the record has open. */
struct rj_joy_level {
	const struct rj_field *field;
	const struct rj_joy_key *inside; /* which members pass; NULL: all, as they are */
	int how;
	bool is_array;
	bool has_dropped;
};

#define RJ_JOY_COUNTS 256u

/*
 * struct rj_joy - embedded; for one record, written to a buffer by a JSON writer of its own. What
 * Joy has no key for does not pass, nor does an object of which nothing passes.
 * @visitor: hand this out
 * The others are its own.
 */
struct rj_joy {
	struct rj_visitor visitor;
	struct rj_jsonw json;
	struct rj_joy_style style;
	struct rj_joy_level level[RJ_JSONW_MAX_DEPTH];
	uint32_t depth;	     /* levels that the record has open */
	uint32_t num_open;   /* of those, the outermost that are written */
	uint32_t num_beyond; /* levels deeper than that */
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint64_t retrans;
	uint64_t invalid;
	uint32_t num_packets;
	uint64_t counts[RJ_JOY_COUNTS];
	uint32_t num_counts;
	bool has_example; /* written, or not wanted */
	struct {
		bool has_rc;
		bool has_rr;
		bool is_malformed;
	} dns;
	struct {
		bool is_known; /* a type that Joy takes apart */
		bool has_class;
		bool has_rdlength;
		long type;
		uint64_t class;
		uint64_t rdlength;
	} rr;
	bool has_body; /* the HTTP message */
	bool has_exe;  /* of the originator's end */
	struct {
		size_t len; /* 0: it has a number */
		char name[48];
	} option; /* of DHCP */
};

/* rj_joy_init - for one record, at the end of @out; @keys as rj_jsonw_init's. */
void rj_joy_init(struct rj_joy *j, struct rj_buffer *out, struct rj_jsonw_keys *keys,
		 const struct rj_joy_style *style);

/* rj_joy_failed - as rj_jsonw_failed. */
RJ_MUST_CHECK bool rj_joy_failed(const struct rj_joy *j);

#endif
