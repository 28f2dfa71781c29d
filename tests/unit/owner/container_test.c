/* SPDX-License-Identifier: BSD-3-Clause */
#include "owner/container.h"

#include <errno.h>

#include "core/buffer.h"
#include "sink/jsonw.h"
#include "tests/unit/owner/host.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2"
#define POD "0b8cb8b3-61a9-4d3b-8f0b-6a4de2ad2a01"
#define OTHER "11111111-2222-3333-4444-555555555555"
#define SECOND 1000000000ull
#define TASKS "run/containerd/io.containerd.runtime.v2.task/"

#define DOCKER_JSON                                                                                \
	"{\"State\":{\"Running\":true,\"Pid\":7},\"ID\":\"" A "\",\"Config\":{\"Hostname\":\"a\"," \
	"\"Image\":\"nginx:1.27\",\"Labels\":{\"x\":\"y\"}},\"Image\":\"sha256:" B "\","           \
	"\"Name\":\"/web\"}"
#define CRI_JSON                                                                                   \
	"{\"ociVersion\":\"1.2.0\",\"process\":{\"args\":[\"nginx\"]},\"annotations\":{"           \
	"\"io.kubernetes.cri.container-name\":\"nginx\","                                          \
	"\"io.kubernetes.cri.container-type\":\"container\","                                      \
	"\"io.kubernetes.cri.image-name\":\"docker.example/nginx:1.27\","                          \
	"\"io.kubernetes.cri.sandbox-id\":\"" B "\","                                              \
	"\"io.kubernetes.cri.sandbox-name\":\"web-0\","                                            \
	"\"io.kubernetes.cri.sandbox-namespace\":\"shop\","                                        \
	"\"io.kubernetes.cri.sandbox-uid\":\"" POD "\"}}"
#define CRIO_JSON                                                                                  \
	"{\"ociVersion\":\"1.0.2\",\"annotations\":{\"io.container.manager\":\"cri-o\","           \
	"\"io.kubernetes.container.name\":\"nginx\",\"io.kubernetes.pod.name\":\"web-0\","         \
	"\"io.kubernetes.pod.namespace\":\"shop\",\"io.kubernetes.pod.uid\":\"" POD "\","          \
	"\"io.kubernetes.cri-o.ImageName\":\"docker.example/nginx:1.27\"}}"
#define PODMAN_ENTRY(id, name)                                                                     \
	"{\"id\":\"" id "\",\"names\":[\"" name "\"],\"image\":\"" B "\",\"metadata\":\""          \
	"{\\\"image-name\\\":\\\"localhost/web:1\\\",\\\"name\\\":\\\"" name "\\\"}\"}"
#define CRI_SAID                                                                                   \
	"{\"container\":{\"id\":\"" A "\",\"runtime\":\"containerd\",\"name\":\"nginx\","          \
	"\"image\":\"docker.example/nginx:1.27\"},"                                                \
	"\"pod\":{\"name\":\"web-0\",\"namespace\":\"shop\",\"uid\":\"" POD "\"}}"

/* struct known - a host, and what is known of its containers. */
struct known {
	struct host host;
	struct rj_containers *cs;
};

static void know(struct known *k, size_t max)
{
	struct rj_error error;

	host_init(&k->host);
	CHECK_EQ(rj_containers_new(k->host.root, max, &k->cs, &error), 0);
}

static void forget(struct known *k)
{
	rj_containers_free(k->cs);
	host_done(&k->host);
}

/* What the record says of who is in the cgroup of this path. */
static const char *said(struct known *k, const char *path, uint64_t now_ns)
{
	static char text[4096];
	struct rj_jsonw_keys keys = { 0 };
	struct rj_buffer out;
	struct rj_cgroup cgroup;
	struct rj_field object = { "", RJ_TYPE_OBJECT, "", 0, "", "" };
	struct rj_jsonw w;

	if (!rj_cgroup_read(path, strlen(path), &cgroup))
		return "nothing";
	rj_buffer_init(&out, 1u << 20);
	rj_jsonw_init(&w, &out, &keys);
	w.visitor.ops->open(&w.visitor, &object);
	rj_container_emit(rj_containers_find(k->cs, &cgroup, now_ns), &w.visitor);
	w.visitor.ops->close(&w.visitor);
	snprintf(text, sizeof(text), "%.*s", (int)out.len, (const char *)out.data);
	text[strcspn(text, "\n")] = 0;
	rj_buffer_done(&out);
	return text;
}

TEST(container_of_docker)
{
	struct known k;

	know(&k, 8);
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	CHECK_STR(said(&k, "/docker/" A, 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\",\"name\":\"web\","
		  "\"image\":\"nginx:1.27\"}}");
	CHECK_STR(said(&k, "/mine/" A, 0), /* by its state */
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\",\"name\":\"web\","
		  "\"image\":\"nginx:1.27\"}}");
	CHECK_STR(said(&k, "/docker/" B, 0),
		  "{\"container\":{\"id\":\"" B "\",\"runtime\":\"docker\"}}");
	/* another runtime's path is not explained by Docker's state */
	CHECK_STR(said(&k, "/crio-" A, 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"crio\"}}");
	forget(&k);
}

TEST(container_of_docker_is_where_its_configuration_says)
{
	struct known k;

	know(&k, 8);
	host_file(&k.host, "etc/docker/daemon.json", "{\"data-root\":\"/data/docker\"}");
	host_file(&k.host, "data/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	CHECK(strstr(said(&k, "/docker/" A, 0), "\"web\""));
	CHECK(strstr(said(&k, "/mine/" A, 0), "\"web\""));
	CHECK(!strstr(said(&k, "/docker/" B, 0), "\"name\""));
	forget(&k);
}

#define LABELLED_JSON                                                                              \
	"{\"ID\":\"" A "\",\"Name\":\"/k8s_nginx_web-0_shop_0\",\"Config\":{"                      \
	"\"Image\":\"nginx@sha256:" B "\",\"Labels\":{"                                            \
	"\"io.kubernetes.container.name\":\"nginx\","                                              \
	"\"io.kubernetes.pod.name\":\"web-0\",\"io.kubernetes.pod.namespace\":\"shop\","           \
	"\"io.kubernetes.pod.uid\":\"" POD "\"}}}"

TEST(container_of_docker_in_a_pod_has_labels)
{
	struct known k;

	know(&k, 8);
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", LABELLED_JSON);
	CHECK_STR(said(&k, "/kubepods/burstable/pod" POD "/" A, 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\",\"name\":\"nginx\","
		  "\"image\":\"nginx@sha256:" B "\"},"
		  "\"pod\":{\"name\":\"web-0\",\"namespace\":\"shop\",\"uid\":\"" POD "\"}}");
	/* labels do not make a pod */
	CHECK_STR(said(&k, "/docker/" A, 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\","
		  "\"name\":\"k8s_nginx_web-0_shop_0\",\"image\":\"nginx@sha256:" B "\"}}");
	forget(&k);
}

/* Below the manager of a user all may be as he likes. */
TEST(container_of_a_user_does_not_name_pods)
{
	char passwd[128], path[256];
	struct known k;

	know(&k, 8);
	snprintf(passwd, sizeof(passwd), "user:x:%u:1::/home/user:\n", getuid());
	host_file(&k.host, "etc/passwd", passwd);
	host_file(&k.host, "home/user/.local/share/docker/containers/" A "/config.v2.json",
		  LABELLED_JSON);
	snprintf(path, sizeof(path), "/user@%u.service/kubepods/pod" POD "/docker/" A, getuid());
	CHECK(strstr(said(&k, path, 0), "\"pod\":{\"uid\":\"" POD "\"}"));
	CHECK_EQ(strstr(said(&k, path, 0), "nginx") != NULL, host_has_openat2());
	forget(&k);
}

TEST(container_of_containerd)
{
	struct known k;

	know(&k, 8);
	host_file(&k.host, TASKS "k8s.io/" A "/config.json", CRI_JSON);
	host_file(&k.host, TASKS "default/" B "/config.json",
		  "{\"ociVersion\":\"1.1.0\",\"annotations\":{\"nerdctl/name\":\"web\"}}");
	CHECK_STR(said(&k, "/kubepods/pod" POD "/" A, 0), CRI_SAID);
	CHECK_STR(said(&k, "/k8s.io/" A, 0), CRI_SAID); /* the pod by the state alone */
	CHECK_STR(said(&k, "/default/" B, 0),
		  "{\"container\":{\"id\":\"" B "\",\"runtime\":\"containerd\",\"name\":\"web\"}}");
	forget(&k);
	know(&k, 8);
	host_file(&k.host,
		  "run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/" A "/config.json",
		  CRI_JSON);
	CHECK_STR(said(&k, "/kubepods/pod" POD "/cri-containerd-" A ".scope", 0), CRI_SAID);
	forget(&k);
}

TEST(container_of_docker_is_no_other_in_its_containerd)
{
	struct known k;

	know(&k, 8);
	host_file(&k.host, TASKS "moby/" A "/config.json", "{\"ociVersion\":\"1.1.0\"}");
	CHECK_STR(said(&k, "/mine/" A, 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\"}}");
	forget(&k);
}

TEST(container_of_another_pod_is_not_found)
{
	struct known k;

	know(&k, 8);
	host_file(&k.host, TASKS "k8s.io/" A "/config.json", CRI_JSON);
	host_file(&k.host, "run/containers/storage/overlay-containers/" A "/userdata/config.json",
		  CRIO_JSON);
	CHECK_STR(said(&k, "/kubepods/pod" OTHER "/" A, 0),
		  "{\"container\":{\"id\":\"" A "\"},\"pod\":{\"uid\":\"" OTHER "\"}}");
	forget(&k);
}

TEST(container_of_crio)
{
	static const char want[] =
		"{\"container\":{\"id\":\"" A "\",\"runtime\":\"crio\",\"name\":\"nginx\","
		"\"image\":\"docker.example/nginx:1.27\"},"
		"\"pod\":{\"name\":\"web-0\",\"namespace\":\"shop\",\"uid\":\"" POD "\"}}";
	struct known k;

	know(&k, 8);
	host_file(&k.host, "run/containers/storage/overlay-containers/" A "/userdata/config.json",
		  CRIO_JSON);
	/* podman's bundles are at the same place */
	host_file(
		&k.host, "var/lib/containers/storage/overlay-containers/" B "/userdata/config.json",
		"{\"ociVersion\":\"1.0.2\",\"annotations\":{\"io.container.manager\":\"libpod\"}}");
	CHECK_STR(said(&k, "/kubepods/pod" POD "/crio-" A, 0), want);
	CHECK_STR(said(&k, "/mine/" A, 0), want);
	CHECK_STR(said(&k, "/mine/" B, 0), "{\"container\":{\"id\":\"" B "\"}}");
	forget(&k);
}

TEST(container_of_podman)
{
	struct known k;

	know(&k, 8);
	host_file(&k.host, "var/lib/containers/storage/overlay-containers/containers.json",
		  "[" PODMAN_ENTRY(B, "db") "," PODMAN_ENTRY(A, "web") "]");
	CHECK_STR(said(&k, "/machine.slice/libpod-" A ".scope/container", 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"podman\",\"name\":\"web\","
		  "\"image\":\"localhost/web:1\"}}");
	CHECK_STR(said(&k, "/libpod_parent/libpod-" B, 0),
		  "{\"container\":{\"id\":\"" B "\",\"runtime\":\"podman\",\"name\":\"db\","
		  "\"image\":\"localhost/web:1\"}}");
	forget(&k);
	know(&k, 8);
	host_file(&k.host, "var/lib/containers/storage/vfs-containers/containers.json", "[]");
	host_file(&k.host, "var/lib/containers/storage/vfs-containers/volatile-containers.json",
		  "[" PODMAN_ENTRY(A, "web") "]");
	CHECK_STR(said(&k, "/machine.slice/libpod-" A ".scope", 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"podman\",\"name\":\"web\","
		  "\"image\":\"localhost/web:1\"}}");
	forget(&k);
}

/* Below the manager of a user, names come from his home and from nowhere else. */
TEST(container_of_a_user_is_looked_for_in_his_home)
{
	struct known k;
	char passwd[128], path[256];

	know(&k, 8);
	snprintf(passwd, sizeof(passwd), "user:x:%u:1::/home/user:\n", getuid());
	host_file(&k.host, "var/lib/containers/storage/overlay-containers/containers.json",
		  "[" PODMAN_ENTRY(A, "web") "]");
	snprintf(path, sizeof(path), "/user.slice/user@%u.service/user.slice/libpod-" A ".scope",
		 getuid());
	CHECK_STR(said(&k, path, 0), "{\"container\":{\"id\":\"" A "\",\"runtime\":\"podman\"}}");

	host_file(&k.host, "etc/passwd", passwd);
	host_file(&k.host,
		  "home/user/.local/share/containers/storage/overlay-containers/containers.json",
		  "[" PODMAN_ENTRY(A, "his") "]");
	if (host_has_openat2())
		CHECK_STR(said(&k, path, SECOND), "{\"container\":{\"id\":\"" A
						  "\",\"runtime\":\"podman\",\"name\":\"his\","
						  "\"image\":\"localhost/web:1\"}}");
	forget(&k);
}

/* Whoever is in a container may make cgroups in it, with names as he likes. */
TEST(container_in_a_container_is_not_named_by_the_host)
{
	struct known k;

	know(&k, 8);
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	host_folder(&k.host, "var/log/pods/shop_web-0_" POD);
	CHECK_STR(said(&k, "/docker/" B "/docker/" A, 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\"}}");
	CHECK_STR(said(&k, "/docker/" B "/kubepods/pod" POD "/" A, 0),
		  "{\"container\":{\"id\":\"" A "\"},\"pod\":{\"uid\":\"" POD "\"}}");
	CHECK_STR(said(&k, "/user@7.service/kubepods-pod0b8cb8b3_61a9_4d3b_8f0b_6a4de2ad2a01.slice",
		       0),
		  "{\"pod\":{\"uid\":\"" POD "\"}}");
	/* the pod around is the host's; names of its containers are not for those in them */
	host_link(&k.host, "var/log/containers/web-0_shop_other-" A ".log", "/nowhere");
	CHECK_STR(said(&k, "/kubepods/pod" POD "/" B "/docker/" A, 0),
		  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\"},"
		  "\"pod\":{\"name\":\"web-0\",\"namespace\":\"shop\",\"uid\":\"" POD "\"}}");
	forget(&k);
}

TEST(container_names_by_kubelet)
{
	struct known k;

	know(&k, 8);
	host_folder(&k.host, "var/log/pods/shop_db-0_" OTHER);
	host_folder(&k.host, "var/log/pods/shop_web-0_" POD);
	host_link(&k.host, "var/log/containers/web-0_shop_pause-" B ".log", "/nowhere");
	host_link(&k.host, "var/log/containers/web-0_shop_my-nginx-" A ".log", "/nowhere");
	CHECK_STR(said(&k, "/kubepods/pod" POD "/" A, 0),
		  "{\"container\":{\"id\":\"" A "\",\"name\":\"my-nginx\"},"
		  "\"pod\":{\"name\":\"web-0\",\"namespace\":\"shop\",\"uid\":\"" POD "\"}}");
	CHECK_STR(said(&k, "/kubepods/pod" POD, 0),
		  "{\"pod\":{\"name\":\"web-0\",\"namespace\":\"shop\",\"uid\":\"" POD "\"}}");
	/* a log of another pod says nothing of this one */
	CHECK_STR(said(&k, "/kubepods/pod" OTHER "/" A, 0),
		  "{\"container\":{\"id\":\"" A "\"},"
		  "\"pod\":{\"name\":\"db-0\",\"namespace\":\"shop\",\"uid\":\"" OTHER "\"}}");
	forget(&k);
}

TEST(container_names_by_kubelet_have_their_form)
{
	static const char *const folders[] = {
		"shop_" POD,   "_web-0_" POD, "shop__" POD,	     "shop_web\n_" POD,
		"Shop_W_" POD, "a_b_c_" POD,  "shop_web-0_" POD "x", POD,
	};
	struct known k;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char path[256];

		know(&k, 8);
		snprintf(path, sizeof(path), "var/log/pods/%s", folders[i]);
		host_folder(&k.host, path);
		CHECK(!strstr(said(&k, "/kubepods/pod" POD, 0), "\"name\""));
		forget(&k);
	}
}

TEST(container_units_and_names_need_no_files)
{
	struct known k;

	know(&k, 8);
	CHECK_STR(said(&k, "/system.slice/nginx.service", 0),
		  "{\"container\":{\"runtime\":\"systemd\",\"name\":\"nginx.service\"}}");
	CHECK_STR(said(&k, "/lxc.payload.web", 0),
		  "{\"container\":{\"runtime\":\"lxc\",\"name\":\"web\"}}");
	CHECK_STR(said(&k, "/machine.slice/systemd-nspawn@web.service/payload", 0),
		  "{\"container\":{\"runtime\":\"nspawn\",\"name\":\"web\"}}");
	CHECK_EQ(rj_containers_stats(k.cs).num, 0);
	forget(&k);
}

TEST(container_state_that_comes_late_is_found)
{
	static const char bare[] = "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\"}}";
	struct known k;

	know(&k, 8);
	CHECK_STR(said(&k, "/docker/" A, 5 * SECOND), bare);
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	CHECK_STR(said(&k, "/docker/" A, 6 * SECOND - 1), bare);
	CHECK(strstr(said(&k, "/docker/" A, 6 * SECOND), "\"web\""));
	/* and is kept when the files go */
	host_done(&k.host);
	CHECK(strstr(said(&k, "/docker/" A, 1000 * SECOND), "\"web\""));
	rj_containers_free(k.cs);
}

TEST(container_that_stays_unknown_is_looked_for_less_and_less)
{
	uint64_t at = 0, wait = 1;
	struct known k;

	know(&k, 8);
	for (unsigned int i = 0; i < 9; i++) {
		(void)said(&k, "/docker/" A, at * SECOND);
		at += wait;
		wait = wait < 64 ? 2 * wait : 64;
	}
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	CHECK(!strstr(said(&k, "/docker/" A, at * SECOND - 1), "\"web\""));
	CHECK(strstr(said(&k, "/docker/" A, at * SECOND), "\"web\""));
	CHECK_EQ(at, 1 + 2 + 4 + 8 + 16 + 32 + 64 + 64 + 64);
	forget(&k);
}

/* The path of the cgroup of the container with this number. */
static const char *numbered(unsigned int number)
{
	static char path[128];

	snprintf(path, sizeof(path), "/docker/%064x", number);
	return path;
}

TEST(container_entries_are_limited_and_the_oldest_goes)
{
	struct known k;

	know(&k, 3);
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	for (unsigned int i = 0; i < 3; i++)
		(void)said(&k, numbered(i), 0);
	CHECK_EQ(rj_containers_stats(k.cs).num, 3);
	CHECK_EQ(rj_containers_stats(k.cs).evicted, 0);
	(void)said(&k, numbered(0), 0);			     /* the newest now */
	CHECK(strstr(said(&k, "/docker/" A, 0), "\"web\"")); /* in place of 1 */
	CHECK_EQ(rj_containers_stats(k.cs).num, 3);
	CHECK_EQ(rj_containers_stats(k.cs).evicted, 1);
	(void)said(&k, numbered(0), 0);
	(void)said(&k, numbered(2), 0);
	CHECK_EQ(rj_containers_stats(k.cs).evicted, 1);
	for (unsigned int i = 0; i < 1000; i++)
		(void)said(&k, numbered(i), 0);
	CHECK_EQ(rj_containers_stats(k.cs).num, 3);
	CHECK(strstr(said(&k, "/docker/" A, 5 * SECOND), "\"web\""));
	forget(&k);
	know(&k, 1);
	for (unsigned int i = 0; i < 10; i++)
		(void)said(&k, numbered(i % 2), 0);
	CHECK_EQ(rj_containers_stats(k.cs).num, 1);
	CHECK_EQ(rj_containers_stats(k.cs).evicted, 9);
	forget(&k);
}

TEST(container_reads_are_limited_by_the_second)
{
	struct known k;

	know(&k, 1000);
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	for (unsigned int i = 0; i < RJ_CONTAINERS_READS_A_SECOND; i++)
		(void)said(&k, numbered(i), SECOND);
	CHECK_EQ(rj_containers_stats(k.cs).put_off, 0);
	CHECK(!strstr(said(&k, "/docker/" A, SECOND), "\"web\""));
	CHECK_EQ(rj_containers_stats(k.cs).put_off, 1);
	CHECK(strstr(said(&k, "/docker/" A, 2 * SECOND), "\"web\""));
	forget(&k);
}

/* Users who begin many containers at once do not keep us from the host's. */
TEST(container_reads_in_homes_are_limited_by_themselves)
{
	struct known k;
	char path[256];

	know(&k, 1000);
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	for (unsigned int i = 0; i <= RJ_CONTAINERS_HOMES_A_SECOND; i++) {
		CHECK_EQ(rj_containers_stats(k.cs).put_off, 0);
		snprintf(path, sizeof(path), "/user@7.service%s", numbered(i));
		(void)said(&k, path, SECOND);
	}
	CHECK_EQ(rj_containers_stats(k.cs).put_off, 1);
	CHECK(strstr(said(&k, "/docker/" A, SECOND), "\"web\""));
	forget(&k);
}

TEST(container_state_that_is_no_state_says_nothing)
{
	static const char *const texts[] = {
		"",
		"x",
		"null",
		"[]",
		"7",
		"{",
		"{}",
		"{\"ID\":7,\"Name\":\"/web\"}",
		"{\"ID\":\"" B "\",\"Name\":\"/web\"}",
		"{\"ID\":\"" A "\",\"Name\":7,\"Config\":[]}",
		"{\"ID\":\"" A "\",\"Name\":\"\",\"Config\":{\"Image\":{},\"Labels\":\"x\"}}",
		"{\"ID\":\"" A "\",\"Name\":\"/a b\",\"Config\":{\"Image\":\"a\\nb\"}}",
		"{\"ID\":\"" A "\",\"Name\":\"/a\\u0000b\",\"Config\":{\"Image\":\"\\u001b[31m\"}}",
		"{\"ID\":\"" A "\",\"Name\":\"web\"}",
	};
	struct known k;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		know(&k, 8);
		host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", texts[i]);
		CHECK_STR(said(&k, "/docker/" A, 0),
			  "{\"container\":{\"id\":\"" A "\",\"runtime\":\"docker\"}}");
		forget(&k);
	}
}

TEST(container_names_are_limited)
{
	char json[1024], name[300];
	struct known k;

	for (unsigned int len = RJ_CONTAINER_MAX_NAME; len <= RJ_CONTAINER_MAX_NAME + 1; len++) {
		memset(name, 'n', sizeof(name));
		name[len] = 0;
		snprintf(json, sizeof(json), "{\"ID\":\"" A "\",\"Name\":\"/%s\"}", name);
		know(&k, 8);
		host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", json);
		CHECK_EQ(strstr(said(&k, "/docker/" A, 0), "nnn") != NULL,
			 len == RJ_CONTAINER_MAX_NAME);
		forget(&k);
	}
}

TEST(container_state_files_are_limited)
{
	static char text[(1u << 20) + 64];
	size_t len = sizeof(DOCKER_JSON) - 1;
	struct known k;

	memset(text, ' ', sizeof(text));
	memcpy(text, DOCKER_JSON, len);
	for (size_t more = 0; more < 2; more++) {
		know(&k, 8);
		host_write(&k.host, "var/lib/docker/containers/" A "/config.v2.json", text,
			   (1u << 20) + more);
		CHECK_EQ(strstr(said(&k, "/docker/" A, 0), "web") != NULL, !more);
		forget(&k);
	}
}

TEST(container_state_that_is_nested_deeply_is_not_read)
{
	char json[512] = "{\"ID\":\"" A "\",\"Name\":\"/web\",\"x\":";
	struct known k;

	for (unsigned int i = 0; i < 100; i++)
		strncat(json, "[", sizeof(json) - strlen(json) - 1);
	for (unsigned int i = 0; i < 100; i++)
		strncat(json, "]", sizeof(json) - strlen(json) - 1);
	strncat(json, "}", sizeof(json) - strlen(json) - 1);
	know(&k, 8);
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", json);
	CHECK(!strstr(said(&k, "/docker/" A, 0), "web"));
	forget(&k);
}

TEST(containers_of_no_host_are_an_error)
{
	struct rj_containers *cs;
	struct rj_error error;

	CHECK_EQ(rj_containers_new("/nowhere", 8, &cs, &error), -ENOENT);
	CHECK_STR(error.text, "/nowhere: cannot be opened: No such file or directory");
	rj_containers_free(NULL);
}

/* As many containers without state, and pods without names, as the text says. */
static void check_gaps(const struct known *k, const char *state, const char *names)
{
	struct rj_containers_stats stats = rj_containers_stats(k->cs);
	char text[2][256] = { "", "" };

	for (unsigned int i = 0; i < RJ_NUM_GAPS; i++)
		for (unsigned int j = 0; j < 2; j++) {
			uint64_t num = (j ? stats.nameless : stats.stateless)[i];
			size_t len = strlen(text[j]);

			if (num)
				snprintf(text[j] + len, sizeof(text[j]) - len, "%s %d ",
					 rj_gap_text(i), (int)num);
		}
	CHECK_STR(text[0], state);
	CHECK_STR(text[1], names);
}

TEST(container_whose_state_is_missing_is_counted_by_the_reason)
{
	static char large[(1u << 20) + 2];
	struct known k;

	know(&k, 100);
	memset(large, ' ', sizeof(large) - 1);
	(void)said(&k, "/docker/" A, 0);
	check_gaps(&k, "absent 1 ", "");
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", "{");
	(void)said(&k, "/docker/" A, 0); /* too soon */
	check_gaps(&k, "absent 1 ", "");
	(void)said(&k, "/docker/" A, SECOND);
	check_gaps(&k, "malformed 1 ", "");
	host_file(&k.host, "var/lib/docker/containers/" A "/config.v2.json", DOCKER_JSON);
	(void)said(&k, "/docker/" A, 8 * SECOND);
	check_gaps(&k, "", "");
	host_file(&k.host, "var/lib/docker/containers/" B "/config.v2.json", DOCKER_JSON);
	(void)said(&k, "/docker/" B, 0);
	check_gaps(&k, "mismatch 1 ", "");
	host_file(&k.host, "run/containers/storage/overlay-containers/" A "/userdata/config.json",
		  large);
	(void)said(&k, "/crio-" A, 0);
	check_gaps(&k, "mismatch 1 over_limit 1 ", "");
	host_folder(&k.host,
		    "run/containers/storage/overlay-containers/" B "/userdata/config.json");
	(void)said(&k, "/crio-" B, 0);
	check_gaps(&k, "mismatch 1 over_limit 1 unreadable 1 ", "");
	(void)said(&k, "/docker/" A "/docker/" B, 0);
	check_gaps(&k, "mismatch 1 over_limit 1 unreadable 1 untrusted 1 ", "");
	forget(&k);
}

TEST(container_given_up_stays_counted)
{
	struct known k;

	know(&k, 1);
	(void)said(&k, "/docker/" A, 0);
	(void)said(&k, "/docker/" B, 0);
	check_gaps(&k, "absent 2 ", "");
	for (unsigned int i = 2; i <= RJ_CONTAINERS_READS_A_SECOND; i++)
		(void)said(&k, numbered(i), 0);
	check_gaps(&k, "absent 256 put_off 1 ", "");
	forget(&k);
}

TEST(pod_whose_names_are_missing_is_counted_by_the_reason)
{
	struct known k;

	know(&k, 8);
	(void)said(&k, "/kubepods/pod" POD, 0);
	check_gaps(&k, "", "absent 1 ");
	host_file(&k.host, "var/log/pods", "a file");
	(void)said(&k, "/kubepods/pod" POD "/" A, 0);
	check_gaps(&k, "absent 1 ", "absent 2 ");
	(void)said(&k, "/docker/" A "/kubepods/pod" POD, 0);
	check_gaps(&k, "absent 1 ", "absent 2 untrusted 1 ");
	host_file(&k.host, TASKS "k8s.io/" A "/config.json", CRI_JSON);
	(void)said(&k, "/kubepods/pod" POD "/" A, SECOND);
	check_gaps(&k, "", "absent 1 untrusted 1 ");
	forget(&k);
}
