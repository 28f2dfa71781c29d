// SPDX-License-Identifier: BSD-3-Clause
/* tcpdump expressions through libpcap. */
#include "source/filter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "source/cbpf.h"

/* The most that tcpdump captures of a frame; what a program returns for a match. */
#define SNAP_LEN 262144

/* DLT_RAW as files have it; libpcap translates it when it opens one. */
#define LINKTYPE_RAW 101

#define NO_LINK_TYPE (-1)

struct rj_filter {
	char *expression;
	int link_type; /* NO_LINK_TYPE while @program is empty */
	struct bpf_program program;
	struct sock_filter *unrolled; /* @program, where that has loops; else NULL */
};

_Static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter) &&
		       offsetof(struct bpf_insn, jt) == offsetof(struct sock_filter, jt) &&
		       offsetof(struct bpf_insn, k) == offsetof(struct sock_filter, k),
	       "libpcap and Linux write classic BPF alike");

/* On handles that are no file's libpcap asks Linux for direction and interface of a packet. */
static bool is_of_frames_alone(const struct bpf_program *program)
{
	for (u_int i = 0; i < program->bf_len; i++) {
		const struct bpf_insn *insn = &program->bf_insns[i];

		if (BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) == BPF_ABS &&
		    insn->k >= (bpf_u_int32)SKF_LL_OFF)
			return false;
	}
	return true;
}

static bool has_loop(const struct bpf_program *program)
{
	for (u_int i = 0; i < program->bf_len; i++)
		if (program->bf_insns[i].code == (BPF_JMP | BPF_JA) &&
		    (int32_t)program->bf_insns[i].k < 0)
			return true;
	return false;
}

/*
 * libpcap's protochain goes round for as long as headers name another one, which a crafted AH
 * header does for ever: its interpreter is given the rounds in a row, as many as live follows.
 */
static int unroll(struct rj_filter *f, struct rj_error *error)
{
	struct rj_cbpf c;
	uint32_t len;
	int err;

	if (!has_loop(&f->program))
		return 0;
	err = rj_cbpf_decode((const struct sock_filter *)(const void *)f->program.bf_insns,
			     f->program.bf_len, &c, error);
	if (err)
		return err;
	f->unrolled = rj_cbpf_encode(&c, &len);
	rj_cbpf_done(&c);
	return f->unrolled ? 0 : rj_error_set(error, -ENOMEM, "out of memory");
}

static void forget(struct rj_filter *f)
{
	free(f->unrolled);
	f->unrolled = NULL;
	if (f->link_type != NO_LINK_TYPE)
		pcap_freecode(&f->program);
	f->link_type = NO_LINK_TYPE;
}

static int compile(struct rj_filter *f, pcap_t *pcap, struct rj_error *error)
{
	int err;

	if (pcap_compile(pcap, &f->program, f->expression, 1, PCAP_NETMASK_UNKNOWN))
		return rj_error_set(error, -EINVAL, "filter \"%s\": %s", f->expression,
				    pcap_geterr(pcap));
	if (is_of_frames_alone(&f->program))
		err = unroll(f, error);
	else
		err = rj_error_set(error, -EINVAL,
				   "filter \"%s\": asks for what is not in the frame; live has "
				   "--direction and -i for it",
				   f->expression);
	if (err)
		pcap_freecode(&f->program);
	return err;
}

int rj_filter_use(struct rj_filter *f, int link_type, struct rj_error *error)
{
	pcap_t *pcap;
	int err;

	if (link_type == LINKTYPE_RAW)
		link_type = DLT_RAW;
	if (f->link_type == link_type)
		return 0;
	forget(f);
	pcap = pcap_open_dead(link_type, SNAP_LEN);
	if (!pcap)
		return rj_error_set(error, -ENOMEM, "out of memory");
	err = compile(f, pcap, error);
	if (!err)
		f->link_type = link_type;
	pcap_close(pcap);
	return err;
}

/* What no link type takes is told as Ethernet tells it. */
static int check(struct rj_filter *f, struct rj_error *error)
{
	static const int others[] = { DLT_RAW, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL };
	int err = rj_filter_use(f, DLT_EN10MB, error);

	for (size_t i = 0; err == -EINVAL && i < sizeof(others) / sizeof(*others); i++) {
		struct rj_error unused;

		if (!rj_filter_use(f, others[i], &unused))
			return 0;
	}
	return err;
}

int rj_filter_new(const char *expression, struct rj_filter **out, struct rj_error *error)
{
	struct rj_filter *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return rj_error_set(error, -ENOMEM, "out of memory");
	f->link_type = NO_LINK_TYPE;
	f->expression = strdup(expression);
	err = f->expression ? check(f, error) : rj_error_set(error, -ENOMEM, "out of memory");
	if (err)
		rj_filter_free(f);
	else
		*out = f;
	return err;
}

const char *rj_filter_expression(const struct rj_filter *f)
{
	return f->expression;
}

void rj_filter_free(struct rj_filter *f)
{
	if (!f)
		return;
	forget(f);
	free(f->expression);
	free(f);
}

bool rj_filter_matches(const struct rj_filter *f, const uint8_t *data, uint32_t captured_len,
		       uint32_t wire_len)
{
	const struct bpf_insn *program = f->program.bf_insns;

	if (f->unrolled)
		program = (const struct bpf_insn *)(const void *)f->unrolled;
	return f->link_type != NO_LINK_TYPE && bpf_filter(program, data, wire_len, captured_len);
}

const struct sock_filter *rj_filter_program(const struct rj_filter *f, uint32_t *ret_len)
{
	*ret_len = f->link_type == NO_LINK_TYPE ? 0 : f->program.bf_len;
	/* the same four members: asserted above */
	return (const struct sock_filter *)(const void *)f->program.bf_insns;
}
