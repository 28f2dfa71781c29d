// SPDX-License-Identifier: BSD-3-Clause
/* Giving root up: another user, who keeps two capabilities. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/cli.h"

/*
 * What goes on needing rights: taking clsact filters away and attaching to interfaces that come
 * later (CAP_NET_ADMIN), and using maps and links by their descriptors on kernels before 5.19 with
 * kernel.unprivileged_bpf_disabled (CAP_BPF). Programs are all loaded by then: CAP_PERFMON, with
 * which one can read the kernel's memory, goes.
 */
static const unsigned int kept[] = { CAP_NET_ADMIN, CAP_BPF };

enum exit_status user_find(const char *name, struct user *out)
{
	const struct passwd *entry;

	*out = (struct user){ 0 };
	if (!name)
		return EXIT_DONE;
	errno = 0;
	entry = getpwnam(name);
	if (!entry) {
		complain("--user %s: no such user", name);
		return EXIT_USAGE;
	}
	if (geteuid()) {
		complain("--user %s: only root can become another user; be root or leave it out",
			 name);
		return EXIT_NOT_PERMITTED;
	}
	out->name = name;
	out->uid = entry->pw_uid;
	out->gid = entry->pw_gid;
	return EXIT_DONE;
}

/* Of the capabilities that root has, whichever those are, the kept ones alone. */
static int keep_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct have[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct __user_cap_data_struct keep[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, have))
		return -errno;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		unsigned int at = CAP_TO_INDEX(kept[i]);

		keep[at].permitted |= CAP_TO_MASK(kept[i]) & have[at].permitted;
		keep[at].effective = keep[at].permitted;
	}
	return syscall(SYS_capset, &header, keep) ? -errno : 0;
}

static int become(const struct user *user)
{
	if (prctl(PR_SET_KEEPCAPS, 1) || initgroups(user->name, user->gid) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return keep_capabilities();
}

enum exit_status user_become(const struct user *user)
{
	int err;

	if (!user->name)
		return EXIT_DONE;
	err = become(user);
	if (!err)
		return EXIT_DONE;
	complain("--user %s: cannot become this user: %s", user->name, strerror(-err));
	return EXIT_NOT_PERMITTED;
}
