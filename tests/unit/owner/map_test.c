/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of processes: rows that are right, and each way in which they can be wrong. */
#include "owner/map.h"

#include <errno.h>
#include <zlib.h>

#include "core/buffer.h"
#include "sink/jsonw.h"
#include "tests/unit/features/files.h"
#include "tests/unit/unit.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define CURL                                                                                       \
	"\"name\":\"curl\",\"path\":\"/usr/bin/curl\",\"hash\":\"" HASH "\",\"pid\":123,"          \
	"\"uid\":1000,\"start\":99.250000"
#define CONTAINER                                                                                  \
	"\"container\":{\"id\":\"c1\",\"runtime\":\"docker\",\"name\":\"web\",\"image\":\"i\"}"
#define POD "\"pod\":{\"name\":\"p\",\"namespace\":\"n\",\"uid\":\"u\"}"
#define KEY "\"sa\":\"10.0.0.1\",\"da\":\"10.0.0.2\",\"pr\":6,\"sp\":4000,\"dp\":80"
#define TIME "\"time_start\":100.0,\"time_end\":101.5"
#define ROW(exe) "{" KEY "," TIME "," exe "}\n"
#define DEEP "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
#define SECOND 1000000000ull

static struct rj_error error;

/* What reading a file of this text comes to; the line about it without the file's name. */
static int read_text(struct rj_owner_map *map, const char *text)
{
	char path[FILE_NAME_LEN];
	size_t len;
	int err;

	error.text[0] = 0;
	write_file(path, text);
	err = rj_owner_map_read(map, path, &error);
	len = strlen(path);
	if (err && !strncmp(error.text, path, len))
		memmove(error.text, error.text + len, strlen(error.text + len) + 1);
	unlink(path);
	return err;
}

static struct rj_owner_map *map_of(const char *text)
{
	struct rj_owner_map *map = rj_owner_map_new();

	CHECK_EQ(read_text(map, text), 0);
	CHECK_STR(error.text, "");
	return map;
}

/* What is shown of the flow of KEY, seen from its originator; heap. */
static char *shown(const struct rj_owner_map *map, uint64_t start_ns, uint64_t end_ns)
{
	static const uint8_t sa[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 };
	static const uint8_t da[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 2 };
	static const struct rj_field object = { "", RJ_TYPE_OBJECT, "", 0, "", "" };
	static struct rj_jsonw_keys keys;
	struct rj_key key = { .proto = 6, .version = 4 };
	unsigned int side = rj_owner_key(&key, sa, 4000, da, 80);
	const struct rj_owner_ask ask = { .key = &key,
					  .start_ns = start_ns,
					  .end_ns = end_ns,
					  .reach_ns = SECOND };
	struct rj_buffer line;
	struct rj_jsonw writer;
	char *copy;

	rj_buffer_init(&line, 1u << 20);
	rj_jsonw_init(&writer, &line, &keys);
	writer.visitor.ops->open(&writer.visitor, &object);
	for (unsigned int i = 0; i < 2; i++) {
		struct rj_owner_found found = { NULL, NULL };

		(void)rj_owner_map_find(map, &ask, i ? !side : side, &found);
		rj_process_view_emit(found.user, found.opener,
				     i ? RJ_EXE_RESPONDER : RJ_EXE_ORIGINATOR, end_ns,
				     &writer.visitor);
	}
	writer.visitor.ops->close(&writer.visitor);
	CHECK(!rj_jsonw_failed(&writer));
	copy = strndup((const char *)line.data, line.len);
	rj_buffer_done(&line);
	return copy;
}

static void check_shown(const char *text, const char *want)
{
	struct rj_owner_map *map = map_of(text);
	char *got = shown(map, 100 * SECOND, 101 * SECOND);

	CHECK_STR(got, want);
	free(got);
	rj_owner_map_free(map);
}

TEST(owner_map_shows_what_was_recorded)
{
	check_shown(ROW("\"exe\":{" CURL "," CONTAINER "," POD "},\"exe_da\":{\"name\":\"nginx\","
			"\"pid\":7,\"opener\":{\"name\":\"master\",\"pid\":6}}"),
		    "{\"exe\":{" CURL ",\"uptime\":1," CONTAINER "," POD "},\"exe_da\":{\"name\":"
		    "\"nginx\",\"pid\":7,\"opener\":{\"name\":\"master\",\"pid\":6}}}");
	check_shown(ROW("\"exe_da\":{\"opener\":{\"pid\":6}}"),
		    "{\"exe_da\":{\"opener\":{\"pid\":6}}}");
}

TEST(owner_map_swaps_ends)
{
	check_shown("{\"sa\":\"10.0.0.2\",\"da\":\"10.0.0.1\",\"pr\":6,\"sp\":80,\"dp\":4000," TIME
		    ",\"exe\":{\"pid\":1},\"exe_da\":{\"pid\":2}}",
		    "{\"exe\":{\"pid\":2},\"exe_da\":{\"pid\":1}}");
}

TEST(owner_map_passes_over_what_is_no_row)
{
	check_shown("{\"command\":\"live\"}\n\n{" KEY "," TIME "}\n{\"sa\":5}\n", "{}");
	check_shown(
		"{\"sa\":\"10.0.0.1\",\"da\":\"10.0.0.2\",\"pr\":1,\"sp\":null,\"dp\":null," TIME
		",\"exe\":{\"pid\":1}}",
		"{}");
}

/* Flows of the same ends at another time, of other ports, of IPv6. */
TEST(owner_map_joins_by_key_and_time)
{
	struct rj_owner_map *map = map_of(ROW("\"exe\":{\"pid\":1}"));
	static const struct {
		double start, end;
		const char *want;
	} cases[] = {
		{ 0, 99, "{\"exe\":{\"pid\":1}}" },
		{ 0, 98.9, "{}" },
		{ 102.5, 103, "{\"exe\":{\"pid\":1}}" },
		{ 102.6, 103, "{}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = shown(map, (uint64_t)(cases[i].start * 1e9),
				  (uint64_t)(cases[i].end * 1e9));

		CHECK_STR(got, cases[i].want);
		free(got);
	}
	rj_owner_map_free(map);
	check_shown("{\"sa\":\"10.0.0.1\",\"da\":\"10.0.0.2\",\"pr\":17,\"sp\":4000,\"dp\":80," TIME
		    ",\"exe\":{\"pid\":1}}",
		    "{}");
	check_shown("{\"sa\":\"::ffff:10.0.0.1\",\"da\":\"::ffff:10.0.0.2\",\"pr\":6,\"sp\":4000,"
		    "\"dp\":80," TIME ",\"exe\":{\"pid\":1}}",
		    "{}");
}

/* What is known later of the same process is shown at once. */
TEST(owner_map_fills_digests_in)
{
	check_shown(ROW("\"exe\":{\"name\":\"a\",\"pid\":1}")
			    ROW("\"exe\":{\"name\":\"a\",\"pid\":1,\"hash\":\"" HASH "\"," CONTAINER
				"}"),
		    "{\"exe\":{\"name\":\"a\",\"hash\":\"" HASH "\",\"pid\":1," CONTAINER "}}");
}

TEST(owner_map_shows_nothing_in_doubt)
{
	check_shown(ROW("\"exe\":{\"pid\":1},\"exe_da\":{\"pid\":3}")
			    ROW("\"exe\":{\"pid\":2},\"exe_da\":{\"pid\":3}"),
		    "{\"exe_da\":{\"pid\":3}}");
	check_shown(ROW("\"exe\":{\"pid\":1,\"start\":5}") ROW("\"exe\":{\"pid\":1,\"start\":6}"),
		    "{}");
}

/* Each is told of with its line, counted, and passed over. */
TEST(owner_map_says_what_is_wrong)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "{\"sa\":", ":2: not JSON, at byte 7: it ends early" },
		{ "[1]", ":2: not one JSON object" },
		{ "{" TIME ",\"exe\":{\"pid\":1}}", ":2: sa: is missing" },
		{ ROW("\"exe\":[]"), ":2: exe: is no object" },
		{ ROW("\"exe\":{}"), ":2: pid: is missing" },
		{ ROW("\"exe\":{\"pid\":-1}"), ":2: pid: is not 0 to 2^53" },
		{ ROW("\"exe\":{\"pid\":4294967296}"), ":2: pid: is not 0 to 4294967295" },
		{ ROW("\"exe\":{\"pid\":1,\"opener\":1}"), ":2: opener: is no object" },
		{ ROW("\"exe\":{\"pid\":1,\"opener\":{\"name\":\"x\"}}"), ":2: pid: is missing" },
		{ ROW("\"exe\":{\"pid\":1,\"hash\":\"00\"}"),
		  ":2: hash: is not 64 hexadecimal digits" },
		{ ROW("\"exe\":{\"pid\":1,\"name\":\"\"}"),
		  ":2: name: has not 1 to 12288 bytes of text" },
		{ ROW("\"exe\":{\"pid\":1,\"name\":\"a\\u0000b\"}"),
		  ":2: name: has not 1 to 12288 bytes of text" },
		{ ROW("\"exe\":{\"pid\":1,\"container\":5}"), ":2: container: is no object" },
		{ ROW("\"exe\":{\"pid\":1,\"pod\":{\"uid\":\""
		      "0123456789012345678901234567890123456\"}}"),
		  ":2: uid: has not 1 to 36 bytes of text" },
		{ "{" KEY ",\"time_start\":2,\"time_end\":1,\"exe\":{\"pid\":1}}",
		  ":2: time_end: is before time_start" },
		{ "{" KEY ",\"time_end\":1,\"exe\":{\"pid\":1}}", ":2: time_start: is missing" },
		{ "{\"sa\":\"10.0.0.1\",\"da\":\"::1\",\"pr\":6,\"sp\":1,\"dp\":2," TIME
		  ",\"exe\":{\"pid\":1}}",
		  ":2: sa, da: are of IPv4 and of IPv6" },
		{ "{\"sa\":\"0123456789abcdef0123456789abcdef\",\"da\":\"::1\",\"pr\":6," TIME
		  ",\"exe\":{\"pid\":1}}",
		  ":2: sa: is no address" },
		{ "{\"sa\":\"::2\",\"da\":\"::1\",\"pr\":256," TIME ",\"exe\":{\"pid\":1}}",
		  ":2: pr: is not 0 to 255" },
		{ "{\"sa\":\"::2\",\"da\":\"::1\",\"pr\":6,\"sp\":65536," TIME
		  ",\"exe\":{\"pid\":1}}",
		  ":2: sp: is not 0 to 65535" },
		{ "{\"sa\":\"::2\",\"da\":\"::1\",\"pr\":6,\"sp\":1," TIME ",\"exe\":{\"pid\":1}}",
		  ":2: dp: is missing" },
		{ "{\"a\":" DEEP "}", ":2: not JSON, at byte 37: nesting too deep" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rj_owner_map *map = rj_owner_map_new();
		struct rj_owner_map_counts counts;
		char text[1024];

		snprintf(text, sizeof(text), "%s%s\n%s", ROW("\"exe\":{\"pid\":1}"), cases[i].line,
			 ROW("\"exe_da\":{\"pid\":1}"));
		CHECK_EQ(read_text(map, text), 1);
		CHECK_STR(error.text, cases[i].why);
		rj_owner_map_get_counts(map, &counts);
		CHECK_EQ(counts.rows, 2);
		CHECK_EQ(counts.malformed, 1);
		CHECK_EQ(counts.over_limit, 0);
		rj_owner_map_free(map);
	}
}

TEST(owner_map_that_cannot_be_read)
{
	struct rj_owner_map *map = rj_owner_map_new();

	CHECK_EQ(rj_owner_map_read(map, "/nowhere/at/all", &error), -ENOENT);
	CHECK_STR(error.text, "/nowhere/at/all: cannot be read: No such file or directory");
	CHECK_EQ(rj_owner_map_read(map, "/", &error), -EISDIR);
	rj_owner_map_free(map);
}

/* Of a compressed one that is cut, what is before is used. */
TEST(owner_map_reads_gzip)
{
	char path[FILE_NAME_LEN];
	struct rj_owner_map *map = rj_owner_map_new();
	struct rj_owner_map_counts counts;
	gzFile to;

	write_file(path, "");
	to = gzopen(path, "wb");
	for (int i = 0; i < 1000; i++)
		CHECK(gzputs(to, ROW("\"exe\":{\"pid\":1}")) > 0);
	gzclose(to);
	CHECK_EQ(rj_owner_map_read(map, path, &error), 0);
	rj_owner_map_get_counts(map, &counts);
	CHECK_EQ(counts.rows, 1000);
	CHECK_EQ(truncate(path, 200), 0);
	CHECK_EQ(rj_owner_map_read(map, path, &error), 1);
	CHECK(strstr(error.text, "the file ends early"));
	unlink(path);
	rj_owner_map_free(map);
}
