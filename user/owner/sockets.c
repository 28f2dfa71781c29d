// SPDX-License-Identifier: BSD-3-Clause
/* A table of sockets and who has them open, made anew by a thread. */
#include "owner/sockets.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bpf/wire.h"
#include "core/clock.h"
#include "core/socket_fds.h"
#include "owner/process.h"
#include "owner/sock_diag.h"

#define PROC "/proc"
#define MAX_MET 65536u	     /* processes that wait to be told of; the others come again */
#define MAX_ADDRESSES 65536u /* of this namespace; ours */
#define LOCAL_ALONE 1u	     /* direction of keys that have no other end */
#define NS_PER_S 1000000000ull

static const uint8_t any_ipv4[16] = { [10] = 0xff, [11] = 0xff };

/* struct table - all that a look has found; never changed, but put in place of the one before. */
struct table {
	struct rj_owner_rows rows; /* one of each process that has a socket; end_ns: OPEN */
	uint8_t (*addresses)[16];
	size_t num_addresses, room;
};
#define OPEN UINT64_MAX

struct rj_sockets {
	pthread_mutex_t lock; /* of all up to counts */
	pthread_cond_t news;  /* it is over */
	bool is_over;
	struct table *table;
	struct rj_process_met *met;
	size_t num_met, room;
	struct rj_sockets_counts counts;
	pthread_t thread;
	uint64_t keep_ns;
	uint64_t before_ns; /* the thread's: when the look before began; 0: there was none */
};

/* struct found - a socket; @last_pid: of who was found to have it open. */
struct found {
	struct rj_diag_socket socket;
	uint32_t last_pid;
};

/* struct look - one of them. */
struct look {
	struct rj_sockets *all;
	const struct table *before; /* NULL: it is the first */
	struct table *table;
	struct found *sockets; /* sorted by inode */
	size_t num_sockets, room;
	uint64_t begin_ns;
	uint32_t told_pid; /* the last process that was told of, and its name */
	uint64_t told_name;
	struct rj_sockets_counts counts;
};

static void free_table(struct table *t)
{
	if (!t)
		return;
	rj_owner_rows_done(&t->rows);
	free(t->addresses);
	free(t);
}

/* Room for one more item in @at, which may move; false: there is none. */
static bool make_room(void *at, size_t num, size_t *room, size_t max, size_t size)
{
	size_t wanted = *room ? 2 * *room : 64;
	void *old, *more;

	if (num < *room)
		return true;
	if (num >= max)
		return false;
	memcpy(&old, at, sizeof(old));
	more = reallocarray(old, wanted, size);
	if (!more)
		return false;
	memcpy(at, &more, sizeof(more));
	*room = wanted;
	return true;
}

/* --- what the kernel says ---------------------------------------------------- */

static void take_socket(void *user, const struct rj_diag_socket *s)
{
	struct look *l = user;

	l->counts.sockets++;
	if (make_room(&l->sockets, l->num_sockets, &l->room, RJ_SOCKETS_MAX, sizeof(*l->sockets)))
		l->sockets[l->num_sockets++] = (struct found){ .socket = *s };
	else
		l->counts.missed++;
}

static int compare_inodes(const void *a, const void *b)
{
	const struct found *one = a, *other = b;

	return (one->socket.inode > other->socket.inode) -
	       (one->socket.inode < other->socket.inode);
}

static struct found *find_socket(const struct look *l, uint32_t inode)
{
	const struct found key = { .socket.inode = inode };

	if (!l->num_sockets)
		return NULL;
	return bsearch(&key, l->sockets, l->num_sockets, sizeof(key), compare_inodes);
}

static void take_address(void *user, const uint8_t addr[16])
{
	struct table *t = ((struct look *)user)->table;

	if (make_room(&t->addresses, t->num_addresses, &t->room, MAX_ADDRESSES,
		      sizeof(*t->addresses)))
		memcpy(t->addresses[t->num_addresses++], addr, 16);
}

static int compare_addresses(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static bool is_local(const struct table *t, const void *addr)
{
	static const uint8_t loopback[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 };

	if (!memcmp(addr, loopback, sizeof(loopback)))
		return true;
	return t->num_addresses && bsearch(addr, t->addresses, t->num_addresses,
					   sizeof(*t->addresses), compare_addresses);
}

/* --- rows -------------------------------------------------------------------- */

/* Of the first @num rows, sorted, the one that is open and has the key and owners; or NULL. */
static const struct rj_owner_row *find_open(const struct rj_owner_rows *rows, size_t num,
					    const struct rj_owner_row *like)
{
	size_t low = 0, high = num;

	while (low < high) {
		size_t at = low + (high - low) / 2;

		if (memcmp(&rows->at[at].key, &like->key, sizeof(like->key)) < 0)
			low = at + 1;
		else
			high = at;
	}
	for (; low < num && !memcmp(&rows->at[low].key, &like->key, sizeof(like->key)); low++)
		if (rows->at[low].end_ns == OPEN &&
		    !memcmp(rows->at[low].owner, like->owner, sizeof(like->owner)))
			return &rows->at[low];
	return NULL;
}

static void add_row(struct look *l, struct rj_owner_row *row)
{
	const struct rj_owner_row *before = NULL;

	if (l->before)
		before = find_open(&l->before->rows, l->before->rows.num, row);
	/* it may have come right after the look before, which had it not */
	row->start_ns = before ? before->start_ns : l->all->before_ns;
	row->end_ns = OPEN;
	if (rj_owner_rows_add(&l->table->rows, row))
		l->counts.missed++;
}

static void add_alone(struct look *l, const struct rj_diag_socket *s, const struct rj_owner *owner,
		      uint8_t version, const uint8_t local[16])
{
	struct rj_owner_row row = { .key = { .port = { s->local_port },
					     .proto = s->proto,
					     .version = version,
					     .direction = LOCAL_ALONE },
				    .owner = { *owner } };

	memcpy(row.key.addr[0], local, 16);
	add_row(l, &row);
}

static void add_pair(struct look *l, const struct rj_diag_socket *s, const struct rj_owner *owner)
{
	struct rj_owner_row row = { .key = { .proto = s->proto, .version = s->version } };
	unsigned int side =
		rj_owner_key(&row.key, s->local, s->local_port, s->remote, s->remote_port);

	row.owner[side] = *owner;
	add_row(l, &row);
}

static void add_socket(struct look *l, const struct rj_diag_socket *s, uint64_t name)
{
	struct rj_owner user = { .user = name }, listener = { .opener = name };
	const struct rj_owner *owner = s->is_listening ? &listener : &user;

	if (!s->local_port)
		return;
	if (!s->is_listening && s->remote_port) {
		add_pair(l, s, owner);
		return;
	}
	add_alone(l, s, owner, s->version, s->local);
	if (s->takes_ipv4)
		add_alone(l, s, owner, 4, any_ipv4);
}

/* --- who has them open ------------------------------------------------------- */

static void tell_of(struct rj_sockets *s, const struct rj_process_met *met)
{
	pthread_mutex_lock(&s->lock);
	if (make_room(&s->met, s->num_met, &s->room, MAX_MET, sizeof(*s->met)))
		s->met[s->num_met++] = *met;
	pthread_mutex_unlock(&s->lock);
}

static bool take_holder(void *user, const struct rj_socket_fd *s)
{
	struct look *l = user;
	struct found *found = find_socket(l, s->inode);
	struct rj_process_met met = { .uid = 0xffffffffu };
	uint64_t start_ns;

	if (!found)
		return true;
	if (s->pid != l->told_pid) {
		if (!rj_process_start(s->dir, &start_ns))
			return false;
		met.name = rj_process_name(start_ns, s->pid);
		met.time_ns = rj_clock_ns(CLOCK_MONOTONIC);
		tell_of(l->all, &met);
		l->told_pid = s->pid;
		l->told_name = met.name;
	}
	if (found->last_pid == s->pid) /* another descriptor of it */
		return true;
	l->counts.held += !found->last_pid;
	found->last_pid = s->pid;
	add_socket(l, &found->socket, l->told_name);
	return true;
}

static bool is_over(void *user)
{
	struct rj_sockets *s = ((struct look *)user)->all;
	bool over;

	pthread_mutex_lock(&s->lock);
	over = s->is_over;
	pthread_mutex_unlock(&s->lock);
	return over;
}

/* Sockets that are closed since the look before, and others that are still remembered. */
static void add_closed(struct look *l)
{
	const struct rj_owner_rows *before = &l->before->rows;
	struct rj_owner_rows *now = &l->table->rows;
	size_t num_open = now->num;

	for (size_t i = 0; i < before->num; i++) {
		struct rj_owner_row row = before->at[i];

		if (row.end_ns == OPEN && find_open(now, num_open, &row))
			continue;
		if (row.end_ns == OPEN)
			row.end_ns = l->begin_ns;
		if (l->begin_ns - row.end_ns < l->all->keep_ns && rj_owner_rows_add(now, &row))
			l->counts.missed++;
	}
}

/* --- one look, and all of them ----------------------------------------------- */

static int find_all(struct look *l)
{
	const struct rj_socket_fds_visitor visitor = { take_holder, is_over, l };
	struct table *t = l->table;
	int err = rj_sock_diag_sockets(take_socket, l);

	err = err ? err : rj_sock_diag_addresses(take_address, l);
	if (err)
		return err;
	if (l->num_sockets)
		qsort(l->sockets, l->num_sockets, sizeof(*l->sockets), compare_inodes);
	if (t->num_addresses)
		qsort(t->addresses, t->num_addresses, sizeof(*t->addresses), compare_addresses);
	err = rj_socket_fds_visit(PROC, &visitor);
	if (err)
		return err;
	rj_owner_rows_sort(&t->rows);
	if (l->before)
		add_closed(l);
	rj_owner_rows_sort(&t->rows);
	return 0;
}

/* What is found takes the place of what was; where that fails, what was stays. */
static int look(struct rj_sockets *s)
{
	struct look l = { .all = s, .before = s->table, .begin_ns = rj_clock_ns(CLOCK_MONOTONIC) };
	struct table *old = NULL;
	int err;

	l.table = calloc(1, sizeof(*l.table));
	if (!l.table)
		return -ENOMEM;
	l.table->rows.max = 2 * (size_t)RJ_SOCKETS_MAX;
	err = find_all(&l);
	free(l.sockets);
	if (err) {
		free_table(l.table);
		return err;
	}
	pthread_mutex_lock(&s->lock);
	old = s->table;
	s->table = l.table;
	s->counts.scans++;
	s->counts.sockets = l.counts.sockets;
	s->counts.held = l.counts.held;
	s->counts.missed += l.counts.missed;
	s->counts.scan_ns = rj_clock_ns(CLOCK_MONOTONIC) - l.begin_ns;
	pthread_mutex_unlock(&s->lock);
	free_table(old);
	s->before_ns = l.begin_ns;
	return 0;
}

static uint64_t pause_ns(const struct rj_sockets *s)
{
	uint64_t pause = RJ_SOCKETS_SHARE * s->counts.scan_ns;

	if (pause < RJ_SOCKETS_EVERY_NS)
		return RJ_SOCKETS_EVERY_NS;
	return pause < RJ_SOCKETS_RARELY_NS ? pause : RJ_SOCKETS_RARELY_NS;
}

static void *work(void *user)
{
	struct rj_sockets *s = user;

	pthread_mutex_lock(&s->lock);
	while (!s->is_over) {
		uint64_t until_ns = rj_clock_ns(CLOCK_MONOTONIC) + pause_ns(s);
		struct timespec until = { .tv_sec = (time_t)(until_ns / NS_PER_S),
					  .tv_nsec = (long)(until_ns % NS_PER_S) };
		int waited = 0;

		while (!s->is_over && !waited)
			waited = pthread_cond_timedwait(&s->news, &s->lock, &until);
		if (s->is_over)
			break;
		pthread_mutex_unlock(&s->lock);
		(void)look(s); /* else what was found before stays */
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Signals are for the thread that polls. */
static int start_thread(struct rj_sockets *s)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&s->thread, NULL, work, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void free_all(struct rj_sockets *s)
{
	free_table(s->table);
	free(s->met);
	pthread_cond_destroy(&s->news);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int rj_sockets_open(uint64_t keep_ns, struct rj_sockets **out, struct rj_error *error)
{
	struct rj_sockets *s = calloc(1, sizeof(*s));
	pthread_condattr_t clock;
	int err;

	if (!s)
		return rj_error_set(error, -ENOMEM, "out of memory");
	s->keep_ns = keep_ns;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&s->news, &clock);
	pthread_condattr_destroy(&clock);
	err = look(s);
	err = err ? err : start_thread(s);
	if (err) {
		free_all(s);
		return rj_error_set(error, err, "sockets cannot be listed (%s)", strerror(-err));
	}
	*out = s;
	return 0;
}

void rj_sockets_close(struct rj_sockets *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->is_over = true;
	pthread_cond_signal(&s->news);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	free_all(s);
}

void rj_sockets_take(struct rj_sockets *s,
		     void (*met)(void *user, const struct rj_process_met *met), void *user)
{
	struct rj_process_met *all;
	size_t num;

	pthread_mutex_lock(&s->lock);
	all = s->met;
	num = s->num_met;
	s->met = NULL;
	s->num_met = s->room = 0;
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < num; i++)
		met(user, &all[i]);
	free(all);
}

/* --- asking ------------------------------------------------------------------ */

/* The row of an end alone, of a socket bound to its address or to any. */
static enum rj_owner_fit find_alone(const struct table *t, const struct rj_owner_ask *ask,
				    unsigned int side, struct rj_owner *out)
{
	struct rj_key key = { .port = { ask->key->port[side] },
			      .proto = ask->key->proto,
			      .version = ask->key->version,
			      .direction = LOCAL_ALONE };
	struct rj_owner_ask alone = *ask;
	enum rj_owner_fit fit;

	if (!is_local(t, ask->key->addr[side]))
		return RJ_OWNER_NONE;
	alone.key = &key;
	memcpy(key.addr[0], ask->key->addr[side], 16);
	fit = rj_owner_rows_find(&t->rows, &alone, 0, out);
	if (fit != RJ_OWNER_NONE)
		return fit;
	memset(key.addr[0], 0, 16);
	if (key.version == 4)
		memcpy(key.addr[0], any_ipv4, sizeof(any_ipv4));
	return rj_owner_rows_find(&t->rows, &alone, 0, out);
}

static enum rj_owner_fit find(const struct table *t, const struct rj_owner_ask *ask,
			      unsigned int side, struct rj_owner *out)
{
	struct rj_owner owner = { .user = 0 }, alone = { .user = 0 };
	enum rj_owner_fit fit = rj_owner_rows_find(&t->rows, ask, side, &owner);
	enum rj_owner_fit fit_alone = RJ_OWNER_NONE;

	if (fit == RJ_OWNER_NONE || ask->key->proto == RJ_IP_TCP)
		fit_alone = find_alone(t, ask, side, &alone);
	if (fit == RJ_OWNER_FITS && fit_alone == RJ_OWNER_FITS)
		owner.opener = alone.opener;
	else if (fit_alone == RJ_OWNER_FITS)
		owner = alone;
	else if (fit != RJ_OWNER_FITS)
		return fit == RJ_OWNER_NONE ? fit_alone : fit;
	*out = owner;
	return RJ_OWNER_FITS;
}

enum rj_owner_fit rj_sockets_find(struct rj_sockets *s, const struct rj_owner_ask *ask,
				  unsigned int side, struct rj_owner *out)
{
	enum rj_owner_fit fit;

	if (ask->key->proto != RJ_IP_TCP && ask->key->proto != RJ_IP_UDP)
		return RJ_OWNER_NONE;
	pthread_mutex_lock(&s->lock);
	fit = find(s->table, ask, side, out);
	pthread_mutex_unlock(&s->lock);
	return fit;
}

void rj_sockets_get_counts(struct rj_sockets *s, struct rj_sockets_counts *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->counts;
	pthread_mutex_unlock(&s->lock);
}
