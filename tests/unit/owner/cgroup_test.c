/* SPDX-License-Identifier: BSD-3-Clause */
#include "owner/cgroup.h"

#include "tests/unit/unit.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2"
#define UID "0b8cb8b3-61a9-4d3b-8f0b-6a4de2ad2a01"
#define UID_ "0b8cb8b3_61a9_4d3b_8f0b_6a4de2ad2a01"
#define OTHER "11111111-2222-3333-4444-555555555555"
#define OTHER_ "11111111_2222_3333_4444_555555555555"
#define HASH "0123456789abcdef0123456789abcdef"

/* What a path says, as "RUNTIME ID POD" with marks behind; "nothing". */
static void say(bool says, const struct rj_cgroup *c, char out[512])
{
	const char *runtime = says ? rj_runtime_name(c->runtime) : NULL;

	if (!says) {
		snprintf(out, 512, "nothing");
		return;
	}
	snprintf(out, 512, "%s %s %s%s%s", runtime ? runtime : "-", c->id[0] ? c->id : "-",
		 c->pod_uid[0] ? c->pod_uid : "-", c->is_nested ? " nested" : "",
		 c->is_pod_nested ? " pod-nested" : "");
	if (c->has_uid)
		snprintf(out + strlen(out), 512 - strlen(out), " uid=%u", c->uid);
}

static const char *said(const char *path)
{
	static char out[512];
	size_t len = strlen(path);
	uint8_t *copy = unit_copy(path, len);
	struct rj_cgroup c;

	say(rj_cgroup_read((const char *)copy, len, &c), &c, out);
	free(copy);
	return out;
}

static const char *said_of_proc(const char *text)
{
	static char out[512];
	size_t len = strlen(text);
	uint8_t *copy = unit_copy(text, len);
	struct rj_cgroup c;

	say(rj_cgroup_read_proc((const char *)copy, len, &c), &c, out);
	free(copy);
	return out;
}

TEST(cgroup_of_docker)
{
	CHECK_STR(said("/docker/" A), "docker " A " -");
	CHECK_STR(said("docker/" A), "docker " A " -");
	CHECK_STR(said("/system.slice/docker-" A ".scope"), "docker " A " -");
	CHECK_STR(said("/system.slice/docker-" A ".scope/init.scope"), "docker " A " -");
	CHECK_STR(said("/docker/" A "/system.slice/nginx.service"), "docker " A " -");
	CHECK_STR(said("/ecs/task/" A), "- " A " -");
	CHECK_STR(said("/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" A
		       ".scope"),
		  "docker " A " - uid=1000");
}

TEST(cgroup_of_podman)
{
	CHECK_STR(said("/machine.slice/libpod-" A ".scope"), "podman " A " -");
	CHECK_STR(said("/machine.slice/libpod-" A ".scope/container"), "podman " A " -");
	CHECK_STR(said("/libpod_parent/libpod-" A), "podman " A " -");
	CHECK_STR(said("/libpod_parent/" B "/libpod-" A), "podman " A " -");
	CHECK_STR(said("/libpod_parent/" B), "nothing");
	CHECK_STR(said("/machine.slice/machine-libpod_pod_" B ".slice/libpod-" A ".scope"),
		  "podman " A " -");
	CHECK_STR(said("/system.slice/web.service/libpod-payload-" A), "podman " A " -");
	CHECK_STR(said("/user.slice/user-1001.slice/user@1001.service/user.slice/libpod-" A
		       ".scope/container"),
		  "podman " A " - uid=1001");
}

TEST(cgroup_of_a_monitor_is_not_its_containers)
{
	CHECK_STR(said("/machine.slice/libpod-conmon-" A ".scope"),
		  "systemd libpod-conmon-" A ".scope -");
	CHECK_STR(said("/system.slice/crio-conmon-" A ".scope"),
		  "systemd crio-conmon-" A ".scope -");
	CHECK_STR(said("/system.slice/web.service/supervisor"), "systemd web.service -");
	CHECK_STR(said("/lxc.monitor.web"), "nothing");
}

TEST(cgroup_of_pods_by_systemd)
{
	CHECK_STR(said("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
		       ".slice/cri-containerd-" A ".scope"),
		  "containerd " A " " UID);
	CHECK_STR(said("/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_
		       ".slice/crio-" A ".scope/container"),
		  "crio " A " " UID);
	CHECK_STR(said("/kubepods.slice/kubepods-pod" UID_ ".slice/docker-" A ".scope"),
		  "docker " A " " UID);
	CHECK_STR(said("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" HASH
		       ".slice/cri-containerd-" A ".scope"),
		  "containerd " A " " HASH);
	CHECK_STR(said("/system.slice/containerd.service/kubepods-burstable-pod" UID_
		       ".slice:cri-containerd:" A),
		  "containerd " A " " UID);
	CHECK_STR(said("/kubepods-pod" UID_ ".slice:crio:" A), "crio " A " " UID);
	CHECK_STR(said("/system.slice:docker:" A), "docker " A " -");
	CHECK_STR(said("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
		       ".slice"),
		  "- - " UID);
	CHECK_STR(said("/kubepods.slice/kubepods-pod" UID_ ".slice/crio-conmon-" A ".scope"),
		  "systemd crio-conmon-" A ".scope " UID);
}

TEST(cgroup_of_pods_by_kubelet)
{
	CHECK_STR(said("/kubepods/burstable/pod" UID "/" A), "- " A " " UID);
	CHECK_STR(said("/kubepods/besteffort/pod" UID "/" A), "- " A " " UID);
	CHECK_STR(said("/kubepods/pod" UID "/crio-" A), "crio " A " " UID);
	CHECK_STR(said("/kubepods/burstable/pod" HASH "/" A), "- " A " " HASH);
	CHECK_STR(said("/../../burstable/pod" UID "/" A), "- " A " " UID);
	CHECK_STR(said("/../cri-containerd-" A ".scope"), "containerd " A " -");
	CHECK_STR(said("/k8s.io/" A), "- " A " -");
}

TEST(cgroup_of_nested_containers_is_the_innermost)
{
	CHECK_STR(said("/docker/" B "/kubelet.slice/kubelet-kubepods.slice/"
		       "kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" UID_
		       ".slice/cri-containerd-" A ".scope"),
		  "containerd " A " " UID " nested pod-nested");
	CHECK_STR(said("/docker/" B "/kubelet/kubepods/besteffort/pod" UID "/" A),
		  "- " A " " UID " nested pod-nested");
	CHECK_STR(said("/docker/" B "/kubepods/pod" UID), "- - " UID " pod-nested");
	CHECK_STR(said("/kubepods/burstable/pod" UID "/" B "/docker/" A),
		  "docker " A " " UID " nested");
	CHECK_STR(said("/kubepods/pod" OTHER "/" B "/kubepods-pod" UID_ ".slice/crio-" A ".scope"),
		  "crio " A " " UID " nested pod-nested");
	CHECK_STR(said("/lxc.payload.outer/lxc.payload.inner"), "lxc inner - nested");
	CHECK_STR(said("/lxc/101/ns/docker/" A), "docker " A " - nested");
}

TEST(cgroup_of_lxc_and_nspawn)
{
	CHECK_STR(said("/lxc/web"), "lxc web -");
	CHECK_STR(said("/lxc/web/system.slice/ssh.service"), "lxc web -");
	CHECK_STR(said("/lxc.payload/web-1"), "lxc web-1 -");
	CHECK_STR(said("/lxc.payload.user-1000_web/init.scope"), "lxc user-1000_web -");
	CHECK_STR(said("/machine.slice/lxc/web"), "nothing");
	CHECK_STR(
		said("/machine.slice/systemd-nspawn@web-1.service/payload/system.slice/a.service"),
		"nspawn web-1 -");
	CHECK_STR(said("/machine.slice/systemd-nspawn@web-1.service/supervisor"),
		  "systemd systemd-nspawn@web-1.service -");
	CHECK_STR(said("/system.slice/web.service/payload"), "systemd web.service -");
	CHECK_STR(said("/machine.slice/systemd-nspawn@a\\x2fb.service/payload"),
		  "systemd systemd-nspawn@a\\x2fb.service -");
}

TEST(cgroup_of_units_is_the_innermost)
{
	CHECK_STR(said("/system.slice/nginx.service"), "systemd nginx.service -");
	CHECK_STR(said("/system.slice/system-getty.slice/getty@tty1.service"),
		  "systemd getty@tty1.service -");
	CHECK_STR(said("/init.scope"), "systemd init.scope -");
	CHECK_STR(said("/user.slice/user-1000.slice/session-3.scope"), "systemd session-3.scope -");
	CHECK_STR(said("/user.slice/user-1000.slice/user@1000.service/app.slice/app-a.scope"),
		  "systemd app-a.scope - uid=1000");
	CHECK_STR(said("/system.slice/docker-short.scope"), "systemd docker-short.scope -");
	CHECK_STR(said("/system.slice/a.service (deleted)"), "systemd a.service -");
	CHECK_STR(said("/docker/" A " (deleted)"), "docker " A " -");
}

TEST(cgroup_of_unknown_forms_is_nothing)
{
	static const char *const paths[] = {
		"",
		"/",
		"//",
		"/../..",
		"/user.slice",
		"/foo/bar",
		"/default/web",
		"/docker",
		"/docker/buildkit/k2jz8m3dn5x1vfoz7b6b3xq5v",
		"/docker/" A "0",
		"/docker/A" A,
		"/docker/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"/cri-containerd-" A,
		"/docker-" A,
		"/kubepods/burstable",
		"/kubepods/podabc",
		"/kubepods/pod" UID_,
		"/kubepods/pod" UID "0",
		"/kubepods/podxb8cb8b3-61a9-4d3b-8f0b-6a4de2ad2a01",
		"/kubepods-pod" UID ".slice",
		"/xkubepods-pod" UID_ ".slice",
		"/kubepods-odd-pod" UID_ ".slice",
		"/kubepods-pod" UID_ ".slice:other:" A,
		"/kubepods-pod" UID_ ":crio:" A,
		"/kubepods-pod" UID_ ".slice:crio:short",
		"/.service",
		"/.scope",
		"/a b.service",
		"/a\n.service",
		"/a\x1b[31m.service",
		"/a\xff.service",
		"/lxc.payload.",
		"/lxc.payload.a\nb",
		"/lxc/a b",
		"/lxc",
		"/pod",
		"/.slice",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		CHECK_STR(said(paths[i]), "nothing");
}

TEST(cgroup_with_zero_bytes_is_nothing)
{
	static const char path[] = "/a\0b.service";
	struct rj_cgroup c;

	CHECK(!rj_cgroup_read(path, sizeof(path) - 1, &c));
}

TEST(cgroup_names_and_paths_are_limited)
{
	static char path[RJ_CGROUP_MAX_PATH + 2];
	struct rj_cgroup c = { .id = "left alone" };

	memset(path, 'a', sizeof(path));
	memcpy(path + 1 + 255 - 8, ".service", 8);
	path[0] = '/';
	CHECK(rj_cgroup_read(path, 1 + 255, &c));
	CHECK_EQ(strlen(c.id), 255);
	memcpy(path + 1 + 256 - 8, ".service", 8);
	c = (struct rj_cgroup){ .id = "left alone" };
	CHECK(!rj_cgroup_read(path, 1 + 256, &c));
	CHECK_STR(c.id, "left alone");

	memset(path, '/', sizeof(path));
	memcpy(path + 128, "a.service", 9);
	CHECK(rj_cgroup_read(path, 128 + 9, &c));
	memcpy(path + 129, "a.service", 9);
	path[128] = '/';
	CHECK(!rj_cgroup_read(path, 129 + 9, &c)); /* too deep */

	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 200 ? 'a' : '/';
	memcpy(path + RJ_CGROUP_MAX_PATH - 10, "/a.service", 10);
	CHECK(rj_cgroup_read(path, RJ_CGROUP_MAX_PATH, &c));
	CHECK_STR(c.id, "a.service");
	memcpy(path + RJ_CGROUP_MAX_PATH + 1 - 10, "/a.service", 10);
	CHECK(!rj_cgroup_read(path, RJ_CGROUP_MAX_PATH + 1, &c));
}

TEST(cgroup_users_are_numbers_of_32_bits)
{
	CHECK_STR(said("/user@4294967294.service/a.scope"), "systemd a.scope - uid=4294967294");
	CHECK_STR(said("/user@4294967295.service/a.scope"), "systemd a.scope -");
	CHECK_STR(said("/user@99999999999.service/a.scope"), "systemd a.scope -");
	CHECK_STR(said("/user@1x.service/a.scope"), "systemd a.scope -");
	CHECK_STR(said("/user@.service/a.scope"), "systemd a.scope -");
	CHECK_STR(said("/user@7.service/user@0.service/a.scope"), "systemd a.scope - uid=7");
	CHECK_STR(said("/docker/" A "/user@7.service/a.scope"), "docker " A " -");
}

TEST(cgroup_of_proc_takes_the_line_that_says_most)
{
	CHECK_STR(said_of_proc("0::/system.slice/nginx.service\n"), "systemd nginx.service -");
	CHECK_STR(said_of_proc("0::/system.slice/nginx.service"), "systemd nginx.service -");
	CHECK_STR(said_of_proc("12:memory:/docker/" A "\n1:name=systemd:/docker/" A
			       "\n0::/system.slice/docker.service\n"),
		  "docker " A " -");
	CHECK_STR(said_of_proc("2:cpu,cpuacct:/kubepods/pod" UID "/" A "\n1:name=systemd:/\n"
			       "0::/system.slice/containerd.service\n"),
		  "- " A " " UID);
	CHECK_STR(said_of_proc("3:pids:/user.slice\n1:name=systemd:/system.slice/a.service\n"
			       "0::/system.slice/b.service\n"),
		  "systemd b.service -");
	CHECK_STR(said_of_proc("1:cpu:/kubepods-pod" UID_ ".slice:crio:" A "\n"),
		  "crio " A " " UID);
	CHECK_STR(said_of_proc("2:cpu:/docker/" A "\n1:memory:/docker/" B "\n"), "docker " A " -");
	CHECK_STR(said_of_proc("2:cpu:/kubepods/pod" UID "\n0::/a.service\n"), "- - " UID);
}

TEST(cgroup_of_proc_without_form_is_nothing)
{
	static const char *const texts[] = {
		"",
		"\n",
		":",
		"::",
		"0::/\n",
		"0:/a.service",
		"0",
		"x::/a.service",
		":cpu:/a.service",
		"/a.service",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK_STR(said_of_proc(texts[i]), "nothing");
}

/* Every prefix is read without a byte too many, and says no container unless it has all of it. */
TEST(cgroup_prefixes_say_no_more_than_they_have)
{
	static const char path[] = "/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" A ".scope";

	for (size_t len = 0; len < sizeof(path) - 1; len++) {
		uint8_t *copy = unit_copy(path, len);
		struct rj_cgroup c;

		if (rj_cgroup_read((const char *)copy, len, &c)) {
			CHECK_STR(c.pod_uid, UID);
			/* crio-ID is a form of its own */
			CHECK_EQ(c.id[0] != 0, len == sizeof(path) - 1 - strlen(".scope"));
		}
		free(copy);
	}
}
