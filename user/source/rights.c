// SPDX-License-Identifier: BSD-3-Clause
/* The capabilities that watching takes. */
#include "source/rights.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has(const struct __user_cap_data_struct *data, unsigned int cap)
{
	return data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

void rj_rights_missing(char *out, size_t len)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	/* CAP_SYS_ADMIN is all of them to bpf(2), but not to what attaches to interfaces */
	static const struct {
		unsigned int cap;
		bool is_in_sys_admin;
		const char *name;
	} wanted[] = {
		{ CAP_BPF, true, "CAP_BPF" },
		{ CAP_NET_ADMIN, false, "CAP_NET_ADMIN" },
		{ CAP_PERFMON, true, "CAP_PERFMON" },
	};

	*out = 0;
	if (syscall(SYS_capget, &header, data))
		return;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		size_t at = strlen(out);

		if (!has(data, wanted[i].cap) &&
		    !(wanted[i].is_in_sys_admin && has(data, CAP_SYS_ADMIN)))
			snprintf(out + at, len - at, "%s%s", at ? " and " : "", wanted[i].name);
	}
}
