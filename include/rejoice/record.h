/* SPDX-License-Identifier: BSD-3-Clause */
/* A finished flow as its readers see it: rows that describe fields, and a visitor over them. */
#ifndef REJOICE_RECORD_H
#define REJOICE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rj_type {
	RJ_TYPE_OBJECT,
	RJ_TYPE_ARRAY,
	RJ_TYPE_UINT,
	RJ_TYPE_INT,
	RJ_TYPE_FLOAT,
	RJ_TYPE_BOOL,
	RJ_TYPE_STRING,	 /* text; what is not UTF-8 becomes U+FFFD in JSON */
	RJ_TYPE_HEX,	 /* raw bytes, lower-case hexadecimal in JSON */
	RJ_TYPE_ADDRESS, /* IPv4 or IPv6 address */
	RJ_TYPE_TIME,	 /* Unix time, seconds with a fraction in JSON */
	/* strings like others, which --anonymize looks into */
	RJ_TYPE_WORDS, /* users and addresses may stand between any separators */
	RJ_TYPE_PATH,  /* users may stand between the separators of a URI */
};

/*
 * struct rj_field - one row of the field reference. `rejoice fields` prints
 * these rows, the sinks take names and types from them.
 * @name: key in the object it stands in
 * @type: enum rj_type
 * @unit: "" when it has none
 * @ipfix: IANA information element, 0 when there is none
 * @reference: the standard or program it comes from, "" for our own
 * @meaning: one sentence
 */
struct rj_field {
	const char *name;
	enum rj_type type;
	const char *unit;
	uint16_t ipfix;
	const char *reference;
	const char *meaning;
};

struct rj_visitor;

/* struct rj_step_word - text of ours, of which nothing is escaped in JSON. */
struct rj_step_word {
	char text[15]; /* without an end where it is full */
	uint8_t len;
};

/* What a step calls; the first three take a value each, the next four two. */
enum rj_step_call {
	RJ_STEP_U64,
	RJ_STEP_I64,	 /* the value is one in two's complement */
	RJ_STEP_WORD,	 /* string; the value is the place of its word */
	RJ_STEP_STRING,	 /* the values are where the bytes are, as uintptr_t, and how many */
	RJ_STEP_HEX,	 /* likewise */
	RJ_STEP_ADDRESS, /* the values are its 16 bytes, as they are */
	RJ_STEP_TIME,	 /* the values are nanoseconds and decimals */
	RJ_STEP_NULL,
	RJ_STEP_OPEN,
	RJ_STEP_CLOSE,
};

/*
 * struct rj_step - one call of several that are made often, with other values each time.
 * @field: NULL of RJ_STEP_CLOSE
 * @words: of RJ_STEP_WORD
 */
struct rj_step {
	enum rj_step_call call;
	const struct rj_field *field;
	const struct rj_step_word *words;
};
#define RJ_NUM_STEPS(array) (sizeof(array) / sizeof((array)[0]))

/* struct rj_named_bytes - bytes, and a name of ours, of which nothing is escaped in JSON. */
struct rj_named_bytes {
	const char *name;
	const void *bytes;
	size_t name_len;
	size_t len;
};

/*
 * struct rj_visitor_ops - what is called for each value of a record, in
 * output order. @f names the value; inside an array it only describes it.
 * Strings and bytes are borrowed for the call. Every open has its close.
 */
struct rj_visitor_ops {
	void (*open)(struct rj_visitor *v, const struct rj_field *f); /* RJ_TYPE_OBJECT or _ARRAY */
	void (*close)(struct rj_visitor *v);
	/* the next value is called this instead of by its row (HTTP header names); may repeat */
	void (*name)(struct rj_visitor *v, const void *name, size_t len);
	void (*u64)(struct rj_visitor *v, const struct rj_field *f, uint64_t value);
	void (*i64)(struct rj_visitor *v, const struct rj_field *f, int64_t value);
	void (*f64)(struct rj_visitor *v, const struct rj_field *f, double value);
	void (*boolean)(struct rj_visitor *v, const struct rj_field *f, int value);
	void (*null)(struct rj_visitor *v, const struct rj_field *f);
	void (*string)(struct rj_visitor *v, const struct rj_field *f, const void *text,
		       size_t len);
	void (*hex)(struct rj_visitor *v, const struct rj_field *f, const void *bytes, size_t len);
	/* 16 bytes, IPv4 as ::ffff:a.b.c.d */
	void (*address)(struct rj_visitor *v, const struct rj_field *f, const uint8_t addr[16]);
	/* nanoseconds since 1970, of which @decimals (6 or 9) digits of the second are known */
	void (*time)(struct rj_visitor *v, const struct rj_field *f, uint64_t ns, int decimals);
	/*
	 * NULL, or a whole array @f of @num numbers that @item describes, in place of an open, of
	 * u64 for each of them and of the close
	 */
	void (*numbers)(struct rj_visitor *v, const struct rj_field *f, const struct rj_field *item,
			const uint64_t *values, size_t num);
	/*
	 * NULL, or the calls that @steps say, @times times over, with @values in turn. Each open
	 * has its close among them, and what is at @steps stays as it is for good.
	 */
	void (*steps)(struct rj_visitor *v, const struct rj_step *steps, size_t num_steps,
		      const uint64_t *values, size_t times);
	/*
	 * NULL, or a whole array @f of @num times @size bytes that @item describes, in place of an
	 * open, of hex for each of them and of the close
	 */
	void (*hexes)(struct rj_visitor *v, const struct rj_field *f, const struct rj_field *item,
		      const void *bytes, size_t size, size_t num);
	/*
	 * NULL, or @num objects @f of an array, with one member each that @item describes, in place
	 * of an open, a name, a hex and a close for each of them
	 */
	void (*named_hexes)(struct rj_visitor *v, const struct rj_field *f,
			    const struct rj_field *item, const struct rj_named_bytes *named,
			    size_t num);
};

/* struct rj_visitor - embedded first in whoever implements the operations. */
struct rj_visitor {
	const struct rj_visitor_ops *ops;
};

struct rj_record;

/* What the shared library shows. */
#define RJ_API __attribute__((visibility("default")))

/*
 * rj_record_visit - calls the visitor for each value of the record, in output order, as one
 * object.
 */
RJ_API void rj_record_visit(const struct rj_record *record, struct rj_visitor *visitor);

#ifdef __cplusplus
}
#endif
#endif
