/* SPDX-License-Identifier: BSD-3-Clause */
/* What a harness must find true: the input that shows it false is a crash to the fuzzer. */
#ifndef RJ_TESTS_FUZZ_MUST_H
#define RJ_TESTS_FUZZ_MUST_H

#include <stdio.h>
#include <stdlib.h>

#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #cond);         \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
