// SPDX-License-Identifier: BSD-3-Clause
/* Loads the BPF object and reads what its programs keep. */
#include "source/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/parse.h"
#include "bpf/splt.h"
#include "core/clock.h"
#include "flow/seq.h"
#include "source/memory.h"
#include "source/object.h"
#include "source/pin.h"
#include "source/recover.h"
#include "source/rights.h"
#include "source/probe.h"
#include "source/whole.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"
#define READ_BYTES (1u << 18)
/*
 * How long a packet waits for an answer where the map is short of room. Ours: the first time that
 * TCP waits before it sends a SYN again (RFC 6298 2).
 */
#define SPARE_NS 1000000000ull

/* The value of rj_cpus, as bpf/maps.h has it; only its first member is read here. */
struct cpu_value {
	uint64_t counters[RJ_NUM_COUNTERS];
};

/* Slots that are given back at a later reaping; [0] were waiting at the last one already. */
struct waiting {
	uint32_t *slots;
	size_t num;
	size_t capacity;
};

struct rj_kernel {
	struct rj_flow_bpf *skel;
	struct bpf_link *reaper;
	struct rj_limits limits;
	uint32_t num_slots;
	uint32_t num_flows;
	bool is_short;
	size_t slot_len;
	uint8_t *slots;	      /* the slot map, mapped */
	struct rj_meta *meta; /* its map, mapped */
	uint8_t *known;	      /* while slots are recovered: those in someone's hands */
	int num_cpus;
	size_t cpu_len;
	uint8_t *cpus;	    /* room for one value of rj_cpus for each CPU */
	uint8_t *taken;	    /* room for what the reaper writes */
	uint64_t since_ns;  /* when the last reaping began */
	uint64_t num_taken; /* of the flows that were there by then */
	struct waiting waiting[2];
	int give_err; /* the first of give_slots */
};

/* Where sockets say whose they are; without, the programs do not ask. */
static int use_map(struct bpf_map *map, int fd)
{
	return fd >= 0 ? bpf_map__reuse_fd(map, fd) : bpf_map__set_autocreate(map, false);
}

static int use_owners(struct rj_flow_bpf *skel, const struct rj_owner_maps *owners)
{
	int err = use_map(skel->maps.rj_sockets, owners->sockets);

	skel->rodata->rj_with_owners = owners->sockets >= 0;
	skel->rodata->rj_has_mptcp = owners->sockets >= 0 && rj_probe_mptcp();
	err = err ? err : use_map(skel->maps.rj_listeners, owners->listeners);
	return err ? err : use_map(skel->maps.rj_peers, owners->peers);
}

static int size_maps(struct rj_kernel *k, const struct rj_kernel_options *o)
{
	struct rj_flow_bpf *skel = k->skel;
	int err = 0;

	skel->rodata->rj_limits = o->limits;
	skel->rodata->rj_ring_bytes = o->ring_bytes;
	skel->rodata->rj_several = o->several;
	skel->rodata->rj_has_xdp_frags = o->with_xdp && o->with_frags && rj_probe_xdp_frags();
	if (skel->rodata->rj_has_xdp_frags)
		bpf_program__set_flags(skel->progs.rj_xdp, BPF_F_XDP_HAS_FRAGS);
	skel->rodata->rj_has_xdp_load = rj_probe_xdp_load();
	skel->rodata->rj_has_check_mtu = rj_probe_check_mtu();
	err = err ? err : bpf_map__set_max_entries(skel->maps.rj_flows, o->num_flows);
	err = err ? err : bpf_map__set_max_entries(skel->maps.rj_slots, k->num_slots);
	err = err ? err : bpf_map__set_value_size(skel->maps.rj_slots, (uint32_t)k->slot_len);
	err = err ? err : bpf_map__set_max_entries(skel->maps.rj_free_slots, k->num_slots);
	err = err ? err : bpf_map__set_max_entries(skel->maps.rj_ring, o->ring_bytes);
	err = err ? err : use_owners(skel, &o->owners);
	err = err ? err : bpf_program__set_autoload(skel->progs.rj_xdp, o->with_xdp);
	err = err ? err : bpf_program__set_autoload(skel->progs.rj_tc_ip, o->with_ip);
	return err;
}

static int load_failed(struct rj_error *error, int err)
{
	char missing[RJ_RIGHTS_LEN];

	rj_rights_missing(missing, sizeof(missing));
	/* -EACCES is the verifier's, which forbids more to those who lack a capability */
	if (err == -EPERM || (err == -EACCES && *missing))
		return rj_error_set(
			error, -EPERM,
			"not permitted to load BPF programs%s%s: be root or have CAP_BPF, "
			"CAP_NET_ADMIN and CAP_PERFMON",
			*missing ? ", for lack of " : "", missing);
	if (access(BTF_PATH, R_OK))
		return rj_error_set(error, -EOPNOTSUPP,
				    "this kernel does not describe itself (no %s): one built with "
				    "CONFIG_DEBUG_INFO_BTF=y is needed for live; read needs none",
				    BTF_PATH);
	if (err == -ENOMEM || err == -E2BIG)
		return rj_error_set(
			error, err,
			"no memory for the kernel's maps; ask for fewer with --max-flows");
	return rj_error_set(
		error, -EOPNOTSUPP,
		"this kernel refuses the BPF programs (%s); `rejoice version` shows what "
		"it offers",
		strerror(-err));
}

static int map_slots(struct rj_kernel *k)
{
	int fd = bpf_map__fd(k->skel->maps.rj_slots);
	void *at =
		mmap(NULL, k->slot_len * k->num_slots, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	k->slots = at;
	return 0;
}

static struct rj_slot_head *head_of(const struct rj_kernel *k, uint32_t index)
{
	return (void *)(k->slots + index * k->slot_len);
}

static int map_meta(struct rj_kernel *k)
{
	int fd = bpf_map__fd(k->skel->maps.rj_meta);
	void *at = mmap(NULL, sizeof(*k->meta), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	k->meta = at;
	return 0;
}

/* Hands the slots that were freed to the packet programs. */
static void give_slots(struct rj_kernel *k)
{
	struct rj_flow_bpf__bss *shared = k->skel->bss;
	uint8_t frame[14] = { 0 }; /* the least that a run takes */
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);
	int err;

	if (!shared->rj_num_given)
		return;
	/* the first kernels look for signals behind a run, and say so as if there had been none */
	do {
		err = bpf_prog_test_run_opts(bpf_program__fd(k->skel->progs.rj_give), &opts);
	} while (err == -EINTR && shared->rj_num_given);
	if (err == -EINTR)
		err = 0;
	if (!err && shared->rj_num_not_taken)
		err = -E2BIG;
	if (!k->give_err)
		k->give_err = err;
	shared->rj_num_given = 0;
	shared->rj_num_not_taken = 0;
}

/* Gives a slot to whoever comes next: what was meant for its flow is void. */
static void free_slot(struct rj_kernel *k, uint32_t index)
{
	struct rj_flow_bpf__bss *shared = k->skel->bss;
	struct rj_slot_head *head = head_of(k, index);

	head->until = 0;
	head->generation++;
	shared->rj_given[shared->rj_num_given++] = index;
	if (shared->rj_num_given == RJ_MAX_GIVEN)
		give_slots(k);
}

/* Empties all of a slot, and frees it. */
static void wipe_slot(struct rj_kernel *k, uint32_t index)
{
	memset(head_of(k, index) + 1, 0, k->slot_len - sizeof(struct rj_slot_head));
	free_slot(k, index);
}

static int fill_slots(struct rj_kernel *k)
{
	for (uint32_t i = k->num_slots; !k->give_err && i-- > 0;)
		free_slot(k, i); /* a new map is empty */
	give_slots(k);
	return k->give_err;
}

static int attach_reaper(struct rj_kernel *k)
{
	union bpf_iter_link_info info = { .map.map_fd =
						  (uint32_t)bpf_map__fd(k->skel->maps.rj_flows) };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));

	k->reaper = bpf_program__attach_iter(k->skel->progs.rj_reap, &opts);
	return k->reaper ? 0 : -errno;
}

uint64_t rj_meta_set_aside(const struct rj_meta *m)
{
	return m->refused + m->unjoined + m->flooded + m->duplicate + rj_whole_unread(m);
}

uint64_t rj_meta_missing(const struct rj_meta *m)
{
	return m->reaped + m->ringed - m->recorded - rj_meta_set_aside(m);
}

/* What a new map begins with, and what is found in one that is gone on with. */
static int fill(struct rj_kernel *k, const struct rj_kernel_options *o)
{
	struct rj_meta *meta = k->meta;

	if (rj_pin_is_whole(o->pin)) {
		/* what left the kernel and is in no record was in the hands of who was killed */
		meta->killed = rj_meta_missing(meta);
		return 0;
	}
	if (o->settings)
		strncpy(meta->settings, o->settings, sizeof(meta->settings) - 1);
	return fill_slots(k);
}

static int load(struct rj_kernel *k, const struct rj_kernel_options *o, struct rj_error *error)
{
	int err = size_maps(k, o);

	if (!err && rj_pin_is_whole(o->pin))
		err = rj_pin_reuse(o->pin, k->skel->obj, error);
	err = err ? err : rj_flow_bpf__load(k->skel);
	if (!err && k->skel->rodata->rj_abi_version != RJ_ABI_VERSION)
		err = -EPROTO;
	err = err ? err : map_slots(k);
	err = err ? err : map_meta(k);
	err = err ? err : fill(k, o);
	return err ? err : attach_reaper(k);
}

static int allocate(struct rj_kernel *k)
{
	k->num_cpus = libbpf_num_possible_cpus();
	if (k->num_cpus <= 0)
		return -ENOSYS;
	k->cpu_len = (bpf_map__value_size(k->skel->maps.rj_cpus) + 7) / 8 * 8;
	k->cpus = calloc((size_t)k->num_cpus, k->cpu_len);
	k->taken = malloc(READ_BYTES);
	return k->cpus && k->taken ? 0 : -ENOMEM;
}

int rj_kernel_open(const struct rj_kernel_options *o, struct rj_kernel **out,
		   struct rj_error *error)
{
	struct rj_kernel *k = calloc(1, sizeof(*k));
	int err;

	if (!k)
		return rj_error_set(error, -ENOMEM, "out of memory");
	/* silent: what libbpf would print is told by the error line instead */
	libbpf_set_print(NULL);
	*error->text = 0;
	k->limits = o->limits;
	k->num_flows = o->num_flows;
	k->num_slots = o->num_flows * RJ_NUM_SIDES;
	k->slot_len = rj_slot_bytes(&o->limits);
	k->skel = rj_object_open(rj_object_best());
	err = k->skel ? 0 : -errno;
	err = err ? err : allocate(k);
	err = err ? err : load(k, o, error);
	if (err) {
		rj_kernel_close(k);
		return *error->text ? err : load_failed(error, err);
	}
	*out = k;
	return 0;
}

int rj_kernel_pin(const struct rj_kernel *k, const struct rj_pin *pin, struct rj_error *error)
{
	return pin && !rj_pin_is_whole(pin) ? rj_pin_maps(pin, k->skel->obj, error) : 0;
}

void rj_kernel_close(struct rj_kernel *k)
{
	if (!k)
		return;
	if (k->slots)
		munmap(k->slots, k->slot_len * k->num_slots);
	if (k->meta)
		munmap(k->meta, sizeof(*k->meta));
	bpf_link__destroy(k->reaper);
	rj_flow_bpf__destroy(k->skel);
	free(k->cpus);
	free(k->taken);
	free(k->known);
	free(k->waiting[0].slots);
	free(k->waiting[1].slots);
	free(k);
}

void rj_kernel_programs(const struct rj_kernel *k, struct rj_attach_programs *out)
{
	*out = (struct rj_attach_programs){ .xdp = bpf_program__fd(k->skel->progs.rj_xdp) };
	out->tc = bpf_program__fd(k->skel->progs.rj_tc);
	out->tc_ip = bpf_program__fd(k->skel->progs.rj_tc_ip);
	if (out->tc_ip < 0)
		out->why_no_ip = "it had an Ethernet header when rejoice was started, and has none "
				 "now: start rejoice again";
}

int rj_kernel_ring_fd(const struct rj_kernel *k)
{
	return bpf_map__fd(k->skel->maps.rj_ring);
}

uint64_t rj_kernel_bytes(const struct rj_kernel *k)
{
	return rj_memory_of_maps(k->skel->obj, (uint32_t)k->num_cpus);
}

int rj_kernel_cpus_fd(const struct rj_kernel *k)
{
	return bpf_map__fd(k->skel->maps.rj_cpus);
}

int rj_kernel_counters(const struct rj_kernel *k, uint64_t out[RJ_NUM_COUNTERS])
{
	uint32_t zero = 0;
	int err = bpf_map_lookup_elem(bpf_map__fd(k->skel->maps.rj_cpus), &zero, k->cpus);

	if (err)
		return err;
	memset(out, 0, RJ_NUM_COUNTERS * sizeof(*out));
	for (int cpu = 0; cpu < k->num_cpus; cpu++) {
		const struct cpu_value *value = (const void *)(k->cpus + (size_t)cpu * k->cpu_len);

		for (unsigned int i = 0; i < RJ_NUM_COUNTERS; i++)
			out[i] += value->counters[i];
	}
	return 0;
}

void rj_kernel_seq(const struct rj_kernel *k, const struct rj_half *half, struct rj_seq *out)
{
	*out = (struct rj_seq){ 0 };
	if (!half->slot || half->slot > k->num_slots)
		return;
	rj_slot_open(k->slots + (half->slot - 1) * k->slot_len, &k->limits, out);
}

void rj_kernel_want(struct rj_kernel *k, uint32_t slot, uint32_t generation, uint32_t until)
{
	struct rj_slot_head *head;

	if (!slot || slot > k->num_slots)
		return;
	head = head_of(k, slot - 1);
	if (head->generation == generation)
		__atomic_store_n(&head->until, until, __ATOMIC_RELAXED);
}

/* Empties what the half has written. The whole list of TLS records, as two CPUs may count one. */
static void empty_slot(struct rj_kernel *k, const struct rj_half *half)
{
	uint32_t num_ids;
	struct rj_seq seq;

	rj_kernel_seq(k, half, &seq);
	num_ids = rj_seq_num_ids(&seq);
	memset(seq.splt, 0, rj_seq_len(&seq) * sizeof(*seq.splt));
	memset(seq.ids, 0, (num_ids < seq.capacity ? num_ids : seq.capacity) * sizeof(*seq.ids));
	if (seq.rest->tls.num_words)
		memset(seq.records, 0, seq.num_words * sizeof(*seq.records));
	if (seq.hist)
		memset(seq.hist, 0, sizeof(*seq.hist));
	memset(seq.rest, 0, sizeof(*seq.rest));
	memset(seq.owners, 0, RJ_SLOT_OWNERS * sizeof(*seq.owners));
}

void rj_kernel_release(struct rj_kernel *k, const struct rj_half *half)
{
	if (!half->slot || half->slot > k->num_slots)
		return;
	empty_slot(k, half);
	free_slot(k, half->slot - 1);
}

static void wipe_waiting(struct rj_kernel *k, struct waiting *w)
{
	for (size_t i = 0; i < w->num; i++)
		wipe_slot(k, w->slots[i]);
	w->num = 0;
}

void rj_kernel_release_later(struct rj_kernel *k, const struct rj_half *half)
{
	struct waiting *w = &k->waiting[1];

	if (!half->slot || half->slot > k->num_slots)
		return;
	/* flows cut as fast as packets come must not leave others without */
	if (!k->known && k->waiting[0].num + w->num > k->num_slots / 8) {
		rj_kernel_settle();
		wipe_waiting(k, &k->waiting[0]);
		wipe_waiting(k, w);
	}
	if (k->known)
		k->known[half->slot - 1] = 1;
	if (w->num == w->capacity) {
		size_t capacity = w->capacity ? w->capacity * 2 : 64;
		uint32_t *slots = realloc(w->slots, capacity * sizeof(*slots));

		if (!slots) { /* better now than never */
			rj_kernel_settle();
			wipe_slot(k, half->slot - 1);
			return;
		}
		w->slots = slots;
		w->capacity = capacity;
	}
	w->slots[w->num++] = half->slot - 1;
}

int rj_kernel_recover(struct rj_kernel *k)
{
	const struct rj_recover_maps maps = {
		.flows = bpf_map__fd(k->skel->maps.rj_flows),
		.free_slots = bpf_map__fd(k->skel->maps.rj_free_slots),
		.num_slots = k->num_slots,
	};

	k->known = calloc(k->num_slots, 1);
	return k->known ? rj_recover_known(&maps, k->known) : -ENOMEM;
}

void rj_kernel_recovered(struct rj_kernel *k)
{
	for (uint32_t i = 0; i < k->num_slots; i++)
		if (!k->known[i])
			wipe_slot(k, i);
	give_slots(k);
	free(k->known);
	k->known = NULL;
}

struct rj_meta *rj_kernel_meta(const struct rj_kernel *k)
{
	return k->meta;
}

static void release_waiting(struct rj_kernel *k)
{
	struct waiting done;

	wipe_waiting(k, &k->waiting[0]);
	done = k->waiting[0];
	k->waiting[0] = k->waiting[1];
	k->waiting[1] = done;
}

bool rj_kernel_find(const struct rj_kernel *k, const struct rj_key *key, uint64_t *ret_start_ns)
{
	struct rj_flow flow;

	if (bpf_map_lookup_elem(bpf_map__fd(k->skel->maps.rj_flows), key, &flow))
		return false;
	*ret_start_ns = flow.start_ns;
	return true;
}

void rj_kernel_settle(void)
{
	/* a grace period of RCU, which packet programs run under */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(50 * 1000); /* not in every sandbox; a program runs for microseconds */
}

/* Takes a flow that the reaper wrote. */
static void take_one(struct rj_kernel *k, const uint8_t *at,
		     void (*take)(void *user, const struct rj_key *key, const struct rj_flow *flow),
		     void *user)
{
	struct rj_key key;
	struct rj_flow flow;

	memcpy(&key, at, sizeof(key));
	memcpy(&flow, at + sizeof(key), sizeof(flow));
	k->num_taken += flow.start_ns <= k->since_ns;
	take(user, &key, &flow);
}

static int walk(struct rj_kernel *k,
		void (*take)(void *user, const struct rj_key *key, const struct rj_flow *flow),
		void *user)
{
	const size_t len = sizeof(struct rj_key) + sizeof(struct rj_flow);
	int fd = bpf_iter_create(bpf_link__fd(k->reaper));
	size_t have = 0;
	ssize_t got;

	if (!++k->skel->bss->rj_reap_round)
		k->skel->bss->rj_reap_round = 1;
	k->skel->bss->rj_reap_ns = rj_clock_ns(CLOCK_MONOTONIC);
	if (fd < 0)
		return fd;
	while ((got = read(fd, k->taken + have, READ_BYTES - have)) != 0) {
		size_t at = 0;

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			break;
		have += (size_t)got;
		for (; have - at >= len; at += len)
			take_one(k, k->taken + at, take, user);
		memmove(k->taken, k->taken + at, have - at);
		have -= at;
	}
	got = got < 0 ? -errno : 0;
	close(fd);
	give_slots(k);
	return got ? (int)got : k->give_err;
}

/*
 * Walks until there is nothing to take: the kernel goes on by the number of entries of a bucket it
 * has passed, so that one may be passed over when those before it were deleted meanwhile. What
 * begins only now is of a program that could not be detached, and would have no end.
 */
static int walk_all(struct rj_kernel *k,
		    void (*take)(void *user, const struct rj_key *key, const struct rj_flow *flow),
		    void *user)
{
	uint64_t before;
	int err;

	do {
		before = k->num_taken;
		err = walk(k, take, user);
	} while (!err && k->num_taken != before);
	return err;
}

bool rj_kernel_is_short(const struct rj_kernel *k)
{
	return k->is_short;
}

int rj_kernel_reap(struct rj_kernel *k, bool all,
		   void (*take)(void *user, const struct rj_key *key, const struct rj_flow *flow),
		   void *user)
{
	uint64_t marked = k->skel->bss->rj_num_marked;
	uint64_t met = k->skel->bss->rj_num_met;
	int err;

	release_waiting(k);
	k->since_ns = rj_clock_ns(CLOCK_MONOTONIC);
	k->skel->bss->rj_reap_all = all;
	if (all)
		return walk_all(k, take, user);
	k->skel->bss->rj_spare_ns = k->is_short ? SPARE_NS : 0;
	err = walk(k, take, user);
	k->is_short = k->skel->bss->rj_num_met - met > k->num_flows / 4 * 3;
	if (err || k->skel->bss->rj_num_marked == marked)
		return err;
	/* flows were marked just now: packets see it from here on; those in flight land */
	rj_kernel_settle();
	return walk(k, take, user);
}
