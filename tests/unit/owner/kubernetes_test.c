/* SPDX-License-Identifier: BSD-3-Clause */
/* What is refused before anybody is asked; what is asked, tests/net/containers.sh shows. */
#include "owner/kubernetes.h"

#include <errno.h>

#include "tests/unit/owner/host.h"

static int refused(const struct host *h, const char *url, const char *node, const char *why)
{
	struct rj_kubernetes_options o = { .url = url, .credentials = h->root, .node = node };
	struct rj_kubernetes *k = NULL;
	struct rj_error error = { 0 };
	int err = rj_kubernetes_new(&o, &k, &error);

	CHECK(!k && strstr(error.text, why));
	rj_kubernetes_free(k);
	return err;
}

TEST(kubernetes_wants_what_it_needs)
{
	char long_url[2048];
	struct host h;

	host_init(&h);
	unsetenv("KUBERNETES_SERVICE_HOST");
	CHECK_EQ(refused(&h, "in-cluster", "n", "KUBERNETES_SERVICE_HOST"), -EINVAL);
	CHECK_EQ(refused(&h, "http://127.0.0.1", "n", "https://"), -EINVAL);
	CHECK_EQ(refused(&h, "https://127.0.0.1", "a&limit=1", "a&limit=1"), -EINVAL);
	CHECK_EQ(refused(&h, "https://127.0.0.1", "", "NODE_NAME"), -EINVAL);
	memset(long_url, 'a', sizeof(long_url) - 1);
	long_url[sizeof(long_url) - 1] = 0;
	memcpy(long_url, "https://", 8);
	CHECK_EQ(refused(&h, long_url, "n", "too long"), -EINVAL);
	CHECK_EQ(refused(&h, "https://127.0.0.1", "n", "ca.crt"), -ENOENT);
	host_file(&h, "ca.crt", "");
	CHECK_EQ(refused(&h, "https://127.0.0.1", "n", "token"), -ENOENT);
	host_done(&h);
}
