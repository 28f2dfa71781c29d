/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames that an Initial packet may carry. */
#ifndef RJ_PROTO_QUIC_FRAMES_H
#define RJ_PROTO_QUIC_FRAMES_H

#include "core/cursor.h"

enum rj_quic_frame_type {
	RJ_QUIC_FRAME_NOTHING, /* padding, ping, acknowledgement */
	RJ_QUIC_FRAME_CRYPTO,
	RJ_QUIC_FRAME_CLOSE,
};

/*
 * struct rj_quic_frame - what is of interest of a frame.
 * @offset: CRYPTO: of @data in the stream of handshake messages
 * @data:   CRYPTO: handshake bytes; CLOSE: the reason in words
 * @error:  CLOSE: the code
 */
struct rj_quic_frame {
	enum rj_quic_frame_type type;
	uint64_t offset;
	uint64_t error;
	struct rj_cursor data;
};

/*
 * rj_quic_frame_next - takes the next frame off the payload @c; paddings in a row are one.
 * RJ_MALFORMED: not one that an Initial may carry (RFC 9000 12.4), or broken.
 */
RJ_MUST_CHECK enum rj_status rj_quic_frame_next(struct rj_cursor *c, struct rj_quic_frame *out);

#endif
