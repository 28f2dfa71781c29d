// SPDX-License-Identifier: BSD-3-Clause
/* Makes the programs that lead to the packet programs. */
#include "source/tether.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "source/assembler.h"

#define CONTINUE (-1) /* TC_ACT_UNSPEC: on to the next filter, as the packet programs say */

/* The context is in R1 already; the call comes back only when the entry is gone. */
static int load(int array_fd, uint32_t index)
{
	struct rj_assembler a = { .num = 0 };
	int fd;

	rj_assembler_tail_call(&a, array_fd, index);
	rj_assembler_put(&a, (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K,
						.dst_reg = BPF_REG_0,
						.imm = CONTINUE });
	rj_assembler_put(&a, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
	fd = rj_assembler_finish(&a);
	if (!fd)
		fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "rj_tc_tether", "Dual BSD/GPL", a.insns,
				   a.num, NULL);
	rj_assembler_done(&a);
	return fd;
}

static int make_array(struct rj_tether *t)
{
	t->array_fd = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "rj_tethered", sizeof(uint32_t),
				     sizeof(uint32_t), RJ_TETHER_MAX, NULL);
	return t->array_fd < 0 ? t->array_fd : 0;
}

/* The entry is there before the program that goes by it is used. */
static int add(struct rj_tether *t, int prog_fd)
{
	uint32_t index = t->num;
	int fd = load(t->array_fd, index);

	if (fd < 0)
		return fd;
	if (bpf_map_update_elem(t->array_fd, &index, &prog_fd, BPF_ANY)) {
		int err = -errno;

		close(fd);
		return err;
	}
	t->at[t->num].to_fd = prog_fd;
	t->at[t->num++].fd = fd;
	return fd;
}

int rj_tether_program(struct rj_tether *t, int prog_fd)
{
	int fd;

	for (unsigned int i = 0; i < t->num; i++)
		if (t->at[i].to_fd == prog_fd)
			return t->at[i].fd;
	if (t->num == RJ_TETHER_MAX)
		return -E2BIG;
	if (!t->num && make_array(t))
		return t->array_fd;
	fd = add(t, prog_fd);
	if (fd < 0 && !t->num)
		close(t->array_fd);
	return fd;
}

void rj_tether_done(struct rj_tether *t)
{
	for (unsigned int i = 0; i < t->num; i++)
		close(t->at[i].fd);
	if (t->num)
		close(t->array_fd);
	*t = (struct rj_tether){ .num = 0 };
}
