/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes of this machine, as /proc shows them: this one, and those that are gone. */
#include "owner/process.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <fcntl.h>
#include <openssl/sha.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "sink/jsonw.h"
#include "tests/unit/unit.h"

static struct rj_processes *table_of(uint32_t max, bool with_cmdline)
{
	const struct rj_processes_options options = { .max = max, .with_cmdline = with_cmdline };
	struct rj_processes *p = NULL;

	CHECK_EQ(rj_processes_new(&options, &p), 0);
	return p;
}

/* As the kernel would tell of @pid, at @time_ns. */
static uint64_t meet(struct rj_processes *p, uint32_t pid, uint64_t time_ns)
{
	struct rj_process_met met = { .name = rj_process_name(time_ns, pid),
				      .time_ns = time_ns,
				      .uid = 4711,
				      .comm = "as told" };

	rj_processes_meet(p, &met);
	return met.name;
}

static uint64_t now_ns(void)
{
	return rj_clock_ns(CLOCK_MONOTONIC);
}

/* A process that ended, and is nobody's number yet. */
static pid_t gone_pid(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

TEST(process_names_hold_their_number)
{
	uint64_t a = rj_process_name(1, 4194304 - 1), b = rj_process_name(UINT64_MAX, 1);

	CHECK_EQ(rj_process_pid(a), 4194303);
	CHECK_EQ(rj_process_pid(b), 1);
	CHECK(rj_process_name(0, 0) != 0);
	CHECK(rj_process_name(1u << 13, 5) != rj_process_name(1u << 14, 5));
}

TEST(process_shows_what_proc_says_of_it)
{
	struct rj_processes *p = table_of(8, true);
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path));
	const struct rj_process *self;
	uint64_t name = meet(p, (uint32_t)getpid(), now_ns());
	uint64_t now = rj_clock_ns(CLOCK_REALTIME);

	self = rj_processes_find(p, name);
	CHECK(self != NULL);
	CHECK_EQ(self->pid, getpid());
	CHECK_EQ(self->uid, 4711); /* the kernel knows better than who looks later */
	CHECK_STR(self->comm, "run");
	CHECK(len > 0 && !strncmp(self->path, path, (size_t)len) && !self->path[len]);
	CHECK(self->start_ns && self->start_ns <= now &&
	      now - self->start_ns < 3600ull * 1000000000);
	CHECK(self->cmdline && strstr(self->cmdline, "run"));
	CHECK(!rj_processes_find(p, name + 1) && !rj_processes_find(p, 0));
	rj_processes_free(p);
}

/* What the kernel would say of one that runs the file that this one does. */
static struct rj_process_met met_of_self(uint32_t pid)
{
	struct rj_process_met met = { .name = rj_process_name(now_ns(), pid),
				      .time_ns = now_ns(),
				      .start_ns = rj_clock_ns(CLOCK_BOOTTIME) - 5,
				      .uid = 4711,
				      .comm = "as told" };
	struct stat of = { .st_size = 0 };

	CHECK(!stat("/proc/self/exe", &of));
	met.exe_inode = of.st_ino;
	met.exe_size = (uint64_t)of.st_size;
	met.exe_device = 77; /* the kernel's own number, which is not what stat says */
	return met;
}

static const struct rj_process *meet_as(struct rj_processes *p, const struct rj_process_met *met)
{
	rj_processes_meet(p, met);
	return rj_processes_find(p, met->name);
}

TEST(process_that_is_gone_runs_what_another_ran)
{
	struct rj_processes *p = table_of(8, false);
	struct rj_process_met gone = met_of_self((uint32_t)gone_pid());
	struct rj_process_met self = met_of_self((uint32_t)getpid());
	const struct rj_process *seen, *first;
	struct rj_executable *executable;
	uint64_t first_name;
	char *path;

	seen = meet_as(p, &gone); /* nobody has run it yet */
	first_name = gone.name;
	CHECK(seen && !seen->path && !seen->executable);
	CHECK(seen && seen->start_ns && seen->start_ns <= rj_clock_ns(CLOCK_REALTIME));
	seen = meet_as(p, &self);
	CHECK(seen && seen->path && seen->executable);
	path = strdup(seen->path);
	executable = seen->executable;
	gone.name = rj_process_name(now_ns() + (1u << 20), rj_process_pid(gone.name));
	seen = meet_as(p, &gone);
	CHECK(seen && seen->path && !strcmp(seen->path, path) && seen->executable == executable);
	CHECK_STR(seen->comm, "as told");
	first = rj_processes_find(p, first_name); /* whoever came later said it */
	CHECK(first && first->path && !strcmp(first->path, path));
	gone.exe_device++;
	gone.name = rj_process_name(now_ns() + (2u << 20), rj_process_pid(gone.name));
	seen = meet_as(p, &gone);
	CHECK(seen && !seen->path && !seen->executable);
	free(path);
	rj_processes_free(p);
}

/* It was met before it ran this: what it ran then is what had the socket. */
TEST(process_that_runs_another_file_by_now_is_not_named_by_that)
{
	struct rj_processes *p = table_of(8, true);
	struct rj_process_met met = met_of_self((uint32_t)getpid());
	struct rj_process_counts counts;
	const struct rj_process *seen;

	met.exe_size++;
	seen = meet_as(p, &met);
	CHECK(seen && !seen->path && !seen->executable && !seen->cmdline);
	CHECK_STR(seen->comm, "as told");
	rj_processes_get_counts(p, &counts);
	CHECK_EQ(counts.gone, 1);
	rj_processes_free(p);
}

/* The other thread gets a few seconds. */
static bool wait_for_digest(struct rj_executable *x, uint8_t digest[32])
{
	for (int i = 0; i < 500; i++) {
		if (rj_executable_digest(x, digest))
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	return false;
}

/* That of the file, by this thread. */
TEST(process_has_the_digest_of_its_file)
{
	struct rj_processes *p = table_of(8, false);
	const struct rj_process *self = rj_processes_find(p, meet(p, (uint32_t)getpid(), now_ns()));
	uint8_t digest[32] = { 0 }, want[32];
	bool is_known = false;
	static uint8_t room[65536];
	SHA256_CTX sha;
	FILE *file = fopen("/proc/self/exe", "rb");
	size_t got;

	CHECK(self && self->executable && !self->cmdline);
	is_known = wait_for_digest(self->executable, digest);
	SHA256_Init(&sha);
	while ((got = fread(room, 1, sizeof(room), file)) > 0)
		SHA256_Update(&sha, room, got);
	SHA256_Final(want, &sha);
	fclose(file);
	CHECK(is_known && !memcmp(digest, want, sizeof(want)));
	rj_processes_free(p);
}

TEST(process_that_is_gone_has_what_the_kernel_said)
{
	struct rj_processes *p = table_of(8, true);
	struct rj_process_counts counts;
	pid_t pid = gone_pid();
	const struct rj_process *gone = rj_processes_find(p, meet(p, (uint32_t)pid, now_ns()));

	CHECK(gone != NULL);
	CHECK_EQ(gone->pid, pid);
	CHECK_EQ(gone->uid, 4711);
	CHECK_STR(gone->comm, "as told");
	CHECK(!gone->path && !gone->cmdline && !gone->executable && !gone->start_ns);
	rj_processes_get_counts(p, &counts);
	CHECK_EQ(counts.met, 1);
	CHECK_EQ(counts.gone, 1);
	rj_processes_free(p);
}

/* Its number is another's by now: who began later is not the one that was met. */
TEST(process_is_not_taken_for_one_that_began_later)
{
	struct rj_processes *p = table_of(8, true);
	const struct rj_process *other =
		rj_processes_find(p, meet(p, (uint32_t)getpid(), 1000000000));

	CHECK(other && !other->path && !other->start_ns);
	CHECK_STR(other->comm, "as told");
	rj_processes_free(p);
}

/* struct program - a copy of sleep(1) that runs. */
struct program {
	pid_t pid;
	uint8_t digest[32];
};

static void copy_sleep(int to, uint8_t digest[32])
{
	static uint8_t room[65536];
	int from = open("/bin/sleep", O_RDONLY | O_CLOEXEC);
	SHA256_CTX sha;
	ssize_t got;

	SHA256_Init(&sha);
	while ((got = read(from, room, sizeof(room))) > 0) {
		CHECK_EQ(write(to, room, (size_t)got), got);
		SHA256_Update(&sha, room, (size_t)got);
	}
	SHA256_Final(digest, &sha);
	close(from);
}

/* Runs the file, of which @fd is the only one that can write to it; returns once it does. */
static void start_program(struct program *p, int fd)
{
	char self[64], *const argv[] = { (char *)"sleep", (char *)"1000", NULL };
	char *const none[] = { NULL };
	int ends[2], only_read;
	char byte;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	copy_sleep(fd, p->digest);
	only_read = open(self, O_RDONLY | O_CLOEXEC);
	close(fd);
	CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
	p->pid = fork();
	if (!p->pid) {
		fexecve(only_read, argv, none);
		_exit(1);
	}
	close(only_read);
	close(ends[1]);
	CHECK_EQ(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

static void end_program(const struct program *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
}

/* That the program has this path, and the digest of its file. */
static void check_program(const struct program *program, const char *path)
{
	struct rj_processes *p = table_of(8, false);
	const struct rj_process *found =
		rj_processes_find(p, meet(p, (uint32_t)program->pid, now_ns()));
	uint8_t digest[32];

	CHECK(found && found->path);
	CHECK_STR(found->path, path);
	CHECK(found->executable && wait_for_digest(found->executable, digest));
	CHECK(!memcmp(digest, program->digest, sizeof(digest)));
	rj_processes_free(p);
}

TEST(process_runs_a_file_that_never_had_a_name)
{
	struct program program;

	start_program(&program, memfd_create("x", MFD_CLOEXEC));
	check_program(&program, "/memfd:x");
	end_program(&program);
}

/* What the kernel puts behind a path of a file that is gone may be part of a name. */
TEST(process_runs_a_file_whose_name_says_deleted)
{
	char path[] = "/tmp/rj-process-XXXXXX (deleted)";
	struct program program;
	int fd = mkstemps(path, strlen(" (deleted)"));

	CHECK_EQ(fchmod(fd, 0700), 0);
	start_program(&program, fd);
	check_program(&program, path);
	CHECK_EQ(unlink(path), 0);
	check_program(&program, path);
	end_program(&program);
}

static void check_counts(const struct rj_processes *p, uint64_t gone, uint64_t hidden)
{
	struct rj_process_counts counts;

	rj_processes_get_counts(p, &counts);
	CHECK_EQ(counts.met, 1);
	CHECK_EQ(counts.gone, gone);
	CHECK_EQ(counts.hidden, hidden);
}

TEST(process_that_nobody_waited_for_yet_is_gone)
{
	struct rj_processes *p = table_of(8, false);
	const struct rj_process *found;
	siginfo_t info;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	CHECK_EQ(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	found = rj_processes_find(p, meet(p, (uint32_t)pid, now_ns()));
	CHECK(found && !found->path && !found->executable && found->start_ns);
	check_counts(p, 1, 0);
	waitpid(pid, NULL, 0);
	rj_processes_free(p);
}

/* kthreadd(8) */
TEST(process_of_the_kernel_runs_nothing)
{
	struct rj_processes *p = table_of(8, true);
	const struct rj_process *found = rj_processes_find(p, meet(p, 2, now_ns()));

	CHECK(found && !found->path && !found->executable && !found->cmdline);
	CHECK_STR(found->comm, "kthreadd");
	check_counts(p, 0, 0);
	rj_processes_free(p);
}

/* Of another user without rights, as after --user; the test's failures are its exit status. */
static int look_as_nobody(pid_t whom)
{
	const struct rj_processes_options options = { .max = 8 };
	const struct rj_process *found;
	struct rj_process_counts counts;
	struct rj_processes *p;
	bool is_right;

	if ((!geteuid() && setresuid(65534, 65534, 65534)) || rj_processes_new(&options, &p))
		return 2;
	found = rj_processes_find(p, meet(p, (uint32_t)whom, now_ns()));
	rj_processes_get_counts(p, &counts);
	is_right = found && !found->path && !found->executable && found->start_ns &&
		   strcmp(found->comm, "as told") != 0 && counts.hidden == 1 && !counts.gone;
	rj_processes_free(p);
	return !is_right;
}

TEST(process_of_another_user_is_hidden)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid)
		_exit(look_as_nobody(1));
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
}

TEST(process_texts_are_bounded_too)
{
	const struct rj_processes_options options = { .max = 8, .max_text_bytes = 1 };
	struct rj_processes *p = NULL;
	uint64_t a, b;

	CHECK_EQ(rj_processes_new(&options, &p), 0);
	a = meet(p, (uint32_t)getpid(), now_ns());
	b = meet(p, (uint32_t)getpid(), now_ns() + 100000);
	CHECK(a != b && !rj_processes_find(p, a) && rj_processes_find(p, b));
	rj_processes_free(p);
}

TEST(process_not_asked_for_longest_makes_room)
{
	struct rj_processes *p = table_of(2, false);
	uint64_t t = now_ns();
	uint64_t a = meet(p, 1, t), b = meet(p, 2, t), c;
	struct rj_process_counts counts;

	CHECK_EQ(meet(p, 1, t), a); /* once more is the same */
	CHECK(rj_processes_find(p, a) != NULL);
	c = meet(p, 3, t);
	CHECK(rj_processes_find(p, a) && !rj_processes_find(p, b) && rj_processes_find(p, c));
	rj_processes_get_counts(p, &counts);
	CHECK_EQ(counts.met, 3);
	CHECK_EQ(counts.forgotten, 1);
	rj_processes_free(p);
}

/* What is written of @user and @opener; to be freed. */
static char *json_of(const struct rj_process *user, const struct rj_process *opener)
{
	static const struct rj_field record = { "", RJ_TYPE_OBJECT, "", 0, "", "" };
	struct rj_jsonw_keys *keys = calloc(1, sizeof(*keys));
	struct rj_buffer out;
	struct rj_containers *containers = NULL;
	struct rj_error error;
	struct rj_jsonw w;
	char *text;

	CHECK_EQ(rj_containers_new("/dev", 4, &containers, &error), 0);
	rj_buffer_init(&out, 1u << 16);
	rj_jsonw_init(&w, &out, keys);
	w.visitor.ops->open(&w.visitor, &record);
	rj_process_emit(user, opener, RJ_EXE_RESPONDER, 7500000000, containers, &w.visitor);
	w.visitor.ops->close(&w.visitor);
	text = calloc(out.len + 1, 1);
	memcpy(text, out.data, out.len);
	rj_buffer_done(&out);
	rj_containers_free(containers);
	free(keys);
	return text;
}

static void check_json(const struct rj_process *user, const struct rj_process *opener,
		       const char *want)
{
	char *json = json_of(user, opener);

	CHECK_STR(json, want);
	free(json);
}

TEST(process_writes_what_is_known)
{
	char path[] = "/bin/\x1b[2Jx";
	struct rj_process a = { .pid = 5,
				.uid = 0,
				.comm = "a",
				.start_ns = 2000000000,
				.path = path };
	struct rj_process b = { .pid = 6, .uid = UINT32_MAX };
	struct rj_cgroup cgroup = { .runtime = RJ_RUNTIME_DOCKER, .is_nested = true, .id = "abc" };

	check_json(NULL, NULL, "{}");
	check_json(&a, &a,
		   "{\"exe_da\":{\"name\":\"a\",\"path\":\"/bin/\\u001b[2Jx\",\"pid\":5,\"uid\":0,"
		   "\"start\":2.000000,\"uptime\":5}}");
	check_json(&b, NULL, "{\"exe_da\":{\"pid\":6}}");
	check_json(NULL, &b, "{\"exe_da\":{\"opener\":{\"pid\":6}}}");
	b.cgroup = &cgroup;
	check_json(
		&b, NULL,
		"{\"exe_da\":{\"pid\":6,\"container\":{\"id\":\"abc\",\"runtime\":\"docker\"}}}");
	b.cgroup = NULL;
	a.start_ns = 0;
	a.path = NULL;
	check_json(&b, &a,
		   "{\"exe_da\":{\"pid\":6,\"opener\":{\"name\":\"a\",\"pid\":5,\"uid\":0}}}");
}
