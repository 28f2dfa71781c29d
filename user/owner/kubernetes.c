// SPDX-License-Identifier: BSD-3-Clause
/* Names of this node's pods by the API of Kubernetes, asked by a thread of its own. */
#include "owner/kubernetes.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "owner/kubelet.h"

#define NS_PER_S 1000000000ull
#define MAX_URL 1024u
#define MAX_PATH_LEN 4096u
#define MAX_TOKEN 8192u /* of a service account some 1 kB; ours */
#define MAX_HOST 256u
#define WAIT_S 3 /* at the end, for a request under way; ours */

/* Their metadata alone, where the server can; else all of them. */
#define FORMS "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

/*
 * struct rj_kubernetes - @lock: of what stands below it; @news: of @stop and @is_wanted
 * @next_ns: when it may be asked again, of CLOCK_MONOTONIC
 */
struct rj_kubernetes {
	struct rj_https *https;
	char url[MAX_URL];
	char ca_file[MAX_PATH_LEN];
	char token_file[MAX_PATH_LEN];
	pthread_t thread;
	pthread_cond_t news;
	atomic_bool stop;
	atomic_uint_least64_t num_lists;
	uint64_t next_ns;
	uint64_t wait_s;
	pthread_mutex_t lock;
	bool is_wanted;
	struct rj_pods pods;
	struct rj_kubernetes_counts counts;
};

/* Read again each time, as it is replaced before it expires. False where there is none. */
static bool read_token(const struct rj_kubernetes *k, char token[MAX_TOKEN])
{
	int fd = open(k->token_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t len = fd < 0 ? -1 : read(fd, token, MAX_TOKEN);

	if (fd >= 0)
		close(fd);
	if (len <= 0 || len == (ssize_t)MAX_TOKEN)
		return false;
	while (len > 0 && isspace((unsigned char)token[len - 1]))
		len--;
	for (ssize_t i = 0; i < len; i++)
		if (!isgraph((unsigned char)token[i])) /* what it would end, and begin anew */
			return false;
	token[len] = 0;
	return len > 0;
}

static enum rj_https_failure fetch(struct rj_kubernetes *k, struct rj_pods *out)
{
	char token[MAX_TOKEN];
	struct rj_https_request r = { .url = k->url,
				      .ca_file = k->ca_file,
				      .token = token,
				      .accept = FORMS,
				      .max_bytes = RJ_PODS_MAX_BYTES,
				      .max_ms = RJ_KUBERNETES_MAX_MS,
				      .stop = &k->stop };
	enum rj_https_failure failure = RJ_HTTPS_TOKEN;
	char *text = NULL;
	size_t len = 0;

	if (read_token(k, token))
		failure = rj_https_get(k->https, &r, &text, &len);
	explicit_bzero(token, sizeof(token));
	if (failure == RJ_HTTPS_DONE && rj_pods_read(text, len, out))
		failure = RJ_HTTPS_MALFORMED;
	free(text);
	return failure;
}

/* One request, without the lock meanwhile. */
static void ask(struct rj_kubernetes *k)
{
	struct rj_pods pods = { 0 };
	enum rj_https_failure failure;

	k->is_wanted = false;
	pthread_mutex_unlock(&k->lock);
	failure = fetch(k, &pods);
	pthread_mutex_lock(&k->lock);
	if (atomic_load(&k->stop) && failure != RJ_HTTPS_DONE)
		return; /* given up for that */
	k->counts.requests++;
	if (failure == RJ_HTTPS_DONE) {
		rj_pods_free(&k->pods);
		k->pods = pods;
		k->counts.pods = pods.num;
		k->wait_s = RJ_KUBERNETES_EVERY_S;
		atomic_fetch_add(&k->num_lists, 1);
	} else {
		k->counts.failed[failure]++;
		k->is_wanted = true;
	}
	k->next_ns = rj_clock_ns(CLOCK_MONOTONIC) + k->wait_s * NS_PER_S;
	if (failure != RJ_HTTPS_DONE && k->wait_s < RJ_KUBERNETES_MAX_EVERY_S)
		k->wait_s *= 2;
}

static void *work(void *user)
{
	struct rj_kubernetes *k = user;

	pthread_mutex_lock(&k->lock);
	while (!atomic_load(&k->stop)) {
		struct timespec until = { .tv_sec = (time_t)(k->next_ns / NS_PER_S),
					  .tv_nsec = (long)(k->next_ns % NS_PER_S) };

		if (!k->is_wanted)
			pthread_cond_wait(&k->news, &k->lock);
		else if (rj_clock_ns(CLOCK_MONOTONIC) < k->next_ns)
			pthread_cond_timedwait(&k->news, &k->lock, &until);
		else
			ask(k);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

/* Where the API is, by the environment of a pod; false where this is none. */
static bool find_in_cluster(char out[MAX_HOST])
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	bool is_v6 = host && strchr(host, ':');
	int len;

	if (!host || !*host || !port || !*port)
		return false;
	len = snprintf(out, MAX_HOST, "https://%s%s%s:%s", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
		       port);
	return len > 0 && len < (int)MAX_HOST;
}

/* Names of nodes are of the form of pods', and so need no escaping. */
static int name_node(const char *given, char out[MAX_HOST], struct rj_error *error)
{
	const char *name = given ? given : getenv("NODE_NAME");

	if (name)
		snprintf(out, MAX_HOST, "%s", name);
	else if (gethostname(out, MAX_HOST))
		return rj_error_set(error, -errno, "kubernetes: this host has no name");
	out[MAX_HOST - 1] = 0;
	for (char *at = out; !name && *at; at++) /* as kubelet calls it */
		*at = (char)tolower((unsigned char)*at);
	if (rj_kubelet_is_name(out, strlen(out)))
		return 0;
	return rj_error_set(error, -EINVAL, "kubernetes: %s cannot be a node's name: set NODE_NAME",
			    out);
}

static int set_url(struct rj_kubernetes *k, const struct rj_kubernetes_options *o,
		   struct rj_error *error)
{
	char found[MAX_HOST], node[MAX_HOST];
	const char *base = o->url;
	int len, err;

	if (!strcmp(base, RJ_KUBERNETES_IN_CLUSTER)) {
		if (!find_in_cluster(found))
			return rj_error_set(error, -EINVAL,
					    "kubernetes: KUBERNETES_SERVICE_HOST and "
					    "KUBERNETES_SERVICE_PORT are not set, as they are in "
					    "a pod: give the URL");
		base = found;
	}
	if (strncmp(base, "https://", 8))
		return rj_error_set(error, -EINVAL, "kubernetes %s: must begin with https://",
				    base);
	err = name_node(o->node, node, error);
	if (err)
		return err;
	len = (int)strlen(base);
	while (len > 8 && base[len - 1] == '/')
		len--;
	len = snprintf(k->url, sizeof(k->url),
		       "%.*s/api/v1/pods?fieldSelector=spec.nodeName%%3D%s&resourceVersion=0", len,
		       base, node);
	if (len < 0 || (size_t)len >= sizeof(k->url))
		return rj_error_set(error, -EINVAL, "kubernetes: the URL is too long");
	return 0;
}

static int set_file(char out[MAX_PATH_LEN], const char *folder, const char *name,
		    struct rj_error *error)
{
	int len = snprintf(out, MAX_PATH_LEN, "%s/%s", folder ? folder : RJ_KUBERNETES_CREDENTIALS,
			   name);

	if (len < 0 || len >= (int)MAX_PATH_LEN)
		return rj_error_set(error, -ENAMETOOLONG, "kubernetes: the path is too long");
	if (!access(out, R_OK))
		return 0;
	return rj_error_set(error, -errno, "kubernetes: %s: %s", out, strerror(errno));
}

static int start(struct rj_kubernetes *k)
{
	pthread_condattr_t attr;
	sigset_t all, before;
	int err;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->news, &attr);
	pthread_condattr_destroy(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&k->thread, NULL, work, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) {
		pthread_cond_destroy(&k->news);
		pthread_mutex_destroy(&k->lock);
	}
	return -err;
}

int rj_kubernetes_new(const struct rj_kubernetes_options *o, struct rj_kubernetes **out,
		      struct rj_error *error)
{
	struct rj_kubernetes *k = calloc(1, sizeof(*k));
	int err;

	if (!k)
		return rj_error_set(error, -ENOMEM, "out of memory");
	k->wait_s = RJ_KUBERNETES_EVERY_S;
	k->is_wanted = true;
	err = set_url(k, o, error);
	err = err ? err : set_file(k->ca_file, o->credentials, "ca.crt", error);
	err = err ? err : set_file(k->token_file, o->credentials, "token", error);
	err = err ? err : rj_https_open(&k->https, error);
	if (!err) {
		err = start(k);
		if (err)
			rj_error_set(error, err, "kubernetes: no thread: %s", strerror(-err));
	}
	if (err) {
		rj_https_close(k->https);
		free(k);
		return err;
	}
	*out = k;
	return 0;
}

void rj_kubernetes_free(struct rj_kubernetes *k)
{
	struct timespec until;

	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	atomic_store(&k->stop, true);
	pthread_cond_signal(&k->news);
	pthread_mutex_unlock(&k->lock);
	/* a name that is looked up cannot be given up: then this stays as it is */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	if (pthread_timedjoin_np(k->thread, NULL, &until))
		return;
	pthread_cond_destroy(&k->news);
	pthread_mutex_destroy(&k->lock);
	rj_pods_free(&k->pods);
	rj_https_close(k->https);
	free(k);
}

bool rj_kubernetes_find(struct rj_kubernetes *k, const char *uid, bool is_new, struct rj_pod *out)
{
	const struct rj_pod *found;

	pthread_mutex_lock(&k->lock);
	found = rj_pods_find(&k->pods, uid);
	if (found) {
		*out = *found;
	} else if (is_new && !k->is_wanted) {
		k->is_wanted = true;
		pthread_cond_signal(&k->news);
	}
	pthread_mutex_unlock(&k->lock);
	return found;
}

uint64_t rj_kubernetes_num_lists(const struct rj_kubernetes *k)
{
	return atomic_load(&k->num_lists);
}

void rj_kubernetes_get_counts(struct rj_kubernetes *k, struct rj_kubernetes_counts *out)
{
	pthread_mutex_lock(&k->lock);
	*out = k->counts;
	pthread_mutex_unlock(&k->lock);
}
