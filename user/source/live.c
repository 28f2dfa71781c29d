// SPDX-License-Identifier: BSD-3-Clause
/* The live source: drains the ring, reaps flows that are over, keeps the account. */
#include "source/live.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "bpf/accumulate.h"
#include "core/clock.h"
#include "flow/limits.h"
#include "source/gate.h"
#include "source/interfaces.h"
#include "source/kernel.h"
#include "source/local.h"
#include "source/netns.h"
#include "source/pin.h"
#include "source/pin_settings.h"
#include "source/whole.h"

#define RING_BYTES (1u << 24)
/*
 * Bytes of samples a CPU may hand up in 1024 ns: 60 MB a second, 10,000 TLS handshakes. Ours: with
 * a CPU for user space it keeps up with what two such CPUs hand up.
 */
#define SAMPLE_RATE 64u
#define REAP_EVERY_NS RJ_NS_PER_S
/* Where reaping takes long, it is done less often, at least so often. */
#define REAP_RARELY_NS (4 * RJ_NS_PER_S)
#define REAP_SHORT_NS (RJ_NS_PER_S / 4) /* while the map is short of room */
/*
 * Where samples come singly and often, being woken for each costs more than what is done with it,
 * here and in the kernel: after so many wakes in a stretch of time each is followed by a pause.
 * Ours: the first of a flow are answered at once, the others within what a round trip takes.
 */
#define BUSY_NS (RJ_NS_PER_S / 100)
#define BUSY_WAKES 8u
#define PAUSE_US 1000
#define NUM_WAITED 3	  /* records, interfaces, processes */
#define WATCHING_LEN 8192 /* the line of rj_watch, and a path of pins: PATH_MAX */
#define MIB (1024.0 * 1024.0)

struct live_source {
	struct rj_source base;
	struct rj_kernel *kernel;
	struct rj_owners *owners; /* or NULL */
	struct rj_local *local;	  /* or NULL */
	char why_no_owners[RJ_ERROR_LEN];
	struct rj_gate *gate; /* the filter, if any */
	struct ring_buffer *ring;
	struct rj_netns netns; /* of the interfaces */
	struct rj_watch *watch;
	int epoll_fd;
	bool is_unsettled;	  /* there are interfaces to attach to right away */
	struct rj_engine *engine; /* during a call of poll or stop */
	uint64_t woken_ns; /* when the stretch of BUSY_NS began in which num_woken wakes were */
	uint32_t num_woken;
	uint64_t reaped_ns;
	uint64_t reap_cost_ns; /* CPU time of the last one, with all that was done with its flows */
	struct rj_limits limits;
	uint64_t num_evicted;
	bool is_stopped;
	struct rj_pin *pin;
	bool is_recovering;    /* nothing was read yet of maps that another process left */
	struct rj_meta before; /* when this process began */
	char watching[WATCHING_LEN];
};

/* What makes Unix time of the kernel's clock, which stands still while the machine sleeps. */
static int64_t clock_offset(void)
{
	return (int64_t)(rj_clock_ns(CLOCK_REALTIME) - rj_clock_ns(CLOCK_MONOTONIC));
}

/* The kernel side's look for a receiver finds one of any address for what only passes, too. */
static void forget_passing(struct live_source *s, const struct rj_key *key,
			   const struct rj_seq seq[RJ_NUM_SIDES])
{
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++) {
		struct rj_owner *receiver;

		if (!seq[side].owners)
			continue;
		receiver = &seq[side].owners[RJ_OWNER_RECEIVER];
		if (receiver->user &&
		    !rj_local_has(s->local, seq[side].rest->receiver_peer, key->addr[!side],
				  key->version, rj_clock_ns(CLOCK_MONOTONIC)))
			*receiver = (struct rj_owner){ .user = 0 };
	}
}

/* A flow that left the kernel: to the engine, and its slots back to the packet programs. */
static void take_flow(struct live_source *s, const struct rj_key *key, const struct rj_flow *flow,
		      enum rj_end end,
		      void (*release)(struct rj_kernel *k, const struct rj_half *half))
{
	struct rj_seq seq[RJ_NUM_SIDES];

	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		rj_kernel_seq(s->kernel, &flow->half[side], &seq[side]);
	forget_passing(s, key, seq);
	rj_engine_state(s->engine, key, flow, seq, end);
	for (unsigned int side = 0; side < RJ_NUM_SIDES; side++)
		release(s->kernel, &flow->half[side]);
}

static void on_reaped(void *user, const struct rj_key *key, const struct rj_flow *flow)
{
	struct live_source *s = user;
	enum rj_end end = RJ_END_STOP;

	/* by a clock later than the reaper's: what it marked as over is over */
	if (rj_flow_is_over(flow, rj_clock_ns(CLOCK_MONOTONIC), &s->limits)) {
		end = s->limits.idle_ns ? RJ_END_IDLE : RJ_END_ACTIVE;
	} else if (flow->dying) {
		end = RJ_END_EVICTED;
		s->num_evicted++;
	}
	take_flow(s, key, flow, end, rj_kernel_release);
}

/*
 * Who is killed between here and libbpf's giving the record back to the ring has counted it, and
 * leaves it to the next: then one record's packets are told as lost that are not.
 */
static void note_ringed(struct live_source *s, uint64_t packets)
{
	rj_kernel_meta(s->kernel)->ringed += packets;
}

/* The namespace of who receives may be gone when the flow is over: what it has is asked for now. */
static void ask_early(const struct live_source *s, const struct rj_sample *sample)
{
	const struct rj_half half = { .slot = sample->slot };
	struct rj_seq seq;

	if (!s->local || sample->key.proto != RJ_IP_UDP)
		return;
	rj_kernel_seq(s->kernel, &half, &seq);
	if (seq.rest && seq.rest->receiver_peer)
		(void)rj_local_has(s->local, seq.rest->receiver_peer,
				   sample->key.addr[!(sample->side & 1)], sample->key.version,
				   rj_clock_ns(CLOCK_MONOTONIC));
}

/* One record of the ring; our own programs wrote it, so its size is right. */
static int on_record(void *user, void *data, size_t len)
{
	struct live_source *s = user;
	uint32_t kind;

	(void)len;
	memcpy(&kind, data, sizeof(kind));
	if (kind == RJ_RING_SAMPLE) {
		ask_early(s, data);
		rj_engine_sample(s->engine, data);
	} else if (kind == RJ_RING_FLOW) {
		struct rj_ring_flow *cut = data;

		take_flow(s, &cut->key, &cut->flow, (enum rj_end)cut->end, rj_kernel_release_later);
		note_ringed(s, rj_flow_packets(&cut->flow));
	} else if (kind == RJ_RING_ORPHAN) {
		struct rj_orphan *orphan = data;

		rj_engine_orphan(s->engine, &orphan->packet);
		note_ringed(s, orphan->packet.num_segments);
	} else if (kind == RJ_RING_TUNNELS) {
		struct rj_ring_tunnels *t = data;

		rj_engine_tunnels(s->engine, &t->key, t->is_around ? 0 : t->time_ns, t->time_ns,
				  &t->tunnels);
	} else if (kind == RJ_RING_FRAME) {
		rj_whole_take(s->engine, data, rj_kernel_meta(s->kernel));
	} else if (kind == RJ_RING_FIRST) {
		struct rj_orphan *orphan = data;

		rj_engine_first(s->engine, &orphan->packet);
	}
	return 0;
}

static int reap(struct live_source *s, bool all)
{
	uint64_t start_ns = rj_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int err;

	s->reaped_ns = rj_clock_ns(CLOCK_MONOTONIC);
	rj_engine_set_clock(s->engine, clock_offset());
	/* samples and cuts of the flows to be taken are in the ring already, and their processes */
	if (s->owners)
		rj_owners_take(s->owners);
	ring_buffer__consume(s->ring);
	err = rj_kernel_reap(s->kernel, all, on_reaped, s);
	s->reap_cost_ns = rj_clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns;
	if (err)
		return rj_error_set(&s->base.error, err, "reading the kernel's flows: %s",
				    strerror(-err));
	return 0;
}

/* How long after the last reaping the next one is due: it takes at most a sixtieth of a CPU. */
static uint64_t reap_interval(const struct live_source *s)
{
	uint64_t interval = 60 * s->reap_cost_ns;

	if (rj_kernel_is_short(s->kernel))
		return REAP_SHORT_NS;
	if (interval < REAP_EVERY_NS)
		return REAP_EVERY_NS;
	return interval < REAP_RARELY_NS ? interval : REAP_RARELY_NS;
}

/* The first reading of maps that another process left. */
static int recover(struct live_source *s)
{
	int err;

	if (!s->is_recovering)
		return 0;
	s->is_recovering = false;
	err = rj_kernel_recover(s->kernel);
	if (err)
		return rj_error_set(&s->base.error, err, "reading the pinned maps: %s",
				    strerror(-err));
	ring_buffer__consume(s->ring);
	rj_kernel_recovered(s->kernel);
	return 0;
}

static void pause_if_busy(struct live_source *s)
{
	uint64_t now_ns = rj_clock_ns(CLOCK_MONOTONIC);

	if (now_ns - s->woken_ns >= BUSY_NS) {
		s->woken_ns = now_ns;
		s->num_woken = 0;
	}
	if (++s->num_woken > BUSY_WAKES)
		usleep(PAUSE_US);
}

/* Waits for any, then takes what is there of them; 0 or a negative errno of the ring. */
static int wait_for_news(struct live_source *s, int timeout_ms)
{
	struct epoll_event events[NUM_WAITED];
	int num = epoll_wait(s->epoll_fd, events, NUM_WAITED, s->is_unsettled ? 0 : timeout_ms);
	bool is_news = s->is_unsettled;
	int err = 0;

	if (num < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < num; i++) {
		if (events[i].data.fd == rj_watch_fd(s->watch)) {
			is_news = true;
		} else if (s->owners && events[i].data.fd == rj_owners_fd(s->owners)) {
			rj_owners_take(s->owners);
		} else {
			err = ring_buffer__poll(s->ring, 0);
			pause_if_busy(s);
		}
	}
	if (is_news)
		s->is_unsettled = rj_watch_update(s->watch);
	return err < 0 && err != -EINTR ? err : 0;
}

static int live_poll(struct rj_source *base, struct rj_engine *e, int timeout_ms)
{
	struct live_source *s = (struct live_source *)base;
	uint64_t now_ns;
	int err;

	if (s->is_stopped)
		return 0;
	s->engine = e;
	err = recover(s);
	if (err)
		return err;
	err = wait_for_news(s, timeout_ms);
	if (err < 0)
		return rj_error_set(&base->error, err, "reading the kernel's ring buffer: %s",
				    strerror(-err));
	now_ns = rj_clock_ns(CLOCK_MONOTONIC);
	if (now_ns - s->reaped_ns >= reap_interval(s)) {
		err = reap(s, false);
		if (err)
			return err;
		rj_engine_tick(e, now_ns);
	}
	return 1;
}

static int live_stop(struct rj_source *base, struct rj_engine *e)
{
	struct live_source *s = (struct live_source *)base;
	int err;

	if (s->is_stopped)
		return 0;
	s->is_stopped = true;
	s->engine = e;
	err = recover(s);
	if (s->pin) { /* the flows go on without us */
		err = err ? err : reap(s, false);
		rj_engine_tick(e, s->reaped_ns);
		return err;
	}
	while (rj_watch_stop(s->watch))
		ring_buffer__consume(s->ring);
	rj_kernel_settle();
	err = reap(s, true);
	rj_engine_tick(e, s->reaped_ns);
	return err;
}

static void live_settle(struct rj_source *base, const struct rj_engine *e)
{
	struct live_source *s = (struct live_source *)base;
	struct rj_meta *meta = rj_kernel_meta(s->kernel);
	struct rj_engine_stats stats;

	rj_engine_get_stats(e, &stats);
	meta->recorded = s->before.recorded + stats.packets_recorded;
	meta->refused = s->before.refused + stats.packets_refused;
	meta->unjoined = s->before.unjoined + stats.fragments.unjoined;
	meta->flooded = s->before.flooded + stats.fragments.flooded;
	meta->duplicate = s->before.duplicate + stats.packets_duplicate;
}

static void live_stats(struct rj_source *base, struct rj_intake *out)
{
	struct live_source *s = (struct live_source *)base;
	const struct rj_meta *meta = rj_kernel_meta(s->kernel);
	uint64_t at[RJ_NUM_COUNTERS];

	*out = (struct rj_intake){ 0 };
	if (rj_kernel_counters(s->kernel, at))
		return;
	for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
		out->set_aside[i] = at[i] + meta->unread[i];
	/* of the processes that had these maps before: none where they are not pinned */
	out->set_aside[RJ_REASON_PROCESS] = meta->killed;
	out->set_aside[RJ_REASON_NO_MEMORY] += s->before.refused;
	out->set_aside[RJ_REASON_FRAGMENT] += s->before.unjoined;
	out->set_aside[RJ_REASON_FRAGMENT_FLOOD] += s->before.flooded;
	out->set_aside[RJ_REASON_DUPLICATE] += s->before.duplicate;
	out->packets = at[RJ_COUNT_PACKETS] + meta->unfolded;
	out->is_counting = !s->is_stopped || s->pin;
	out->packets_in_flows = at[RJ_COUNT_IN_FLOWS] + at[RJ_COUNT_HANDED_UP] + meta->unfolded -
				meta->killed - rj_meta_set_aside(&s->before) -
				(rj_whole_unread(meta) - rj_whole_unread(&s->before));
	/* CPUs go on while theirs are summed: a packet may be seen half counted */
	if (out->is_counting) {
		out->packets = out->packets_in_flows;
		for (unsigned int i = 0; i < RJ_NUM_REASONS; i++)
			out->packets += out->set_aside[i];
	}
	out->bytes = at[RJ_COUNT_BYTES] + meta->whole_bytes;
	out->samples = at[RJ_COUNT_SAMPLES];
	out->samples_lost = at[RJ_COUNT_SAMPLES_LOST];
	out->packets_unlisted = at[RJ_COUNT_SLOTS_SHORT];
	out->cuts_late = at[RJ_COUNT_CUTS_LATE];
	out->flows_evicted = s->num_evicted;
	for (unsigned int i = 0; i <= RJ_LOSS_LONG; i++)
		out->lost[i] = at[RJ_COUNT_LOST_FULL + i];
}

static void live_close(struct rj_source *base)
{
	struct live_source *s = (struct live_source *)base;

	while (s->watch && rj_watch_stop(s->watch))
		;
	rj_watch_close(s->watch);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	ring_buffer__free(s->ring);
	rj_gate_close(s->gate);
	rj_kernel_close(s->kernel);
	rj_owners_close(s->owners);
	rj_local_close(s->local);
	rj_pin_close(s->pin);
	rj_netns_close(&s->netns);
	free(s);
}

static const struct rj_source_ops live_ops = {
	.poll = live_poll,
	.stop = live_stop,
	.settle = live_settle,
	.stats = live_stats,
	.close = live_close,
};

/* What wakes a poll: records in the ring, interfaces that come or go, and processes. */
static int wait_on_all(struct live_source *s)
{
	const int fds[NUM_WAITED] = { ring_buffer__epoll_fd(s->ring), rj_watch_fd(s->watch),
				      s->owners ? rj_owners_fd(s->owners) : -1 };

	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll_fd < 0)
		return -errno;
	for (unsigned int i = 0; i < NUM_WAITED; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = fds[i] };

		if (fds[i] >= 0 && epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fds[i], &event))
			return -errno;
	}
	return 0;
}

/* A start that failed leaves nothing. */
static void unpin(struct rj_pin *pin)
{
	struct rj_pin_removed removed;

	rj_pin_detach(pin, &removed);
	rj_pin_remove(pin);
}

/* Opens the pins, and sees whether they are those of what is asked for. */
static int open_pin(struct live_source *s, const struct rj_live_config *config, char *settings,
		    struct rj_error *error)
{
	int err;

	if (!config->pin)
		return 0;
	err = rj_pin_open(config->pin, true, &s->pin, error);
	if (err)
		return err;
	if (rj_pin_settings(config, settings))
		return rj_error_set(error, -E2BIG, "%s: the options are too long to be kept there",
				    config->pin);
	s->is_recovering = rj_pin_is_whole(s->pin);
	return s->is_recovering ? rj_pin_check_settings(s->pin, settings, error) : 0;
}

static bool is_watched(const void *watch, int ifindex)
{
	return rj_watch_is_watched(watch, ifindex);
}

/* What is to be said of pins beside how interfaces are watched. */
static void note_pin(struct live_source *s)
{
	const struct rj_meta *meta = rj_kernel_meta(s->kernel);
	size_t len = strlen(s->watching);

	s->before = *meta;
	if (!s->pin)
		return;
	rj_pin_tidy(s->pin, is_watched, s->watch);
	snprintf(s->watching + len, sizeof(s->watching) - len, "; pinned in %s",
		 rj_pin_path(s->pin));
	len = strlen(s->watching);
	if (s->is_recovering)
		snprintf(s->watching + len, sizeof(s->watching) - len,
			 ", going on with what is there (%" PRIu64
			 " packets lost with killed processes)",
			 (uint64_t)meta->killed);
	else if (rj_pin_num_cleaned(s->pin))
		snprintf(s->watching + len, sizeof(s->watching) - len,
			 " (removed %u pins that a killed process had not finished)",
			 rj_pin_num_cleaned(s->pin));
}

static void note_memory(struct live_source *s, const struct rj_live_config *config)
{
	const struct rj_engine_options engine = {
		.limits = config->limits,
		.max_flows = config->max_flows,
		.max_dissect_bytes = RJ_MAX_DISSECT_BYTES,
	};
	size_t len = strlen(s->watching);

	snprintf(s->watching + len, sizeof(s->watching) - len,
		 "; memory: %.1f MiB in the kernel, at most %.1f MiB here",
		 (double)(rj_kernel_bytes(s->kernel) + rj_owners_bytes(s->owners)) / MIB,
		 (double)rj_engine_max_bytes(&engine) / MIB);
}

/* Whose sockets are is told where it can be; flows are there without. */
static void open_owners(struct live_source *s, const struct rj_live_config *config)
{
	struct rj_error error;

	if (config->on_met &&
	    rj_owners_open(config->on_met, config->met_user, &s->owners, &error) &&
	    !config->without_hooks(config->met_user, &error))
		snprintf(s->why_no_owners, sizeof(s->why_no_owners), "%s", error.text);
	/* without, who only receives is not named */
	if (s->owners && rj_local_open(&s->local))
		s->local = NULL;
}

static void note_owners(struct live_source *s)
{
	size_t len = strlen(s->watching);

	if (*s->why_no_owners)
		snprintf(s->watching + len, sizeof(s->watching) - len, "; without processes: %s",
			 s->why_no_owners);
	else if (s->owners)
		snprintf(s->watching + len, sizeof(s->watching) - len, "%s",
			 rj_owners_lack(s->owners));
}

/* In the interfaces' namespace, where pins are named and cleaned up as well. */
static int open_there(struct live_source *s, const struct rj_live_config *config,
		      struct rj_error *error)
{
	struct rj_watch_config watch = config->watch;
	bool with_xdp = watch.mode == RJ_ATTACH_XDP || watch.mode == RJ_ATTACH_XDP_GENERIC;
	struct rj_attach_programs programs;
	struct rj_kernel_options options = {
		.limits = config->limits,
		.num_flows = config->num_flows,
		.ring_bytes = RING_BYTES,
		.with_xdp = with_xdp && watch.directions & RJ_WATCH_IN,
		.with_ip = !rj_interfaces_have_ether(watch.interfaces),
		.with_frags = !config->filter,
		.several = rj_interfaces_are_several(watch.interfaces),
	};
	char settings[RJ_SETTINGS_LEN];
	int err;

	s->base.end = RJ_END_STOP;
	s->base.time_decimals = 6;
	s->limits = config->limits;
	options.limits.sample_rate = SAMPLE_RATE;
	s->base.clock_ns = clock_offset();
	err = open_pin(s, config, settings, error);
	if (err)
		goto fail;
	open_owners(s, config);
	options.owners = rj_owners_maps(s->owners);
	options.pin = s->pin;
	options.settings = s->pin ? settings : NULL;
	err = rj_kernel_open(&options, &s->kernel, error);
	if (err)
		goto fail;
	s->ring = ring_buffer__new(rj_kernel_ring_fd(s->kernel), on_record, s, NULL);
	if (!s->ring) {
		err = rj_error_set(error, -errno, "mapping the ring buffer: %s", strerror(errno));
		goto fail;
	}
	s->reaped_ns = rj_clock_ns(CLOCK_MONOTONIC);
	rj_kernel_programs(s->kernel, &programs);
	programs.pin = s->pin;
	if (config->filter)
		err = rj_gate_open(config->filter, rj_kernel_cpus_fd(s->kernel), &programs,
				   &s->gate, error);
	err = err ? err : rj_kernel_pin(s->kernel, s->pin, error);
	if (!err && s->pin && config->pin_owner)
		err = rj_pin_give(s->pin, config->pin_owner, error);
	if (err)
		goto fail;
	watch.netns = &s->netns;
	watch.peers = options.owners.peers;
	err = rj_watch_open(&watch, &programs, &s->watch, error);
	if (err)
		goto fail;
	err = wait_on_all(s);
	if (err) {
		err = rj_error_set(error, err, "waiting for the kernel: %s", strerror(-err));
		goto fail;
	}
	snprintf(s->watching, sizeof(s->watching), "%s", rj_watch_line(s->watch));
	note_memory(s, config);
	note_owners(s);
	note_pin(s);
	return 0;
fail:
	if (s->pin && !rj_pin_is_whole(s->pin))
		unpin(s->pin);
	return err;
}

int rj_live_open(const struct rj_live_config *config, struct rj_source **out,
		 struct rj_error *error)
{
	struct live_source *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return rj_error_set(error, -ENOMEM, "out of memory");
	s->base.ops = &live_ops;
	s->epoll_fd = -1;
	s->netns = (struct rj_netns){ .there = -1, .here = -1 };
	err = rj_netns_open(config->netns, &s->netns, error);
	err = err ? err : rj_netns_enter(&s->netns, error);
	if (!err) {
		if (config->stay_in_netns)
			rj_netns_close(&s->netns); /* and with it the way back */
		err = open_there(s, config, error);
		rj_netns_leave(&s->netns);
	}
	if (err)
		live_close(&s->base);
	else
		*out = &s->base;
	return err;
}

const char *rj_live_watching(const struct rj_source *base)
{
	return ((const struct live_source *)base)->watching;
}

const char *rj_live_ifname(const struct rj_source *base, uint32_t ifindex)
{
	return rj_watch_ifname(((const struct live_source *)base)->watch, ifindex);
}

bool rj_live_is_alive(const struct rj_source *base, const struct rj_key *key,
		      uint64_t *ret_start_ns)
{
	return rj_kernel_find(((const struct live_source *)base)->kernel, key, ret_start_ns);
}

void rj_live_want(const struct rj_source *base, uint32_t slot, uint32_t generation, uint32_t until)
{
	rj_kernel_want(((const struct live_source *)base)->kernel, slot, generation, until);
}

bool rj_live_has_owners(const struct rj_source *base)
{
	return ((const struct live_source *)base)->owners != NULL;
}

void rj_live_owner_counters(const struct rj_source *base, uint64_t out[RJ_NUM_OWNER_COUNTERS])
{
	rj_owners_counters(((const struct live_source *)base)->owners, out);
}
