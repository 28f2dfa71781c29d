// SPDX-License-Identifier: BSD-3-Clause
/* How much memory maps take, before they are made. */
#include "source/memory.h"

#include <unistd.h>

#define HASH_ENTRY 48u /* struct htab_elem, in front of key and value */
#define HASH_BUCKET 16u
#define POINTER 8u

static uint64_t up_to(uint64_t value, uint64_t step)
{
	return (value + step - 1) / step * step;
}

static uint64_t power_of_two(uint64_t value)
{
	uint64_t power = 1;

	while (power < value)
		power *= 2;
	return power;
}

/* Preallocated, with @num_spare entries beside those asked for. */
static uint64_t hash(const struct rj_memory_shape *m, uint32_t num_spare)
{
	uint64_t entry = HASH_ENTRY + up_to(m->key_size, 8) + up_to(m->value_size, 8);

	return entry * ((uint64_t)m->max_entries + num_spare) +
	       HASH_BUCKET * power_of_two(m->max_entries);
}

/* Mapped once by its pages and twice in the list of them; positions have pages of their own. */
static uint64_t ring(const struct rj_memory_shape *m, uint64_t page)
{
	return m->max_entries + 3 * page + 2 * POINTER * (m->max_entries / page);
}

uint64_t rj_memory_of(const struct rj_memory_shape *m)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t value = up_to(m->value_size, 8);

	switch ((int)m->type) {
	case BPF_MAP_TYPE_HASH:
		return hash(m, m->num_cpus);
	case BPF_MAP_TYPE_LRU_HASH:
		return hash(m, 0);
	case BPF_MAP_TYPE_RINGBUF:
		return ring(m, page);
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return (value * m->num_cpus + POINTER) * m->max_entries;
	case BPF_MAP_TYPE_QUEUE:
		return (m->max_entries + 1ull) * m->value_size;
	case BPF_MAP_TYPE_ARRAY:
		return up_to(value * m->max_entries, page) + page;
	default:
		return (up_to(m->key_size, 8) + value) * m->max_entries;
	}
}

uint64_t rj_memory_of_map(const struct bpf_map *map, uint32_t num_cpus)
{
	const struct rj_memory_shape shape = {
		.type = bpf_map__type(map),
		.key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map),
		.max_entries = bpf_map__max_entries(map),
		.num_cpus = num_cpus,
	};

	return bpf_map__autocreate(map) ? rj_memory_of(&shape) : 0;
}

uint64_t rj_memory_of_maps(const struct bpf_object *object, uint32_t num_cpus)
{
	const struct bpf_map *map;
	uint64_t sum = 0;

	bpf_object__for_each_map(map, object) sum += rj_memory_of_map(map, num_cpus);
	return sum;
}
