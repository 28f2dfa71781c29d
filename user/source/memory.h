/* SPDX-License-Identifier: BSD-3-Clause */
/* How much memory maps take, before they are made. */
#ifndef RJ_SOURCE_MEMORY_H
#define RJ_SOURCE_MEMORY_H

#include <bpf/libbpf.h>
#include <stdint.h>

/*
 * struct rj_memory_shape - a map; sizes in bytes, as the kernel is told. @num_cpus: possible ones.
 */
struct rj_memory_shape {
	enum bpf_map_type type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t num_cpus;
};

/*
 * rj_memory_of - bytes that the kernel takes for a map, all of it at once. By the allocations of
 * kernel/bpf (hashtab.c, arraymap.c, ringbuf.c, queue_stack_maps.c), which differ by a few pages
 * between versions; what a kernel says itself is memlock in fdinfo.
 */
uint64_t rj_memory_of(const struct rj_memory_shape *shape);

/* rj_memory_of_map - of one, as it is sized now; 0 where it is not to be made. */
uint64_t rj_memory_of_map(const struct bpf_map *map, uint32_t num_cpus);

/* rj_memory_of_maps - of all maps of an object, as they are sized now. */
uint64_t rj_memory_of_maps(const struct bpf_object *object, uint32_t num_cpus);

#endif
