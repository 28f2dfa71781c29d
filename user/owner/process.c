// SPDX-License-Identifier: BSD-3-Clause
/* A table of processes, and what /proc says of each. */
#include "owner/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "owner/program.h"

#define NS_PER_S 1000000000ull
#define PATH_BYTES 4096u    /* PATH_MAX, with which the kernel ends it */
#define CMDLINE_BYTES 4096u /* what is longer is cut. Ours */
#define CGROUP_BYTES 16384u /* of all hierarchies; likewise */
#define MAX_TEXT_BYTES (64ull << 20)
#define FIRST_PID_NAMESPACE 0xeffffffcu /* PROC_PID_INIT_INO of the kernel */
#define DELETED " (deleted)"

#define EXE "Joy"

/* clang-format off: a table */
const struct rj_field rj_process_fields[RJ_EXE_NUM_FIELDS + 1] = {
	[RJ_EXE_ORIGINATOR] = { "exe", RJ_TYPE_OBJECT, "", 0, EXE,
				"The process at the originator's end, where that is on this machine and known: the one that used the socket last, as far as connect, accept and sendto show." },
	[RJ_EXE_RESPONDER] = { "exe_da", RJ_TYPE_OBJECT, "", 0, "",
			       "Likewise at the responder's end." },
	[RJ_EXE_NAME] = { "name", RJ_TYPE_STRING, "", 0, EXE, "Its name, as ps shows it." },
	[RJ_EXE_PATH] = { "path", RJ_TYPE_STRING, "", 0, EXE,
			  "What it runs, as /proc/PID/exe says it, which is in its own root; absent where it was gone too soon." },
	[RJ_EXE_HASH] = { "hash", RJ_TYPE_HEX, "", 0, EXE,
			  "SHA-256 of that file, once it is read." },
	[RJ_EXE_PID] = { "pid", RJ_TYPE_UINT, "", 0, "", "Its number." },
	[RJ_EXE_UID] = { "uid", RJ_TYPE_UINT, "", 0, "", "The user it runs as." },
	[RJ_EXE_START] = { "start", RJ_TYPE_TIME, "s", 0, "", "When it began." },
	[RJ_EXE_UPTIME] = { "uptime", RJ_TYPE_UINT, "s", 0, EXE,
			    "How long it had run when the flow ended." },
	[RJ_EXE_CMDLINE] = { "cmdline", RJ_TYPE_STRING, "", 0, "",
			     "Its arguments, with --cmdline alone: they can hold secrets." },
	[RJ_EXE_OPENER] = { "opener", RJ_TYPE_OBJECT, "", 0, "",
			    "The process that opened the socket, or the one it was accepted from, where that is another." },
	{ .name = NULL },
};
/* clang-format on */

/* struct entry - in a chain of its hash, and between those asked for before and after it. */
struct entry {
	struct rj_process process;
	struct rj_process_met met;
	struct entry *chain;
	struct entry *before, *after;
};

struct rj_processes {
	struct rj_processes_options options;
	struct rj_executables *executables;
	struct rj_programs *programs;
	struct entry **chains;
	size_t num_chains; /* a power of two */
	uint32_t num;
	uint64_t text_bytes; /* of paths and arguments */
	struct entry ends;   /* before: the one not asked for longest; after: the last asked for */
	struct rj_process_counts counts;
	long ticks_per_s;
	bool is_elsewhere; /* numbers of processes are other ones here than the kernel's */
};

/* Whether the processes of @proc have the numbers that the kernel's programs know them by. */
static bool is_first_namespace(const char *proc)
{
	char path[PATH_BYTES];
	struct stat of;

	snprintf(path, sizeof(path), "%s/self/ns/pid", proc);
	return !stat(path, &of) && of.st_ino == FIRST_PID_NAMESPACE;
}

int rj_processes_new(const struct rj_processes_options *o, struct rj_processes **out)
{
	struct rj_processes *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->options = *o;
	if (!p->options.proc)
		p->options.proc = "/proc";
	if (!p->options.max_text_bytes)
		p->options.max_text_bytes = MAX_TEXT_BYTES;
	for (p->num_chains = 64; p->num_chains < o->max; p->num_chains *= 2)
		;
	p->ends.before = p->ends.after = &p->ends;
	p->ticks_per_s = sysconf(_SC_CLK_TCK);
	p->is_elsewhere = !o->by_proc && !is_first_namespace(p->options.proc);
	p->chains = calloc(p->num_chains, sizeof(*p->chains));
	err = p->chains && p->ticks_per_s > 0 ? rj_programs_new(&p->programs) : -ENOMEM;
	err = err ? err : rj_executables_new(&p->executables);
	if (err) {
		rj_programs_free(p->programs);
		free(p->chains);
		free(p);
		return err;
	}
	*out = p;
	return 0;
}

static size_t text_bytes(const struct rj_process *process)
{
	return (process->path ? strlen(process->path) : 0) +
	       (process->cmdline ? strlen(process->cmdline) : 0);
}

static void free_entry(struct entry *entry)
{
	rj_executable_put(entry->process.executable);
	free(entry->process.path);
	free(entry->process.cmdline);
	free(entry->process.cgroup);
	free(entry);
}

void rj_processes_free(struct rj_processes *p)
{
	struct entry *entry, *after;

	if (!p)
		return;
	for (entry = p->ends.after; entry != &p->ends; entry = after) {
		after = entry->after;
		free_entry(entry);
	}
	rj_programs_free(p->programs);
	rj_executables_free(p->executables);
	free(p->chains);
	free(p);
}

static struct entry **chain_of(const struct rj_processes *p, uint64_t name)
{
	return &p->chains[name * 0x9e3779b97f4a7c15u >> 32 & (p->num_chains - 1)];
}

static void unlink_entry(struct entry *entry)
{
	entry->before->after = entry->after;
	entry->after->before = entry->before;
}

/* @ends.after is the last asked for, @ends.before the one not asked for longest. */
static void put_first(struct rj_processes *p, struct entry *entry)
{
	entry->before = &p->ends;
	entry->after = p->ends.after;
	entry->after->before = entry;
	p->ends.after = entry;
}

static void forget(struct rj_processes *p, struct entry *entry)
{
	struct entry **at = chain_of(p, entry->process.name);

	while (*at != entry)
		at = &(*at)->chain;
	*at = entry->chain;
	unlink_entry(entry);
	p->text_bytes -= text_bytes(&entry->process);
	free_entry(entry);
	p->num--;
	p->counts.forgotten++;
}

static struct entry *find(const struct rj_processes *p, uint64_t name)
{
	struct entry *entry = *chain_of(p, name);

	while (entry && entry->process.name != name)
		entry = entry->chain;
	return entry;
}

/* Whoever else ran the same file; false where nobody was seen to. */
static bool recall_program(const struct rj_processes *p, const struct rj_process_met *met,
			   struct rj_process *process)
{
	struct rj_program program;

	if (!rj_programs_find(p->programs, met, &program))
		return false;
	process->path = strdup(program.path);
	if (process->path)
		process->executable = rj_executable_hold(program.executable);
	return process->path != NULL;
}

const struct rj_process *rj_processes_find(struct rj_processes *p, uint64_t name)
{
	struct entry *entry = name ? find(p, name) : NULL;

	if (!entry)
		return NULL;
	unlink_entry(entry);
	put_first(p, entry);
	if (!entry->process.path && recall_program(p, &entry->met, &entry->process))
		p->text_bytes += strlen(entry->process.path);
	return &entry->process;
}

/* At most @size - 1 bytes of a file in @dir, ended by a zero; how many, or a negative errno. */
static ssize_t read_text(int dir, const char *file, char *out, size_t size)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	while (len < size - 1 && (got = read(fd, out + len, size - 1 - len)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		len += (size_t)got;
	}
	if (got < 0)
		got = -errno;
	close(fd);
	out[len] = 0;
	return got < 0 ? got : (ssize_t)len;
}

/*
 * proc(5): of stat the 22nd, in ticks since boot, and the third, its state; the second is a name in
 * parentheses. 0 or a negative errno.
 */
static int read_start(int dir, uint64_t *ret_boot_ns, char *ret_state)
{
	char text[1024], *at, *end;
	ssize_t len = read_text(dir, "stat", text, sizeof(text));
	unsigned long long ticks;
	long ticks_per_s = sysconf(_SC_CLK_TCK);

	if (ticks_per_s <= 0)
		return -ENOSYS;
	if (len < 0)
		return (int)len;
	at = strrchr(text, ')');
	if (!at || at[1] != ' ')
		return -EPROTO;
	*ret_state = at[2];
	for (int i = 2; i < 22; i++) {
		at = strchr(at + 1, ' ');
		if (!at)
			return -EPROTO;
	}
	ticks = strtoull(at, &end, 10);
	if (end == at)
		return -EPROTO;
	*ret_boot_ns = ticks * (NS_PER_S / (uint64_t)ticks_per_s);
	return 0;
}

bool rj_process_start(int dir, uint64_t *ret_boot_ns)
{
	char state;

	return !read_start(dir, ret_boot_ns, &state);
}

static void read_comm(int dir, struct rj_process *process)
{
	char text[sizeof(process->comm)];
	ssize_t len = read_text(dir, "comm", text, sizeof(text));

	if (len <= 0)
		return;
	if (text[len - 1] == '\n')
		text[len - 1] = 0;
	memcpy(process->comm, text, sizeof(text));
}

static void read_uid(int dir, struct rj_process *process)
{
	char text[4096], *at, *end;
	unsigned long uid;

	if (read_text(dir, "status", text, sizeof(text)) < 0)
		return;
	at = strstr(text, "\nUid:");
	if (!at)
		return;
	strtoul(at + 5, &at, 10); /* the real one */
	uid = strtoul(at, &end, 10);
	if (end != at)
		process->uid = (uint32_t)uid;
}

/* The kernel's word behind a path, which may as well be the end of a name. */
static bool is_deleted(int fd)
{
	struct statx s;

	return !statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_NLINK, &s) && !s.stx_nlink;
}

enum running { RUNS_THAT, RUNS_PERHAPS, RUNS_ANOTHER };

/*
 * Whether the file is what the process ran when it was met. Some file systems show other inodes
 * than they have, but none another size.
 */
static enum running runs(int fd, const struct rj_process_met *met)
{
	struct statx s;

	if (!met->exe_inode ||
	    statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO | STATX_SIZE, &s))
		return RUNS_PERHAPS;
	if (s.stx_size != met->exe_size)
		return RUNS_ANOTHER;
	return s.stx_ino == met->exe_inode ? RUNS_THAT : RUNS_PERHAPS;
}

/*
 * What it runs; one file, whatever becomes of the process meanwhile. O_PATH, as a file system may
 * have a server that does not answer. 0 or a negative errno: -ENOENT of a thread of the kernel's,
 * -ESTALE where it is another than when it was met.
 */
static int read_path(struct rj_processes *p, int dir, const struct rj_process_met *met,
		     struct rj_process *process)
{
	int fd = openat(dir, "exe", O_PATH | O_CLOEXEC);
	enum running running = fd < 0 ? RUNS_PERHAPS : runs(fd, met);
	char link[sizeof("/self/fd/") + 10 + PATH_BYTES], path[PATH_BYTES];
	size_t cut = strlen(DELETED);
	ssize_t len;

	if (fd < 0)
		return -errno;
	if (running == RUNS_ANOTHER) {
		close(fd);
		return -ESTALE;
	}
	snprintf(link, sizeof(link), "%s/self/fd/%d", p->options.proc, fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len > 0) {
		path[len] = 0;
		if ((size_t)len > cut && !strcmp(path + len - cut, DELETED) && is_deleted(fd))
			path[(size_t)len - cut] = 0;
		process->path = strdup(path);
	}
	process->executable = rj_executables_of(p->executables, fd);
	if (running == RUNS_THAT && process->path)
		rj_programs_note(p->programs, met, process->path, process->executable);
	return 0;
}

/* Its arguments, each of which ends with a zero, with blanks between. */
static char *read_cmdline(int dir)
{
	char text[CMDLINE_BYTES];
	ssize_t len = read_text(dir, "cmdline", text, sizeof(text));

	if (len <= 0)
		return NULL;
	while (len > 0 && !text[len - 1])
		len--;
	for (ssize_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	return strdup(text);
}

/*
 * What its cgroup says: by /proc, which has those of version 1 too, where the process is there (its
 * @dir is not -1), else by the id it was met with. NULL: it is in no container, pod or unit.
 */
static struct rj_cgroup *find_cgroup(const struct rj_processes *p, int dir,
				     const struct rj_process_met *met)
{
	char text[CGROUP_BYTES];
	ssize_t len = dir < 0 ? -1 : read_text(dir, "cgroup", text, sizeof(text));
	const struct rj_cgroup *by_id = NULL;
	struct rj_cgroup cgroup, *kept;

	if (p->options.cgroups) /* also where /proc says it: others of it may be gone sooner */
		by_id = rj_cgroup_ids_find(p->options.cgroups, met->cgroup, len > 0 ? text : NULL,
					   len > 0 ? (size_t)len : 0);
	if (len <= 0 || !rj_cgroup_read_proc(text, (size_t)len, &cgroup)) {
		if (!by_id)
			return NULL;
		cgroup = *by_id;
	}
	kept = malloc(sizeof(*kept));
	if (kept)
		*kept = cgroup;
	return kept;
}

/*
 * Whether the process in @dir is the one that was met: it began before that. Its number may be
 * another's by now. /proc has its start by the clock that counts sleep, and in ticks.
 */
static bool is_that(const struct rj_processes *p, uint64_t boot_ns, uint64_t met_ns)
{
	uint64_t slept_ns = rj_clock_ns(CLOCK_BOOTTIME) - rj_clock_ns(CLOCK_MONOTONIC);

	return boot_ns <= met_ns + slept_ns + NS_PER_S / (uint64_t)p->ticks_per_s;
}

static uint64_t as_realtime(uint64_t boot_ns)
{
	return rj_clock_ns(CLOCK_REALTIME) - rj_clock_ns(CLOCK_BOOTTIME) + boot_ns;
}

/* What is opened in the folder @dir is of the very process that it was of, or not there. */
static int look_in(struct rj_processes *p, int dir, const struct rj_process_met *met,
		   struct rj_process *process)
{
	uint64_t boot_ns = 0;
	char state = 0;
	int err = read_start(dir, &boot_ns, &state);

	if (err)
		return err;
	if (!is_that(p, boot_ns, met->time_ns))
		return -ESRCH;
	process->start_ns = as_realtime(boot_ns);
	err = read_path(p, dir, met, process);
	if (err == -ENOENT && state != 'Z') /* the kernel's own */
		err = 0;
	if (err == -ESTALE) { /* so is its name */
		process->cgroup = find_cgroup(p, dir, met);
		return err;
	}
	read_comm(dir, process);
	if (process->uid == RJ_PROCESS_NO_UID)
		read_uid(dir, process);
	if (p->options.with_cmdline)
		process->cmdline = read_cmdline(dir);
	process->cgroup = find_cgroup(p, dir, met);
	return err;
}

/* With hidepid=2 folders of others are not there, which a signal tells from being gone. */
static bool is_hidden(int err, const struct rj_process *process)
{
	if (err == -EACCES || err == -EPERM)
		return true;
	return err == -ENOENT && kill((pid_t)process->pid, 0) && errno == EPERM;
}

/* What the kernel said, and whoever ran the same file before. */
static void recall(const struct rj_processes *p, const struct rj_process_met *met,
		   struct rj_process *process)
{
	if (!process->start_ns && met->start_ns)
		process->start_ns = as_realtime(met->start_ns);
	if (!process->path)
		(void)recall_program(p, met, process);
}

/* What /proc says of it, and counts what it does not. */
static void look(struct rj_processes *p, const struct rj_process_met *met,
		 struct rj_process *process)
{
	char path[PATH_BYTES];
	int dir, err;

	if (p->is_elsewhere) {
		p->counts.hidden++;
		process->cgroup = find_cgroup(p, -1, met);
		recall(p, met, process);
		return;
	}
	snprintf(path, sizeof(path), "%s/%u", p->options.proc, process->pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = dir < 0 ? -errno : look_in(p, dir, met, process);
	if (dir >= 0)
		close(dir);
	if (err && is_hidden(err, process))
		p->counts.hidden++;
	else if (err)
		p->counts.gone++;
	if (err && !process->cgroup)
		process->cgroup = find_cgroup(p, -1, met);
	if (err)
		recall(p, met, process);
}

void rj_processes_meet(struct rj_processes *p, const struct rj_process_met *met)
{
	struct entry *entry;

	if (find(p, met->name))
		return;
	if (p->num >= p->options.max && p->num)
		forget(p, p->ends.before);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return;
	p->counts.met++;
	p->num++;
	entry->met = *met;
	entry->process.name = met->name;
	entry->process.pid = rj_process_pid(met->name);
	entry->process.uid = met->uid;
	memcpy(entry->process.comm, met->comm, strnlen(met->comm, sizeof(met->comm)));
	look(p, met, &entry->process);
	p->text_bytes += text_bytes(&entry->process);
	while (p->text_bytes > p->options.max_text_bytes && p->num > 1)
		forget(p, p->ends.before);
	entry->chain = *chain_of(p, met->name);
	*chain_of(p, met->name) = entry;
	put_first(p, entry);
}

void rj_processes_get_counts(const struct rj_processes *p, struct rj_process_counts *out)
{
	*out = p->counts;
	rj_executables_get_counts(p->executables, &out->files);
}

static void put_text(struct rj_visitor *v, enum rj_process_field field, const char *text)
{
	if (text && *text)
		v->ops->string(v, &rj_process_fields[field], text, strlen(text));
}

static void put_members(const struct rj_process_view *process, uint64_t now_ns,
			struct rj_visitor *v)
{
	put_text(v, RJ_EXE_NAME, process->comm);
	put_text(v, RJ_EXE_PATH, process->path);
	if (process->digest)
		v->ops->hex(v, &rj_process_fields[RJ_EXE_HASH], process->digest,
			    RJ_EXECUTABLE_DIGEST_LEN);
	v->ops->u64(v, &rj_process_fields[RJ_EXE_PID], process->pid);
	if (process->uid != RJ_PROCESS_NO_UID)
		v->ops->u64(v, &rj_process_fields[RJ_EXE_UID], process->uid);
	if (process->start_ns) {
		v->ops->time(v, &rj_process_fields[RJ_EXE_START], process->start_ns, 6);
		v->ops->u64(v, &rj_process_fields[RJ_EXE_UPTIME],
			    now_ns > process->start_ns ? (now_ns - process->start_ns) / NS_PER_S :
							 0);
	}
	put_text(v, RJ_EXE_CMDLINE, process->cmdline);
	if (process->container)
		rj_container_emit(process->container, v);
}

/* What is known of its container is good until another one is asked for. */
static void put_process(const struct rj_process *process, uint64_t now_ns,
			struct rj_containers *containers, struct rj_visitor *v)
{
	uint8_t digest[RJ_EXECUTABLE_DIGEST_LEN];
	struct rj_process_view view = {
		.comm = process->comm,
		.path = process->path,
		.cmdline = process->cmdline,
		.pid = process->pid,
		.uid = process->uid,
		.start_ns = process->start_ns,
	};

	if (process->executable && rj_executable_digest(process->executable, digest))
		view.digest = digest;
	if (process->cgroup)
		view.container = rj_containers_find(containers, process->cgroup,
						    rj_clock_ns(CLOCK_MONOTONIC));
	put_members(&view, now_ns, v);
}

void rj_process_emit(const struct rj_process *user, const struct rj_process *opener,
		     enum rj_process_field field, uint64_t now_ns, struct rj_containers *containers,
		     struct rj_visitor *v)
{
	if (!user && !opener)
		return;
	v->ops->open(v, &rj_process_fields[field]);
	if (user)
		put_process(user, now_ns, containers, v);
	if (opener && opener != user) {
		v->ops->open(v, &rj_process_fields[RJ_EXE_OPENER]);
		put_process(opener, now_ns, containers, v);
		v->ops->close(v);
	}
	v->ops->close(v);
}

void rj_process_view_emit(const struct rj_process_view *user, const struct rj_process_view *opener,
			  enum rj_process_field field, uint64_t now_ns, struct rj_visitor *v)
{
	if (!user && !opener)
		return;
	v->ops->open(v, &rj_process_fields[field]);
	if (user)
		put_members(user, now_ns, v);
	if (opener && opener != user) {
		v->ops->open(v, &rj_process_fields[RJ_EXE_OPENER]);
		put_members(opener, now_ns, v);
		v->ops->close(v);
	}
	v->ops->close(v);
}
