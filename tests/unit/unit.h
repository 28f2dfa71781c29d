/* SPDX-License-Identifier: BSD-3-Clause */
/* The unit tests' few words: TEST defines one, CHECK counts, the runner prints. */
#ifndef RJ_TESTS_UNIT_H
#define RJ_TESTS_UNIT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit_test {
	const char *name;
	void (*run)(void);
	struct unit_test *next;
};

void unit_register(struct unit_test *test);
void unit_failed(const char *file, int line, const char *what);

/* TEST(name) { … } - one behaviour; registers itself before main. */
#define TEST(id)                                                                                   \
	static void test_##id(void);                                                               \
	__attribute__((constructor)) static void register_##id(void)                               \
	{                                                                                          \
		static struct unit_test test = { .name = #id, .run = test_##id };                  \
                                                                                                   \
		unit_register(&test);                                                              \
	}                                                                                          \
	static void test_##id(void)

/* CHECK(condition) - a failure is reported and counted; the test goes on. */
#define CHECK(cond) ((cond) ? (void)0 : unit_failed(__FILE__, __LINE__, #cond))

#define CHECK_EQ(got, want)                                                                        \
	do {                                                                                       \
		intmax_t got_ = (intmax_t)(got), want_ = (intmax_t)(want);                         \
                                                                                                   \
		if (got_ != want_) {                                                               \
			char text_[256];                                                           \
                                                                                                   \
			snprintf(text_, sizeof(text_), "%s is %" PRIdMAX ", not %" PRIdMAX, #got,  \
				 got_, want_);                                                     \
			unit_failed(__FILE__, __LINE__, text_);                                    \
		}                                                                                  \
	} while (0)

#define CHECK_STR(got, want)                                                                       \
	do {                                                                                       \
		const char *got_ = (got), *want_ = (want);                                         \
                                                                                                   \
		if (strcmp(got_, want_)) {                                                         \
			fprintf(stderr, "got:  %s\nwant: %s\n", got_, want_);                      \
			unit_failed(__FILE__, __LINE__, #got);                                     \
		}                                                                                  \
	} while (0)

/*
 * unit_copy - the bytes in a heap block of exactly their size, so that a sanitizer sees one too
 * many.
 */
static inline uint8_t *unit_copy(const void *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	return copy;
}

/*
 * unit_unhex - bytes of a hexadecimal text (blanks skipped) in an exact heap block; length in
 * *@len.
 */
uint8_t *unit_unhex(const char *hex, size_t *len);

/* unit_json - what a dissector emits, as JSON text from the real writer; heap, the caller frees. */
struct rj_dissector;
char *unit_json(const struct rj_dissector *d, const void *state, unsigned int originator);

/* unit_record_json - what a record says, likewise. */
struct rj_record;
char *unit_record_json(const struct rj_record *r);

#endif
