/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel side and user space agree on: keys, flow state, samples, limits. [both] */
#ifndef RJ_BPF_ABI_H
#define RJ_BPF_ABI_H

#include <linux/types.h>

#define RJ_ABI_VERSION 12u

/* Limits, by name. */
/* The first four are what the packet programs read; frames with more are user space's to read. */
#define RJ_MAX_VLANS 4u		/* tags kept */
#define RJ_MAX_LINK_HEADERS 16u /* tags, labels and other headers between Ethernet and IP */
#define RJ_MAX_TUNNELS 4u	/* tunnels kept, one in another */
#define RJ_MAX_EXT_HEADERS 8u	/* IPv6 extension headers (and AH) passed over */
#define RJ_MAX_DEEP_TUNNELS 16u /* opened by user space; deeper packets are set aside */
#define RJ_TCP_OPTIONS_LEN 40u	/* RFC 9293 3.1: data offset 15 words less the fixed header */
#define RJ_FIRST_IDS 4u		/* IP identifications kept beside those of the sequence */
#define RJ_TCP_HOLES 4u		/* holes of the sequence space followed at once, each direction */
#define RJ_LEN_BINS 18u /* payload lengths: bin i counts 2^(i-1) <= b < 2^i, the last is open */
#define RJ_GAP_BINS 32u /* gaps in microseconds likewise */
#define RJ_MAX_PACKETS 1000u /* --packets: entries of a sequence, each direction */
#define RJ_MAX_ALSO 4u	     /* interfaces remembered of a flow beside its first */
#define RJ_MAX_SEGMENTS 64u  /* segments of one super-packet entered into a sequence one by one */
#define RJ_MAX_TLS_RECORDS 1000u /* --tls-records: of each direction */
#define RJ_TLS_MESSAGES 14u	 /* handshake messages of a direction kept beside its records */
#define RJ_TLS_HEADS 64u	 /* headers of records and messages read in one packet */

/* A side is one of the two ends of a flow, 0 or 1 by the order of the key. */
#define RJ_NUM_SIDES 2u

/*
 * struct rj_key - names a flow for both directions: the end with the smaller
 * (address, port) in native 64-bit order comes first.
 * @addr: IPv6 in wire order, IPv4 as ::ffff:a.b.c.d
 * @port: host order; an ICMP query's identifier (NS/NA, RS/RA: 0), another ICMP
 *        message's code; 0 for protocols without ports
 * @proto: IP protocol after extension headers
 * @kind: ICMP: the type, for a query and its answer the type of the query
 * @version: 4 or 6, so that IPv6 with an address of the form of IPv4's is not taken for it
 * @direction: 0; where each direction is a flow of its own 1 + the side that sends
 */
struct rj_key {
	__u64 addr[RJ_NUM_SIDES][2];
	__u16 port[RJ_NUM_SIDES];
	__u8 proto;
	__u8 kind;
	__u8 version;
	__u8 direction;
};

#define RJ_PKT_IPV4 0x01u	 /* has an IPv4 header: ip_id counts */
#define RJ_PKT_TCP 0x02u	 /* the TCP fields are read and consistent */
#define RJ_PKT_BAD_L4 0x04u	 /* the transport header is cut off or contradicts the IP length */
#define RJ_PKT_FIRST_FRAG 0x08u	 /* first fragment of a datagram */
#define RJ_PKT_LATER_FRAG 0x10u	 /* later fragment: no transport header here */
#define RJ_PKT_SAME_ENDS 0x20u	 /* both ends are equal: everything is side 0 */
#define RJ_PKT_JOINED_FRAG 0x40u /* later fragment that has the key of its datagram's first */
#define RJ_PKT_LAST_FRAG 0x80u	 /* later fragment with which its datagram ends */

/*
 * struct rj_packet - a parsed frame: all that the accumulator asks of it.
 * Offsets are from the first byte of the frame, lengths in bytes by the
 * headers, not by what was captured. Host byte order.
 * @frag_id, @frag_proto: with the addresses the name of the datagram (bpf/fragment.h)
 * @frag_off: first fragment: bytes of headers before the payload; later fragment: where in the
 *        datagram its bytes are, and when joined, where in the transport payload
 */
struct rj_packet {
	struct rj_key key;
	__u64 time_ns;	   /* set by the source, in the source's clock */
	__u32 ip_len;	   /* IP header, extension headers and payload; all segments' sum */
	__u32 payload_len; /* transport payload; IP payload where the transport is not known */
	__u32 tcp_seq;
	__u32 tcp_ack;
	__u32 frag_id;
	__u32 ifindex; /* set by the source; 0 where there are no interfaces */
	__u16 payload_off;
	__u16 tcp_window;
	__u16 ip_id;	    /* IPv4; of IPv6 the flow label, folded: zero where that is */
	__u16 num_segments; /* 1, or what a super-packet is sent as */
	__u16 segment_len;  /* payload of each segment but the last; 0 when there is one */
	__u16 vlan[RJ_MAX_VLANS];
	__u8 side; /* the sender */
	__u8 bits; /* RJ_PKT_* */
	__u8 ttl;
	__u8 tcp_flags;
	__u8 tcp_opt_len;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 num_vlans;
	__u16 frag_off;
	__u8 frag_proto;
	__u8 num_tunnels; /* that were opened: the key is of what is in them */
	__u16 ip_off;	  /* host, where asked for: the IP header's place in the frame; else 0 */
	__u8 tcp_opts[RJ_TCP_OPTIONS_LEN]; /* of segments with SYN, others where asked for */
};

/* How long the fragments of a datagram wait for each other: RFC 1122 3.3.2 and RFC 8200 4.5 */
#define RJ_FRAGMENT_NS 60000000000ull
/* Datagrams in fragments that are remembered at once. Ours. */
#define RJ_MAX_DATAGRAMS 8192u

/*
 * struct rj_first - what the first fragment of a datagram tells of the later ones.
 * @key, @side, @bits (RJ_PKT_*), @icmp_type, @icmp_code: of its packet
 * @seq: TCP: sequence number of its first payload byte
 * @frag_off: bytes of the datagram's headers before its payload
 * @is_known: 0: later ones have come, the first has not
 */
struct rj_first {
	struct rj_key key;
	__u64 time_ns;
	__u32 seq;
	__u16 frag_off;
	__u8 side;
	__u8 bits;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 is_known;
	__u8 zero[5];
};

/* clang-format off: a table */
/* Tunnels: name, number, type in records. Numbers are never reused. */
#define RJ_TUNNELS(X)                                                                              \
	X(NONE, 0, "")                                                                             \
	X(IP4, 1, "ipip")	 /* RFC 2003, RFC 2473: shown by the versions of both headers */   \
	X(IP6, 2, "6in4")	 /* RFC 4213 */                                                    \
	X(GRE, 3, "gre")	 /* RFC 2784, RFC 2890; NVGRE (RFC 7637); PPTP (RFC 2637) */       \
	X(ETHERIP, 4, "etherip") /* RFC 3378 */                                                    \
	X(MPLS, 5, "mpls")	 /* RFC 4023 */                                                    \
	X(ERSPAN, 6, "erspan")	 /* draft-foschiano-erspan: I, II, III */                          \
	X(VXLAN, 7, "vxlan")	 /* RFC 7348 */                                                    \
	X(GENEVE, 8, "geneve")	 /* RFC 8926 */                                                    \
	X(GTPU, 9, "gtp-u")	 /* 3GPP TS 29.281 */                                              \
	X(TEREDO, 10, "teredo")	 /* RFC 4380 */                                                    \
	X(L2TP, 11, "l2tp")	 /* RFC 2661, RFC 3931 */                                          \
	X(VXLAN_GPE, 12, "vxlan-gpe") /* draft-ietf-nvo3-vxlan-gpe */
/* clang-format on */

enum rj_tunnel_type {
#define X(name, number, text) RJ_TUNNEL_##name = number,
	RJ_TUNNELS(X)
#undef X
};

/*
 * struct rj_tunnel - one that was opened.
 * @src, @dst: of its packet, as in struct rj_key
 * @id: key, VNI, session or TEID where the tunnel has one (@has_id); of L2TP version 2 the tunnel's
 *        number, then the session's
 * @version: of the IP header it goes in
 */
struct rj_tunnel {
	__u64 src[2];
	__u64 dst[2];
	__u32 id;
	__u8 type;
	__u8 has_id;
	__u8 version;
	__u8 zero;
};

/*
 * struct rj_tunnels - outermost first; user space's @num may be more than there is room for. @side:
 * of the flow in them, whose packet they were of
 */
struct rj_tunnels {
	__u8 num;
	__u8 side;
	__u8 zero[6];
	struct rj_tunnel at[RJ_MAX_TUNNELS];
};

/*
 * One entry of a packet sequence, in one word so that it is written at once:
 * payload length (20 bits, saturating), microseconds since the flow's start
 * (38 bits: 76 hours, saturating), the TCP flags FIN SYN RST PSH ACK URG.
 */
#define RJ_SPLT_LEN_BITS 20
#define RJ_SPLT_TIME_BITS 38
#define RJ_SPLT_LEN_MAX ((1ull << RJ_SPLT_LEN_BITS) - 1)
#define RJ_SPLT_TIME_MAX ((1ull << RJ_SPLT_TIME_BITS) - 1)

/*
 * One entry of the list of TLS records: microseconds since the flow's start (38 bits, saturating),
 * length without the header (16 bits), ContentType (8 bits). With RJ_TLS_MESSAGE it is a handshake
 * message that starts in the record before it: length (24 bits), HandshakeType (8 bits).
 */
#define RJ_TLS_MESSAGE (1ull << 63)
#define RJ_TLS_MESSAGE_LEN_BITS 24

enum rj_tls_state {
	RJ_TLS_UNKNOWN, /* no payload yet */
	RJ_TLS_START,	/* the first header is still to come; see RJ_TLS_BEHIND */
	RJ_TLS_FOLLOW,	/* this is TLS, the next header is still to come */
	RJ_TLS_FULL,	/* there is no room for another entry */
	RJ_TLS_LOST,	/* this is TLS, but the next header could not be read */
	RJ_TLS_OTHER,	/* this is not TLS */
};

#define RJ_TLS_IN_RECORD 0x01u	 /* the next header is a handshake message's */
#define RJ_TLS_SEALED 0x02u	 /* handshake records are encrypted from here */
#define RJ_TLS_NO_MESSAGES 0x04u /* handshake messages are not followed any more */
#define RJ_TLS_JOINED 0x08u	 /* followed from the middle of the stream */
#define RJ_TLS_GAP 0x10u	 /* user space: of two pieces with records missing between them */
#define RJ_TLS_BEHIND 0x20u	 /* looked for behind another protocol, where packets start */

/*
 * struct rj_tls_walk - how far a side's TLS records were followed.
 * @next: sequence number of the next byte to look at, in the header of a record or of a message
 * @head: the bytes of that header that were seen, @head_len of them, the last lowest
 * @rest: with RJ_TLS_IN_RECORD bytes of the record from the message's header on; else bytes of a
 *        message that go on in the next handshake record
 * @num_words: entries of the list
 */
struct rj_tls_walk {
	__u32 next;
	__u32 head;
	__u32 rest : 24;
	__u32 head_len : 8;
	__u16 num_words;
	__u8 state; /* enum rj_tls_state */
	__u8 bits;
};

/*
 * struct rj_hole - bytes [start, end) of a TCP direction that were passed over; empty when
 * equal.
 */
struct rj_hole {
	__u32 start;
	__u32 end;
};

#define RJ_TCP_HAS_SEQ 0x01u /* low_seq and next_seq are set */
#define RJ_TCP_HAS_SYN 0x02u /* the syn_* members are set */
#define RJ_TCP_SYN_ACK 0x04u /* …by a SYN/ACK */
#define RJ_TCP_NO_TLS 0x08u  /* tls.state is beyond RJ_TLS_FOLLOW: tls need not be read */

/* What of a half's state is settled: struct rj_rest need not be asked any more. */
#define RJ_HALF_LISTED 0x01u   /* its list of lengths and times is full */
#define RJ_HALF_NUMBERED 0x02u /* and that of IP identifications */
#define RJ_HALF_SAMPLED 0x04u  /* kernel: no sample is wanted, but of heads by RJ_HALF_HEADS */
#define RJ_HALF_HEADS 0x08u    /* kernel: spoke HTTP/1: later heads are sampled too */
#define RJ_HALF_LATER 0x10u    /* kernel: …and sample_base is the start of the last of them */
#define RJ_HALF_HELLO 0x20u    /* kernel: had a handshake of QUIC or DTLS: more is sampled */
#define RJ_HALF_STARTED 0x40u  /* what its first packet tells is in struct rj_rest */
#define RJ_HALF_OWNED 0x80u    /* kernel: whose socket it is need not be asked any more */

/*
 * struct rj_half - what one side sent: all that most packets of a known flow read and change, so
 * that entries of the kernel's map are few cache lines. Times are in the source's clock.
 * @packets: at most a few more than RJ_FOLD_PACKETS
 * @slot: kernel: where the side's struct rj_rest and sequences are, + 1; 0: nowhere yet. Of no
 *        meaning on the host
 */
struct rj_half {
	__u64 payload_bytes;
	__u64 ip_bytes;
	__u64 last_ns;
	union {
		struct {
			__u32 packets;
			__u32 slot;
		};
		__u64 packets_slot; /* both, for rj_swap */
	};
	__u32 next_seq; /* one past the highest sequence number seen */
	__u8 ttl_min;
	__u8 tcp_flags; /* all flags seen */
	__u8 tcp_bits;	/* RJ_TCP_* */
	__u8 bits;	/* RJ_HALF_* */
};

#define RJ_SYN_TTL 0xe0u   /* as fingerprints have it, who do not know how far away it began */
#define RJ_SYN_NO_ID 0x01u /* its IPv4 identification, or IPv6 flow label, is zero */

/*
 * struct rj_rest - what else is known of a side, in a slot of the kernel's or an entry of the
 * host's. With the head of its slot the first 64 bytes are what the first packets of a flow
 * change, the next 64 what its first packet does, and what comes in another order.
 * @ifindex, @vlan, @num_vlans, @icmp_type, @icmp_code: of the side's first packet
 * @syn_ip: of the IP header of the SYN: RJ_SYN_TTL of its time to live, RJ_SYN_NO_ID
 * @also: where else its packets were seen; @also_missed: 1 when that were more. 0: none
 * @tls_seq: with RJ_TLS_BEHIND the sequence number of the first record found: user space, which
 *        reads the protocol before it, knows whether TLS starts there
 * @syn_before: number of the SYN before the one kept, where that was another; 0: none
 * @receiver_peer: UDP, kernel: the receiver's socket is in the namespace that rj_peers has under
 *        this name; 0: in that of the interfaces
 */
struct rj_rest {
	__u64 first_ns;
	union {
		struct {
			__u32 num_splt; /* entries of the sequence, as long as there is room */
			__u32 num_ids;	/* IPv4 identifications likewise */
		};
		__u64 num_entries; /* both, for rj_reserve */
	};
	struct rj_tls_walk tls;
	__u16 first_ids[RJ_FIRST_IDS];
	__u32 low_seq;	   /* lowest sequence number seen, see RJ_TCP_REACH */
	__u32 sample_base; /* kernel: sequence number (UDP: byte count) the samples start at */
	__u16 num_samples; /* kernel: packets handed up as samples */
	__u16 bad_l4;	   /* packets with RJ_PKT_BAD_L4, saturating */
	__u32 ifindex;

	__u32 retrans;
	__u32 ooo;
	struct rj_hole hole[RJ_TCP_HOLES];
	union {
		__u32 syn_seq;
		__u32 receiver_peer;
	};
	__u16 syn_window;
	__u8 syn_opt_len;
	__u8 also_missed;
	__u32 lost_samples;
	__u16 vlan[RJ_MAX_VLANS];
	__u8 num_vlans;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 syn_ip;

	__u8 syn_opts[RJ_TCP_OPTIONS_LEN];
	__u32 also[RJ_MAX_ALSO];
	__u32 tls_seq;
	__u32 syn_before;
};

/*
 * struct rj_slot_head - what stands before the sequences in a slot. Both words are user space's;
 * the packet programs read them.
 * @until: 0: nothing said; else what user space wants of the side's payload: TCP: the bytes before
 *         this sequence number, and heads of later messages; else: nothing any more
 * @generation: how often the slot was given back. A sample says which it met: so user space, which
 *         alone gives slots back, never writes into one that has been another flow's since
 */
struct rj_slot_head {
	__u32 until;
	__u32 generation;
};

/*
 * A process is named by the time it was first met and its number, so that no two have one name:
 * 4096 ns since boot, without the first bit and those beyond 42 (208 days), above 22 bits of its
 * number, which no kernel counts further (PID_MAX_LIMIT). 0: not known.
 */
#define RJ_PROCESS_PID_BITS 22
#define RJ_PROCESS_TIME_SHIFT 12

static inline __attribute__((always_inline)) __u64 rj_process_name(__u64 time_ns, __u32 pid)
{
	return (time_ns >> RJ_PROCESS_TIME_SHIFT | 1) << RJ_PROCESS_PID_BITS |
	       (pid & ((1u << RJ_PROCESS_PID_BITS) - 1));
}

static inline __attribute__((always_inline)) __u32 rj_process_pid(__u64 name)
{
	return (__u32)(name & ((1u << RJ_PROCESS_PID_BITS) - 1));
}

/*
 * struct rj_owner - the processes of a socket, by rj_process_name: who opened it, and who used it
 * last as far as that shows (connect, accept, sendto; from 6.3 on whatever is sent or received).
 */
struct rj_owner {
	__u64 opener;
	__u64 user;
};

/*
 * In a slot behind struct rj_rest: of the socket that the side's packets were sent by, and of the
 * one that they are for, which is asked for while that sends nothing itself.
 */
#define RJ_OWNER_SENDER 0u
#define RJ_OWNER_RECEIVER 1u
#define RJ_SLOT_OWNERS 2u

/* Packets of a side of which each is asked whose it is, and of the rest one in so many. Ours. */
#define RJ_OWNER_PACKETS 8u
#define RJ_OWNER_EVERY 64u

/* Slots that are given back at once. Ours: a call for so many costs little more than for one. */
#define RJ_MAX_GIVEN 256u

/*
 * struct rj_hist - packets of one side by payload length and by gap to the side's previous
 * packet.
 */
struct rj_hist {
	__u32 len[RJ_LEN_BINS];
	__u32 gap[RJ_GAP_BINS];
};

#define RJ_ORIG_FIRST 0u /* originator: sender of the first packet */
#define RJ_ORIG_SYN 1u	 /* sender of SYN or receiver of SYN/ACK */

/*
 * struct rj_flow - the state of a flow that every packet asks for: the value of the kernel's flow
 * map. Its length is such that an entry of that map (48 bytes of the kernel's and the key stand
 * before the value) is three cache lines: the second ends with the half of side 0, and the third
 * has that of side 1 and the rest. So 10,000 flows with their buckets are 2.5 MB.
 * @start_ns: time of its first packet; with the key it names the flow
 * @owner: the interface each half is counted on, see owner.h
 * @dying: kernel: the walk of the reaper on which its time was found to be over, or 0
 * @originator: side, by @originator_by (RJ_ORIG_*)
 * @starter: the side that sent the first packet
 */
struct rj_flow {
	struct rj_half half[RJ_NUM_SIDES];
	__u64 start_ns;
	__u32 owner[RJ_NUM_SIDES];
	__u32 dying;
	__u8 originator;
	__u8 originator_by;
	__u8 starter;
	__u8 zero;
};

/*
 * struct rj_limits - how flows are cut and what is kept of them. The same
 * struct configures the host engine and, as read-only data, the kernel side.
 */
struct rj_limits {
	__u64 idle_ns;	    /* a packet later than this after the last starts a new flow; 0 never */
	__u64 active_ns;    /* likewise after the flow's start */
	__u32 num_packets;  /* entries of each sequence */
	__u32 sample_bytes; /* kernel: payload bytes of each side handed up */
	__u8 with_zeros;    /* packets without payload are entered into the sequence */
	__u8 with_retrans;  /* retransmitted segments are entered into the sequence */
	__u8 with_hist;
	__u8 with_bytes;   /* kernel: samples are for byte counts too: of any protocol */
	__u32 sample_rate; /* kernel: bytes of samples a CPU may hand up in 1024 ns; 0: any */
	__u32 num_records; /* TLS records of each side; 0: they are not followed */
	__u8 no_decap;	   /* tunnels are left closed: the flow is the outer one */
	__u8 no_bidir;	   /* each direction is a flow of its own */
	__u8 zero[2];
};

/* clang-format off: tables */
/* Why a flow ended, in the words of the record's end_reason. Numbers are never reused. */
#define RJ_ENDS(X)                                                                                 \
	X(NONE, 0, "")                                                                             \
	X(IDLE, 1, "idle")                                                                         \
	X(ACTIVE, 2, "active")                                                                     \
	X(REUSE, 3, "reuse") /* a new SYN after FIN or RST; shown as fin or rst */                 \
	X(FOLD, 4,                                                                                 \
	  "active") /* counters near their width; in the kernel: goes on as the same flow */       \
	X(EVICTED, 5, "evicted")                                                                   \
	X(EOF, 6, "eof")                                                                           \
	X(STOP, 7, "stop")
/* clang-format on */

enum rj_end {
#define X(name, number, text) RJ_END_##name = number,
	RJ_ENDS(X)
#undef X
};

/* clang-format off: a table */
/*
 * Why a packet is in no flow: name, number, text in --stats. Numbers are
 * never reused.
 */
#define RJ_REASONS(X)                                                                              \
	X(NONE, 0, "none")                                                                         \
	X(LINK_TRUNCATED, 1, "link_truncated") /* the frame ends in its link header */             \
	X(NOT_IP, 2, "not_ip")		       /* ARP, LLDP, … */                                \
	X(VLAN_DEPTH, 3, "vlan_depth")	       /* more tags than RJ_MAX_VLANS */                   \
	X(IP_TRUNCATED, 4, "ip_truncated")     /* captured bytes end in an IP header */            \
	X(IP_MALFORMED, 5, "ip_malformed")     /* version, header or total length impossible */    \
	X(IP_HEADERS, 6, "ip_headers") /* more extension headers than RJ_MAX_EXT_HEADERS */        \
	X(L4_SHORT, 7, "l4_short")     /* captured bytes or IP length end before the ports */      \
	X(FRAGMENT, 8, "fragment")     /* later fragment whose first was not seen */               \
	X(MAP_FULL, 9, "map_full")     /* no room for a flow and none in the ring */               \
	X(NO_MEMORY, 10, "no_memory")  /* host table full or heap without memory */                \
	X(LINK_TYPE, 11, "link_type")  /* frame of a link type that is not read */                 \
	X(FILTERED, 12, "filtered")    /* not matched by --filter */                               \
	/* taken from the kernel by a process that was killed */                                   \
	X(PROCESS, 13, "process_killed")                                                           \
	X(DUPLICATE, 14, "duplicate")		/* counted on another interface it passes */       \
	X(FRAGMENT_FLOOD, 15, "fragment_flood") /* fragments: more wait than there is room for */  \
	X(LINK_DEPTH, 16, "link_depth")	    /* more headers than RJ_MAX_LINK_HEADERS before IP */  \
	X(TUNNEL_DEPTH, 17, "tunnel_depth") /* more tunnels than RJ_MAX_TUNNELS */                 \
	X(UNWATCHED, 18, "unwatched")	    /* matched by the filter, nothing stands behind it */
/* clang-format on */

enum rj_reason {
#define X(name, number, text) RJ_REASON_##name = number,
	RJ_REASONS(X)
#undef X
		RJ_NUM_REASONS
};

/* Further counters of the kernel side, numbered on from the reasons. */
enum rj_counter {
	RJ_COUNT_PACKETS =
		RJ_NUM_REASONS, /* every packet that met the program, segments of one each */
	RJ_COUNT_IN_FLOWS,	/* of these: accumulated in the flow map */
	RJ_COUNT_HANDED_UP,	/* of these: handed to user space as struct rj_orphan */
	RJ_COUNT_BYTES,		/* frame bytes */
	RJ_COUNT_SAMPLES,
	RJ_COUNT_SAMPLES_LOST,
	RJ_COUNT_SLOTS_SHORT, /* packets that no slot was left for: handed up, or map_full */
	RJ_COUNT_CUTS_LATE,   /* flows that could not be cut: the ring was full */
	RJ_COUNT_LOST_FULL,   /* of samples_lost, see RJ_LOSSES: the ring was full */
	RJ_COUNT_LOST_REST,   /* …what was left of it was kept for other classes: */
	RJ_COUNT_LOST_FIRST,  /* so by class, see enum rj_sample_class */
	RJ_COUNT_LOST_HANDSHAKE,
	RJ_COUNT_LOST_BUDGET, /* …the CPU had spent its bytes */
	RJ_COUNT_LOST_LONG,   /* …more of a super-packet than is taken, or bytes not readable */
	RJ_NUM_COUNTERS
};

/* Why samples are lost, by name in --stats; in order of the counters from RJ_COUNT_LOST_FULL. */
#define RJ_LOSSES(X)                                                                               \
	X(FULL, "full")                                                                            \
	X(REST, "rest")                                                                            \
	X(FIRST, "first")                                                                          \
	X(HANDSHAKE, "handshake")                                                                  \
	X(BUDGET, "budget")                                                                        \
	X(LONG, "long")                                                                            \
	X(ORPHAN, "orphan") /* of a packet that found no place in the flow map: by user space */   \
	X(FRAGMENT, "fragment") /* of an IP fragment that came before its first: likewise */

enum rj_loss {
#define X(name, text) RJ_LOSS_##name,
	RJ_LOSSES(X)
#undef X
		RJ_NUM_LOSSES
};

/* Records of the ring buffer; every one starts with its kind. */
#define RJ_RING_SAMPLE 1u
#define RJ_RING_FLOW 2u
#define RJ_RING_ORPHAN 3u
#define RJ_RING_FIRST 4u /* a first fragment that orphans wait for; counted in the kernel */
#define RJ_RING_TUNNELS 5u
#define RJ_RING_FRAME 6u

#define RJ_SAMPLE_SMALL 256u /* payload bytes of a sample record, by class */
#define RJ_SAMPLE_MIDDLE 512u
#define RJ_SAMPLE_LARGE 1536u
#define RJ_SAMPLE_HUGE 9216u /* datagrams are never split, beyond this they are cut */

/*
 * struct rj_sample - payload bytes of a packet for the dissectors.
 * @flow_start_ns: with @key names the flow; 0: a later fragment that waits for its first
 * @stream_seq: TCP: sequence number of the first byte here; else a fragment's frag_id
 * @slot, @generation: the side's slot + 1, or 0, and what its head had: where to say what is
 *         wanted, see struct rj_slot_head
 * @start_seq: TCP, where @has_start: sequence number of the stream's first byte, by the side's SYN
 * @offset: of these bytes in the packet's payload; @payload_len is the whole payload's; of a
 *     joined fragment: of the datagram's
 */
struct rj_sample {
	__u32 kind;
	__u32 len;
	struct rj_key key;
	__u64 flow_start_ns;
	__u64 time_ns;
	__u32 stream_seq;
	__u32 payload_len;
	__u32 offset;
	__u8 side;
	__u8 tcp_flags;
	__u8 bits; /* RJ_PKT_* of the packet */
	__u8 zero;
	__u32 slot;
	__u32 generation;
	__u32 start_seq;
	__u32 has_start;
	__u8 bytes[];
};

/* struct rj_ring_flow - a flow that was cut in the kernel; its slots are user space's now. */
struct rj_ring_flow {
	__u32 kind;
	__u32 end; /* enum rj_end */
	struct rj_key key;
	struct rj_flow flow;
};

/* struct rj_orphan - a packet that found no place in the flow map, or RJ_RING_FIRST. */
struct rj_orphan {
	__u32 kind;
	__u32 zero;
	struct rj_packet packet;
};

/*
 * struct rj_ring_tunnels - the tunnels of a flow that began, by the packet it began with.
 * @time_ns: of that packet
 * @is_around: it was handed up
 */
struct rj_ring_tunnels {
	__u32 kind;
	__u32 is_around;
	struct rj_key key;
	__u64 time_ns;
	struct rj_tunnels tunnels;
};

/* Of a frame, handed up whole: with Ethernet's own MTU all of it. */
#define RJ_WHOLE_BYTES 1536u
/* Such frames in 2^30 ns, each CPU: anyone can send them, and user space reads each. Ours. */
#define RJ_MAX_WHOLE_FRAMES 512u

/*
 * struct rj_ring_frame - a frame with more headers than the packet programs read.
 * @len: bytes here, from its first on; @wire_len: of the frame
 * @outer_tci, @type: as in struct rj_frame
 * @is_bare: it starts with what @type says, else with an Ethernet header
 * @segment_len: payload bytes of each segment of a super-packet, else 0
 */
struct rj_ring_frame {
	__u32 kind;
	__u32 len;
	__u64 time_ns;
	__u32 wire_len;
	__u32 outer_tci;
	__u32 ifindex;
	__u32 segment_len;
	__u16 type;
	__u16 is_bare;
	__u32 zero;
	__u8 bytes[RJ_WHOLE_BYTES];
};

#define RJ_COMM_LEN 16u /* TASK_COMM_LEN of the kernel */

/*
 * struct rj_process_met - a process that a socket was opened or used by for the first time, in the
 * ring of owners.
 * @name: by rj_process_name
 * @cgroup: the id of its cgroup (version 2), 0: not known
 * @start_ns: CLOCK_BOOTTIME; 0: not known
 * @exe_inode, @exe_size, @exe_device: of the file it runs, as its file system has them; zeros: not
 *        known
 * @uid, @comm: 0xffffffff and empty where it was found by its open files
 */
struct rj_process_met {
	__u64 name;
	__u64 time_ns;
	__u64 cgroup;
	__u64 start_ns;
	__u64 exe_inode;
	__u64 exe_size;
	__u32 exe_device;
	__u32 uid;
	char comm[RJ_COMM_LEN];
};

/* Counters of the owner programs, each CPU's its own. */
enum rj_owner_counter {
	RJ_OWNER_SOCKETS,   /* sockets that were given an owner */
	RJ_OWNER_NO_ROOM,   /* …that were not: more are open than there is room for */
	RJ_OWNER_RING_FULL, /* processes that could not be told of, tried again later */
	RJ_NUM_OWNER_COUNTERS
};

#define RJ_SETTINGS_LEN 3072u

/*
 * struct rj_meta - what outlives a process beside the flows, where maps are pinned. Packets that
 * left the kernel are in one of @recorded, @refused, @unjoined, @flooded, @duplicate, @unread and
 * @killed, or in user space's hands now: where a process was killed, those were in its hands.
 * @reaped: packets of the flows that the reaper took out; the kernel counts them
 * @ringed: packets of cut flows and orphans that user space took from the ring
 * @recorded: of these: in records that whoever polls has dealt with
 * @refused: of these: without a flow, because memory was out
 * @killed: of these: they were in the hands of processes that were killed
 * @unjoined: of these: later fragments whose first did not come
 * @flooded: of these: later fragments that could not be kept until it came
 * @duplicate: of these: counted on another interface that the flow passes
 * @unread: of these: frames handed up whole that user space cannot read either, by enum rj_reason
 * @unfolded: packets that such frames stood for beside one each, which the kernel has counted
 * @whole_bytes: IP bytes of such frames, which the kernel has not
 * @settings: lines "name value", ended by a zero: what the maps were made for
 */
struct rj_meta {
	__u64 reaped;
	__u64 ringed;
	__u64 recorded;
	__u64 refused;
	__u64 killed;
	__u64 unjoined;
	__u64 flooded;
	__u64 duplicate;
	__u64 unread[RJ_NUM_REASONS];
	__u64 unfolded;
	__u64 whole_bytes;
	char settings[RJ_SETTINGS_LEN];
};

_Static_assert(sizeof(struct rj_key) == 40, "struct rj_key is part of the ABI");
_Static_assert(__builtin_offsetof(struct rj_key, port) == 32, "the key ends in one word");
_Static_assert(sizeof(struct rj_packet) == 144, "struct rj_packet is part of the ABI");
_Static_assert(sizeof(struct rj_tls_walk) == 16, "struct rj_tls_walk is part of the ABI");
_Static_assert(sizeof(struct rj_first) == 64, "struct rj_first is part of the ABI");
_Static_assert(sizeof(struct rj_tunnels) == 168, "struct rj_tunnels is part of the ABI");
_Static_assert(sizeof(struct rj_half) == 40, "struct rj_half is part of the ABI");
_Static_assert(sizeof(struct rj_rest) == 184, "struct rj_rest is part of the ABI");
_Static_assert(__builtin_offsetof(struct rj_rest, retrans) + sizeof(struct rj_slot_head) == 64,
	       "what the first packets change of a slot is one cache line");
_Static_assert(sizeof(struct rj_hist) == 200, "struct rj_hist is part of the ABI");
_Static_assert(sizeof(struct rj_flow) == 104, "struct rj_flow is part of the ABI");
_Static_assert((sizeof(struct rj_flow) + 88) % 64 == 0,
	       "entries of the flow map are whole cache lines");
_Static_assert(sizeof(struct rj_sample) == 96, "struct rj_sample is part of the ABI");
_Static_assert(sizeof(struct rj_ring_frame) == 40 + RJ_WHOLE_BYTES,
	       "struct rj_ring_frame is part of the ABI");

#endif
