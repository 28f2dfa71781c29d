// SPDX-License-Identifier: BSD-3-Clause
/* Regions of the size of a large page, cut into chunks. */
#include "core/slab.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/poison.h"

/* A large page of x86-64, and of arm64 with pages of 4 KiB. */
#define REGION_BYTES ((size_t)2 << 20)

/* struct rj_slab_region - stands beside its memory, all of which is for chunks. */
struct rj_slab_region {
	struct rj_slab_region *next;
	uint8_t *bytes;
};

struct rj_slab_chunk {
	struct rj_slab_chunk *next;
};

/* Memory where a large page can be: of twice as much what is before and behind it goes back. */
static uint8_t *map_region(void)
{
	uint8_t *bytes = mmap(NULL, 2 * REGION_BYTES, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (bytes == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)bytes % REGION_BYTES;
	if (before)
		munmap(bytes, before);
	munmap(bytes + before + REGION_BYTES, REGION_BYTES - before);
	madvise(bytes + before, REGION_BYTES, MADV_HUGEPAGE); /* a hint */
	return bytes + before;
}

static bool add_region(struct rj_slab *slab)
{
	struct rj_slab_region *region = malloc(sizeof(*region));
	uint8_t *bytes = region ? map_region() : NULL;

	if (!bytes) {
		free(region);
		return false;
	}
	region->bytes = bytes;
	region->next = slab->regions;
	slab->regions = region;
	slab->fresh = bytes;
	slab->end = slab->fresh + REGION_BYTES;
	return true;
}

static void free_regions(struct rj_slab_region *region)
{
	while (region) {
		struct rj_slab_region *next = region->next;

		munmap(region->bytes, REGION_BYTES);
		free(region);
		region = next;
	}
}

/* Nothing is taken: one region is enough to go on with. */
static void begin_again(struct rj_slab *slab)
{
	free_regions(slab->regions->next);
	slab->regions->next = NULL;
	slab->spare = NULL;
	slab->fresh = slab->regions->bytes;
	slab->end = slab->fresh + REGION_BYTES;
}

void *rj_slab_take(struct rj_slab *slab)
{
	struct rj_slab_chunk *chunk = slab->spare;

	if (chunk) {
		slab->spare = chunk->next;
	} else {
		if (slab->fresh == slab->end && !add_region(slab))
			return NULL;
		chunk = (void *)slab->fresh;
		slab->fresh += RJ_SLAB_CHUNK_BYTES;
	}
	slab->num_taken++;
	return chunk;
}

void rj_slab_put(struct rj_slab *slab, void *chunk)
{
	struct rj_slab_chunk *spare = chunk;

	assert(slab->num_taken);
	rj_unpoison(chunk, RJ_SLAB_CHUNK_BYTES);
	spare->next = slab->spare;
	slab->spare = spare;
	if (!--slab->num_taken)
		begin_again(slab);
}

void rj_slab_done(struct rj_slab *slab)
{
	assert(!slab->num_taken);
	free_regions(slab->regions);
	*slab = (struct rj_slab){ 0 };
}
