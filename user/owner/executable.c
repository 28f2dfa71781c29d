// SPDX-License-Identifier: BSD-3-Clause
/* A list of files seen, and a thread that reads them one after the other. */
#include "owner/executable.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_WAITING 256u /* each holds a descriptor */
#define CHAIN_BITS 14
#define READ_BYTES (256u << 10)
#define WAIT_S 1	       /* for the thread to see that it is over. Ours */
#define MAX_BYTES (1ull << 30) /* of a file: who makes large ones holds up the others. Ours */

enum state { STATE_WAITING, STATE_KNOWN, STATE_UNREADABLE };

/* struct version - of a file; its owner can set the time of modification, not that of change. */
struct version {
	uint64_t device;
	uint64_t inode;
	uint64_t size;
	int64_t changed_s;
	uint32_t changed_ns;
};

struct rj_executable {
	struct rj_executable *chain;
	struct rj_executable *behind; /* of those that wait */
	struct rj_executables *all;
	struct version version;
	uint32_t num_users;
	int fd;
	enum state state;
	uint8_t digest[RJ_EXECUTABLE_DIGEST_LEN];
};

struct rj_executables {
	pthread_mutex_t lock;
	pthread_cond_t news;
	pthread_t thread;
	bool is_over;
	struct rj_executable *chains[1u << CHAIN_BITS];
	struct rj_executable *first, **last; /* those that wait */
	unsigned int num_waiting;
	struct rj_executable_counts counts;
};

/* With what is known of it already (@flags of statx), so that no server has to answer. */
static bool read_version(int fd, int flags, struct version *out)
{
	struct statx s;

	if (statx(fd, "", AT_EMPTY_PATH | flags, STATX_BASIC_STATS, &s) || !S_ISREG(s.stx_mode))
		return false;
	*out = (struct version){
		.device = (uint64_t)s.stx_dev_major << 32 | s.stx_dev_minor,
		.inode = s.stx_ino,
		.size = s.stx_size,
		.changed_s = s.stx_ctime.tv_sec,
		.changed_ns = s.stx_ctime.tv_nsec,
	};
	return true;
}

static bool is_same(const struct version *a, const struct version *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed_s == b->changed_s && a->changed_ns == b->changed_ns;
}

static struct rj_executable **chain_of(struct rj_executables *e, const struct version *v)
{
	uint64_t hash = (v->device ^ v->inode) * 0x9e3779b97f4a7c15u;

	return &e->chains[hash >> (64 - CHAIN_BITS)];
}

static void forget(struct rj_executable *x)
{
	struct rj_executable **at = chain_of(x->all, &x->version);

	while (*at != x)
		at = &(*at)->chain;
	*at = x->chain;
	free(x);
}

static bool is_over(struct rj_executables *e)
{
	bool over;

	pthread_mutex_lock(&e->lock);
	over = e->is_over;
	pthread_mutex_unlock(&e->lock);
	return over;
}

/* Opens the file that @path_fd names, by which it can neither be read nor be another by now. */
static int open_again(int path_fd)
{
	char path[sizeof("/proc/self/fd/") + 10];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Reads all of a file into @md; false where it cannot be read or nobody waits for it any more. */
static bool digest_file(struct rj_executables *e, int fd, EVP_MD_CTX *md, uint8_t *room)
{
	uint64_t total = 0;
	ssize_t got;

	if (!EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		return false;
	while ((got = read(fd, room, READ_BYTES)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		total += got > 0 ? (uint64_t)got : 0;
		if (got < 0 || total > MAX_BYTES || is_over(e) ||
		    !EVP_DigestUpdate(md, room, (size_t)got))
			return false;
	}
	return true;
}

/* The digest of a file that the thread alone looks at. */
static enum state look_at(struct rj_executables *e, struct rj_executable *x,
			  uint8_t digest[RJ_EXECUTABLE_DIGEST_LEN])
{
	int fd = x->version.size > MAX_BYTES ? -1 : open_again(x->fd);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t *room = malloc(READ_BYTES);
	bool is_read = fd >= 0 && md && room && digest_file(e, fd, md, room) &&
		       EVP_DigestFinal_ex(md, digest, NULL);
	struct version version;

	/* once nobody runs it any more it can be written to */
	is_read = is_read && read_version(fd, 0, &version) && is_same(&version, &x->version);
	free(room);
	EVP_MD_CTX_free(md);
	if (fd >= 0)
		close(fd);
	close(x->fd);
	return is_read ? STATE_KNOWN : STATE_UNREADABLE;
}

static void *work(void *user)
{
	struct rj_executables *e = user;
	uint8_t digest[RJ_EXECUTABLE_DIGEST_LEN] = { 0 };
	struct rj_executable *x;
	enum state state;

	pthread_mutex_lock(&e->lock);
	while (!e->is_over) {
		x = e->first;
		if (!x) {
			pthread_cond_wait(&e->news, &e->lock);
			continue;
		}
		pthread_mutex_unlock(&e->lock);
		state = look_at(e, x, digest);
		pthread_mutex_lock(&e->lock);
		memcpy(x->digest, digest, sizeof(digest));
		x->state = state;
		x->fd = -1;
		e->counts.unread += state == STATE_UNREADABLE;
		e->first = x->behind;
		if (!e->first)
			e->last = &e->first;
		e->num_waiting--;
		if (!x->num_users)
			forget(x);
	}
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

/* Signals are for the thread that polls. */
static int start_thread(struct rj_executables *e)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&e->thread, NULL, work, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int rj_executables_new(struct rj_executables **out)
{
	struct rj_executables *e = calloc(1, sizeof(*e));
	int err;

	if (!e)
		return -ENOMEM;
	e->last = &e->first;
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->news, NULL);
	err = start_thread(e);
	if (err) {
		pthread_cond_destroy(&e->news);
		pthread_mutex_destroy(&e->lock);
		free(e);
		return err;
	}
	*out = e;
	return 0;
}

static void free_chain(struct rj_executable *x)
{
	while (x) {
		struct rj_executable *next = x->chain;

		if (x->fd >= 0)
			close(x->fd);
		free(x);
		x = next;
	}
}

void rj_executables_free(struct rj_executables *e)
{
	struct timespec until;

	if (!e)
		return;
	pthread_mutex_lock(&e->lock);
	e->is_over = true;
	pthread_cond_signal(&e->news);
	pthread_mutex_unlock(&e->lock);
	/* a file system of its owner's making may never answer: then this stays as it is */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	if (pthread_timedjoin_np(e->thread, NULL, &until))
		return;
	for (unsigned int i = 0; i < 1u << CHAIN_BITS; i++)
		free_chain(e->chains[i]);
	pthread_cond_destroy(&e->news);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

/* Puts a file that was not seen before to those that wait; NULL without room. */
static struct rj_executable *add(struct rj_executables *e, const struct version *version, int fd)
{
	struct rj_executable **chain = chain_of(e, version);
	struct rj_executable *x = NULL;

	if (e->num_waiting < MAX_WAITING)
		x = calloc(1, sizeof(*x));
	if (!x) {
		e->counts.crowded++;
		return NULL;
	}
	x->all = e;
	x->version = *version;
	x->fd = fd;
	x->chain = *chain;
	*chain = x;
	*e->last = x;
	e->last = &x->behind;
	e->num_waiting++;
	pthread_cond_signal(&e->news);
	return x;
}

struct rj_executable *rj_executables_of(struct rj_executables *e, int fd)
{
	struct rj_executable *x = NULL;
	struct version version;
	bool is_taken = false;

	if (!read_version(fd, AT_STATX_DONT_SYNC, &version)) {
		close(fd);
		return NULL;
	}
	pthread_mutex_lock(&e->lock);
	for (x = *chain_of(e, &version); x; x = x->chain)
		if (is_same(&x->version, &version))
			break;
	if (!x) {
		x = add(e, &version, fd);
		is_taken = x != NULL;
	}
	if (x)
		x->num_users++;
	pthread_mutex_unlock(&e->lock);
	if (!is_taken)
		close(fd);
	return x;
}

struct rj_executable *rj_executable_hold(struct rj_executable *x)
{
	if (x) {
		pthread_mutex_lock(&x->all->lock);
		x->num_users++;
		pthread_mutex_unlock(&x->all->lock);
	}
	return x;
}

void rj_executable_put(struct rj_executable *x)
{
	struct rj_executables *e;

	if (!x)
		return;
	e = x->all;
	pthread_mutex_lock(&e->lock);
	x->num_users--;
	if (!x->num_users && x->state != STATE_WAITING) /* else the thread has it */
		forget(x);
	pthread_mutex_unlock(&e->lock);
}

void rj_executables_get_counts(struct rj_executables *e, struct rj_executable_counts *out)
{
	pthread_mutex_lock(&e->lock);
	*out = e->counts;
	pthread_mutex_unlock(&e->lock);
}

bool rj_executable_digest(struct rj_executable *x, uint8_t out[RJ_EXECUTABLE_DIGEST_LEN])
{
	bool is_known;

	pthread_mutex_lock(&x->all->lock);
	is_known = x->state == STATE_KNOWN;
	if (is_known)
		memcpy(out, x->digest, RJ_EXECUTABLE_DIGEST_LEN);
	pthread_mutex_unlock(&x->all->lock);
	return is_known;
}
