// SPDX-License-Identifier: BSD-3-Clause
/* The datagrams whose fragments are under way: a hash of bounded size, in order of age. */
#include "flow/fragments.h"

#include <stdlib.h>
#include <string.h>

#include "bpf/accumulate.h"
#include "bpf/fragment.h"

#define NUM_SLOTS RJ_MAX_DATAGRAMS

/* struct node - a datagram. @first: its time is when the node came to be what it is. */
struct node {
	struct node *chain;
	struct node *older, *newer;
	struct rj_key name;
	struct rj_first first;
	struct rj_waiting *waiting, **waiting_end;
	uint32_t num_waiting;
};

struct rj_fragments {
	struct rj_fragment_counts counts;
	uint64_t seed;
	size_t waiting_bytes;
	uint32_t num_nodes;
	struct node *oldest, *newest;
	struct rj_waiting *held;
	uint32_t num_held;
	struct node *slots[NUM_SLOTS];
};

struct rj_fragments *rj_fragments_new(uint64_t seed)
{
	struct rj_fragments *f = calloc(1, sizeof(*f));

	if (f)
		f->seed = seed;
	return f;
}

/* Senders choose the names: the seed keeps them from choosing the chain. */
static struct node **slot_of(struct rj_fragments *f, const struct rj_key *name)
{
	uint64_t words[sizeof(*name) / 8];
	uint64_t h = f->seed;

	memcpy(words, name, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return &f->slots[h % NUM_SLOTS];
}

static struct node *find(struct rj_fragments *f, const struct rj_key *name)
{
	struct node *n = *slot_of(f, name);

	while (n && memcmp(&n->name, name, sizeof(*name)))
		n = n->chain;
	return n;
}

static void leave_list(struct rj_fragments *f, struct node *n)
{
	*(n->older ? &n->older->newer : &f->oldest) = n->newer;
	*(n->newer ? &n->newer->older : &f->newest) = n->older;
}

static void enter_list(struct rj_fragments *f, struct node *n)
{
	n->older = f->newest;
	n->newer = NULL;
	*(f->newest ? &f->newest->newer : &f->oldest) = n;
	f->newest = n;
}

static void drop_waiting(struct rj_fragments *f, struct node *n, uint64_t *counter)
{
	while (n->waiting) {
		struct rj_waiting *w = n->waiting;

		n->waiting = w->next;
		f->waiting_bytes -= sizeof(*w) + w->len;
		f->counts.waiting--;
		(*counter)++;
		free(w);
	}
}

static void remove_node(struct rj_fragments *f, struct node *n, uint64_t *counter)
{
	struct node **at = slot_of(f, &n->name);

	while (*at != n)
		at = &(*at)->chain;
	*at = n->chain;
	leave_list(f, n);
	drop_waiting(f, n, counter);
	f->num_nodes--;
	free(n);
}

void rj_fragments_free(struct rj_fragments *f)
{
	if (!f)
		return;
	rj_fragments_expire(f, UINT64_MAX);
	free(f);
}

/* Takes the one at @at out of those held. */
static struct rj_waiting *unhold(struct rj_fragments *f, struct rj_waiting **at)
{
	struct rj_waiting *w = *at;

	*at = w->next;
	f->num_held--;
	f->waiting_bytes -= sizeof(*w) + w->len;
	return w;
}

/* Drops the first of those held. */
static void drop_held(struct rj_fragments *f)
{
	free(unhold(f, &f->held));
	f->counts.unread++;
}

void rj_fragments_expire(struct rj_fragments *f, uint64_t now_ns)
{
	while (f->oldest && rj_is_late(now_ns, f->oldest->first.time_ns, RJ_FRAGMENT_NS))
		remove_node(f, f->oldest, &f->counts.unjoined);
	while (f->held && rj_is_late(now_ns, f->held->packet.time_ns, RJ_FRAGMENT_NS))
		drop_held(f);
}

/* The node of this name, made when there is none; NULL without memory. */
static struct node *node_of(struct rj_fragments *f, const struct rj_key *name)
{
	struct node *n = find(f, name);
	struct node **slot = slot_of(f, name);

	if (n)
		return n;
	if (f->num_nodes == RJ_MAX_DATAGRAMS)
		remove_node(f, f->oldest, &f->counts.flooded);
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->name = *name;
	n->waiting_end = &n->waiting;
	n->chain = *slot;
	*slot = n;
	enter_list(f, n);
	f->num_nodes++;
	return n;
}

struct rj_waiting *rj_fragments_first(struct rj_fragments *f, const struct rj_packet *p)
{
	struct rj_waiting *list;
	struct rj_key name;
	struct node *n;

	rj_fragment_name(p, &name);
	n = node_of(f, &name);
	if (!n)
		return NULL;
	rj_fragment_note(p, &n->first);
	leave_list(f, n);
	enter_list(f, n);
	list = n->waiting;
	for (struct rj_waiting *w = list; w; w = w->next) {
		rj_fragment_join(&n->first, &w->packet);
		f->waiting_bytes -= sizeof(*w) + w->len;
	}
	f->counts.waiting -= n->num_waiting;
	n->num_waiting = 0;
	n->waiting = NULL;
	n->waiting_end = &n->waiting;
	return list;
}

static bool wait_for_first(struct rj_fragments *f, struct node *n, const struct rj_packet *p,
			   const uint8_t *bytes, uint32_t len)
{
	struct rj_waiting *w;

	if (n->num_waiting == RJ_MAX_WAITING ||
	    f->waiting_bytes + sizeof(*w) + len > RJ_MAX_WAITING_BYTES)
		return false;
	w = malloc(sizeof(*w) + len);
	if (!w)
		return false;
	w->next = NULL;
	w->packet = *p;
	w->len = len;
	if (len)
		memcpy(w->bytes, bytes, len);
	if (!n->num_waiting++)
		n->first.time_ns = p->time_ns;
	*n->waiting_end = w;
	n->waiting_end = &w->next;
	f->waiting_bytes += sizeof(*w) + len;
	f->counts.waiting++;
	return true;
}

bool rj_fragments_later(struct rj_fragments *f, struct rj_packet *p, const uint8_t *bytes,
			uint32_t len)
{
	struct rj_key name;
	struct node *n;

	rj_fragment_name(p, &name);
	n = node_of(f, &name);
	if (n && n->first.is_known) {
		rj_fragment_join(&n->first, p);
		return true;
	}
	if (!n || !wait_for_first(f, n, p, bytes, len))
		f->counts.flooded++;
	return false;
}

void rj_fragments_bytes(struct rj_fragments *f, const struct rj_key *name, uint32_t frag_off,
			const uint8_t *bytes, uint32_t len)
{
	struct node *n = find(f, name);
	struct rj_waiting **at = n ? &n->waiting : NULL;
	struct rj_waiting *w = NULL;

	while (at && *at && ((*at)->packet.frag_off != frag_off || (*at)->len))
		at = &(*at)->next;
	if (at && *at && f->waiting_bytes + len <= RJ_MAX_WAITING_BYTES)
		w = realloc(*at, sizeof(*w) + len);
	if (!w) {
		f->counts.unread++;
		return;
	}
	w->len = len;
	memcpy(w->bytes, bytes, len);
	f->waiting_bytes += len;
	*at = w;
	if (!w->next)
		n->waiting_end = &w->next;
}

void rj_fragments_hold(struct rj_fragments *f, struct rj_waiting *w)
{
	struct rj_waiting **end = &f->held;

	if (f->num_held == RJ_MAX_WAITING)
		drop_held(f);
	while (*end)
		end = &(*end)->next;
	w->next = NULL;
	*end = w;
	f->num_held++;
	f->waiting_bytes += sizeof(*w) + w->len;
}

struct rj_waiting *rj_fragments_held(struct rj_fragments *f, const struct rj_key *key,
				     unsigned int side)
{
	struct rj_waiting **at = &f->held;

	while (*at && ((*at)->packet.side != side || memcmp(&(*at)->packet.key, key, sizeof(*key))))
		at = &(*at)->next;
	return *at ? unhold(f, at) : NULL;
}

struct rj_fragment_counts rj_fragments_get_counts(const struct rj_fragments *f)
{
	return f->counts;
}
