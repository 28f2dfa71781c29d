// SPDX-License-Identifier: BSD-3-Clause
/* Tests of the memory of maps; tests/net holds it to what the kernel says. */
#include "source/memory.h"

#include <unistd.h>

#include "tests/unit/unit.h"

static uint64_t of(enum bpf_map_type type, uint32_t key, uint32_t value, uint32_t entries)
{
	const struct rj_memory_shape shape = { type, key, value, entries, 4 };

	return rj_memory_of(&shape);
}

TEST(memory_of_a_hash_is_entries_and_buckets)
{
	/* bpf/maps.h: some 121 bytes beside the value: 48, the key's 40, a bucket or two of 16 */
	CHECK_EQ(of(BPF_MAP_TYPE_HASH, 40, 448, 1024), (48 + 40 + 448) * (1024 + 4) + 16 * 1024);
	CHECK_EQ(of(BPF_MAP_TYPE_HASH, 40, 4, 1025), (48 + 40 + 8) * (1025 + 4) + 16 * 2048);
	/* more than 32 bits of bytes */
	CHECK(of(BPF_MAP_TYPE_HASH, 40, 848, 1u << 30) > (uint64_t)936 << 30);
}

TEST(memory_of_a_map_by_cpu_is_multiplied)
{
	CHECK_EQ(of(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 1000, 1), 4 * 1000 + 8);
	CHECK_EQ(of(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 1001, 3), (4 * 1008 + 8) * 3);
}

TEST(memory_of_arrays_is_in_pages)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	CHECK_EQ(of(BPF_MAP_TYPE_ARRAY, 4, 8, 1), 2 * page);
	CHECK_EQ(of(BPF_MAP_TYPE_ARRAY, 4, 500, 131072), 504ull * 131072 + page);
}

TEST(memory_of_ring_and_queue)
{
	CHECK(of(BPF_MAP_TYPE_RINGBUF, 0, 0, 1 << 24) > 1 << 24);
	CHECK(of(BPF_MAP_TYPE_RINGBUF, 0, 0, 1 << 24) < (1 << 24) + (1 << 17));
	CHECK_EQ(of(BPF_MAP_TYPE_QUEUE, 0, 4, 1000), 4004);
}
