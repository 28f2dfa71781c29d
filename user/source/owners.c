// SPDX-License-Identifier: BSD-3-Clause
/* Loads and attaches the owner programs, and reads what they tell. */
#include "source/owners.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/owner.skel.h"

#define MOUNTS "/proc/self/mounts"
#define MAX_LINKS 16

struct rj_owners {
	struct rj_owner_bpf *skel;
	struct ring_buffer *ring;
	struct bpf_link *links[MAX_LINKS];
	unsigned int num_links;
	bool has_earlier;
	int num_cpus;
	uint64_t *counts; /* one for each CPU */
	rj_owners_met *met;
	void *user;
};

/* The root of the cgroups of version 2, as far as this process may see; or a negative errno. */
static int open_cgroup(void)
{
	FILE *mounts = setmntent(MOUNTS, "re");
	const struct mntent *mount;
	int fd = -ENOENT;

	if (!mounts)
		return -errno;
	while (fd < 0 && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2"))
			fd = open(mount->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	endmntent(mounts);
	return fd;
}

static int on_met(void *user, void *data, size_t len)
{
	struct rj_owners *o = user;

	(void)len;
	o->met(o->user, data);
	return 0;
}

/* The object, with or without the iterator that finds what is open already. */
static int load(struct rj_owners *o, bool with_earlier)
{
	int err;

	o->skel = rj_owner_bpf__open();
	if (!o->skel)
		return -errno;
	err = bpf_program__set_autoload(o->skel->progs.rj_open_files, with_earlier);
	err = err ? err : rj_owner_bpf__load(o->skel);
	if (!err && o->skel->rodata->rj_abi_version != RJ_ABI_VERSION)
		err = -EPROTO;
	if (err) {
		rj_owner_bpf__destroy(o->skel);
		o->skel = NULL;
	}
	o->has_earlier = !err && with_earlier;
	return err;
}

static int keep(struct rj_owners *o, struct bpf_link *link)
{
	if (!link)
		return -errno;
	o->links[o->num_links++] = link;
	return 0;
}

static int attach(struct rj_owners *o, int cgroup_fd)
{
	struct bpf_program *program;
	int err = 0;

	bpf_object__for_each_program(program, o->skel->obj)
	{
		if (bpf_program__type(program) == BPF_PROG_TYPE_TRACING)
			continue;
		if (bpf_program__type(program) == BPF_PROG_TYPE_RAW_TRACEPOINT)
			err = keep(o, bpf_program__attach(program));
		else
			err = keep(o, bpf_program__attach_cgroup(program, cgroup_fd));
		if (err)
			break;
	}
	return err;
}

/* Runs the iterator once: it writes nothing, and its end is the end of all open files. */
static int note_earlier(struct rj_owners *o)
{
	struct bpf_link *link = bpf_program__attach_iter(o->skel->progs.rj_open_files, NULL);
	char nothing[64];
	ssize_t got;
	int fd;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	do {
		got = fd < 0 ? 0 : read(fd, nothing, sizeof(nothing));
		rj_owners_take(o); /* the ring may be full of those by now */
	} while (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)));
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return fd < 0 ? fd : 0;
}

static int start(struct rj_owners *o, int cgroup_fd)
{
	int err = load(o, true);

	if (err) /* before 5.11 */
		err = load(o, false);
	if (err)
		return err;
	o->num_cpus = libbpf_num_possible_cpus();
	if (o->num_cpus <= 0)
		return -ENOSYS;
	o->counts = calloc((size_t)o->num_cpus, sizeof(*o->counts));
	if (!o->counts)
		return -ENOMEM;
	o->ring = ring_buffer__new(bpf_map__fd(o->skel->maps.rj_process_ring), on_met, o, NULL);
	if (!o->ring)
		return -errno;
	err = attach(o, cgroup_fd);
	if (!err && o->has_earlier && note_earlier(o))
		o->has_earlier = false;
	return err;
}

int rj_owners_open(rj_owners_met *met, void *user, struct rj_owners **out, struct rj_error *error)
{
	struct rj_owners *o = calloc(1, sizeof(*o));
	int fd = open_cgroup(), err;

	libbpf_set_print(NULL);
	if (!o) {
		if (fd >= 0)
			close(fd);
		return rj_error_set(error, -ENOMEM, "out of memory");
	}
	o->met = met;
	o->user = user;
	if (fd < 0) {
		free(o);
		return rj_error_set(error, fd, "no cgroups of version 2 are mounted (%s)",
				    strerror(-fd));
	}
	err = start(o, fd);
	close(fd);
	if (err) {
		rj_owners_close(o);
		return rj_error_set(error, err, "this kernel refuses the hooks (%s)",
				    strerror(-err));
	}
	*out = o;
	return 0;
}

void rj_owners_close(struct rj_owners *o)
{
	if (!o)
		return;
	for (unsigned int i = 0; i < o->num_links; i++)
		bpf_link__destroy(o->links[i]);
	ring_buffer__free(o->ring);
	rj_owner_bpf__destroy(o->skel);
	free(o->counts);
	free(o);
}

struct rj_owner_maps rj_owners_maps(const struct rj_owners *o)
{
	if (!o)
		return (struct rj_owner_maps){ .sockets = -1, .listeners = -1 };
	return (struct rj_owner_maps){
		.sockets = bpf_map__fd(o->skel->maps.rj_sockets),
		.listeners = bpf_map__fd(o->skel->maps.rj_listeners),
	};
}

int rj_owners_fd(const struct rj_owners *o)
{
	return ring_buffer__epoll_fd(o->ring);
}

void rj_owners_take(struct rj_owners *o)
{
	ring_buffer__consume(o->ring);
}

void rj_owners_counters(const struct rj_owners *o, uint64_t out[RJ_NUM_OWNER_COUNTERS])
{
	memset(out, 0, RJ_NUM_OWNER_COUNTERS * sizeof(*out));
	if (!o)
		return;
	for (uint32_t i = 0; i < RJ_NUM_OWNER_COUNTERS; i++) {
		if (bpf_map_lookup_elem(bpf_map__fd(o->skel->maps.rj_owner_counts), &i, o->counts))
			continue;
		for (int cpu = 0; cpu < o->num_cpus; cpu++)
			out[i] += o->counts[cpu];
	}
}

bool rj_owners_has_earlier(const struct rj_owners *o)
{
	return o->has_earlier;
}
