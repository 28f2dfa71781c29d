/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the bittorrent object of a record. */
#include "core/text.h"
#include "proto/bittorrent/session.h"
#include "proto/common/tally.h"

enum field {
	F_BITTORRENT,
	F_OUT,
	F_IN,
	F_INFO_HASH,
	F_PEER_ID,
	F_CLIENT,
	F_CLIENT_VERSION,
	F_EXTENSIONS,
	F_EXTENSION,
	F_V,
	F_PORT,
	F_MALFORMED,
	F_UTP,
	F_PACKETS,
	F_NUM,
	F_DHT,
	F_MESSAGES,
	F_INFO_HASHES,
	F_TARGETS,
	F_ID,
	F_NODE_VERSION,
	F_TRACKER,
	F_ACTIONS,
	F_EVENT,
	F_ERROR,
	NUM_FIELDS,
};
_Static_assert(NUM_FIELDS == RJ_BT_NUM_FIELDS, "session.h says how many rows there are");

/* clang-format off */
const struct rj_field rj_bt_fields[RJ_BT_NUM_FIELDS] = {
	[F_BITTORRENT] = { "bittorrent", RJ_TYPE_OBJECT, "", 0, "BEP 3, BEP 5, BEP 15, BEP 29",
		"BitTorrent: peers, DHT and trackers over UDP, as far as what is first tells." },
	[F_OUT] = { "out", RJ_TYPE_OBJECT, "", 0, "", "From the originator." },
	[F_IN] = { "in", RJ_TYPE_OBJECT, "", 0, "", "From the responder." },
	[F_INFO_HASH] = { "info_hash", RJ_TYPE_HEX, "", 0, "BEP 3",
		"Which torrent the handshake is about." },
	[F_PEER_ID] = { "peer_id", RJ_TYPE_HEX, "", 0, "BEP 20", "How the peer calls itself." },
	[F_CLIENT] = { "client", RJ_TYPE_STRING, "", 0, "BEP 20",
		"Program by its peer id, or the two letters there." },
	[F_CLIENT_VERSION] = { "client_version", RJ_TYPE_STRING, "", 0, "BEP 20",
		"The four characters of its version there." },
	[F_EXTENSIONS] = { "extensions", RJ_TYPE_ARRAY, "", 0, "BEP 3, BEP 5, BEP 6, BEP 10",
		"What the reserved bits of the handshake offer." },
	[F_EXTENSION] = { "extension", RJ_TYPE_STRING, "", 0, "BEP 5, BEP 6, BEP 10, BEP 52",
		"One of them; bits without a name by their number from the first on." },
	[F_V] = { "v", RJ_TYPE_STRING, "", 0, "BEP 10",
		"Program as it names itself in the extension handshake." },
	[F_PORT] = { "port", RJ_TYPE_UINT, "", 0, "BEP 10, BEP 15",
		"Port that the client listens on." },
	[F_MALFORMED] = { "malformed", RJ_TYPE_BOOL, "", 0, "",
		"A message of the side broke its format; nothing behind it was read." },
	[F_UTP] = { "utp", RJ_TYPE_OBJECT, "", 0, "BEP 29", "The side speaks uTP, over UDP." },
	[F_PACKETS] = { "packets", RJ_TYPE_OBJECT, "", 0, "BEP 29",
		"How many packets of each type." },
	[F_NUM] = { "num", RJ_TYPE_UINT, "messages", 0, "BEP 5, BEP 15, BEP 29",
		"Messages of one kind, under its name." },
	[F_DHT] = { "dht", RJ_TYPE_OBJECT, "", 0, "BEP 5", "The side's messages of the DHT." },
	[F_MESSAGES] = { "messages", RJ_TYPE_OBJECT, "", 0, "BEP 5, BEP 44, BEP 51",
		"How many queries of each method, responses and errors." },
	[F_INFO_HASHES] = { "info_hashes", RJ_TYPE_ARRAY, "", 0, "BEP 5, BEP 15",
		"The first torrents it asks for, each once, at most 8." },
	[F_TARGETS] = { "targets", RJ_TYPE_ARRAY, "", 0, "BEP 5",
		"The first nodes it looks for, each once, at most 8." },
	[F_ID] = { "id", RJ_TYPE_HEX, "", 0, "BEP 5", "One torrent or node." },
	[F_NODE_VERSION] = { "version", RJ_TYPE_HEX, "", 0, "BEP 5",
		"Program and version of the node: two letters, two bytes." },
	[F_TRACKER] = { "tracker", RJ_TYPE_OBJECT, "", 0, "BEP 15",
		"What the side says to a tracker, or as one, over UDP." },
	[F_ACTIONS] = { "actions", RJ_TYPE_OBJECT, "", 0, "BEP 15",
		"How many messages of each action." },
	[F_EVENT] = { "event", RJ_TYPE_STRING, "", 0, "BEP 15",
		"Of the last announcement: none, completed, started or stopped." },
	[F_ERROR] = { "error", RJ_TYPE_STRING, "", 0, "BEP 5, BEP 15",
		"The first error in its own words." },
};
/* clang-format on */

/* Two letters of peer ids between dashes, as the programs' own sources have them (BEP 20). */
static const struct {
	char code[3];
	const char *name;
} clients[] = {
	{ "A2", "aria2" },
	{ "AZ", "Vuze" },
	{ "BC", "BitComet" },
	{ "BI", "BiglyBT" },
	{ "BT", "BitTorrent" },
	{ "DE", "Deluge" },
	{ "FD", "Free Download Manager" },
	{ "KT", "KTorrent" },
	{ "LT", "libtorrent" },
	{ "lt", "rTorrent" },
	{ "qB", "qBittorrent" },
	{ "SD", "Thunder" },
	{ "TR", "Transmission" },
	{ "TX", "Tixati" },
	{ "UM", "uTorrent for Mac" },
	{ "UT", "uTorrent" },
	{ "UW", "uTorrent Web" },
	{ "WW", "WebTorrent" },
	{ "WD", "WebTorrent Desktop" },
	{ "XL", "Xunlei" },
};

static const char *const action_names[RJ_BT_TRACKER_ACTIONS] = { "connect", "announce", "scrape",
								 "error" };
static const char *const event_names[] = { "none", "completed", "started", "stopped" };
static const char *const utp_names[RJ_BT_UTP_TYPES] = { "data", "fin", "state", "reset", "syn" };

static void put_string(struct rj_visitor *v, enum field f, const char *text)
{
	v->ops->string(v, &rj_bt_fields[f], text, strlen(text));
}

static bool is_word(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= 'a' && byte <= 'z');
}

/* The peer id, and where it is of the form -XX1234- who that is. */
static void put_peer(struct rj_visitor *v, const uint8_t id[RJ_BT_ID_BYTES])
{
	v->ops->hex(v, &rj_bt_fields[F_PEER_ID], id, RJ_BT_ID_BYTES);
	if (id[0] != '-' || id[7] != '-')
		return;
	for (unsigned int i = 1; i < 7; i++)
		if (!is_word(id[i]))
			return;
	for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
		if (memcmp(clients[i].code, id + 1, 2))
			continue;
		put_string(v, F_CLIENT, clients[i].name);
		v->ops->string(v, &rj_bt_fields[F_CLIENT_VERSION], id + 3, 4);
		return;
	}
	v->ops->string(v, &rj_bt_fields[F_CLIENT], id + 1, 2);
	v->ops->string(v, &rj_bt_fields[F_CLIENT_VERSION], id + 3, 4);
}

/* Bits from the first of the first byte on. */
static const char *extension_name(unsigned int bit)
{
	switch (bit) {
	case 0:
		return "azureus_messaging";
	case 43:
		return "extension_protocol"; /* BEP 10 */
	case 59:
		return "v2_upgrade"; /* BEP 52 */
	case 61:
		return "fast"; /* BEP 6 */
	case 63:
		return "dht"; /* BEP 5 */
	default:
		return NULL;
	}
}

static void put_extensions(struct rj_visitor *v, const uint8_t reserved[RJ_BT_RESERVED_BYTES])
{
	v->ops->open(v, &rj_bt_fields[F_EXTENSIONS]);
	for (unsigned int bit = 0; bit < 8 * RJ_BT_RESERVED_BYTES; bit++) {
		const char *name = extension_name(bit);
		uint8_t text[RJ_TEXT_U64_LEN];

		if (!(reserved[bit / 8] >> (7 - bit % 8) & 1))
			continue;
		if (name)
			put_string(v, F_EXTENSION, name);
		else
			v->ops->string(v, &rj_bt_fields[F_EXTENSION], text,
				       (size_t)(rj_text_u64(text, bit) - text));
	}
	v->ops->close(v);
}

static void put_handshake(struct rj_visitor *v, const struct rj_bt_handshake *h)
{
	v->ops->hex(v, &rj_bt_fields[F_INFO_HASH], h->info_hash, RJ_BT_ID_BYTES);
	put_peer(v, h->peer_id);
	put_extensions(v, h->reserved);
	rj_kept_put_text(v, &rj_bt_fields[F_V], h->version);
	if (h->port)
		v->ops->u64(v, &rj_bt_fields[F_PORT], h->port);
}

static void put_ids(struct rj_visitor *v, enum field f, const struct rj_bt_ids *ids)
{
	if (!ids->num)
		return;
	v->ops->open(v, &rj_bt_fields[f]);
	for (uint32_t i = 0; i < ids->num; i++)
		v->ops->hex(v, &rj_bt_fields[F_ID], ids->first[i], RJ_BT_ID_BYTES);
	v->ops->close(v);
}

static bool is_any(const uint32_t *counts, size_t num)
{
	for (size_t i = 0; i < num; i++)
		if (counts[i])
			return true;
	return false;
}

static void put_tally(struct rj_visitor *v, enum field f, const char *const *names,
		      const uint32_t *counts, size_t num)
{
	rj_tally_put(v, &rj_bt_fields[f], &rj_bt_fields[F_NUM], names, counts, num);
}

static void put_dht(struct rj_visitor *v, const struct rj_bt_side *side)
{
	v->ops->open(v, &rj_bt_fields[F_DHT]);
	put_tally(v, F_MESSAGES, rj_bt_krpc_names, side->krpc, RJ_BT_NUM_KRPC);
	put_ids(v, F_INFO_HASHES, &side->info_hashes);
	put_ids(v, F_TARGETS, &side->targets);
	rj_kept_put_hex(v, &rj_bt_fields[F_NODE_VERSION], side->node_version);
	rj_kept_put_text(v, &rj_bt_fields[F_ERROR], side->error);
	v->ops->close(v);
}

static void put_tracker(struct rj_visitor *v, const struct rj_bt_side *side)
{
	v->ops->open(v, &rj_bt_fields[F_TRACKER]);
	put_tally(v, F_ACTIONS, action_names, side->actions, RJ_BT_TRACKER_ACTIONS);
	put_ids(v, F_INFO_HASHES, &side->announced);
	if (side->has_announced) {
		put_peer(v, side->peer_id);
		if (side->event < sizeof(event_names) / sizeof(*event_names))
			put_string(v, F_EVENT, event_names[side->event]);
		v->ops->u64(v, &rj_bt_fields[F_PORT], side->port);
	}
	rj_kept_put_text(v, &rj_bt_fields[F_ERROR], side->error);
	v->ops->close(v);
}

static bool is_seen(const struct rj_bt_side *side)
{
	return side->num_bytes || side->is_malformed;
}

static void put_side(struct rj_visitor *v, enum field f, const struct rj_bt_side *side)
{
	if (!is_seen(side))
		return;
	v->ops->open(v, &rj_bt_fields[f]);
	if (side->handshake.is_there)
		put_handshake(v, &side->handshake);
	if (is_any(side->utp, RJ_BT_UTP_TYPES)) {
		v->ops->open(v, &rj_bt_fields[F_UTP]);
		put_tally(v, F_PACKETS, utp_names, side->utp, RJ_BT_UTP_TYPES);
		v->ops->close(v);
	}
	if (is_any(side->krpc, RJ_BT_NUM_KRPC))
		put_dht(v, side);
	if (is_any(side->actions, RJ_BT_TRACKER_ACTIONS))
		put_tracker(v, side);
	if (side->is_malformed)
		v->ops->boolean(v, &rj_bt_fields[F_MALFORMED], 1);
	v->ops->close(v);
}

void rj_bt_emit(const struct rj_bt_session *s, unsigned int originator, struct rj_visitor *v)
{
	if (!is_seen(&s->sides[0]) && !is_seen(&s->sides[1]))
		return;
	v->ops->open(v, &rj_bt_fields[F_BITTORRENT]);
	put_side(v, F_OUT, &s->sides[originator]);
	put_side(v, F_IN, &s->sides[!originator]);
	v->ops->close(v);
}
