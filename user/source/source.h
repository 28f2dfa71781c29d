/* SPDX-License-Identifier: BSD-3-Clause */
/* The contract of a source: where packets, kernel states and samples come from. */
#ifndef RJ_SOURCE_SOURCE_H
#define RJ_SOURCE_SOURCE_H

#include "core/error.h"
#include "core/status.h"
#include "flow/engine.h"
#include "source/batch.h"
#include "source/filter.h"
#include "source/intake.h"

struct rj_source;

/*
 * struct rj_source_progress - how far the reading of a file is, in bytes of the file itself.
 * @total: its length; 0: that is not known
 * @waiting: bytes read of a frame that is not whole
 */
struct rj_source_progress {
	uint64_t read;
	uint64_t total;
	uint64_t waiting;
};

/*
 * struct rj_source_ops - what a source can do. Files are filled from; the kernel is polled, stopped
 * and settled with.
 */
struct rj_source_ops {
	/*
	 * fill - the next frames, into an empty batch; it waits at most @timeout_ms for the first,
	 * where more may come later. Results as poll's: the frames are good in any case.
	 */
	int (*fill)(struct rj_source *s, struct rj_batch *out, int timeout_ms);

	/*
	 * poll - delivers what is there to the engine, waiting at most @timeout_ms for
	 * the first of it. 1: there may be more; 0: this was all; else a negative
	 * errno with the source's error set: what came before it is good.
	 */
	int (*poll)(struct rj_source *s, struct rj_engine *e, int timeout_ms);

	/*
	 * stop - delivers what is left inside (the kernel's flows, unless they are pinned), after
	 * which poll is over.
	 */
	int (*stop)(struct rj_source *s, struct rj_engine *e);

	/*
	 * settle - whoever gets the records has dealt with all that the engine has handed over up
	 * to now.
	 */
	void (*settle)(struct rj_source *s, const struct rj_engine *e);

	/* stats - the account up to now; of files that of frames that are not in a batch. */
	void (*stats)(struct rj_source *s, struct rj_intake *out);

	/* progress - of a file. */
	void (*progress)(struct rj_source *s, struct rj_source_progress *out);

	/* close - gives everything back; detaches. */
	void (*close)(struct rj_source *s);
};

/*
 * struct rj_source - embedded first in each source.
 * @clock_ns, @time_decimals, @end: for the engine: see struct rj_engine_options (of a file that is
 *       followed the decimals may change before its first frame); why flows end that are held when
 *       the source is over
 * @may_wait: to be filled from, for whoever writes. Then that is for the thread which gets signals;
 *       else for any, one at a time
 */
struct rj_source {
	const struct rj_source_ops *ops;
	struct rj_error error;
	int64_t clock_ns;
	int time_decimals;
	enum rj_end end;
	bool may_wait;
};

/*
 * rj_pcap_open - a capture file (pcap, pcapng; gzip inside either name), "-" for standard input.
 * @is_followed: it still grows, and need not be there yet. To wait for more of it fails with
 *       -ESTALE where another file has taken its name, or it was truncated.
 * @filter: borrowed while the source is open; NULL for all frames
 */
RJ_MUST_CHECK int rj_pcap_open(const char *path, bool is_followed, struct rj_filter *filter,
			       struct rj_source **out, struct rj_error *error);

#endif
