/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of a BitTorrent flow: peers over TCP and uTP, DHT, trackers over UDP. */
#ifndef RJ_PROTO_BITTORRENT_SESSION_H
#define RJ_PROTO_BITTORRENT_SESSION_H

#include "proto/bittorrent/bencode.h"
#include "proto/common/kept.h"
#include "proto/dissector.h"

#define RJ_BT_ID_BYTES 20u	 /* of info hashes, peers and nodes: BEP 3, BEP 5 */
#define RJ_BT_RESERVED_BYTES 8u	 /* BEP 3 */
#define RJ_BT_TEXT_MAX 255u	 /* of a text that is kept. Ours */
#define RJ_BT_IDS_MAX 8u	 /* of a kind and side that are kept. Ours */
#define RJ_BT_TRACKER_ACTIONS 4u /* BEP 15: connect, announce, scrape, error */
#define RJ_BT_UTP_TYPES 5u	 /* BEP 29: data, fin, state, reset, syn */

/* struct rj_bt_ids - the first that came, each once. */
struct rj_bt_ids {
	uint8_t first[RJ_BT_IDS_MAX][RJ_BT_ID_BYTES];
	uint32_t num;
};

/* What a message of the DHT is: a query by its method (BEP 5, 44, 51), or an answer. */
enum rj_bt_krpc {
	RJ_BT_PING,
	RJ_BT_FIND_NODE,
	RJ_BT_GET_PEERS,
	RJ_BT_ANNOUNCE_PEER,
	RJ_BT_GET,
	RJ_BT_PUT,
	RJ_BT_SAMPLE_INFOHASHES,
	RJ_BT_OTHER_QUERY,
	RJ_BT_RESPONSE,
	RJ_BT_ERROR,
	RJ_BT_NUM_KRPC,
};
extern const char *const rj_bt_krpc_names[RJ_BT_NUM_KRPC];

/* struct rj_bt_handshake - of a peer (BEP 3), and its extension handshake (BEP 10). */
struct rj_bt_handshake {
	uint8_t reserved[RJ_BT_RESERVED_BYTES];
	uint8_t info_hash[RJ_BT_ID_BYTES];
	uint8_t peer_id[RJ_BT_ID_BYTES];
	struct rj_kept version;
	uint16_t port;
	bool is_there;
	bool is_extended;
};

/*
 * struct rj_bt_side - one sender.
 * @num_bytes: of its stream or datagrams that were read or passed over
 * @krpc, @utp, @actions: how many messages of each kind
 * @node_version: of the last message that says it; @error: of a tracker or of the DHT
 * @peer_id, @event, @port: of the last announcement to a tracker
 */
struct rj_bt_side {
	struct rj_bt_handshake handshake;
	uint64_t num_bytes;
	uint32_t num_messages;
	uint32_t krpc[RJ_BT_NUM_KRPC];
	struct rj_bt_ids info_hashes;
	struct rj_bt_ids targets;
	struct rj_kept node_version;
	struct rj_kept error;
	uint32_t utp[RJ_BT_UTP_TYPES];
	uint32_t actions[RJ_BT_TRACKER_ACTIONS];
	struct rj_bt_ids announced;
	uint8_t peer_id[RJ_BT_ID_BYTES];
	uint32_t event;
	uint16_t port;
	bool has_announced;
	bool is_malformed;
};

/* struct rj_bt_session - the state of the dissector. @has_tracker: one was asked, by @asker */
struct rj_bt_session {
	struct rj_bt_side sides[2];
	uint8_t asker;
	bool has_tracker;
};

/* rj_bt_handshake_read - a peer's first message (BEP 3); its protocol name is checked. */
RJ_MUST_CHECK enum rj_status rj_bt_handshake_read(struct rj_cursor *c, struct rj_bt_handshake *out);

/* rj_bt_extended_read - a message from its identifier on, if it is an extension handshake. */
void rj_bt_extended_read(struct rj_cursor message, struct rj_arena *arena,
			 struct rj_bt_handshake *out);

/* rj_bt_datagram_probe - whether a datagram is sure to be of BitTorrent. (datagram.c) */
enum rj_probe rj_bt_datagram_probe(struct rj_cursor bytes);

/* rj_bt_datagram_take - reads a datagram; the cursor stands behind it then. (datagram.c) */
RJ_MUST_CHECK enum rj_status rj_bt_datagram_take(struct rj_bt_session *s, struct rj_message *m,
						 struct rj_cursor *c);

/* rj_bt_emit - writes the bittorrent object; nothing when nothing is known. (emit.c) */
void rj_bt_emit(const struct rj_bt_session *s, unsigned int originator, struct rj_visitor *v);

/* rj_bt_fields - the rows that rj_bt_emit uses; the first is the object. (emit.c) */
#define RJ_BT_NUM_FIELDS 25u
extern const struct rj_field rj_bt_fields[RJ_BT_NUM_FIELDS];

#endif
