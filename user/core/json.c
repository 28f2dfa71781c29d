// SPDX-License-Identifier: BSD-3-Clause
/* Members of JSON objects. */
#include "core/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_SECONDS 18446744073.0 /* as nanoseconds in 64 bits */
#define US_DECIMALS 6u

struct json_object *rj_json_of(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

int rj_json_member(struct json_object *object, const char *key, enum json_type type,
		   struct json_object **out, struct rj_error *why)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	if (!json_object_is_type(value, type))
		return rj_error_set(why, -EINVAL, "%s: is no %s", key, json_type_to_name(type));
	*out = value;
	return 1;
}

int rj_json_text(struct json_object *object, const char *key, size_t max, const char **out,
		 struct rj_error *why)
{
	struct json_object *value = NULL;
	int got = rj_json_member(object, key, json_type_string, &value, why);
	const char *text;
	size_t len;

	if (got <= 0)
		return got;
	text = json_object_get_string(value);
	len = (size_t)json_object_get_string_len(value);
	if (!len || len > max || strlen(text) != len)
		return rj_error_set(why, -EINVAL, "%s: has not 1 to %zu bytes of text", key, max);
	*out = text;
	return 1;
}

int rj_json_count(struct json_object *object, const char *key, uint64_t *out, struct rj_error *why)
{
	struct json_object *value = NULL;
	int got = rj_json_member(object, key, json_type_int, &value, why);

	if (got <= 0)
		return got;
	if (json_object_get_int64(value) < 0 || json_object_get_uint64(value) > RJ_JSON_MAX_COUNT)
		return rj_error_set(why, -EINVAL, "%s: is not 0 to 2^53", key);
	*out = json_object_get_uint64(value);
	return 1;
}

int rj_json_number(struct json_object *object, const char *key, double max, double *out,
		   struct rj_error *why)
{
	struct json_object *value;
	double number;

	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	number = json_object_get_double(value);
	if ((!json_object_is_type(value, json_type_double) &&
	     !json_object_is_type(value, json_type_int)) ||
	    !(number >= 0 && number <= max))
		return rj_error_set(why, -EINVAL, "%s: is no number from 0 to %.0f", key, max);
	*out = number;
	return 1;
}

/* A number as it was written, digits with a fraction: a double has not all of them. */
static bool read_us(const char *text, uint64_t *out)
{
	uint64_t value = 0;
	unsigned int num_decimals = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++)
			if (num_decimals < US_DECIMALS) {
				value = value * 10 + (uint64_t)(*text - '0');
				num_decimals++;
			}
	for (; num_decimals < US_DECIMALS; num_decimals++)
		value *= 10;
	*out = value;
	return !*text;
}

int rj_json_time(struct json_object *object, const char *key, uint64_t *out, struct rj_error *why)
{
	double seconds = 0;
	uint64_t us;
	int got = rj_json_number(object, key, MAX_SECONDS, &seconds, why);

	if (got <= 0)
		return got;
	if (!read_us(json_object_get_string(json_object_object_get(object, key)), &us))
		us = (uint64_t)llround(seconds * 1e6);
	*out = us;
	return 1;
}

int rj_json_need(int got, const char *key, struct rj_error *why)
{
	return got ? got : rj_error_set(why, -EINVAL, "%s: is missing", key);
}
