/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of capture files, of any mixture of link types and clocks. */
#ifndef RJ_SOURCE_READER_H
#define RJ_SOURCE_READER_H

#include <stdbool.h>

#include "core/error.h"
#include "core/status.h"
#include "source/input.h"
#include "source/intake.h"

/* The most that is held of a frame: what tcpdump captures of one at most. */
#define RJ_MAX_CAPTURED 262144u

struct rj_reader;

/*
 * rj_reader_open - reads the head of a capture: pcap of either resolution and byte order, pcapng,
 * or what else libpcap knows.
 * @in: borrowed while the reader is there
 * @name: for messages; borrowed likewise
 * 0; -ENOMEM; with @error set -ENOEXEC: it is no such file, -EINTR: a signal came before it was
 * known, or what reading failed with. Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 * Of an input that is followed, what the head says is known when rj_reader_next was called.
 */
RJ_MUST_CHECK int rj_reader_open(struct rj_input *in, const char *name, struct rj_reader **out,
				 struct rj_error *error);

/*
 * rj_reader_next - the next frame, good until the call after. 1; 0 at the end of the file; else
 * with @error set -EIO where the file is damaged or cut short, or what reading failed with: what
 * came before is good, and nothing comes after. Where the input is followed, also -EAGAIN, without
 * an error: there is no further whole frame as yet; and -ESTALE: nor will there be (rj_input_read).
 */
RJ_MUST_CHECK int rj_reader_next(struct rj_reader *r, struct rj_capture *out,
				 struct rj_error *error);

/*
 * rj_reader_hold - from now on the frames that rj_reader_next gives stay where they are: where it
 * would have to read on it is -EAGAIN. Not for those that libpcap reads.
 */
void rj_reader_hold(struct rj_reader *r);
bool rj_reader_is_foreign(const struct rj_reader *r);

/*
 * rj_reader_swap - the end of that: the memory with these frames is the caller's now, in *@bytes of
 * *@size, and what was there is the reader's. False without memory: they do not stay.
 */
RJ_MUST_CHECK bool rj_reader_swap(struct rj_reader *r, uint8_t **bytes, size_t *size);

/* rj_reader_decimals - digits of a second its times have, 6 or 9: by its first interface. */
int rj_reader_decimals(const struct rj_reader *r);

/* rj_reader_link_type - of its first interface (DLT_*); -1 where it starts with none. */
int rj_reader_link_type(const struct rj_reader *r);

/*
 * rj_reader_quiet_until - the time up to which a followed capture has no further frame, as far as
 * that can be known now: 0 where it cannot.
 */
uint64_t rj_reader_quiet_until(const struct rj_reader *r);

/* rj_reader_num_waiting - bytes that were read of a frame that is not whole. */
size_t rj_reader_num_waiting(const struct rj_reader *r);

/* rj_reader_close - takes NULL. */
void rj_reader_close(struct rj_reader *r);

#endif
