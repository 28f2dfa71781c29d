/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dissector for RTP and RTCP (RFC 3550). A datagram has no sure sign of either: what looks like
 * them is kept, and shown once datagrams that follow one another agree.
 */
#include "proto/common/datagrams.h"
#include "proto/common/put.h"
#include "proto/dissector.h"
#include "proto/registry.h"

#define MAX_STREAMS 8u /* of a flow. Ours: audio, video and its repetition, both ways, and some */
#define MAX_TYPES 4u   /* payload types of a stream */
#define MAX_SOURCES 4u /* that name themselves. Ours */
#define MAX_DATAGRAMS 1000u /* of a side that are looked at: of speech 20 seconds. Ours */
#define MAX_PACKETS 16u	    /* in a datagram of RTCP */
#define MAX_CHUNKS 31u	    /* RFC 3550 6.5: five bits */

/* Datagrams of a stream in a row that confirm it, and numbers that may be missing between two. */
#define MIN_IN_ROW 3u
#define MAX_STEP 8u
#define MAX_TIME_STEP (1 << 24) /* three minutes at 90 kHz, either way, as pictures are reordered */
/* Datagrams of a side that may disagree before any agreed; as many as flow/dissect probes. */
#define MAX_ODD 4u
/* Datagrams of RTCP alone from one source that confirm it; encrypted ones tell less. */
#define MIN_RTCP 2u
#define MIN_SRTCP 3u

#define HEADER_BYTES 12u
#define VERSION 2u
#define RTCP_FIRST 192u /* RFC 5761 4: these second bytes are of RTCP */
#define RTCP_LAST 223u
#define RTCP_SR 200u
#define RTCP_RR 201u
#define RTCP_SDES 202u
#define SDES_END 0u
#define SDES_CNAME 1u
#define SDES_TOOL 6u

enum field {
	F_RTP,
	F_STREAMS,
	F_STREAM,
	F_DIR,
	F_SSRC,
	F_PAYLOAD_TYPES,
	F_PAYLOAD_TYPE,
	F_PACKETS,
	F_RTCP,
	F_RTCP_TYPE,
	F_RTCP_PACKETS,
	F_SOURCES,
	F_SOURCE,
	F_CNAME,
	F_TOOL,
	NUM_FIELDS
};

/* clang-format off */
static const struct rj_field fields[NUM_FIELDS] = {
	[F_RTP] = { "rtp", RJ_TYPE_OBJECT, "", 0, "RFC 3550",
		"RTP and RTCP of the flow, where several datagrams agree that it is; of the "
		"first 1000 of each side." },
	[F_STREAMS] = { "streams", RJ_TYPE_ARRAY, "", 0, "RFC 3550 5.1", "Streams of RTP." },
	[F_STREAM] = { "stream", RJ_TYPE_OBJECT, "", 0, "RFC 3550 5.1", "One stream." },
	[F_DIR] = { "dir", RJ_TYPE_STRING, "", 0, "", "> from the originator, < to it." },
	[F_SSRC] = { "ssrc", RJ_TYPE_HEX, "", 0, "RFC 3550 5.1", "Number of the source." },
	[F_PAYLOAD_TYPES] = { "payload_types", RJ_TYPE_ARRAY, "", 0, "RFC 3551 6",
		"What it carried, by name; the numbers of those that are agreed on elsewhere." },
	[F_PAYLOAD_TYPE] = { "payload_type", RJ_TYPE_STRING, "", 0, "RFC 3551 6", "One of them." },
	[F_PACKETS] = { "packets", RJ_TYPE_UINT, "packets", 0, "RFC 3550 5.1",
		"Packets of the stream among the datagrams that were looked at." },
	[F_RTCP] = { "rtcp", RJ_TYPE_ARRAY, "", 0, "RFC 3550 6",
		"Types of packets of RTCP, by name; of encrypted ones the first in each datagram." },
	[F_RTCP_TYPE] = { "rtcp_type", RJ_TYPE_STRING, "", 0, "RFC 3550 12.1", "One of them." },
	[F_RTCP_PACKETS] = { "rtcp_packets", RJ_TYPE_UINT, "packets", 0, "RFC 3550 6",
		"Datagrams of RTCP." },
	[F_SOURCES] = { "sources", RJ_TYPE_ARRAY, "", 0, "RFC 3550 6.5",
		"Sources that RTCP described." },
	[F_SOURCE] = { "source", RJ_TYPE_OBJECT, "", 0, "RFC 3550 6.5", "One of them." },
	[F_CNAME] = { "sdes_cname", RJ_TYPE_WORDS, "", 0, "RFC 3550 6.5.1",
		"Name that stays the same for all streams of a participant, often user@host." },
	[F_TOOL] = { "sdes_tool", RJ_TYPE_STRING, "", 0, "RFC 3550 6.5.6", "Program." },
};
/* clang-format on */

#define NUM(table) (sizeof(table) / sizeof(*(table)))

/* RFC 3551 6, tables 4 and 5. */
static const char *const payload_types[] = {
	[0] = "PCMU",  [3] = "GSM",   [4] = "G723",  [5] = "DVI4",  [6] = "DVI4",   [7] = "LPC",
	[8] = "PCMA",  [9] = "G722",  [10] = "L16",  [11] = "L16",  [12] = "QCELP", [13] = "CN",
	[14] = "MPA",  [15] = "G728", [16] = "DVI4", [17] = "DVI4", [18] = "G729",  [25] = "CelB",
	[26] = "JPEG", [28] = "nv",   [31] = "H261", [32] = "MPV",  [33] = "MP2T",  [34] = "H263",
};

/* From RTCP_FIRST on: RFC 3550 12.1, 2032, 4585, 3611, 5760, 6051, 7728. */
static const char *const rtcp_types[RTCP_LAST - RTCP_FIRST + 1] = {
	[192 - RTCP_FIRST] = "fir",  [193 - RTCP_FIRST] = "nack",  [195 - RTCP_FIRST] = "ij",
	[200 - RTCP_FIRST] = "sr",   [201 - RTCP_FIRST] = "rr",	   [202 - RTCP_FIRST] = "sdes",
	[203 - RTCP_FIRST] = "bye",  [204 - RTCP_FIRST] = "app",   [205 - RTCP_FIRST] = "rtpfb",
	[206 - RTCP_FIRST] = "psfb", [207 - RTCP_FIRST] = "xr",	   [208 - RTCP_FIRST] = "avb",
	[209 - RTCP_FIRST] = "rsi",  [210 - RTCP_FIRST] = "token", [211 - RTCP_FIRST] = "idms",
	[212 - RTCP_FIRST] = "rgrs", [213 - RTCP_FIRST] = "snm",
};

/*
 * struct stream - what has one source's number on one side.
 * @num_in_row: datagrams that followed one another
 */
struct stream {
	uint32_t ssrc;
	uint32_t time;
	uint16_t number;
	uint16_t num_packets;
	uint8_t num_in_row;
	uint8_t side;
	bool is_confirmed;
	uint8_t type;
	uint8_t num_types;
	uint8_t types[MAX_TYPES];
};

/* struct source - texts in the flow's arena, of a byte of length and more. */
struct source {
	uint32_t ssrc;
	const uint8_t *cname;
	const uint8_t *tool;
};

/*
 * @next: the stream whose place is taken when all are
 * @rtcp_types: those seen, a bit each
 * @rtcp_ssrc, @num_same: by side: who sent RTCP last, and how many of it in a row
 */
struct rtp_state {
	struct stream streams[MAX_STREAMS];
	struct source sources[MAX_SOURCES];
	uint32_t rtcp_types;
	uint32_t num_rtcp;
	uint32_t rtcp_ssrc[2];
	uint8_t num_same[2];
	uint16_t num_datagrams[2];
	uint8_t num_odd[2];
	uint8_t num_streams;
	uint8_t num_sources;
	uint8_t next;
	bool has_rtcp;
	bool is_confirmed;
};

/* struct packet - the header of RTP: RFC 3550 5.1. */
struct packet {
	uint32_t ssrc;
	uint32_t time;
	uint16_t number;
	uint8_t type;
};

static bool is_rtcp(uint8_t second)
{
	return second >= RTCP_FIRST && second <= RTCP_LAST;
}

/* RFC 3550 5.3.1: a number, how many words follow, and these. */
RJ_MUST_CHECK static enum rj_status skip_extension(struct rj_cursor *c)
{
	uint16_t words;
	enum rj_status st = rj_cursor_skip(c, 2);

	if (!st)
		st = rj_cursor_u16(c, &words);
	return st ? st : rj_cursor_skip(c, 4u * words);
}

/* The types that are assigned or free to be: RFC 3551 6, RFC 5761 4. */
static bool is_payload_type(uint8_t type)
{
	return type <= 34 || (type >= 35 && type < 64) || type >= 96;
}

/* Behind the first two bytes; under a soft end what is there of an extension is enough. */
RJ_MUST_CHECK static enum rj_status read_packet(uint8_t first, uint8_t second, struct rj_cursor *c,
						struct packet *out)
{
	struct packet p = { .type = second & 0x7f };
	enum rj_status st;

	if (!is_payload_type(p.type))
		return RJ_MALFORMED;
	st = rj_cursor_u16(c, &p.number);
	if (!st)
		st = rj_cursor_u32(c, &p.time);
	if (!st)
		st = rj_cursor_u32(c, &p.ssrc);
	if (st)
		return st;
	st = rj_cursor_skip(c, 4u * (first & 0xf));
	if (!st && first & 0x10)
		st = skip_extension(c);
	if (st == RJ_MALFORMED)
		return st;
	*out = p;
	return RJ_OK;
}

/* One packet of RTCP: its first byte, type and body (RFC 3550 6.4.1). */
RJ_MUST_CHECK static enum rj_status read_rtcp(struct rj_cursor *c, uint8_t *ret_first,
					      uint8_t *ret_type, struct rj_cursor *out)
{
	struct rj_cursor ahead = *c;
	uint16_t words;
	enum rj_status st = rj_cursor_u8(&ahead, ret_first);

	if (!st && *ret_first >> 6 != VERSION)
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u8(&ahead, ret_type);
	if (!st && (!is_rtcp(*ret_type) || !rtcp_types[*ret_type - RTCP_FIRST]))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u16(&ahead, &words);
	if (!st)
		st = rj_cursor_sub(&ahead, 4u * words, out);
	if (!st)
		*c = ahead;
	return st;
}

/* What a datagram of RTCP may begin with: all but SDES, BYE and APP have their sender first. */
RJ_MUST_CHECK static enum rj_status check_rtcp(struct rj_cursor c)
{
	struct rj_cursor body;
	uint8_t first, type;
	enum rj_status st = read_rtcp(&c, &first, &type, &body);

	if (!st && body.left < 4)
		return RJ_MALFORMED;
	return st;
}

static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	struct rj_cursor c = bytes;
	uint8_t first, second;
	struct packet packet;
	enum rj_status st = rj_cursor_u8(&c, &first);

	(void)m;
	if (!st && first >> 6 != VERSION)
		return RJ_PROBE_NO;
	if (!st)
		st = rj_cursor_u8(&c, &second);
	if (!st)
		st = is_rtcp(second) ? check_rtcp(bytes) : read_packet(first, second, &c, &packet);
	if (st)
		return st == RJ_TRUNCATED ? RJ_PROBE_MORE : RJ_PROBE_NO;
	return RJ_PROBE_YES;
}

/* The stream of a packet, new where there is none yet; NULL: there are enough already. */
static struct stream *stream_of(struct rtp_state *s, unsigned int side, uint32_t ssrc)
{
	struct stream *stream;

	for (unsigned int i = 0; i < s->num_streams; i++)
		if (s->streams[i].ssrc == ssrc && s->streams[i].side == side)
			return &s->streams[i];
	if (s->num_streams < MAX_STREAMS) {
		stream = &s->streams[s->num_streams++];
	} else {
		stream = &s->streams[s->next];
		s->next = (uint8_t)((s->next + 1u) % MAX_STREAMS);
		if (stream->is_confirmed)
			return NULL;
	}
	*stream = (struct stream){ .ssrc = ssrc, .side = (uint8_t)side };
	return stream;
}

static void note_type(struct stream *stream, uint8_t type)
{
	for (unsigned int i = 0; i < stream->num_types; i++)
		if (stream->types[i] == type)
			return;
	if (stream->num_types < MAX_TYPES)
		stream->types[stream->num_types++] = type;
}

/* Whether a packet goes on where the stream is. */
static bool is_next(const struct stream *stream, const struct packet *p)
{
	uint16_t step = (uint16_t)(p->number - stream->number);
	int32_t time_step = (int32_t)(p->time - stream->time);

	return step && step <= MAX_STEP && p->type == stream->type && time_step > -MAX_TIME_STEP &&
	       time_step < MAX_TIME_STEP;
}

/* Whether the packet agrees with what came before. */
static bool take_packet(struct rtp_state *s, unsigned int side, const struct packet *p)
{
	struct stream *stream = stream_of(s, side, p->ssrc);
	bool agrees;

	if (!stream)
		return true;
	agrees = stream->is_confirmed || (stream->num_packets && is_next(stream, p));
	if (!stream->is_confirmed) {
		if (!agrees)
			*stream = (struct stream){ .ssrc = p->ssrc, .side = (uint8_t)side };
		stream->num_in_row++;
		stream->is_confirmed = stream->num_in_row >= MIN_IN_ROW;
		s->is_confirmed |= stream->is_confirmed;
	}
	stream->number = p->number;
	stream->time = p->time;
	stream->type = p->type;
	stream->num_packets++;
	note_type(stream, p->type);
	return agrees;
}

static const uint8_t *keep_text(struct rj_message *m, struct rj_cursor text)
{
	return rj_arena_copy(m->arena, text.at - 1, text.left + 1); /* with its length */
}

static struct source *source_of(struct rtp_state *s, uint32_t ssrc)
{
	for (unsigned int i = 0; i < s->num_sources; i++)
		if (s->sources[i].ssrc == ssrc)
			return &s->sources[i];
	if (s->num_sources == MAX_SOURCES)
		return NULL;
	s->sources[s->num_sources].ssrc = ssrc;
	return &s->sources[s->num_sources++];
}

/* RFC 3550 6.5: items up to one of type 0, then to the end of the word; false: it is none. */
static bool take_chunk(struct rtp_state *s, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_cursor text;
	struct source *source;
	uint32_t ssrc;
	uint8_t type = SDES_END;

	if (rj_cursor_u32(c, &ssrc))
		return false;
	source = source_of(s, ssrc);
	while (!rj_cursor_u8(c, &type) && type != SDES_END) {
		if (rj_cursor_prefixed(c, 1, &text))
			return false;
		if (source && type == SDES_CNAME && text.left && !source->cname)
			source->cname = keep_text(m, text);
		if (source && type == SDES_TOOL && text.left && !source->tool)
			source->tool = keep_text(m, text);
	}
	return type == SDES_END && !rj_cursor_skip(c, c->left % 4);
}

static void take_sdes(struct rtp_state *s, struct rj_message *m, uint8_t first,
		      struct rj_cursor body)
{
	for (unsigned int i = 0; i < (first & MAX_CHUNKS) && take_chunk(s, m, &body); i++)
		;
}

/* struct compound - the packets of a datagram; what is behind those that can be read is left. */
struct compound {
	unsigned int num;
	uint32_t types;
	uint32_t ssrc;
	bool is_whole;
};

/* What a datagram has; with @s it is kept. */
static struct compound look_at(struct rtp_state *s, struct rj_message *m, struct rj_cursor c)
{
	struct compound out = { 0 };
	struct rj_cursor body;
	uint8_t first, type;

	while (c.left && out.num < MAX_PACKETS && !read_rtcp(&c, &first, &type, &body)) {
		struct rj_cursor ssrc = body;

		if (!out.num && rj_cursor_u32(&ssrc, &out.ssrc))
			break;
		out.types |= 1u << (type - RTCP_FIRST);
		out.num++;
		if (s && type == RTCP_SDES)
			take_sdes(s, m, first, body);
	}
	out.is_whole = !c.left;
	return out;
}

/* RFC 3550 6.1: a report, and what describes its sender. */
static bool is_usual(const struct compound *compound)
{
	const uint32_t reports = 1u << (RTCP_SR - RTCP_FIRST) | 1u << (RTCP_RR - RTCP_FIRST);

	return compound->is_whole && compound->num > 1 && compound->types & reports &&
	       compound->types & 1u << (RTCP_SDES - RTCP_FIRST);
}

/* Whether a datagram agrees with those before. */
static bool take_rtcp(struct rtp_state *s, struct rj_message *m, struct rj_cursor c)
{
	struct compound compound = look_at(NULL, m, c);
	bool is_same = s->num_same[m->side] && s->rtcp_ssrc[m->side] == compound.ssrc;
	uint8_t *num = &s->num_same[m->side];

	if (is_same && *num < MIN_SRTCP)
		++*num;
	else if (!is_same)
		*num = 1;
	s->rtcp_ssrc[m->side] = compound.ssrc;
	s->num_rtcp++;
	s->rtcp_types |= compound.types;
	if (s->is_confirmed || is_usual(&compound) ||
	    *num >= (compound.is_whole ? MIN_RTCP : MIN_SRTCP))
		s->has_rtcp = s->is_confirmed = true;
	if (compound.is_whole)
		look_at(s, m, c);
	return is_same || s->is_confirmed;
}

/*
 * What is not of RTP, or does not agree with anything: others are asked, as it may be theirs. Where
 * nothing agreed in a few datagrams, it is given up.
 */
RJ_MUST_CHECK static enum rj_status refuse(struct rtp_state *s, struct rj_message *m,
					   struct rj_cursor *c)
{
	if (!s->is_confirmed && s->num_odd[m->side]++ >= MAX_ODD) {
		m->is_done = true;
		return rj_cursor_skip(c, c->left);
	}
	m->hands_over = true;
	return RJ_OK;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rtp_state *s = state;
	bool is_first = !s->num_datagrams[0] && !s->num_datagrams[1], agrees;
	struct rj_cursor ahead = *c;
	uint8_t first, second = 0;
	struct packet packet;
	enum rj_status st = rj_cursor_u8(&ahead, &first);

	if (!c->left)
		return rj_cursor_short(c);
	if (!st && first >> 6 != VERSION)
		st = RJ_MALFORMED;
	if (!st)
		st = rj_cursor_u8(&ahead, &second);
	if (!st)
		st = is_rtcp(second) ? check_rtcp(*c) : read_packet(first, second, &ahead, &packet);
	if (st == RJ_TRUNCATED)
		return st;
	m->is_done = false;
	if (st)
		return refuse(s, m, c);
	agrees = is_rtcp(second) ? take_rtcp(s, m, *c) : take_packet(s, m->side, &packet);
	if (!agrees && !s->is_confirmed && !is_first)
		return refuse(s, m, c);
	m->is_done = ++s->num_datagrams[m->side] >= MAX_DATAGRAMS;
	return rj_cursor_skip(c, c->left);
}

static void put_ssrc(struct rj_visitor *v, uint32_t ssrc)
{
	const uint8_t bytes[4] = { (uint8_t)(ssrc >> 24), (uint8_t)(ssrc >> 16),
				   (uint8_t)(ssrc >> 8), (uint8_t)ssrc };

	v->ops->hex(v, &fields[F_SSRC], bytes, sizeof(bytes));
}

static void put_streams(const struct rtp_state *s, unsigned int originator, struct rj_visitor *v)
{
	bool is_open = false;

	for (unsigned int i = 0; i < s->num_streams; i++) {
		const struct stream *stream = &s->streams[i];

		if (!stream->is_confirmed)
			continue;
		if (!is_open)
			v->ops->open(v, &fields[F_STREAMS]);
		is_open = true;
		v->ops->open(v, &fields[F_STREAM]);
		rj_put_dir(v, &fields[F_DIR], stream->side, originator);
		put_ssrc(v, stream->ssrc);
		v->ops->open(v, &fields[F_PAYLOAD_TYPES]);
		for (unsigned int j = 0; j < stream->num_types; j++)
			rj_put_code(v, &fields[F_PAYLOAD_TYPE], payload_types, NUM(payload_types),
				    stream->types[j]);
		v->ops->close(v);
		v->ops->u64(v, &fields[F_PACKETS], stream->num_packets);
		v->ops->close(v);
	}
	if (is_open)
		v->ops->close(v);
}

static void put_kept(struct rj_visitor *v, enum field f, const uint8_t *text)
{
	if (text)
		v->ops->string(v, &fields[f], text + 1, *text);
}

static void put_sources(const struct rtp_state *s, struct rj_visitor *v)
{
	if (!s->num_sources)
		return;
	v->ops->open(v, &fields[F_SOURCES]);
	for (unsigned int i = 0; i < s->num_sources; i++) {
		v->ops->open(v, &fields[F_SOURCE]);
		put_ssrc(v, s->sources[i].ssrc);
		put_kept(v, F_CNAME, s->sources[i].cname);
		put_kept(v, F_TOOL, s->sources[i].tool);
		v->ops->close(v);
	}
	v->ops->close(v);
}

static void put_rtcp(const struct rtp_state *s, struct rj_visitor *v)
{
	v->ops->open(v, &fields[F_RTCP]);
	for (unsigned int i = 0; i < NUM(rtcp_types); i++)
		if (s->rtcp_types >> i & 1)
			rj_put_word(v, &fields[F_RTCP_TYPE], rtcp_types[i]);
	v->ops->close(v);
	v->ops->u64(v, &fields[F_RTCP_PACKETS], s->num_rtcp);
	put_sources(s, v);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	const struct rtp_state *s = state;

	if (!s->is_confirmed)
		return;
	v->ops->open(v, &fields[F_RTP]);
	put_streams(s, originator, v);
	if (s->has_rtcp)
		put_rtcp(s, v);
	v->ops->close(v);
}

const struct rj_dissector rj_rtp = {
	.name = "rtp",
	.reference = "RFC 3550",
	.over = RJ_OVER_UDP,
	.state_bytes = sizeof(struct rtp_state),
	.max_bytes = RJ_DATAGRAM_MAX,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fields = fields,
	.num_fields = NUM_FIELDS,
};
