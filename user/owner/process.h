/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes by the names that the kernel side gives them, as /proc showed them when met. */
#ifndef RJ_OWNER_PROCESS_H
#define RJ_OWNER_PROCESS_H

#include <rejoice/record.h>

#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "core/status.h"
#include "owner/cgroup_ids.h"
#include "owner/container.h"
#include "owner/executable.h"

/*
 * struct rj_process - what is not known is 0, empty or NULL.
 * @name: by rj_process_name
 * @comm: its name, as ps shows it
 * @uid: effective; 0xffffffff: not known
 * @start_ns: Unix time, to the 10 ms that /proc has; 0 where it was gone when it was looked for
 * @path: of what it runs, as /proc/PID/exe says it
 * @cmdline: its arguments with blanks between
 * @cgroup: container, pod or unit, where its cgroup says one
 * @executable: borrowed of the table's
 */
struct rj_process {
	uint64_t name;
	uint32_t pid;
	uint32_t uid;
	char comm[64];
	uint64_t start_ns;
	char *path;
	char *cmdline;
	struct rj_cgroup *cgroup;
	struct rj_executable *executable;
};

/*
 * struct rj_processes_options - @max: processes kept at once; the one that was not asked for
 * longest goes for a new one. @max_text_bytes: likewise of their paths and arguments; 0: 64 MiB.
 * @with_cmdline: they can hold secrets. @by_proc: whoever tells of processes has their numbers from
 * there, not from the kernel. @proc: NULL for "/proc".
 * @cgroups: borrowed, for the cgroups of those that are gone; or NULL.
 */
struct rj_processes_options {
	uint32_t max;
	uint64_t max_text_bytes;
	bool with_cmdline;
	bool by_proc;
	const char *proc;
	struct rj_cgroup_ids *cgroups;
};

/*
 * struct rj_process_counts - @met: told of. @gone: of these: were gone when they were to be looked
 * at, and have what the kernel said alone. @hidden: of these: what they run is not for this user to
 * see, or they have other numbers here. @forgotten: of these: made room for others. @files: that
 * they run and that have no digest.
 */
struct rj_process_counts {
	uint64_t met;
	uint64_t gone;
	uint64_t hidden;
	uint64_t forgotten;
	struct rj_executable_counts files;
};

struct rj_processes;

/* rj_processes_new - 0 or a negative errno. */
RJ_MUST_CHECK int rj_processes_new(const struct rj_processes_options *o, struct rj_processes **out);

/* rj_processes_free - takes NULL. */
void rj_processes_free(struct rj_processes *p);

/* rj_processes_meet - looks at the process right away: it may be gone soon. */
void rj_processes_meet(struct rj_processes *p, const struct rj_process_met *met);

/* rj_processes_find - NULL where it is not known; good until the next call of rj_processes_meet. */
const struct rj_process *rj_processes_find(struct rj_processes *p, uint64_t name);

void rj_processes_get_counts(const struct rj_processes *p, struct rj_process_counts *out);

/*
 * rj_process_start - when the process whose folder of /proc is open at @dir began, in ns since
 * boot with time asleep, to the 10 ms that /proc has; false where it is gone.
 */
bool rj_process_start(int dir, uint64_t *ret_boot_ns);

/* Rows of what rj_process_emit writes; the first two are the objects of either end. */
enum rj_process_field {
	RJ_EXE_ORIGINATOR,
	RJ_EXE_RESPONDER,
	RJ_EXE_NAME,
	RJ_EXE_PATH,
	RJ_EXE_HASH,
	RJ_EXE_PID,
	RJ_EXE_UID,
	RJ_EXE_START,
	RJ_EXE_UPTIME,
	RJ_EXE_CMDLINE,
	RJ_EXE_OPENER,
	RJ_EXE_NUM_FIELDS
};
extern const struct rj_field rj_process_fields[RJ_EXE_NUM_FIELDS + 1];

/*
 * rj_process_emit - writes object @field of @user, and in it that of @opener where this is another.
 * @now_ns: Unix time at which they are to be shown; @containers: who knows theirs. Nothing where
 * both are NULL.
 */
void rj_process_emit(const struct rj_process *user, const struct rj_process *opener,
		     enum rj_process_field field, uint64_t now_ns, struct rj_containers *containers,
		     struct rj_visitor *v);

/*
 * struct rj_process_view - a process as it is shown, borrowed of whoever keeps it; what is not
 * known is 0, empty or NULL. @uid: RJ_PROCESS_NO_UID: not known. @digest: RJ_EXECUTABLE_DIGEST_LEN
 * bytes.
 */
#define RJ_PROCESS_NO_UID 0xffffffffu
struct rj_process_view {
	const char *comm;
	const char *path;
	const char *cmdline;
	const uint8_t *digest;
	uint32_t pid;
	uint32_t uid;
	uint64_t start_ns;
	const struct rj_container *container;
};

/* rj_process_view_emit - as rj_process_emit, of processes that somebody else keeps. */
void rj_process_view_emit(const struct rj_process_view *user, const struct rj_process_view *opener,
			  enum rj_process_field field, uint64_t now_ns, struct rj_visitor *v);

#endif
