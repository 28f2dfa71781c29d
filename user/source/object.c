// SPDX-License-Identifier: BSD-3-Clause
/* Opens one of the two builds of the BPF programs behind the one skeleton. */
#include "source/object.h"

#include <errno.h>
#include <stdlib.h>

#include "bpf/flow_fetch.skel.h"
#include "source/probe.h"

enum rj_object rj_object_best(void)
{
	return rj_probe_fetch() ? RJ_OBJECT_FETCH : RJ_OBJECT_PLAIN;
}

struct rj_flow_bpf *rj_object_open(enum rj_object which)
{
	struct rj_flow_bpf *skel = calloc(1, sizeof(*skel));
	int err;

	if (!skel)
		return NULL;
	err = rj_flow_bpf__create_skeleton(skel);
	if (err) {
		rj_flow_bpf__destroy(skel);
		errno = -err;
		return NULL;
	}
	/* the two differ in their code alone, so that one skeleton fits both */
	if (which == RJ_OBJECT_FETCH)
		skel->skeleton->data =
			(void *)rj_flow_fetch_bpf__elf_bytes(&skel->skeleton->data_sz);
	err = bpf_object__open_skeleton(skel->skeleton, NULL);
	if (err) {
		rj_flow_bpf__destroy(skel);
		errno = -err;
		return NULL;
	}
	return skel;
}
