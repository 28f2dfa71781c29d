// SPDX-License-Identifier: BSD-3-Clause
/* IEEE 802.11 data frames. Sections are those of IEEE Std 802.11-2020. */
#include "source/link_unwrap.h"

/* Frame control (9.2.4.1), first octet in the upper half */
#define WLAN_VERSION_TYPE 0x0f00u
#define WLAN_DATA 0x0800u
#define WLAN_HAS_NO_DATA 0x4000u
#define WLAN_HAS_QOS 0x8000u
#define WLAN_TO_DS 0x0001u
#define WLAN_FROM_DS 0x0002u
#define WLAN_IS_PROTECTED 0x0040u
#define WLAN_HAS_HTC 0x0080u

/* QoS control (9.2.4.5), likewise */
#define QOS_IS_AMSDU 0x8000u
#define QOS_HAS_MESH 0x0001u

#define FRAGMENT_NUMBER 0x0f00u /* of the sequence control (9.2.4.4), likewise */

/* What a subframe of an A-MSDU begins with (9.3.2.2): destination, source, length */
#define SUBFRAME_HEADER_LEN 14u

/* struct wlan - what the header says of the body. */
struct wlan {
	uint16_t control;
	uint16_t sequence;
	uint16_t qos;
};

/*
 * Reads the header (9.2.3): frame control, duration, three addresses, sequence control, and what
 * frame control says is there: a fourth address, QoS control, HT control.
 */
static enum rj_status read_header(struct rj_cursor *c, struct wlan *w)
{
	uint16_t ds;
	enum rj_status st = rj_cursor_u16(c, &w->control);

	/* others have other headers, and no packets in them */
	if (st || (w->control & WLAN_VERSION_TYPE) != WLAN_DATA)
		return st;
	st = rj_cursor_skip(c, 20);
	if (!st)
		st = rj_cursor_u16(c, &w->sequence);
	ds = w->control & (WLAN_TO_DS | WLAN_FROM_DS);
	if (!st && ds == (WLAN_TO_DS | WLAN_FROM_DS))
		st = rj_cursor_skip(c, 6);
	if (st || !(w->control & WLAN_HAS_QOS))
		return st;
	st = rj_cursor_u16(c, &w->qos);
	if (!st && w->control & WLAN_HAS_HTC)
		st = rj_cursor_skip(c, 4);
	return st;
}

static bool has_packets(const struct wlan *w)
{
	return (w->control & WLAN_VERSION_TYPE) == WLAN_DATA && !(w->control & WLAN_HAS_NO_DATA) &&
	       !(w->control & WLAN_IS_PROTECTED) && !(w->sequence & FRAGMENT_NUMBER);
}

/*
 * Mesh control (9.2.4.7.3): flags, of which only two bits may be set: how many further addresses;
 * time to live, sequence number (4). Only mesh stations use QoS control's bit for it: for others
 * it is of a duration or a queue's length, but then LLC's first octet is none of these flags.
 */
static enum rj_status pass_mesh(const struct wlan *w, struct rj_cursor *c)
{
	struct rj_cursor ahead = *c;
	uint8_t flags;

	if (!(w->qos & QOS_HAS_MESH) || !(w->control & WLAN_FROM_DS))
		return RJ_OK;
	if (rj_cursor_u8(&ahead, &flags))
		return RJ_TRUNCATED;
	return flags > 2 ? RJ_OK : rj_cursor_skip(c, 6 + 6u * flags);
}

static enum rj_reason read_body(struct rj_unwrap *u, const struct wlan *w, struct rj_cursor *c)
{
	return pass_mesh(w, c) ? RJ_REASON_LINK_TRUNCATED : rj_unwrap_llc(u, c);
}

/* The frame ends with this subframe, as far as its packet is concerned. */
static void end_at(struct rj_unwrap *u, uint32_t len)
{
	u->f.captured_len = u->f.captured_len < len ? u->f.captured_len : len;
	u->f.wire_len = u->f.wire_len < len ? u->f.wire_len : len;
}

/*
 * The subframe at u->at, or the first. Each is padded to four octets; what is behind the last, the
 * check sequence at most, is shorter than a subframe's header. Those behind the captured bytes are
 * not known of.
 */
static enum rj_reason read_amsdu(struct rj_unwrap *u, const struct wlan *w)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	enum rj_reason reason;
	uint32_t padded;
	uint16_t len;

	if (u->at > u->passed && rj_cursor_skip(&c, u->at - u->passed))
		return RJ_REASON_LINK_TRUNCATED;
	reason = rj_unwrap_pass(u, &c);
	if (reason)
		return reason;
	if (rj_cursor_skip(&c, SUBFRAME_HEADER_LEN - 2) || rj_cursor_u16(&c, &len))
		return RJ_REASON_LINK_TRUNCATED;
	padded = (SUBFRAME_HEADER_LEN + len + 3) & ~3u;
	if (padded + SUBFRAME_HEADER_LEN <= u->f.wire_len && padded < u->f.captured_len)
		u->next = u->passed + padded;
	end_at(u, SUBFRAME_HEADER_LEN + len);
	c = rj_unwrap_cursor(u);
	if (rj_cursor_skip(&c, SUBFRAME_HEADER_LEN))
		return RJ_REASON_LINK_TRUNCATED;
	return read_body(u, w, &c);
}

enum rj_reason rj_link_wlan_padded(struct rj_unwrap *u, bool is_padded)
{
	struct wlan w = { 0 };
	struct rj_cursor c = rj_unwrap_cursor(u);
	enum rj_reason reason;

	if (read_header(&c, &w))
		return RJ_REASON_LINK_TRUNCATED;
	if (!has_packets(&w))
		return RJ_REASON_NOT_IP;
	/* all headers have an even length */
	if (is_padded && (u->f.captured_len - c.left) % 4 && rj_cursor_skip(&c, 2))
		return RJ_REASON_LINK_TRUNCATED;
	if (!(w.qos & QOS_IS_AMSDU))
		return read_body(u, &w, &c);
	reason = rj_unwrap_pass(u, &c);
	return reason ? reason : read_amsdu(u, &w);
}

enum rj_reason rj_link_wlan(struct rj_unwrap *u)
{
	return rj_link_wlan_padded(u, false);
}
