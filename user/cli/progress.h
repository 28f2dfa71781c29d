/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a long read is, on standard error. */
#ifndef RJ_CLI_PROGRESS_H
#define RJ_CLI_PROGRESS_H

#include "cli/cli.h"

/*
 * progress_is_wanted - whether anything is to be told: by @settings, and with auto where standard
 * error is a terminal that the records do not go to as well.
 */
bool progress_is_wanted(const struct settings *settings, const struct output *out);

/*
 * progress_begin - from now on progress_tell tells. @total: bytes of all files, 0: not known. A
 * line that is written anew where there is a terminal of its own, else a line a second.
 */
void progress_begin(const struct output *out, uint64_t total);

/* progress_tell - what there is to tell now, if it is time to. */
void progress_tell(const struct rj_session *s);

/* progress_next - the session's file is done; another one may come. */
void progress_next(const struct rj_session *s);

/* progress_end - nothing is told any more; the line is gone, or the last one written. */
void progress_end(const struct rj_session *s);

#endif
