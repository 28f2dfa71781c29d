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

/* As files have them. */
#define LINKTYPE_ATM_RFC1483 100
#define LINKTYPE_RAW 101

/*
 * struct compiled - the expression for one link type.
 * @unrolled: @program, where that has loops; else NULL
 */
struct compiled {
	struct compiled *next;
	int link_type;
	struct bpf_program program;
	struct sock_filter *unrolled;
};

/* @all: for every link type that was used; @used: the last of them, NULL when it failed */
struct rj_filter {
	char *expression;
	struct compiled *all;
	const struct compiled *used;
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
static int unroll(struct compiled *c, struct rj_error *error)
{
	struct rj_cbpf code;
	uint32_t len;
	int err;

	if (!has_loop(&c->program))
		return 0;
	err = rj_cbpf_decode((const struct sock_filter *)(const void *)c->program.bf_insns,
			     c->program.bf_len, &code, error);
	if (err)
		return err;
	c->unrolled = rj_cbpf_encode(&code, &len);
	rj_cbpf_done(&code);
	return c->unrolled ? 0 : rj_error_set(error, -ENOMEM, "out of memory");
}

static int compile(const char *expression, pcap_t *pcap, struct compiled *c, struct rj_error *error)
{
	int err;

	if (pcap_compile(pcap, &c->program, expression, 1, PCAP_NETMASK_UNKNOWN))
		return rj_error_set(error, -EINVAL, "filter \"%s\": %s", expression,
				    pcap_geterr(pcap));
	if (is_of_frames_alone(&c->program))
		err = unroll(c, error);
	else
		err = rj_error_set(error, -EINVAL,
				   "filter \"%s\": asks for what is not in the frame; live has "
				   "--direction and -i for it",
				   expression);
	if (err)
		pcap_freecode(&c->program);
	return err;
}

static int add(struct rj_filter *f, int link_type, struct rj_error *error)
{
	struct compiled *c = calloc(1, sizeof(*c));
	pcap_t *pcap = pcap_open_dead(link_type, SNAP_LEN);
	int err = -ENOMEM;

	if (c && pcap)
		err = compile(f->expression, pcap, c, error);
	else
		rj_error_set(error, err, "out of memory");
	if (pcap)
		pcap_close(pcap);
	if (err) {
		free(c);
		return err;
	}
	c->link_type = link_type;
	c->next = f->all;
	f->all = c;
	f->used = c;
	return 0;
}

/* As libpcap numbers it here, where files have it otherwise. */
static int translated(int link_type)
{
	switch (link_type) {
	case LINKTYPE_RAW:
		return DLT_RAW;
	case LINKTYPE_ATM_RFC1483:
		return DLT_ATM_RFC1483;
	default:
		return link_type;
	}
}

int rj_filter_use(struct rj_filter *f, int link_type, struct rj_error *error)
{
	link_type = translated(link_type);
	if (f->used && f->used->link_type == link_type)
		return 0;
	for (f->used = f->all; f->used; f->used = f->used->next)
		if (f->used->link_type == link_type)
			return 0;
	return add(f, link_type, error);
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
	while (f->all) {
		struct compiled *c = f->all;

		f->all = c->next;
		pcap_freecode(&c->program);
		free(c->unrolled);
		free(c);
	}
	free(f->expression);
	free(f);
}

bool rj_filter_matches(const struct rj_filter *f, const uint8_t *data, uint32_t captured_len,
		       uint32_t wire_len)
{
	const struct bpf_insn *program;

	if (!f->used)
		return false;
	program = f->used->program.bf_insns;
	if (f->used->unrolled)
		program = (const struct bpf_insn *)(const void *)f->used->unrolled;
	return bpf_filter(program, data, wire_len, captured_len);
}

const struct sock_filter *rj_filter_program(const struct rj_filter *f, uint32_t *ret_len)
{
	*ret_len = f->used ? f->used->program.bf_len : 0;
	/* the same four members: asserted above */
	return f->used ? (const struct sock_filter *)(const void *)f->used->program.bf_insns : NULL;
}
