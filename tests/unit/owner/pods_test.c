/* SPDX-License-Identifier: BSD-3-Clause */
#include "owner/pods.h"

#include <errno.h>

#include "tests/unit/unit.h"

#define UID_A "0b8cb8b3-61a9-4d3b-8f0b-6a4de2ad2a01"
#define UID_B "11111111-2222-3333-4444-555555555555"
#define POD(uid, name, namespace)                                                                  \
	"{\"metadata\":{\"uid\":\"" uid "\",\"name\":\"" name                                      \
	"\",\"namespace\":\"" namespace "\",\"managedFields\":[{\"fieldsV1\":{}}]}}"

static int read_text(const char *text, struct rj_pods *out)
{
	size_t len = strlen(text);
	uint8_t *copy = unit_copy(text, len);
	int err = rj_pods_read((const char *)copy, len, out);

	free(copy);
	return err;
}

TEST(pods_are_found_by_their_uid)
{
	struct rj_pods pods;
	const struct rj_pod *pod;

	CHECK_EQ(read_text("{\"kind\":\"PodList\",\"items\":[" POD(UID_B, "web-0", "shop") "," POD(
				   UID_A, "db", "default") "]}",
			   &pods),
		 0);
	CHECK_EQ(pods.num, 2);
	pod = rj_pods_find(&pods, UID_A);
	CHECK(pod && !strcmp(pod->name, "db") && !strcmp(pod->namespace, "default"));
	pod = rj_pods_find(&pods, UID_B);
	CHECK(pod && !strcmp(pod->name, "web-0") && !strcmp(pod->namespace, "shop"));
	CHECK(!rj_pods_find(&pods, ""));
	CHECK(!rj_pods_find(&pods, "0b8cb8b3"));
	CHECK(!rj_pods_find(&pods, UID_A "0"));
	rj_pods_free(&pods);
	CHECK(!rj_pods_find(&pods, UID_A));
}

TEST(pods_that_are_none)
{
	static const char *const texts[] = { "",
					     "{",
					     "[]",
					     "{}",
					     "null",
					     "{\"items\":{}}",
					     "{\"items\":\"\"}",
					     "{\"items\":[",
					     "<html>" };
	struct rj_pods pods;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK_EQ(read_text(texts[i], &pods), -EBADMSG);
}

/* One that lacks something, or has what no name has, is left out; the others stay. */
TEST(pods_not_of_their_form_are_left_out)
{
	struct rj_pods pods;

	static const char text[] =
		"{\"items\":[1,{},{\"metadata\":[]},{\"metadata\":{\"uid\":\"" UID_B
		"\"}}," POD(UID_B, "a b", "shop") "," POD(UID_B, "", "shop") "," POD(
			UID_B "0", "web", "shop") "," POD(UID_B, "a\\u0000",
							  "shop") "," POD(UID_A, "web",
									  "shop") "]}";

	CHECK_EQ(read_text(text, &pods), 0);
	CHECK_EQ(pods.num, 1);
	CHECK_EQ(pods.left_out, 8);
	CHECK(rj_pods_find(&pods, UID_A) && !rj_pods_find(&pods, UID_B));
	rj_pods_free(&pods);
}

TEST(pods_are_limited)
{
	size_t size = 32 + (RJ_PODS_MAX + 2) * 128, len;
	char *text = malloc(size);
	struct rj_pods pods;

	len = (size_t)snprintf(text, size, "{\"items\":[");
	for (unsigned int i = 0; i < RJ_PODS_MAX + 1; i++)
		len += (size_t)snprintf(
			text + len, size - len,
			"%s{\"metadata\":{\"uid\":\"%u\",\"name\":\"n\",\"namespace\":\"s\"}}",
			i ? "," : "", i);
	snprintf(text + len, size - len, "]}");
	CHECK_EQ(read_text(text, &pods), 0);
	CHECK_EQ(pods.num, RJ_PODS_MAX);
	CHECK_EQ(pods.left_out, 1);
	CHECK(rj_pods_find(&pods, "0") && rj_pods_find(&pods, "4095"));
	CHECK(!rj_pods_find(&pods, "4096"));
	rj_pods_free(&pods);
	CHECK_EQ(rj_pods_read(text, RJ_PODS_MAX_BYTES + 1u, &pods), -EBADMSG);
	free(text);
}

TEST(pods_of_no_list_are_none)
{
	struct rj_pods pods;

	CHECK_EQ(read_text("{\"items\":[]}", &pods), 0);
	CHECK_EQ(pods.num, 0);
	CHECK(!rj_pods_find(&pods, UID_A));
	rj_pods_free(&pods);
}
