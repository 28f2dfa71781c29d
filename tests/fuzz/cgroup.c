// SPDX-License-Identifier: BSD-3-Clause
/* libFuzzer harness for paths of cgroups: the input is one, and the text of /proc/PID/cgroup. */
#include "owner/cgroup.h"

#include <string.h>

#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE "0::"

/* What a record may say: no character that is not a name's, and ids of their length. */
static void check(const struct rj_cgroup *c)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-:@\\";
	size_t id_len = strnlen(c->id, sizeof(c->id));
	size_t uid_len = strnlen(c->pod_uid, sizeof(c->pod_uid));

	MUST(id_len < sizeof(c->id) && uid_len < sizeof(c->pod_uid));
	MUST(id_len || uid_len);
	MUST(strspn(c->id, names) == id_len);
	MUST(strspn(c->pod_uid, "0123456789abcdef-") == uid_len);
	MUST(uid_len == 0 || uid_len == 32 || uid_len == RJ_POD_UID_LEN);
	if (c->runtime <= RJ_RUNTIME_PODMAN)
		MUST(!id_len || (id_len == RJ_CONTAINER_HEX_LEN &&
				 strspn(c->id, "0123456789abcdef") == id_len));
	MUST(id_len || c->runtime == RJ_RUNTIME_UNKNOWN);
	MUST(c->runtime == RJ_RUNTIME_UNKNOWN || rj_runtime_name(c->runtime));
}

/* As the one line of a process, the path says the same. */
static void check_line(const uint8_t *data, size_t size, const struct rj_cgroup *want)
{
	struct rj_cgroup c;
	char *line;
	bool says;

	if (memchr(data, '\n', size))
		return;
	line = malloc(strlen(LINE) + size);
	MUST(line);
	memcpy(line, LINE, strlen(LINE));
	memcpy(line + strlen(LINE), data, size);
	says = rj_cgroup_read_proc(line, strlen(LINE) + size, &c);
	free(line);
	MUST(says == (want != NULL));
	if (want)
		MUST(c.runtime == want->runtime && !strcmp(c.id, want->id) &&
		     !strcmp(c.pod_uid, want->pod_uid) && c.is_nested == want->is_nested);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct rj_cgroup c;
	bool says = rj_cgroup_read(text, size, &c);

	if (says)
		check(&c);
	check_line(data, size, says ? &c : NULL);
	if (rj_cgroup_read_proc(text, size, &c))
		check(&c);
	return 0;
}
