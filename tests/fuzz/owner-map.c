// SPDX-License-Identifier: BSD-3-Clause
/*
 * libFuzzer harness for tables of processes: the input is a file. Whatever it is, its lines are
 * rows, counted or passed over; what flows are told is JSON, and the same file twice says no less.
 */
#include <json-c/json.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/buffer.h"
#include "owner/map.h"
#include "sink/jsonw.h"
#include "tests/fuzz/must.h"

#define MAX_BYTES (64u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The end of one that fits is shown, nothing else is. */
static enum rj_owner_fit ask(const struct rj_owner_map *map, const struct rj_owner_ask *question,
			     unsigned int side, struct rj_visitor *v)
{
	struct rj_owner_found found = { NULL, NULL };
	enum rj_owner_fit fit = rj_owner_map_find(map, question, side, &found);

	MUST((fit == RJ_OWNER_FITS) == (found.user || found.opener));
	rj_process_view_emit(found.user, found.opener, RJ_EXE_ORIGINATOR, question->end_ns, v);
	return fit;
}

static void check_flow(const struct rj_owner_map *map, const struct rj_owner_ask *question)
{
	static const struct rj_field object = { "", RJ_TYPE_OBJECT, "", 0, "", "" };
	static struct rj_jsonw_keys keys;
	struct json_object *read;
	struct rj_jsonw writer;
	struct rj_buffer line;

	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		rj_buffer_init(&line, MAX_BYTES);
		rj_jsonw_init(&writer, &line, &keys);
		writer.visitor.ops->open(&writer.visitor, &object);
		ask(map, question, side, &writer.visitor);
		writer.visitor.ops->close(&writer.visitor);
		MUST(!rj_jsonw_failed(&writer));
		rj_buffer_put(&line, "", 1);
		read = json_tokener_parse((const char *)line.data);
		MUST(read);
		json_object_put(read);
		rj_buffer_done(&line);
	}
}

/* The flows of the seeds, at the times of these and at all times. */
static void check_flows(const struct rj_owner_map *map)
{
	static const uint8_t a[16] = { [10] = 0xff, [11] = 0xff, 127, 0, 0, 1 };
	static const uint8_t b[16] = { [15] = 1 };
	static const uint64_t reaches[] = { 0, 1000000000u, UINT64_MAX };
	struct rj_key four = { .proto = 6, .version = 4 }, six = { .proto = 17, .version = 6 };
	struct rj_owner_ask question = { .start_ns = 100000000000, .end_ns = 101000000000 };

	rj_owner_key(&four, a, 1000, a, 80);
	rj_owner_key(&six, b, 1000, b, 80);
	for (unsigned int i = 0; i < 3; i++) {
		question.reach_ns = reaches[i];
		question.key = &four;
		check_flow(map, &question);
		question.key = &six;
		check_flow(map, &question);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	struct rj_owner_map *map = rj_owner_map_new();
	struct rj_owner_map_counts once, twice;
	struct rj_error error = { .text = "" };
	char path[32];
	int err;

	MUST(map && fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = rj_owner_map_read(map, path, &error);
	MUST(!err == !*error.text && !strchr(error.text, '\n'));
	rj_owner_map_get_counts(map, &once);
	MUST(err || (!once.malformed && !once.over_limit));
	check_flows(map);
	MUST(rj_owner_map_read(map, path, &error) == err);
	rj_owner_map_get_counts(map, &twice);
	MUST(twice.rows == 2 * once.rows && twice.malformed == 2 * once.malformed);
	check_flows(map);
	rj_owner_map_free(map);
	close(fd);
	return 0;
}
