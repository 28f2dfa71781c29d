// SPDX-License-Identifier: BSD-3-Clause
/* Link types of captures: the table of readers, and what they hand the rest of a frame to. */
#include "source/link.h"

#include <pcap/dlt.h>
#include <stddef.h>
#include <stdint.h>

#include "source/link_unwrap.h"

/* Types with another number in files than in libpcap: rj_session_feed may be told either. */
#define LINKTYPE_RAW 101
#define LINKTYPE_ATM_RFC1483 100
#define OPENBSD_RAW 14

static enum rj_reason read_version(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	struct rj_cursor start = c;
	uint8_t first;

	if (rj_cursor_u8(&c, &first))
		return RJ_REASON_LINK_TRUNCATED;
	if (first >> 4 == 4)
		return rj_unwrap_network(u, &start, RJ_ETH_IPV4);
	if (first >> 4 == 6)
		return rj_unwrap_network(u, &start, RJ_ETH_IPV6);
	return RJ_REASON_IP_MALFORMED;
}

static enum rj_reason read_type(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);
	uint16_t type;

	if (rj_cursor_u16(&c, &type))
		return RJ_REASON_LINK_TRUNCATED;
	return rj_unwrap_network(u, &c, type);
}

static enum rj_reason read_llc(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);

	return rj_unwrap_llc(u, &c);
}

static enum rj_reason read_mpls(struct rj_unwrap *u)
{
	struct rj_cursor c = rj_unwrap_cursor(u);

	return rj_unwrap_network(u, &c, RJ_ETH_MPLS);
}

/*
 * What is the same of all frames of files stands here as constants, and the frame in registers;
 * nor do @l and @p overlap.
 */
static __attribute__((noinline)) enum rj_reason
parse_ethernet(const struct rj_frame *f, struct rj_layers *restrict l, struct rj_packet *restrict p)
{
	const struct rj_frame frame = {
		.data = f->data,
		.captured_len = f->captured_len,
		.wire_len = f->wire_len,
		.outer_tci = f->outer_tci,
		.is_closed = f->is_closed,
		.keeps_headers = f->keeps_headers,
		.is_deep = 1,
	};

	return rj_parse_ethernet(&frame, l, p);
}

static enum rj_reason read_ethernet(struct rj_unwrap *u)
{
	return parse_ethernet(&u->f, u->layers, u->packet);
}

/* struct link_type - its reader, and octets before what that reads, of which nothing is needed. */
struct link_type {
	enum rj_reason (*read)(struct rj_unwrap *u);
	unsigned int skip;
};

static const struct link_type link_types[] = {
	[DLT_EN10MB] = { read_ethernet, 0 },
	[DLT_ETHERNET_MPACKET] = { rj_link_preamble, 0 },
	[DLT_EPON] = { read_ethernet, 6 }, /* end of the preamble: IEEE 802.3 65.1.3.2 */
	[DLT_NETANALYZER] = { read_ethernet, 4 },
	[DLT_NETANALYZER_TRANSPARENT] = { rj_link_preamble, 4 },
	[DLT_JUNIPER_ETHER] = { rj_link_juniper, 0 },
	[DLT_DSA_TAG_BRCM] = { read_type, 16 }, /* the tag is before the type */
	[DLT_DSA_TAG_BRCM_PREPEND] = { read_ethernet, 4 },
	[DLT_DSA_TAG_DSA] = { rj_link_dsa, 12 },
	[DLT_DSA_TAG_EDSA] = { rj_link_edsa, 12 },
	[DLT_ERF] = { rj_link_erf, 0 },

	[DLT_RAW] = { read_version, 0 },
	[OPENBSD_RAW] = { read_version, 0 },
	[LINKTYPE_RAW] = { read_version, 0 },
	[DLT_IPV4] = { read_version, 0 },
	[DLT_IPV6] = { read_version, 0 },
	[DLT_SLIP] = { read_version, 16 }, /* direction, type and compressed header */
	[DLT_MPLS] = { read_mpls, 0 },

	[DLT_NULL] = { rj_link_loopback, 0 },
	[DLT_LOOP] = { rj_link_loopback, 0 },
	[DLT_ENC] = { rj_link_enc, 0 },
	[DLT_PFLOG] = { rj_link_pflog, 0 },
	[DLT_LINUX_SLL] = { rj_link_cooked, 0 },
	[DLT_LINUX_SLL2] = { rj_link_cooked2, 0 },
	[DLT_NFLOG] = { rj_link_nflog, 0 },
	[DLT_PKTAP] = { rj_link_pktap, 0 },
	[DLT_IPNET] = { rj_link_ipnet, 0 },

	[DLT_PPP] = { rj_link_ppp_frame, 0 },
	[DLT_PPP_SERIAL] = { rj_link_ppp_frame, 0 },
	[DLT_PPP_WITH_DIR] = { rj_link_ppp_frame, 1 },
	[DLT_PPP_PPPD] = { rj_link_ppp_frame, 2 }, /* direction in place of the address, control */
	[DLT_PPP_ETHER] = { rj_link_pppoe, 0 },
	[DLT_C_HDLC] = { rj_link_hdlc, 0 },
	[DLT_C_HDLC_WITH_DIR] = { rj_link_hdlc, 1 },
	[DLT_FRELAY] = { rj_link_frelay, 0 },
	[DLT_FRELAY_WITH_DIR] = { rj_link_frelay, 1 },
	[DLT_MFR] = { rj_link_multi_frelay, 0 },
	[DLT_ATM_RFC1483] = { rj_link_atm, 0 },
	[LINKTYPE_ATM_RFC1483] = { rj_link_atm, 0 },
	[DLT_SUNATM] = { rj_link_sunatm, 0 },

	[DLT_IEEE802] = { rj_link_token_ring, 0 },
	[DLT_FDDI] = { rj_link_fddi, 0 },
	[DLT_ARCNET] = { rj_link_arcnet, 2 },	    /* source, destination */
	[DLT_ARCNET_LINUX] = { rj_link_arcnet, 4 }, /* and an offset */
	[DLT_IP_OVER_FC] = { read_llc, 16 },	    /* RFC 4338 4: two addresses of 8 octets */
	[DLT_APPLE_IP_OVER_IEEE1394] = { read_type, 16 }, /* likewise */
	[DLT_IPOIB] = { rj_link_infiniband, 0 },

	[DLT_IEEE802_11] = { rj_link_wlan, 0 },
	[DLT_IEEE802_11_RADIO] = { rj_link_radiotap, 0 },
	[DLT_IEEE802_11_RADIO_AVS] = { rj_link_avs, 0 },
	[DLT_PRISM_HEADER] = { rj_link_prism, 0 },
	[DLT_PPI] = { rj_link_ppi, 0 },
};

static const struct link_type *find(int link_type)
{
	static const size_t num = sizeof(link_types) / sizeof(*link_types);

	if (link_type < 0 || (size_t)link_type >= num || !link_types[link_type].read)
		return NULL;
	return &link_types[link_type];
}

enum rj_reason rj_unwrap_pass(struct rj_unwrap *u, const struct rj_cursor *c)
{
	uint32_t len = u->f.captured_len - (uint32_t)c->left;

	if (len > RJ_MAX_PASSED - u->passed)
		return RJ_REASON_LINK_DEPTH;
	u->f.data = c->at;
	u->f.captured_len -= len;
	u->f.wire_len -= len;
	u->passed += len;
	return RJ_REASON_NONE;
}

enum rj_reason rj_unwrap_network(struct rj_unwrap *u, const struct rj_cursor *c, uint16_t type)
{
	enum rj_reason reason = rj_unwrap_pass(u, c);

	return reason ? reason : rj_parse_network(&u->f, 0, type, u->layers, u->packet);
}

enum rj_reason rj_unwrap_link(struct rj_unwrap *u, const struct rj_cursor *c, int link_type)
{
	const struct link_type *type = find(link_type);
	struct rj_cursor behind = *c;
	enum rj_reason reason;

	if (!type)
		return RJ_REASON_LINK_TYPE;
	if (u->depth++ == RJ_MAX_LINK_TYPES)
		return RJ_REASON_LINK_DEPTH;
	if (rj_cursor_skip(&behind, type->skip))
		return RJ_REASON_LINK_TRUNCATED;
	reason = rj_unwrap_pass(u, &behind);
	return reason ? reason : type->read(u);
}

static __attribute__((noinline)) enum rj_reason unwrap(int link_type, const struct rj_frame *f,
						       uint32_t *at, struct rj_layers *l,
						       struct rj_packet *p)
{
	struct rj_unwrap u = { .f = *f, .at = *at, .layers = l, .packet = p };
	struct rj_cursor c = rj_unwrap_cursor(&u);
	enum rj_reason reason = rj_unwrap_link(&u, &c, link_type);

	if (!reason || reason == RJ_REASON_FRAGMENT) {
		p->payload_off = (uint16_t)(p->payload_off + u.passed);
		if (f->keeps_headers)
			p->ip_off = (uint16_t)(p->ip_off + u.passed);
	}
	*at = u.next;
	return reason;
}

enum rj_reason rj_link_parse(int link_type, const struct rj_frame *f, uint32_t *at,
			     struct rj_layers *l, struct rj_packet *p)
{
	if (link_type != DLT_EN10MB)
		return unwrap(link_type, f, at, l, p);
	*at = 0; /* nothing stands before it, and nothing behind its packet */
	return parse_ethernet(f, l, p);
}

bool rj_link_is_read(int link_type)
{
	return find(link_type) != NULL;
}
