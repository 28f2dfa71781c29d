// SPDX-License-Identifier: BSD-3-Clause
/* Loads and attaches the owner programs, and reads what they tell. */
#include "source/owners.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf/owner.skel.h"
#include "core/cgroup2.h"
#include "source/memory.h"
#include "source/open_sockets.h"

#define MAX_LINKS 16

struct rj_owners {
	struct rj_owner_bpf *skel;
	struct ring_buffer *ring;
	struct bpf_link *links[MAX_LINKS];
	unsigned int num_links;
	bool has_earlier;
	bool is_part;
	int num_cpus;
	uint64_t *counts; /* one for each CPU */
	rj_owners_met *met;
	void *user;
};

static int on_met(void *user, void *data, size_t len)
{
	struct rj_owners *o = user;

	(void)len;
	o->met(o->user, data);
	return 0;
}

static bool has_helper(enum bpf_prog_type type, enum bpf_func_id helper)
{
	return libbpf_probe_bpf_helper(type, helper, NULL) == 1;
}

static bool sees_task(void)
{
	return has_helper(BPF_PROG_TYPE_CGROUP_SOCK, BPF_FUNC_get_current_task_btf) &&
	       has_helper(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_FUNC_get_current_task_btf);
}

/* The object, with or without the iterator that finds what is open already. */
static int load(struct rj_owners *o, bool with_iterator)
{
	bool sees_moves = libbpf_find_vmlinux_btf_id("sock_send_length", BPF_TRACE_RAW_TP) > 0;
	int err;

	o->skel = rj_owner_bpf__open();
	if (!o->skel)
		return -errno;
	o->skel->rodata->rj_sees_task = sees_task();
	err = bpf_program__set_autoload(o->skel->progs.rj_open_files, with_iterator);
	err = err ? err : bpf_program__set_autoload(o->skel->progs.rj_shown4, !with_iterator);
	err = err ? err : bpf_program__set_autoload(o->skel->progs.rj_shown6, !with_iterator);
	err = err ? err : bpf_program__set_autoload(o->skel->progs.rj_sent, sees_moves);
	err = err ? err : bpf_program__set_autoload(o->skel->progs.rj_received, sees_moves);
	err = err ? err : rj_owner_bpf__load(o->skel);
	if (!err && o->skel->rodata->rj_abi_version != RJ_ABI_VERSION)
		err = -EPROTO;
	if (err) {
		rj_owner_bpf__destroy(o->skel);
		o->skel = NULL;
	}
	return err;
}

static int keep(struct rj_owners *o, struct bpf_link *link)
{
	if (!link)
		return -errno;
	o->links[o->num_links++] = link;
	return 0;
}

/* Those that note what is open already are for a moment, and some kernels lack some. */
static bool is_lasting(const struct rj_owners *o, const struct bpf_program *program)
{
	return bpf_program__autoload(program) && program != o->skel->progs.rj_open_files &&
	       program != o->skel->progs.rj_shown4 && program != o->skel->progs.rj_shown6;
}

static int attach(struct rj_owners *o, int cgroup_fd)
{
	struct bpf_program *program;
	int err = 0;

	bpf_object__for_each_program(program, o->skel->obj)
	{
		if (!is_lasting(o, program))
			continue;
		if (bpf_program__type(program) == BPF_PROG_TYPE_CGROUP_SOCK ||
		    bpf_program__type(program) == BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
			err = keep(o, bpf_program__attach_cgroup(program, cgroup_fd));
		else
			err = keep(o, bpf_program__attach(program));
		if (err)
			break;
	}
	return err;
}

/* Runs the iterator once: it writes nothing, and its end is the end of all open files. */
static int note_open_files(struct rj_owners *o)
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

static void show(void *user, uint32_t pid, int fd)
{
	struct rj_owners *o = user;
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);

	o->skel->bss->rj_noted = pid;
	/* who it is does not matter: the hook sees the socket */
	if (getsockname(fd, (void *)&name, &len))
		return;
	rj_owners_take(o);
}

/*
 * Has the hooks of getsockname see each socket. One of our own is opened before @links: where even
 * that is not noted the kernel knows this process by another number, and so all others.
 */
static int show_open_sockets(struct rj_owners *o, int cgroup_fd)
{
	struct bpf_link *links[2] = {
		bpf_program__attach_cgroup(o->skel->progs.rj_shown4, cgroup_fd),
		bpf_program__attach_cgroup(o->skel->progs.rj_shown6, cgroup_fd),
	};
	uint64_t counts[RJ_NUM_OWNER_COUNTERS];
	int err = links[0] && links[1] ? 0 : -EOPNOTSUPP;

	o->skel->bss->rj_noting = (uint32_t)getpid();
	if (!err)
		err = rj_open_sockets_visit(show, o);
	o->skel->bss->rj_noting = 0;
	for (unsigned int i = 0; i < 2; i++)
		bpf_link__destroy(links[i]);
	rj_owners_counters(o, counts);
	return err || counts[RJ_OWNER_SOCKETS] ? err : -ESRCH;
}

static int open_ring(struct rj_owners *o)
{
	o->num_cpus = libbpf_num_possible_cpus();
	if (o->num_cpus <= 0)
		return -ENOSYS;
	o->counts = calloc((size_t)o->num_cpus, sizeof(*o->counts));
	if (!o->counts)
		return -ENOMEM;
	o->ring = ring_buffer__new(bpf_map__fd(o->skel->maps.rj_process_ring), on_met, o, NULL);
	return o->ring ? 0 : -errno;
}

static int start(struct rj_owners *o, int cgroup_fd)
{
	/* see show_open_sockets */
	int own = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has_iterator = true;
	int err = load(o, true);

	if (err) { /* before 5.12 */
		has_iterator = false;
		err = load(o, false);
	}
	err = err ? err : open_ring(o);
	err = err ? err : attach(o, cgroup_fd);
	if (!err)
		o->has_earlier =
			!(has_iterator ? note_open_files(o) : show_open_sockets(o, cgroup_fd));
	if (own >= 0)
		close(own);
	return err;
}

int rj_owners_open(rj_owners_met *met, void *user, struct rj_owners **out, struct rj_error *error)
{
	struct rj_owners *o = calloc(1, sizeof(*o));
	int fd = rj_cgroup2_open(NULL), err;

	libbpf_set_print(NULL);
	if (!o) {
		if (fd >= 0)
			close(fd);
		return rj_error_set(error, -ENOMEM, "out of memory");
	}
	o->met = met;
	o->user = user;
	o->is_part = fd >= 0 && !rj_cgroup2_is_root(fd);
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
		return (struct rj_owner_maps){ .sockets = -1, .listeners = -1, .peers = -1 };
	return (struct rj_owner_maps){
		.sockets = bpf_map__fd(o->skel->maps.rj_sockets),
		.listeners = bpf_map__fd(o->skel->maps.rj_listeners),
		.peers = bpf_map__fd(o->skel->maps.rj_peers),
	};
}

uint64_t rj_owners_bytes(const struct rj_owners *o)
{
	const struct bpf_map *map;
	uint64_t sum = 0;

	if (!o)
		return 0;
	bpf_object__for_each_map(map, o->skel->obj) if (map != o->skel->maps.rj_sockets &&
							map != o->skel->maps.rj_listeners &&
							map != o->skel->maps.rj_peers)
		sum += rj_memory_of_map(map, (uint32_t)o->num_cpus);
	return sum;
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

const char *rj_owners_lack(const struct rj_owners *o)
{
	if (!o->has_earlier)
		return o->is_part ? "; processes of sockets this cgroup opens from now on" :
				    "; processes of sockets opened from now on";
	return o->is_part ? "; processes of this cgroup" : "";
}
