/* SPDX-License-Identifier: BSD-3-Clause */
/* Capture files that are neither pcap 2.4 nor pcapng: of old and patched systems, by libpcap. */
#ifndef RJ_SOURCE_FOREIGN_H
#define RJ_SOURCE_FOREIGN_H

#include "source/intake.h"
#include "source/window.h"

struct rj_foreign;

/*
 * rj_foreign_open - the stream from @w on, as libpcap sees it. NULL with *@what set to why libpcap
 * refuses it, for as long as the program runs or until the next call; or with @w->err set.
 */
struct rj_foreign *rj_foreign_open(struct rj_window *w, const char **what);

/* rj_foreign_next - 1, 0 at the end, or -EIO with *@what set, good until the close. */
int rj_foreign_next(struct rj_foreign *f, struct rj_capture *out, const char **what);

/* rj_foreign_link_type - of all its frames. */
int rj_foreign_link_type(const struct rj_foreign *f);

/* rj_foreign_close - takes NULL. */
void rj_foreign_close(struct rj_foreign *f);

#endif
