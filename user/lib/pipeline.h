/* SPDX-License-Identifier: BSD-3-Clause */
/* From a capture to records: a reader, flow workers beside each other, their records in order. */
#ifndef RJ_LIB_PIPELINE_H
#define RJ_LIB_PIPELINE_H

#include "source/source.h"

/* Ours; each has some of the RJ_NUM_PARTS, with so many two at least. */
#define RJ_MAX_THREADS 16u

struct rj_pipeline;

/*
 * struct rj_pipeline_options
 * @engine: of all parts together; on_record is not the pipeline's: it calls one of the next two
 * @on_record: with one thread: each record
 * @on_json: else, or NULL: each record as a line of JSON without the line end, in the thread that
 *     polls; @line NULL: it was lost for lack of memory
 * @num_threads: 1 to RJ_MAX_THREADS, among them the one that polls
 */
struct rj_pipeline_options {
	struct rj_engine_options engine;
	void (*on_record)(void *user, const struct rj_record *record);
	void (*on_json)(void *user, const char *line, size_t len);
	void *user;
	uint32_t num_threads;
};

/*
 * rj_pipeline_new - starts the threads; @source is borrowed, is to be filled from and, until the
 * pipeline is freed, used by nobody else. 0, -ENOMEM, or what pthread_create says.
 */
RJ_MUST_CHECK int rj_pipeline_new(const struct rj_pipeline_options *options,
				  struct rj_source *source, struct rj_pipeline **out);

/* rj_pipeline_poll - as rj_source_ops.poll. */
RJ_MUST_CHECK int rj_pipeline_poll(struct rj_pipeline *p, int timeout_ms);

/* rj_pipeline_finish - what was read becomes records, then every flow ends, because of @end. */
void rj_pipeline_finish(struct rj_pipeline *p, enum rj_end end);

/* rj_pipeline_progress - as rj_source_ops.progress, of the source that the workers read. */
void rj_pipeline_progress(struct rj_pipeline *p, struct rj_source_progress *out);

/* rj_pipeline_stats - adds the account, the source's too, up to a moment ago, or all at the end. */
void rj_pipeline_stats(struct rj_pipeline *p, struct rj_intake *in, struct rj_engine_stats *engine);

/* rj_pipeline_free - ends the threads; takes NULL. Flows still held are forgotten. */
void rj_pipeline_free(struct rj_pipeline *p);

#endif
