/* SPDX-License-Identifier: BSD-3-Clause */
/* Members of JSON objects, each held to its type and its range. */
#ifndef RJ_CORE_JSON_H
#define RJ_CORE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/status.h"

/*
 * rj_json_of - the member @key of @object, borrowed; NULL where there is none of that type, or
 * @object is none: what others write may have any form.
 */
struct json_object *rj_json_of(struct json_object *object, const char *key, enum json_type type);

#define RJ_JSON_MAX_COUNT (UINT64_C(1) << 53) /* what every reader of JSON takes */

/*
 * What must have one form: each of these takes the member @key, and says in *@why what is wrong
 * with it: -EINVAL then. 0 where it is absent, with *@out untouched; 1 where it is there.
 */

/* rj_json_text - a string of 1 to @max bytes, none of them zero; borrowed. */
RJ_MUST_CHECK int rj_json_text(struct json_object *object, const char *key, size_t max,
			       const char **out, struct rj_error *why);

/* rj_json_count - a whole number from 0 to RJ_JSON_MAX_COUNT. */
RJ_MUST_CHECK int rj_json_count(struct json_object *object, const char *key, uint64_t *out,
				struct rj_error *why);

/* rj_json_number - a number from 0 to @max. */
RJ_MUST_CHECK int rj_json_number(struct json_object *object, const char *key, double max,
				 double *out, struct rj_error *why);

/* rj_json_time - seconds from 0 to the year 2554, as microseconds; decimals beyond are cut. */
RJ_MUST_CHECK int rj_json_time(struct json_object *object, const char *key, uint64_t *out,
			       struct rj_error *why);

/* rj_json_member - one of that type; borrowed. */
RJ_MUST_CHECK int rj_json_member(struct json_object *object, const char *key, enum json_type type,
				 struct json_object **out, struct rj_error *why);

/* rj_json_need - turns a member that is absent into an error. */
RJ_MUST_CHECK int rj_json_need(int got, const char *key, struct rj_error *why);

#endif
