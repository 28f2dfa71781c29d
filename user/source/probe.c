// SPDX-License-Identifier: BSD-3-Clause
/* Asks the kernel for map types, program types, helpers and instructions. */
#include "source/probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/magic.h>
#include <linux/membarrier.h>
#include <stdbool.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "source/newer.h"

#define NO_INTERFACE 0x7fffffff

static int load(enum bpf_prog_type type, const struct bpf_insn *insns, size_t num, uint32_t flags)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = flags);

	return bpf_prog_load(type, "rj_probe", "GPL", insns, num, &opts);
}

static bool loads(enum bpf_prog_type type, const struct bpf_insn *insns, size_t num, uint32_t flags)
{
	int fd = load(type, insns, num, flags);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static const struct bpf_insn pass[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1 },
	{ .code = BPF_JMP | BPF_EXIT },
};

/*
 * A link to no interface: the kernel that knows the attach type looks for the interface and
 * finds none, one that does not know it refuses the attach type.
 */
static bool has_link(enum bpf_attach_type type)
{
	int prog = load(BPF_PROG_TYPE_SCHED_CLS, pass, 2, 0);
	int link;

	if (prog < 0)
		return false;
	link = bpf_link_create(prog, NO_INTERFACE, type, NULL);
	close(prog);
	if (link >= 0)
		close(link);
	return link == -ENODEV;
}

/* An addition that returns what was there before (5.12). */
bool rj_probe_fetch(void)
{
	const struct bpf_insn add[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_STX | BPF_MEM | BPF_DW,
		  .dst_reg = BPF_REG_10,
		  .src_reg = BPF_REG_0,
		  .off = -8 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW,
		  .dst_reg = BPF_REG_10,
		  .src_reg = BPF_REG_0,
		  .off = -8,
		  .imm = BPF_ADD | BPF_FETCH },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return loads(BPF_PROG_TYPE_SCHED_CLS, add, 4, 0);
}

/* An empty map has no first batch; a kernel without batches (before 5.6) knows no such call. */
static bool has_batches(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "rj_probe", 4, 4, 1, NULL);
	uint32_t next, key, value, num = 1;
	int err;

	if (fd < 0)
		return false;
	err = bpf_map_lookup_batch(fd, NULL, &next, &key, &value, &num, NULL);
	close(fd);
	return !err || err == -ENOENT;
}

static bool has_membarrier(void)
{
	long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	return commands > 0 && commands & MEMBARRIER_CMD_GLOBAL;
}

static bool has_bpffs(void)
{
	struct statfs fs;

	return !statfs("/sys/fs/bpf", &fs) && (uint32_t)fs.f_type == BPF_FS_MAGIC;
}

static bool has_helper(enum bpf_prog_type type, enum bpf_func_id id)
{
	return libbpf_probe_bpf_helper(type, id, NULL) == 1;
}

/* The context of iter/bpf_map_elem programs is a type of the kernel that has them (5.9). */
static bool has_map_iterator(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, "bpf_iter__bpf_map_elem", BTF_KIND_STRUCT) : -1;

	btf__free(btf);
	return id > 0;
}

static bool has_btf(void)
{
	return !access("/sys/kernel/btf/vmlinux", R_OK);
}

static bool has_tc(void)
{
	return loads(BPF_PROG_TYPE_SCHED_CLS, pass, 2, 0);
}

static bool has_ring(void)
{
	return libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 1;
}

static bool has_queue(void)
{
	return libbpf_probe_bpf_map_type(BPF_MAP_TYPE_QUEUE, NULL) == 1;
}

static bool has_xdp(void)
{
	return loads(BPF_PROG_TYPE_XDP, pass, 2, 0);
}

bool rj_probe_xdp_frags(void)
{
	return loads(BPF_PROG_TYPE_XDP, pass, 2, BPF_F_XDP_HAS_FRAGS) &&
	       has_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_get_buff_len);
}

bool rj_probe_xdp_load(void)
{
	return has_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_load_bytes);
}

bool rj_probe_check_mtu(void)
{
	return has_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_check_mtu);
}

bool rj_probe_mptcp(void)
{
	return has_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_skc_to_mptcp_sock);
}

static bool has_tcx(void)
{
	return has_link(RJ_TCX_INGRESS);
}

static bool has_netkit(void)
{
	return has_link(RJ_NETKIT_PRIMARY);
}

static bool has_loop(void)
{
	return has_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_loop);
}

static bool has_dynptr(void)
{
	return has_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_dynptr_from_mem);
}

/*
 * In the order of the list that users see, with what it is for or what is done without it.
 * @needs_rights: asking takes capabilities.
 */
static const struct question {
	const char *name;
	bool (*ask)(void);
	bool needs_rights;
} questions[] = {
	{ "BTF (needed)", has_btf, false },
	{ "TC programs (needed)", has_tc, true },
	{ "ring buffer (needed)", has_ring, true },
	{ "queue map (needed)", has_queue, true },
	{ "map iterators (needed)", has_map_iterator, false },
	{ "membarrier (else waits of 50 ms)", has_membarrier, false },
	{ "XDP programs (--attach xdp)", has_xdp, true },
	{ "XDP frags (jumbo frames by XDP)", rj_probe_xdp_frags, true },
	{ "bpf_xdp_load_bytes (payload by XDP)", rj_probe_xdp_load, true },
	{ "bpf_check_mtu (super-packets by generic XDP)", rj_probe_check_mtu, true },
	{ "TCX links (else clsact)", has_tcx, true },
	{ "netkit links (not used)", has_netkit, true },
	{ "bpf_skc_to_mptcp_sock (processes of Multipath TCP)", rj_probe_mptcp, true },
	{ "fetching atomics (exact sequences)", rj_probe_fetch, true },
	{ "batches of map entries (not used)", has_batches, true },
	{ "bpf_loop (not used)", has_loop, true },
	{ "dynptr (not used)", has_dynptr, true },
	{ "BPF file system (--pin)", has_bpffs, false },
};

/* Whether there is any sense in asking: a refusal would look like a lack. */
static bool may_ask(void)
{
	int fd = load(BPF_PROG_TYPE_SCHED_CLS, pass, 2, 0);

	if (fd >= 0)
		close(fd);
	return fd != -EPERM;
}

void rj_probe_kernel(void (*feature)(void *user, const char *name, int is_there), void *user)
{
	bool is_permitted;

	libbpf_set_print(NULL);
	is_permitted = may_ask();
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		const struct question *q = &questions[i];

		feature(user, q->name, q->needs_rights && !is_permitted ? -EPERM : q->ask());
	}
}
