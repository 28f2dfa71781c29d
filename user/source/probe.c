// SPDX-License-Identifier: BSD-3-Clause
/* Asks the kernel for map types, program types and helpers. */
#include "source/probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

/* enum bpf_attach_type of linux/bpf.h from 6.6 on. */
#define TCX_INGRESS ((enum bpf_attach_type)46)

/*
 * A link to no interface: the kernel that knows TCX looks for the interface and
 * finds none, one that does not know it refuses the attach type.
 */
static int has_tcx(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "rj_probe", "GPL", pass, 2, NULL);
	int link;

	if (prog < 0)
		return 0;
	link = bpf_link_create(prog, 0x7fffffff, TCX_INGRESS, NULL);
	close(prog);
	if (link >= 0)
		close(link);
	return link == -ENODEV;
}

bool rj_probe_xdp_frags(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "rj_probe", "GPL", pass, 2, &opts);

	if (prog < 0)
		return false;
	close(prog);
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_get_buff_len, NULL) == 1;
}

/* The context of iter/bpf_map_elem programs is a type of the kernel that has them (5.9). */
static int has_map_iterator(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, "bpf_iter__bpf_map_elem", BTF_KIND_STRUCT) : -1;

	btf__free(btf);
	return id > 0;
}

static int no_print(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

void rj_probe_kernel(void (*feature)(void *user, const char *name, int is_there), void *user)
{
	libbpf_set_print(no_print);
	feature(user, "BTF (needed)", !access("/sys/kernel/btf/vmlinux", R_OK));
	feature(user, "TC programs (needed)",
		libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_SCHED_CLS, NULL) == 1);
	feature(user, "ring buffer (needed)",
		libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 1);
	feature(user, "queue map (needed)",
		libbpf_probe_bpf_map_type(BPF_MAP_TYPE_QUEUE, NULL) == 1);
	feature(user, "map iterators (needed)", has_map_iterator());
	feature(user, "XDP programs", libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, NULL) == 1);
	feature(user, "bpf_xdp_load_bytes",
		libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_load_bytes, NULL) == 1);
	feature(user, "XDP with fragments (jumbo frames)", rj_probe_xdp_frags());
	feature(user, "TCX links", has_tcx());
}
