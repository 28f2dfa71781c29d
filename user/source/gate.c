// SPDX-License-Identifier: BSD-3-Clause
/* Translates and loads the filter, once for each packet program. */
#include "source/gate.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/pin.h"
#include "source/translate.h"

/* The packet programs, by their place in the program arrays. */
enum gated { TC, TC_IP, XDP, NUM_GATED };

/*
 * struct rj_gate - @heads: what the programs copy of a frame, see rj_translate_target. @tc, @xdp:
 * program arrays, one of each program type, by enum gated: the filters read them, nobody writes
 * them after the start. The kernel empties such an array when no process holds it any more, and it
 * is not pinned.
 */
struct rj_gate {
	int heads_fd, tc_fd, xdp_fd;
	int prog_fd[NUM_GATED];
	char why_no_ip[RJ_ERROR_LEN];
};

/* By which names the arrays are pinned. */
#define TC_ARRAY "rj_filtered_tc"
#define XDP_ARRAY "rj_filtered_xdp"

static const struct bpf_map_info array_shape = {
	.type = BPF_MAP_TYPE_PROG_ARRAY,
	.key_size = sizeof(uint32_t),
	.value_size = sizeof(uint32_t),
	.max_entries = NUM_GATED,
};

static int make_map(const char *name, const struct bpf_map_info *shape, int *ret_fd,
		    struct rj_error *error)
{
	*ret_fd = bpf_map_create(shape->type, name, shape->key_size, shape->value_size,
				 shape->max_entries, NULL);
	return *ret_fd < 0 ? rj_error_set(error, *ret_fd, "filter: making its maps: %s",
					  strerror(-*ret_fd)) :
			     0;
}

/* The array that is pinned, or one that pin_arrays is to pin. */
static int get_array(const struct rj_pin *pin, const char *name, int *ret_fd,
		     struct rj_error *error)
{
	if (!rj_pin_is_whole(pin))
		return make_map(name, &array_shape, ret_fd, error);
	*ret_fd = rj_pin_take_map(pin, name, &array_shape, error);
	return *ret_fd < 0 ? *ret_fd : 0;
}

static int get_maps(struct rj_gate *g, const struct rj_pin *pin, struct rj_error *error)
{
	static const struct bpf_map_info heads = { .type = BPF_MAP_TYPE_PERCPU_ARRAY,
						   .key_size = sizeof(uint32_t),
						   .value_size = RJ_HEAD_LEN,
						   .max_entries = 1 };
	int err = make_map("rj_filter_heads", &heads, &g->heads_fd, error);

	err = err ? err : get_array(pin, TC_ARRAY, &g->tc_fd, error);
	return err ? err : get_array(pin, XDP_ARRAY, &g->xdp_fd, error);
}

static int pin_arrays(const struct rj_gate *g, const struct rj_pin *pin, struct rj_error *error)
{
	int err;

	if (!pin || rj_pin_is_whole(pin))
		return 0;
	err = rj_pin_map(pin, TC_ARRAY, g->tc_fd, error);
	return err ? err : rj_pin_map(pin, XDP_ARRAY, g->xdp_fd, error);
}

static int load_failed(int err, struct rj_error *error)
{
	if (err == -EPERM)
		return rj_error_set(error, err,
				    "not permitted to load BPF programs: be root or have CAP_BPF, "
				    "CAP_NET_ADMIN and CAP_PERFMON");
	if (err == -E2BIG)
		return rj_error_set(error, err,
				    "filter: too long for this kernel's verifier; split it, or "
				    "shorten it by net, portrange and fewer protochains");
	return rj_error_set(error, -EOPNOTSUPP, "filter: this kernel refuses its program (%s)",
			    strerror(-err));
}

static int load(struct rj_gate *g, enum gated which, const struct rj_assembler *code,
		struct rj_error *error)
{
	static const char *const names[NUM_GATED] = { "rj_filter_tc", "rj_filter_ip",
						      "rj_filter_xdp" };
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	enum bpf_prog_type type = BPF_PROG_TYPE_SCHED_CLS;

	if (which == XDP) {
		/* the array takes programs of one attach type, and libbpf gives XDP this one */
		type = BPF_PROG_TYPE_XDP;
		opts.expected_attach_type = BPF_XDP;
	}
	g->prog_fd[which] =
		bpf_prog_load(type, names[which], "Dual BSD/GPL", code->insns, code->num, &opts);
	return g->prog_fd[which] < 0 ? load_failed(g->prog_fd[which], error) : 0;
}

/* Translates what @filter is now compiled to, and lets what matches through to *@fd. */
static int gate(struct rj_gate *g, const struct rj_filter *filter, int cpus_fd, enum gated which,
		int *fd, struct rj_error *error)
{
	struct rj_translate_target target = {
		.hook = which == XDP   ? RJ_TRANSLATE_XDP :
			which == TC_IP ? RJ_TRANSLATE_IP :
					 RJ_TRANSLATE_ETHERNET,
		.head_fd = g->heads_fd,
		.cpus_fd = cpus_fd,
		.programs_fd = which == XDP ? g->xdp_fd : g->tc_fd,
		.index = (uint32_t)which,
	};
	uint32_t key = target.index, len;
	const struct sock_filter *program = rj_filter_program(filter, &len);
	struct rj_assembler code;
	struct rj_cbpf classic;
	int err = rj_cbpf_decode(program, len, &classic, error);

	if (err)
		return err;
	err = rj_translate(&classic, &target, &code);
	err = err ? load_failed(err, error) : load(g, which, &code, error);
	rj_assembler_done(&code);
	rj_cbpf_done(&classic);
	if (!err && bpf_map_update_elem(target.programs_fd, &key, fd, BPF_ANY))
		err = load_failed(-errno, error);
	if (!err)
		*fd = g->prog_fd[which];
	return err;
}

static int gate_ip(struct rj_gate *g, struct rj_filter *filter, int cpus_fd,
		   struct rj_attach_programs *p, struct rj_error *error)
{
	struct rj_error why;
	int err = rj_filter_use(filter, DLT_RAW, &why);

	if (err) {
		memcpy(g->why_no_ip, why.text, sizeof(g->why_no_ip));
		p->why_no_ip = g->why_no_ip;
		p->tc_ip = -1;
		return 0;
	}
	return gate(g, filter, cpus_fd, TC_IP, &p->tc_ip, error);
}

int rj_gate_open(struct rj_filter *filter, int cpus_fd, struct rj_attach_programs *programs,
		 struct rj_gate **out, struct rj_error *error)
{
	struct rj_gate *g = calloc(1, sizeof(*g));
	struct rj_attach_programs p = *programs;
	int err;

	if (!g)
		return rj_error_set(error, -ENOMEM, "out of memory");
	*g = (struct rj_gate){ .heads_fd = -1, .tc_fd = -1, .xdp_fd = -1 };
	for (int i = 0; i < NUM_GATED; i++)
		g->prog_fd[i] = -1;
	err = get_maps(g, p.pin, error);
	err = err ? err : rj_filter_use(filter, DLT_EN10MB, error);
	err = err ? err : gate(g, filter, cpus_fd, TC, &p.tc, error);
	if (!err && p.xdp >= 0)
		err = gate(g, filter, cpus_fd, XDP, &p.xdp, error);
	if (!err && p.tc_ip >= 0)
		err = gate_ip(g, filter, cpus_fd, &p, error);
	err = err ? err : pin_arrays(g, p.pin, error);
	if (err) {
		rj_gate_close(g);
		return err;
	}
	p.is_gated = true;
	*programs = p;
	*out = g;
	return 0;
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void rj_gate_close(struct rj_gate *g)
{
	if (!g)
		return;
	for (int i = 0; i < NUM_GATED; i++)
		close_one(g->prog_fd[i]);
	close_one(g->heads_fd);
	close_one(g->tc_fd);
	close_one(g->xdp_fd);
	free(g);
}
