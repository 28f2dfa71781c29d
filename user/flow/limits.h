/* SPDX-License-Identifier: BSD-3-Clause */
/* The defaults and bounds of what users can set on flows. */
#ifndef RJ_FLOW_LIMITS_H
#define RJ_FLOW_LIMITS_H

#include "bpf/abi.h"

#define RJ_NS_PER_S 1000000000ull

#define RJ_DEFAULT_IDLE_S 10
#define RJ_DEFAULT_ACTIVE_S 30
#define RJ_DEFAULT_PACKETS 50
#define RJ_DEFAULT_TLS_RECORDS 50
#define RJ_DEFAULT_MAX_FLOWS 1000000u
#define RJ_DEFAULT_SAMPLE_BYTES 8192u
#define RJ_MAX_SAMPLE_BYTES 65536u
/* Memory of all flows' dissectors: some 100,000 flows in the middle of a hello. Ours. */
#define RJ_MAX_DISSECT_BYTES ((size_t)512 << 20)

#endif
