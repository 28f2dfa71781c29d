/* SPDX-License-Identifier: BSD-3-Clause */
/* The runner of the unit tests: unit [-v] [PART-OF-A-NAME]. */
#include "tests/unit/unit.h"

#include "core/buffer.h"
#include "flow/record.h"
#include "proto/dissector.h"
#include "sink/jsonw.h"

static struct unit_test *first_test;
static struct unit_test **last_link = &first_test;
static const struct unit_test *running_test;
static bool has_test_failed;

/* Read by AddressSanitizer: a refused allocation is NULL, as without it, so that tests can ask. */
extern __attribute__((visibility("default"))) const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

void unit_register(struct unit_test *test)
{
	*last_link = test;
	last_link = &test->next;
}

void unit_failed(const char *file, int line, const char *what)
{
	has_test_failed = true;
	fprintf(stderr, "%s:%d: %s: FAILED: %s\n", file, line,
		running_test ? running_test->name : "-", what);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;
	int value = at ? (int)(at - digits) : -1;

	return value < 16 ? value : value - 6;
}

uint8_t *unit_unhex(const char *hex, size_t *len)
{
	uint8_t *bytes = malloc(strlen(hex) / 2 + 1);
	uint8_t *exact;
	size_t num_digits = 0;

	if (!bytes)
		abort();
	for (; *hex; hex++) {
		int digit = hex_digit(*hex);

		if (strchr(" \t\n", *hex))
			continue;
		if (digit < 0)
			abort();
		if (num_digits % 2)
			bytes[num_digits / 2] = (uint8_t)(bytes[num_digits / 2] | digit);
		else
			bytes[num_digits / 2] = (uint8_t)(digit << 4);
		num_digits++;
	}
	if (num_digits % 2)
		abort();
	*len = num_digits / 2;
	exact = unit_copy(bytes, *len);
	free(bytes);
	return exact;
}

/* A writer and what it borrows for as long as it writes. */
struct json {
	struct rj_buffer out;
	struct rj_jsonw_keys keys;
	struct rj_jsonw w;
};

static struct rj_visitor *begin_json(struct json *j)
{
	memset(&j->keys, 0, sizeof(j->keys));
	rj_buffer_init(&j->out, 64u << 20);
	rj_jsonw_init(&j->w, &j->out, &j->keys);
	return &j->w.visitor;
}

static char *end_json(struct json *j)
{
	rj_buffer_put(&j->out, "", 1);
	if (rj_jsonw_failed(&j->w))
		abort();
	if (j->w.depth || j->w.num_skipped)
		unit_failed(__FILE__, __LINE__, "something was left open");
	return (char *)j->out.data;
}

char *unit_json(const struct rj_dissector *d, const void *state, unsigned int originator)
{
	struct json j;

	d->emit(state, originator, begin_json(&j));
	return end_json(&j);
}

char *unit_record_json(const struct rj_record *r)
{
	struct json j;

	rj_record_visit(r, begin_json(&j));
	return end_json(&j);
}

int main(int argc, char **argv)
{
	bool is_verbose = argc > 1 && !strcmp(argv[1], "-v");
	const char *wanted = argc > 1 + is_verbose ? argv[1 + is_verbose] : "";
	unsigned int num_passed = 0, num_failed = 0;

	for (running_test = first_test; running_test; running_test = running_test->next) {
		if (!strstr(running_test->name, wanted))
			continue;
		if (is_verbose)
			printf("%s\n", running_test->name);
		has_test_failed = false;
		running_test->run();
		if (has_test_failed)
			num_failed++;
		else
			num_passed++;
	}
	printf("%u passed, %u failed, 0 skipped\n", num_passed, num_failed);
	return num_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
