// SPDX-License-Identifier: BSD-3-Clause
/* What an access to memory costs here that waits for the one before: tells how to read the rest. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define LINE_BYTES 64u /* of a cache line */
#define NUM_STEPS 2000000u

struct line {
	struct line *next;
	uint8_t rest[LINE_BYTES - sizeof(void *)];
};

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* xorshift64: the order need not be good, only unknown to a prefetcher. */
static uint64_t random_below(uint64_t num)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % num;
}

/* One round through all lines, in no order: Sattolo's way to a permutation of one cycle. */
static void link_lines(struct line *lines, uint32_t num)
{
	for (uint32_t i = 0; i < num; i++)
		lines[i].next = &lines[i];
	for (uint32_t i = num - 1; i; i--) {
		uint64_t other = random_below(i);
		struct line *next = lines[i].next;

		lines[i].next = lines[other].next;
		lines[other].next = next;
	}
}

static const struct line *follow(const struct line *at, uint32_t num_steps)
{
	for (uint32_t i = 0; i < num_steps; i++)
		at = *(struct line *const volatile *)&at->next;
	return at;
}

/* Nanoseconds an access, in so many bytes on pages of 4 KiB, as BPF maps are. */
static double measure(size_t len)
{
	uint32_t num = (uint32_t)(len / LINE_BYTES);
	struct line *lines =
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct line *at;
	double start, took;

	if (lines == MAP_FAILED || madvise(lines, len, MADV_NOHUGEPAGE)) {
		perror("memory");
		exit(1);
	}
	link_lines(lines, num);
	at = follow(lines, num);
	start = seconds();
	follow(at, NUM_STEPS);
	took = seconds() - start;
	munmap(lines, len);
	return took * 1e9 / NUM_STEPS;
}

int main(void)
{
	static const uint32_t kib[] = { 16, 256, 1024, 1536, 2048, 3072, 4096, 16384, 65536 };

	printf("memory: ns an access that waits for the one before it, by the bytes it is among\n");
	for (size_t i = 0; i < sizeof(kib) / sizeof(*kib); i++)
		printf("%8u KiB%7.1f\n", kib[i], measure((size_t)kib[i] * 1024));
	return 0;
}
