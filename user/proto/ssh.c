/* SPDX-License-Identifier: BSD-3-Clause */
/* The dissector for SSH: identification strings and the packets before encryption (RFC 4253). */
#include "proto/common/line.h"
#include "proto/dissector.h"
#include "proto/registry.h"
#include "proto/ssh/session.h"

#define PORT_SSH 22u

/* Longer than RFC 4253 4.2 allows (255): what OpenSSH reads, and how many of them. */
#define MAX_LINE_BYTES 8192u
#define MAX_PREAMBLE_LINES 1024u

/* packet_length, padding_length and all: what RFC 4253 6.1 asks everybody to take. */
#define MAX_PACKET_BYTES 35000u
#define MIN_PADDING_BYTES 4u
#define PACKET_HEADER_BYTES 1u /* padding_length, counted in packet_length */

/* Messages of a side that are kept; a key exchange in the clear has up to five. Ours. */
#define MAX_MESSAGES 32u

/* The longest KEXINIT, a banner and an exchange with large keys; what live can hand up. */
#define MAX_BYTES 65536u

static const uint16_t ports[] = { PORT_SSH, 2222, 0 };

/* "SSH-", then the first digit of protoversion. */
static enum rj_probe probe_banner(struct rj_cursor bytes)
{
	uint8_t digit;

	if (!rj_cursor_starts(&bytes, "SSH-"))
		return RJ_PROBE_NO;
	if (rj_cursor_skip(&bytes, 4) || rj_cursor_u8(&bytes, &digit))
		return RJ_PROBE_MORE;
	return digit >= '1' && digit <= '9' ? RJ_PROBE_YES : RJ_PROBE_NO;
}

static bool is_text(struct rj_cursor line)
{
	uint8_t ch;

	while (!rj_cursor_u8(&line, &ch))
		if (ch < ' ' && ch != '\t' && ch != '\r')
			return false;
	return true;
}

/* On its own port a server may say something first: RFC 4253 4.2. Content decides everywhere. */
static enum rj_probe probe(const struct rj_message *m, struct rj_cursor bytes)
{
	enum rj_probe answer = probe_banner(bytes);
	struct rj_cursor line;
	uint32_t num = 0;

	if (m->src_port != PORT_SSH)
		return answer;
	while (answer == RJ_PROBE_NO && num++ < MAX_PREAMBLE_LINES) {
		if (rj_line_read(&bytes, &line))
			return is_text(bytes) && bytes.left < MAX_LINE_BYTES ? RJ_PROBE_MORE :
									       RJ_PROBE_NO;
		if (!is_text(line))
			return RJ_PROBE_NO;
		answer = probe_banner(bytes);
	}
	return answer;
}

/* Versions before 2 alone: 1.99 speaks both (RFC 4253 5.1). */
static bool is_old_version(struct rj_cursor banner)
{
	return rj_cursor_starts(&banner, "SSH-1.") && !rj_cursor_starts(&banner, "SSH-1.99-");
}

/* A line: the identification string, or one before it. */
RJ_MUST_CHECK static enum rj_status parse_line(struct rj_ssh_side *side, struct rj_message *m,
					       struct rj_cursor *c)
{
	struct rj_cursor ahead = *c, line;
	enum rj_status st = rj_line_read(&ahead, &line);

	if ((st == RJ_TRUNCATED && c->left >= MAX_LINE_BYTES) ||
	    (!st && line.left > MAX_LINE_BYTES))
		st = RJ_MALFORMED;
	if (!st && probe_banner(line) != RJ_PROBE_YES && side->num_preamble == MAX_PREAMBLE_LINES)
		st = RJ_MALFORMED;
	if (st == RJ_MALFORMED && c->left)
		side->is_malformed = true;
	if (st)
		return st;
	if (probe_banner(line) != RJ_PROBE_YES) {
		side->num_preamble++;
	} else {
		side->banner = rj_arena_copy(m->arena, line.at, line.left);
		side->banner_len = (uint32_t)line.left;
		side->is_at_port = m->src_port == PORT_SSH;
		side->is_old = is_old_version(line);
		m->is_done = side->is_old || !side->banner;
	}
	*c = ahead;
	return RJ_OK;
}

static bool is_kept(uint8_t type)
{
	return type == RJ_SSH_KEXINIT || (type >= RJ_SSH_KEX_FIRST && type <= RJ_SSH_KEX_LAST);
}

/* NULL when there is no place for it. */
static struct rj_ssh_message *keep(struct rj_ssh_side *side, struct rj_arena *arena,
				   struct rj_cursor payload, uint8_t type)
{
	struct rj_ssh_message *kept = NULL;
	const uint8_t *bytes;

	if (side->num_listed < MAX_MESSAGES)
		kept = rj_arena_alloc(arena, sizeof(*kept));
	if (!kept)
		return NULL;
	kept->payload = rj_cursor_init(NULL, 0, true);
	if (is_kept(type)) {
		bytes = rj_arena_copy(arena, payload.at, payload.left);
		kept->payload = rj_cursor_init(bytes, bytes ? payload.left : 0, true);
	}
	if (side->last)
		side->last->next = kept;
	else
		side->first = kept;
	side->last = kept;
	side->num_listed++;
	return kept;
}

/* RFC 4253 6: packet_length, padding_length, payload, padding; no MAC as yet. */
RJ_MUST_CHECK static enum rj_status read_packet(struct rj_cursor *c, struct rj_cursor *ret_payload,
						uint32_t *ret_len)
{
	struct rj_cursor ahead = *c, packet;
	uint8_t padding_len;
	uint32_t len;
	enum rj_status st = rj_cursor_u32(&ahead, &len);

	if (!st && (len > MAX_PACKET_BYTES || len <= PACKET_HEADER_BYTES + MIN_PADDING_BYTES))
		return RJ_MALFORMED;
	if (!st)
		st = rj_cursor_sub(&ahead, len, &packet);
	if (!st)
		st = rj_cursor_u8(&packet, &padding_len);
	if (st)
		return st;
	if (padding_len < MIN_PADDING_BYTES || padding_len >= packet.left)
		return RJ_MALFORMED;
	st = rj_cursor_sub(&packet, packet.left - padding_len, ret_payload);
	*ret_len = len;
	*c = ahead;
	return st;
}

RJ_MUST_CHECK static enum rj_status parse_packet(struct rj_ssh_side *side, struct rj_message *m,
						 struct rj_cursor *c)
{
	struct rj_ssh_message *kept;
	struct rj_cursor payload, number;
	bool is_empty = !c->left;
	uint32_t len;
	uint8_t type;
	enum rj_status st = read_packet(c, &payload, &len);

	if (st == RJ_MALFORMED && !is_empty)
		side->is_malformed = true;
	if (st)
		return st;
	number = payload;
	st = rj_cursor_u8(&number, &type);
	if (st)
		return st;
	side->num_messages++;
	side->seen_newkeys = type == RJ_SSH_NEWKEYS;
	m->is_done = type == RJ_SSH_NEWKEYS || type == RJ_SSH_DISCONNECT;
	kept = keep(side, m->arena, payload, type);
	if (!kept)
		return RJ_OK;
	kept->time_ns = m->time_ns;
	kept->len = len;
	kept->type = type;
	if (type == RJ_SSH_KEXINIT && !side->kexinit)
		side->kexinit = kept;
	return RJ_OK;
}

static enum rj_status parse(void *state, struct rj_message *m, struct rj_cursor *c)
{
	struct rj_ssh_session *s = state;
	struct rj_ssh_side *side = &s->sides[m->side];

	if (!side->banner)
		return parse_line(side, m, c);
	if (s->sides[!m->side].is_old && c->left) { /* the other side knows no more: version 1 */
		m->is_done = true;
		return rj_cursor_skip(c, c->left);
	}
	return parse_packet(side, m, c);
}

static void emit(const void *state, unsigned int originator, struct rj_visitor *v)
{
	rj_ssh_session_emit(state, originator, v);
}

static void fingerprints(const void *state, struct rj_fingerprints *out)
{
	rj_ssh_session_fingerprints(state, out);
}

static int originator_of(const void *state)
{
	return rj_ssh_session_client(state);
}

const struct rj_dissector rj_ssh = {
	.name = "ssh",
	.reference = "RFC 4253",
	.over = RJ_OVER_TCP,
	.ports = ports,
	.state_bytes = sizeof(struct rj_ssh_session),
	.max_bytes = MAX_BYTES,
	.probe = probe,
	.parse = parse,
	.emit = emit,
	.fingerprints = fingerprints,
	.originator = originator_of,
	.fields = rj_ssh_fields,
	.num_fields = RJ_SSH_NUM_FIELDS,
};
