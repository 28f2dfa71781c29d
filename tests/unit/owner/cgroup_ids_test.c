/* SPDX-License-Identifier: BSD-3-Clause */
/* Cgroups of this machine, made for the test; where none may be made there is nothing to ask. */
#include "owner/cgroup_ids.h"

#include <fcntl.h>
#include <mntent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1"
#define PATH_LEN 512

/* struct place - @top: a cgroup of ours, @docker in it, and in this @container with the @id. */
struct place {
	char top[PATH_LEN];
	char docker[PATH_LEN + 8];
	char container[PATH_LEN + 80];
	size_t root_len;
	uint64_t id;
};

/* Whether the kernel names cgroups by their ids alone; emulators of others turn bytes round. */
static bool names_by_id(const struct place *p)
{
	union {
		struct file_handle head;
		unsigned char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = { .head = { .handle_bytes = MAX_HANDLE_SZ } };
	int mount;

	return !name_to_handle_at(AT_FDCWD, p->container, &handle.head, &mount, 0) &&
	       handle.head.handle_bytes == sizeof(p->id) && handle.head.handle_type == 0xfe &&
	       !memcmp(handle.room + sizeof(handle.head), &p->id, sizeof(p->id));
}

static void remove_place(const struct place *p)
{
	rmdir(p->container);
	rmdir(p->docker);
	rmdir(p->top);
}

static bool make_place(struct place *p)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *mount;
	struct stat st;

	p->top[0] = 0;
	while (mounts && !p->top[0] && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2")) {
			p->root_len = strlen(mount->mnt_dir);
			snprintf(p->top, sizeof(p->top), "%s/rj-unit-%d", mount->mnt_dir, getpid());
		}
	if (mounts)
		endmntent(mounts);
	snprintf(p->docker, sizeof(p->docker), "%s/docker", p->top);
	snprintf(p->container, sizeof(p->container), "%s/%s", p->docker, ID);
	if (!p->top[0] || mkdir(p->top, 0755))
		return false;
	if (!mkdir(p->docker, 0755) && !mkdir(p->container, 0755) && !stat(p->container, &st)) {
		p->id = st.st_ino;
		if (names_by_id(p))
			return true;
	}
	remove_place(p);
	return false;
}

static struct rj_cgroup_ids *ids_of(size_t max)
{
	struct rj_cgroup_ids *ids = NULL;

	CHECK_EQ(rj_cgroup_ids_new(max, &ids), 0);
	return ids;
}

TEST(cgroup_ids_lead_to_containers)
{
	struct rj_cgroup_ids *ids = ids_of(8);
	const struct rj_cgroup *found;
	struct place p;

	if (make_place(&p)) {
		found = rj_cgroup_ids_find(ids, p.id, NULL, 0);
		CHECK(found && found->runtime == RJ_RUNTIME_DOCKER && !strcmp(found->id, ID));
		CHECK_EQ(rj_cgroup_ids_get_counts(ids).resolved, 1);
		remove_place(&p);
		/* it is remembered when it is gone; who never saw it cannot know it */
		found = rj_cgroup_ids_find(ids, p.id, NULL, 0);
		CHECK(found && !strcmp(found->id, ID));
		CHECK_EQ(rj_cgroup_ids_get_counts(ids).gone, 0);
		rj_cgroup_ids_free(ids);
		ids = ids_of(8);
		CHECK(!rj_cgroup_ids_find(ids, p.id, NULL, 0));
		CHECK_EQ(rj_cgroup_ids_get_counts(ids).gone, 1);
	}
	rj_cgroup_ids_free(ids);
}

TEST(cgroup_ids_that_say_nothing)
{
	struct rj_cgroup_ids *ids = ids_of(8);
	struct place p;
	struct stat st;

	CHECK(!rj_cgroup_ids_find(ids, 0, NULL, 0));
	CHECK(!rj_cgroup_ids_find(ids, UINT64_MAX, NULL, 0));
	if (make_place(&p)) {
		CHECK_EQ(stat(p.docker, &st), 0);
		for (int i = 0; i < 2; i++)
			CHECK(!rj_cgroup_ids_find(ids, st.st_ino, NULL, 0));
		CHECK_EQ(rj_cgroup_ids_get_counts(ids).resolved, 1); /* and that is remembered */
		remove_place(&p);
	}
	rj_cgroup_ids_free(ids);
}

/* With room for one, the one before makes room, and is found again while it is there. */
TEST(cgroup_ids_are_bounded)
{
	struct rj_cgroup_ids *ids = ids_of(1);
	const struct rj_cgroup *found;
	struct place p;
	struct stat st;

	if (make_place(&p)) {
		CHECK(!stat(p.docker, &st) && rj_cgroup_ids_find(ids, p.id, NULL, 0));
		CHECK(!rj_cgroup_ids_find(ids, st.st_ino, NULL, 0));
		found = rj_cgroup_ids_find(ids, p.id, NULL, 0);
		CHECK(found && !strcmp(found->id, ID));
		CHECK_EQ(rj_cgroup_ids_get_counts(ids).resolved, 3);
		remove_place(&p);
	}
	rj_cgroup_ids_free(ids);
}

/* Who may not ask for ids has the text of a living process, which is held to the id. */
TEST(cgroup_ids_by_text_without_rights)
{
	char text[1024];
	struct place p;
	int status = -1;
	size_t len;
	pid_t pid;

	if (geteuid() || !make_place(&p))
		return;
	len = (size_t)snprintf(text, sizeof(text), "1:cpu:/other\n0::%s\n",
			       p.container + p.root_len);
	pid = fork();
	if (!pid) {
		struct rj_cgroup_ids *ids = ids_of(8);
		const struct rj_cgroup *found;

		if (setuid(65534))
			_exit(2);
		if (rj_cgroup_ids_find(ids, p.id, NULL, 0) ||
		    rj_cgroup_ids_find(ids, p.id + 1, text, len) ||
		    rj_cgroup_ids_find(ids, p.id, text, len - 2))
			_exit(1);
		found = rj_cgroup_ids_find(ids, p.id, text, len);
		len = found && !strcmp(found->id, ID);
		rj_cgroup_ids_free(ids);
		_exit(!len);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	remove_place(&p);
}
