// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whoever is ahead reads the next batch; every worker goes through every batch for the frames of
 * its parts; what they write is merged.
 */
#include "lib/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/page.h"
#include "source/part.h"
#include "source/batch.h"

/* Batches from the slowest worker to the reader, and from the fastest. Ours. */
#define NUM_BATCHES 8u
#define NUM_AHEAD 3u
/* Of a worker: lines that are written, wait or are merged. Ours. */
#define NUM_LINES 8u
/* The part of a processor that reading takes with default features, by measuring: where the thread
 * that polls has to do it all. */
#define SHARE_OF_READING 0.4

enum todo {
	WAIT,
	READ,
	WORK,
};

/*
 * struct worker - one thread's part; the first is of the thread that polls.
 * @open: being written
 * @taken: being merged
 * @num_done: batches it has been through
 * @num_chosen: of each batch in the ring: frames in its list
 * Guarded by the lock, all of these as of its last batch:
 * @ready: handed on, in order; @spare: free
 * @done: nothing will come from it up to this moment
 * @num_lost: records without memory for their place in the order
 */
struct worker {
	struct rj_pipeline *pipeline;
	pthread_t thread;
	bool is_started;
	struct rj_parts *parts;
	struct rj_intake intake;
	struct rj_page *open;
	struct rj_page *taken;
	uint64_t num_done;
	size_t num_chosen[NUM_BATCHES];
	struct rj_jsonw_keys keys;
	struct rj_page *ready, **ready_end;
	struct rj_page *spare;
	struct rj_moment done;
	uint64_t num_lost;
	struct rj_intake seen_intake;
	struct rj_engine_stats seen_engine;
};

/*
 * @work: tells workers of batches, of lines that are free again and of the end
 * @news: tells the thread that polls that a worker has got further
 * @num_filled: batches read; number i is in ring[place_of(i)], its first frame is number
 *     first_frame[place_of(i)]
 * @worker_of: each part
 * @latest_ns: the latest time of all frames read
 * @result: of the last reading: 1 there may be more
 * @is_reading: a worker is: what has to do with the source, and with the next batch, is its own
 * @reads: further batches are wanted
 */
struct rj_pipeline {
	struct rj_pipeline_options options;
	struct rj_source *source;
	struct rj_batch ring[NUM_BATCHES];
	uint64_t first_frame[NUM_BATCHES];
	uint64_t num_frames;
	uint8_t worker_of[RJ_NUM_PARTS];
	uint64_t latest_ns;
	uint64_t num_filled;
	int result;
	bool is_reading;
	bool reads;
	bool is_ending;
	bool is_stopping;
	enum rj_end end;
	pthread_mutex_t lock;
	pthread_cond_t work;
	pthread_cond_t news;
	uint32_t num_workers;
	struct worker worker[];
};

static bool is_first(const struct worker *w)
{
	return w == w->pipeline->worker;
}

static bool is_alone(const struct rj_pipeline *p)
{
	return p->num_workers == 1;
}

/* Memory that is used again at once is in the processor's cache. */
static uint32_t place_of(const struct rj_pipeline *p, uint64_t batch)
{
	return is_alone(p) ? 0 : batch % NUM_BATCHES;
}

/* --- lines in order ---------------------------------------------------------- */

static void hand_out(struct rj_pipeline *p, struct rj_page *l)
{
	const char *line;
	size_t len;

	rj_page_take(l, &line, &len);
	p->options.on_json(p->options.user, line, len);
}

static bool is_used_up(const struct rj_page *l)
{
	return !l || l->next == l->num;
}

/* Of the worker the next lines that are ready, in place of those that are used up. */
static void renew(struct worker *w)
{
	if (!is_used_up(w->taken))
		return;
	if (w->taken) {
		rj_page_empty(w->taken);
		w->taken->behind = w->spare;
		w->spare = w->taken;
		pthread_cond_broadcast(&w->pipeline->work);
	}
	w->taken = w->ready;
	if (!w->taken)
		return;
	w->ready = w->taken->behind;
	if (!w->ready)
		w->ready_end = &w->ready;
}

static struct rj_moment next_of(const struct worker *w)
{
	return w->taken->line[w->taken->next].moment;
}

/* The worker with the next line; NULL: none has one, or another may still have one before it. */
static struct worker *next_in_order(struct rj_pipeline *p)
{
	struct worker *first = NULL;

	for (struct worker *w = p->worker; w < p->worker + p->num_workers; w++) {
		renew(w);
		if (w->taken && (!first || rj_moment_before(next_of(w), next_of(first))))
			first = w;
	}
	for (struct worker *w = p->worker; first && w < p->worker + p->num_workers; w++)
		if (!w->taken && rj_moment_before(w->done, next_of(first)))
			return NULL;
	return first;
}

/* The moment before which all lines of @first come before those of any other worker. */
static struct rj_moment end_of_run(struct rj_pipeline *p, const struct worker *first)
{
	struct rj_moment end = RJ_MOMENT_END;

	for (struct worker *w = p->worker; w < p->worker + p->num_workers; w++) {
		struct rj_moment from = w->taken ? next_of(w) : w->done;

		if (w != first && rj_moment_before(from, end))
			end = from;
	}
	return end;
}

/* Hands out what is known to be next. With the lock held, which is given up meanwhile. */
static bool merge(struct rj_pipeline *p)
{
	bool is_something = false;
	struct worker *w;

	for (w = p->worker; w < p->worker + p->num_workers; w++)
		for (; w->num_lost; w->num_lost--)
			p->options.on_json(p->options.user, NULL, 0);
	while ((w = next_in_order(p))) {
		struct rj_moment end = end_of_run(p, w);

		pthread_mutex_unlock(&p->lock);
		do
			hand_out(p, w->taken);
		while (!is_used_up(w->taken) && rj_moment_before(next_of(w), end));
		pthread_mutex_lock(&p->lock);
		is_something = true;
	}
	return is_something;
}

/* Nobody is going to merge them any more. */
static void take_back(struct worker *w)
{
	w->spare = w->ready;
	w->ready = w->spare->behind;
	if (!w->ready)
		w->ready_end = &w->ready;
	w->spare->behind = NULL;
	rj_page_empty(w->spare);
}

/* Hands on what was written, all there is up to @done, and goes on with empty lines. Locked. */
static void hand_on(struct worker *w, struct rj_moment done)
{
	struct rj_pipeline *p = w->pipeline;

	if (w->open->num) {
		w->open->behind = NULL;
		*w->ready_end = w->open;
		w->ready_end = &w->open->behind;
		w->open = NULL;
	}
	w->done = done;
	pthread_cond_signal(&p->news);
	while (!w->open) {
		w->open = w->spare;
		if (w->open)
			w->spare = w->open->behind;
		else if (!is_first(w) && !p->is_stopping)
			pthread_cond_wait(&p->work, &p->lock);
		else if (!is_first(w))
			take_back(w);
		else if (!merge(p))
			pthread_cond_wait(&p->news, &p->lock);
	}
}

static void on_record(void *user, const struct rj_record *record)
{
	struct worker *w = user;
	struct rj_pipeline *p = w->pipeline;

	if (p->options.on_record) {
		p->options.on_record(p->options.user, record);
		return;
	}
	if (!rj_page_add(w->open, &w->keys, record)) {
		pthread_mutex_lock(&p->lock);
		w->num_lost++;
		pthread_mutex_unlock(&p->lock);
	} else if (is_alone(p)) {
		hand_out(p, w->open);
		rj_page_empty(w->open);
	} else if (rj_page_are_many(w->open)) {
		pthread_mutex_lock(&p->lock);
		hand_on(w, (struct rj_moment){ record->at, record->began });
		pthread_mutex_unlock(&p->lock);
	}
}

/* --- working ----------------------------------------------------------------- */

static void note_stats(struct worker *w)
{
	w->seen_intake = w->intake;
	w->seen_engine = (struct rj_engine_stats){ 0 };
	if (w->parts)
		rj_parts_add_stats(w->parts, &w->seen_engine);
}

static void take_batch(struct worker *w, const struct rj_batch *b, uint64_t first)
{
	struct rj_pipeline *p = w->pipeline;
	struct rj_chosen chosen = { .num = w->num_chosen[place_of(p, w->num_done)] };

	if (!is_alone(p))
		chosen.at = rj_batch_list(b, (uint32_t)(w - p->worker));
	rj_parts_set_decimals(w->parts, b->decimals);
	rj_intake_frames(&w->intake, w->parts, first, b->frames, b->num,
			 is_alone(p) ? NULL : &chosen);
	rj_parts_time(w->parts, first + b->num, b->quiet_until_ns);
}

/* Goes through the next batch. */
static void work(struct worker *w)
{
	struct rj_pipeline *p = w->pipeline;
	const struct rj_batch *b = &p->ring[place_of(p, w->num_done)];
	uint64_t first = p->first_frame[place_of(p, w->num_done)];
	struct rj_moment done = { rj_place(first + b->num + 1, 0) - 1, UINT64_MAX };

	if (w->parts)
		take_batch(w, b, first);
	pthread_mutex_lock(&p->lock);
	w->num_done++; /* from here on the batch may be another */
	note_stats(w);
	if (!is_alone(p))
		hand_on(w, done);
	pthread_mutex_unlock(&p->lock);
}

static void end_flows(struct worker *w)
{
	struct rj_pipeline *p = w->pipeline;

	if (w->parts)
		rj_parts_flush(w->parts, p->end);
	pthread_mutex_lock(&p->lock);
	note_stats(w);
	if (!is_alone(p))
		hand_on(w, RJ_MOMENT_END);
	pthread_mutex_unlock(&p->lock);
}

/* --- reading ----------------------------------------------------------------- */

static uint64_t slowest(const struct rj_pipeline *p)
{
	uint64_t num = p->num_filled;

	for (uint32_t i = 0; i < p->num_workers; i++)
		if (p->worker[i].num_done < num)
			num = p->worker[i].num_done;
	return num;
}

static uint64_t fastest(const struct rj_pipeline *p)
{
	uint64_t num = 0;

	for (uint32_t i = 0; i < p->num_workers; i++)
		if (p->worker[i].num_done > num)
			num = p->worker[i].num_done;
	return num;
}

/* Which worker is to parse which frame of the batch at place @i. */
static void hand_out_frames(struct rj_pipeline *p, uint32_t i)
{
	struct rj_batch *b = &p->ring[i];
	uint32_t *end[RJ_MAX_THREADS]; /* of each worker's list */

	for (uint32_t n = 0; n < p->num_workers; n++)
		end[n] = rj_batch_list(b, n);
	for (uint32_t at = 0; at < b->num; at++) {
		struct rj_capture *frame = &b->frames[at];
		uint8_t part = rj_part_before_parsing(frame, p->options.engine.limits.no_decap);

		if (part != RJ_PART_UNKNOWN)
			*end[p->worker_of[part]]++ = at * 2 + 1;
		else
			for (uint32_t n = 0; n < p->num_workers; n++)
				*end[n]++ = at * 2;
		frame->before_ns = p->latest_ns;
		if (frame->time_ns > p->latest_ns)
			p->latest_ns = frame->time_ns;
	}
	for (uint32_t n = 0; n < p->num_workers; n++)
		p->worker[n].num_chosen[i] = (size_t)(end[n] - rj_batch_list(b, n));
	if (b->quiet_until_ns > p->latest_ns)
		p->latest_ns = b->quiet_until_ns;
}

/*
 * What comes next for a worker. Whoever is ahead of the others reads, where that never waits: so
 * all are done at once. With the lock held.
 */
static enum todo next_for(const struct worker *w)
{
	const struct rj_pipeline *p = w->pipeline;
	uint64_t ahead = fastest(p);
	bool is_its = p->source->may_wait ? is_first(w) : w->num_done == ahead;

	if (is_its && p->reads && !p->is_reading && p->result == 1 &&
	    p->num_filled - slowest(p) < NUM_BATCHES && p->num_filled - ahead < NUM_AHEAD)
		return READ;
	return w->num_done < p->num_filled ? WORK : WAIT;
}

/* Reads the next batch, into a place that everybody is done with. */
static void read_on(struct rj_pipeline *p, int timeout_ms)
{
	uint32_t i = place_of(p, p->num_filled);
	struct rj_batch *b = &p->ring[i];
	int result;

	rj_batch_empty(b);
	result = p->source->ops->fill(p->source, b, timeout_ms);
	if (!is_alone(p))
		hand_out_frames(p, i);
	p->first_frame[i] = p->num_frames;
	p->num_frames += b->num + 1; /* what comes behind the last has a place, too */
	pthread_mutex_lock(&p->lock);
	p->result = result;
	p->num_filled += b->num || b->quiet_until_ns;
	p->is_reading = false;
	pthread_cond_broadcast(&p->work);
	pthread_cond_signal(&p->news);
	pthread_mutex_unlock(&p->lock);
}

static void carry_out(struct worker *w, enum todo todo, int timeout_ms)
{
	if (todo == READ)
		read_on(w->pipeline, timeout_ms);
	else if (todo == WORK)
		work(w);
}

static void *run(void *arg)
{
	struct worker *w = arg;
	struct rj_pipeline *p = w->pipeline;
	bool is_stopping;
	enum todo todo;

	do {
		pthread_mutex_lock(&p->lock);
		while ((todo = next_for(w)) == WAIT && !p->is_stopping && !p->is_ending)
			pthread_cond_wait(&p->work, &p->lock);
		is_stopping = p->is_stopping;
		p->is_reading |= todo == READ && !is_stopping;
		pthread_mutex_unlock(&p->lock);
		if (!is_stopping)
			carry_out(w, todo, 0);
	} while (!is_stopping && todo != WAIT);
	if (!is_stopping)
		end_flows(w);
	return NULL;
}

/* Waits for news, but not for ever: whoever polls has signals to look at. With the lock held. */
static void wait_for_news(struct rj_pipeline *p)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 50000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&p->news, &p->lock, &until);
}

/* One step of the thread that polls, or a wait when there is none. */
static void step(struct rj_pipeline *p, int timeout_ms)
{
	struct worker *own = p->worker;
	bool is_something;
	enum todo todo;

	pthread_mutex_lock(&p->lock);
	is_something = merge(p);
	todo = next_for(own);
	p->is_reading |= todo == READ;
	if (todo == WAIT && !is_something)
		wait_for_news(p);
	pthread_mutex_unlock(&p->lock);
	carry_out(own, todo, timeout_ms);
}

/* Whether everything that was read went through all workers. With the lock held. */
static bool is_worked_off(const struct rj_pipeline *p)
{
	return !p->is_reading && slowest(p) == p->num_filled;
}

static int poll_alone(struct rj_pipeline *p, int timeout_ms)
{
	if (p->result == 1)
		read_on(p, timeout_ms);
	if (p->worker->num_done < p->num_filled)
		work(p->worker);
	return p->result;
}

int rj_pipeline_poll(struct rj_pipeline *p, int timeout_ms)
{
	int result;

	if (is_alone(p))
		return poll_alone(p, timeout_ms);
	step(p, timeout_ms);
	pthread_mutex_lock(&p->lock);
	result = p->result == 1 || !is_worked_off(p) ? 1 : p->result;
	pthread_mutex_unlock(&p->lock);
	return result;
}

/* Nothing more is read; what was goes through all workers. */
static void work_off(struct rj_pipeline *p)
{
	bool is_done;

	do {
		pthread_mutex_lock(&p->lock);
		p->reads = false;
		is_done = is_worked_off(p);
		pthread_mutex_unlock(&p->lock);
		if (!is_done)
			step(p, 0);
	} while (!is_done);
}

static bool has_merged_all(struct rj_pipeline *p)
{
	bool is_done = true;

	for (uint32_t i = 0; i < p->num_workers; i++)
		is_done = is_done && is_used_up(p->worker[i].taken) && !p->worker[i].ready &&
			  !rj_moment_before(p->worker[i].done, RJ_MOMENT_END);
	return is_done;
}

void rj_pipeline_finish(struct rj_pipeline *p, enum rj_end end)
{
	work_off(p);
	pthread_mutex_lock(&p->lock);
	p->end = end;
	p->is_ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	end_flows(p->worker);
	pthread_mutex_lock(&p->lock);
	while (!is_alone(p) && !has_merged_all(p))
		if (!merge(p))
			pthread_cond_wait(&p->news, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

/* --- from beginning to end ----------------------------------------------------- */

/* The lock, while no worker uses the source. */
static void lock_source(struct rj_pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	while (p->is_reading)
		pthread_cond_wait(&p->news, &p->lock);
}

void rj_pipeline_progress(struct rj_pipeline *p, struct rj_source_progress *out)
{
	lock_source(p);
	p->source->ops->progress(p->source, out);
	pthread_mutex_unlock(&p->lock);
}

void rj_pipeline_stats(struct rj_pipeline *p, struct rj_intake *in, struct rj_engine_stats *engine)
{
	struct rj_intake of_source = { 0 };

	lock_source(p);
	p->source->ops->stats(p->source, &of_source);
	rj_intake_add(in, &of_source);
	for (uint32_t i = 0; i < p->num_workers; i++) {
		rj_intake_add(in, &p->worker[i].seen_intake);
		rj_engine_stats_add(engine, &p->worker[i].seen_engine);
	}
	pthread_mutex_unlock(&p->lock);
}

/* How many of @num parts worker @i of @num_workers takes, the first of which may have to read. */
static uint32_t share_of(uint32_t i, uint32_t num_workers, uint32_t num, bool first_reads)
{
	double others = num_workers - 1;
	double own = num * (1 - (first_reads ? SHARE_OF_READING : 0) * others) / num_workers;
	uint32_t of_first = num_workers == 1 ? num : own > 0 ? (uint32_t)(own + 0.5) : 0;
	uint32_t left = num - of_first;

	if (!i)
		return of_first;
	return left / (num_workers - 1) + (i - 1 < left % (num_workers - 1));
}

static int start_worker(struct worker *w, uint32_t first, uint32_t num_parts)
{
	struct rj_engine_options o = w->pipeline->options.engine;

	o.on_record = on_record;
	o.user = w;
	w->ready_end = &w->ready;
	for (uint32_t i = 0; i < (is_alone(w->pipeline) ? 1 : NUM_LINES); i++) {
		struct rj_page *l = rj_page_new();

		if (!l)
			return -ENOMEM;
		l->behind = w->spare;
		w->spare = l;
	}
	w->open = w->spare;
	w->spare = w->open->behind;
	return num_parts ? rj_parts_new(&o, first, num_parts, &w->parts) : 0;
}

/* Signals are for the thread that polls. */
static int start_thread(struct worker *w)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	w->is_started = !err;
	return -err;
}

int rj_pipeline_new(const struct rj_pipeline_options *options, struct rj_source *source,
		    struct rj_pipeline **out)
{
	uint32_t num_parts = rj_parts_num(&options->engine);
	uint32_t num = num_parts == 1 ? 1 : options->num_threads;
	struct rj_pipeline *p = calloc(1, sizeof(*p) + num * sizeof(p->worker[0]));
	uint32_t first = 0;
	int err = 0;

	if (!p)
		return -ENOMEM;
	p->options = *options;
	p->source = source;
	p->result = 1;
	p->reads = true;
	p->num_workers = num;
	for (uint32_t i = 0; i < NUM_BATCHES; i++)
		p->ring[i].num_choosers = is_alone(p) ? 0 : num;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->news, NULL);
	for (uint32_t i = 0; i < num && !err; i++) {
		uint32_t share = share_of(i, num, num_parts, source->may_wait);

		p->worker[i].pipeline = p;
		err = start_worker(&p->worker[i], first, share);
		memset(p->worker_of + first, (int)i, share);
		first += share;
	}
	for (uint32_t i = 1; i < num && !err; i++)
		err = start_thread(&p->worker[i]);
	if (err) {
		rj_pipeline_free(p);
		return err;
	}
	*out = p;
	return 0;
}

static void free_lines(struct rj_page *l)
{
	while (l) {
		struct rj_page *behind = l->behind;

		rj_page_free(l);
		l = behind;
	}
}

void rj_pipeline_free(struct rj_pipeline *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->is_stopping = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (struct worker *w = p->worker; w < p->worker + p->num_workers; w++) {
		if (w->is_started)
			pthread_join(w->thread, NULL);
		rj_parts_free(w->parts);
		rj_page_free(w->open);
		rj_page_free(w->taken);
		free_lines(w->ready);
		free_lines(w->spare);
	}
	for (uint32_t i = 0; i < NUM_BATCHES; i++)
		rj_batch_done(&p->ring[i]);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->news);
	free(p);
}
