// SPDX-License-Identifier: BSD-3-Clause
/* A list of files seen, and a thread that reads them one after the other. */
#include "owner/executable.h"

#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Ours: few machines run so many programs that use the network; those beyond have no digest. */
#define MAX_FILES 4096u
#define MAX_WAITING 256u /* each holds a descriptor */
#define NUM_CHAINS 1024u
#define READ_BYTES (256u << 10)
#define WAIT_S 1	       /* for the thread to see that it is over. Ours */
#define MAX_BYTES (4ull << 30) /* of a file; what is longer is no program. Ours */

enum state { STATE_WAITING, STATE_KNOWN, STATE_UNREADABLE };

struct rj_executable {
	struct rj_executable *chain;
	struct rj_executable *behind; /* of those that wait */
	struct rj_executables *all;
	struct stat stat; /* its device, inode, size and time of change */
	int fd;
	enum state state;
	uint8_t digest[RJ_EXECUTABLE_DIGEST_LEN];
};

struct rj_executables {
	pthread_mutex_t lock;
	pthread_cond_t news;
	pthread_t thread;
	bool is_over;
	struct rj_executable *chains[NUM_CHAINS];
	struct rj_executable *first, **last; /* those that wait */
	unsigned int num_waiting;
	unsigned int num_files;
};

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct rj_executable **chain_of(struct rj_executables *e, const struct stat *stat)
{
	uint64_t hash = ((uint64_t)stat->st_dev << 32 ^ stat->st_ino) * 0x9e3779b97f4a7c15u;

	return &e->chains[hash >> 54];
}

static bool is_over(struct rj_executables *e)
{
	bool over;

	pthread_mutex_lock(&e->lock);
	over = e->is_over;
	pthread_mutex_unlock(&e->lock);
	return over;
}

/* Reads all of a file into @md; false where it cannot be read or nobody waits for it any more. */
static bool digest_file(struct rj_executables *e, const struct rj_executable *x, EVP_MD_CTX *md,
			uint8_t *room)
{
	uint64_t total = 0;
	ssize_t got;

	if (!EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		return false;
	while ((got = read(x->fd, room, READ_BYTES)) != 0) {
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
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t *room = malloc(READ_BYTES);
	bool is_read = md && room && digest_file(e, x, md, room) &&
		       EVP_DigestFinal_ex(md, digest, NULL);

	free(room);
	EVP_MD_CTX_free(md);
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
		e->first = x->behind;
		if (!e->first)
			e->last = &e->first;
		e->num_waiting--;
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
	for (unsigned int i = 0; i < NUM_CHAINS; i++)
		free_chain(e->chains[i]);
	pthread_cond_destroy(&e->news);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

/* Puts a file that was not seen before to those that wait; NULL without room. */
static struct rj_executable *add(struct rj_executables *e, const struct stat *stat, int fd)
{
	struct rj_executable **chain = chain_of(e, stat);
	struct rj_executable *x = NULL;

	if (e->num_files < MAX_FILES && e->num_waiting < MAX_WAITING)
		x = calloc(1, sizeof(*x));
	if (!x)
		return NULL;
	x->all = e;
	x->stat = *stat;
	x->fd = fd;
	x->chain = *chain;
	*chain = x;
	*e->last = x;
	e->last = &x->behind;
	e->num_waiting++;
	e->num_files++;
	pthread_cond_signal(&e->news);
	return x;
}

struct rj_executable *rj_executables_of(struct rj_executables *e, int fd)
{
	struct rj_executable *x = NULL;
	struct stat stat;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode)) {
		close(fd);
		return NULL;
	}
	pthread_mutex_lock(&e->lock);
	for (x = *chain_of(e, &stat); x; x = x->chain)
		if (is_same(&x->stat, &stat))
			break;
	if (x) {
		close(fd);
	} else {
		x = add(e, &stat, fd);
		if (!x)
			close(fd);
	}
	pthread_mutex_unlock(&e->lock);
	return x;
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
