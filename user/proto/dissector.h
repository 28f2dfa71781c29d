/* SPDX-License-Identifier: BSD-3-Clause */
/* The contract between the flow engine and an application protocol: one row of callbacks. */
#ifndef RJ_PROTO_DISSECTOR_H
#define RJ_PROTO_DISSECTOR_H

#include <rejoice/record.h>

#include "core/arena.h"
#include "core/cursor.h"

enum rj_probe {
	RJ_PROBE_NO,   /* never this protocol, whatever follows */
	RJ_PROBE_MORE, /* could be; too few bytes to say */
	RJ_PROBE_YES,
};

#define RJ_OVER_TCP 1u
#define RJ_OVER_UDP 2u

/*
 * struct rj_message - where the bytes handed to a dissector come from.
 * @side:    0 or 1, the sender: one number for all bytes of one direction of a
 *           flow. Which of the two is the originator is known only at emit.
 * @over:    RJ_OVER_TCP (the cursor is the stream from the start of a message)
 *           or RJ_OVER_UDP (the cursor is one datagram, its end hard unless the
 *           capture cut it)
 * @src_port, @dst_port: of these bytes, host order
 * @time_ns: when the last of these bytes was seen, Unix time
 * @arena:   memory until the flow ends; what is to be kept must be copied there
 * @skip: TCP: set by a parse that returns RJ_OK: so many bytes behind the cursor are of no use,
 *           and the next call starts behind them. They need not be there, and do not count
 *           to max_bytes
 * @is_done: set by parse: no further bytes of this side are wanted. Set before the
 *           call when what gave RJ_TRUNCATED, a datagram that the capture cut or the end of a
 *           stream, is shown once more, because no more of it will come: a parse that keeps
 *           such a part clears it (of a stream it need not) and returns RJ_OK
 * @waits: TCP: set by a parse that returns RJ_TRUNCATED for want of what the other side says, also
 *           under a hard end: it is called again when a message of that was read. When no more fits
 *           or comes it is so with @is_done, which it clears to go on
 * @hands_over: set by a parse that returns RJ_OK. TCP: what stands behind the cursor, and all that
 *           follows on this side, is of another protocol, for which all dissectors are asked. Here
 *           the cursor need not have moved. The other side goes on as it was until it is handed
 *           over as well. UDP: this datagram is of another protocol, which takes turns with this
 *           one in the flow; the cursor has not moved
 */
struct rj_message {
	unsigned int side;
	unsigned int over;
	uint16_t src_port;
	uint16_t dst_port;
	uint64_t time_ns;
	struct rj_arena *arena;
	uint64_t skip;
	bool is_done;
	bool waits;
	bool hands_over;
};

#define RJ_TLS_RECORD_MESSAGES 14u

/*
 * struct rj_tls_record - one TLS record, whoever found it.
 * @ipt_ms: since the record before of either side; 0 for the first
 * @len: without the header
 * @messages: handshake messages in the clear that start in it
 */
struct rj_tls_record {
	uint64_t ipt_ms;
	uint32_t len;
	uint8_t type;
	bool is_out; /* from the originator */
	uint8_t num_messages;
	struct {
		uint32_t len;
		uint8_t type;
	} messages[RJ_TLS_RECORD_MESSAGES];
};

/* struct rj_tls_records - embedded first in whoever has the list: gives one after the other. */
struct rj_fingerprints;
struct rj_fp_text;
struct rj_tls_records {
	bool (*next)(struct rj_tls_records *records, struct rj_tls_record *out);
};

/*
 * struct rj_dissector - one application protocol. All members but ports, emit_records,
 * fingerprints, fpx and originator are required. No callback allocates but from the arena (emit
 * may, what it gives back), reads a clock or prints.
 */
struct rj_dissector {
	const char *name;      /* feature name and key of its object in the record */
	const char *reference; /* the standard it reads */
	unsigned int over;     /* RJ_OVER_* it can run on */
	const uint16_t *ports; /* where to ask it first, ends with 0; content decides */
	size_t state_bytes;  /* per flow, zeroed before the first parse, kept when it comes again */
	uint32_t max_bytes;  /* of each direction's stream it may want; the cap of buffering */
	bool answers_anyhow; /* what one side begins with, probe cannot know: not asked then */
	bool leads_on;	     /* over TCP it may hand over to any other */

	/*
	 * probe - pure: looks at the first bytes of one side and says whether they
	 * are this protocol. Must say NO as early as the bytes allow it.
	 */
	enum rj_probe (*probe)(const struct rj_message *m, struct rj_cursor bytes);

	/*
	 * parse - reads one message. RJ_OK: the cursor stands behind it (at least
	 * one byte further). RJ_TRUNCATED: called again from the same start with
	 * more bytes; @state must be as if this call had not been. RJ_MALFORMED:
	 * not called again for this side of a stream, called again with the next
	 * datagram; what earlier messages gave is kept. A datagram that is so from its
	 * first byte on is asked of other dissectors too.
	 */
	enum rj_status (*parse)(void *state, struct rj_message *m, struct rj_cursor *c);

	/*
	 * emit - writes what was found as members of the object or as the
	 * array that the engine does NOT open for it: opens its own value with
	 * its first field row and closes it; writes nothing when there is nothing.
	 * @originator: the side (0 or 1) that is the flow's originator.
	 */
	void (*emit)(const void *state, unsigned int originator, struct rj_visitor *v);

	/*
	 * emit_records - emit, with the flow's TLS records, of which there is at least one.
	 * @state is NULL when nothing else of the protocol was found. NULL: it has no records.
	 */
	void (*emit_records)(const void *state, struct rj_tls_records *records,
			     struct rj_visitor *v);

	/*
	 * fingerprints - writes those that this protocol has. NULL: it has none.
	 */
	void (*fingerprints)(const void *state, struct rj_fingerprints *out);

	/*
	 * fpx - the client's fingerprint in Joy's notation, which is of TLS over TCP: appends it
	 * to @out, and gives the side that sent it; -1: there is none. NULL: it has none.
	 */
	int (*fpx)(const void *state, struct rj_fp_text *out);

	/*
	 * originator - the side (0 or 1) that the messages show to have asked first,
	 * -1 when they do not. NULL: they never do.
	 */
	int (*originator)(const void *state);

	const struct rj_field *fields; /* rows used by emit; the first is its own value */
	size_t num_fields;
};

/* rj_dissectors - every dissector, in probing order; ends with NULL. (registry.c) */
extern const struct rj_dissector *const rj_dissectors[];

/* rj_dissectors_of_port - a bit, by its place, for each that has the port among its own. */
uint32_t rj_dissectors_of_port(uint16_t port);

/*
 * rj_dissectors_over - a bit for each over RJ_OVER_TCP or RJ_OVER_UDP; *@ret_max_bytes is the most
 * that one of them asks for.
 */
uint32_t rj_dissectors_over(unsigned int over, uint32_t *ret_max_bytes);

#endif
