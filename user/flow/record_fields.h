/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a record's fields but the dissectors': name, type, unit, meaning. For record*.c. */
#ifndef RJ_FLOW_RECORD_FIELDS_H
#define RJ_FLOW_RECORD_FIELDS_H

#include "flow/record.h"

/* clang-format off: a table */
/* id, name, type, unit, IPFIX element, reference, meaning */
#define RJ_RECORD_FIELDS(X)                                                                        \
	X(RECORD, "", OBJECT, "", 0, "", "a flow")                                                 \
	X(SA, "sa", ADDRESS, "", 27, "Joy", "address of the originator")                           \
	X(DA, "da", ADDRESS, "", 28, "Joy", "address of the responder")                            \
	X(PR, "pr", UINT, "", 4, "Joy", "IP protocol number")                                      \
	X(SP, "sp", UINT, "", 7, "Joy", "originator's port; null without ports")                   \
	X(DP, "dp", UINT, "", 11, "Joy", "responder's port; null without ports")                   \
	X(SA_LABELS, "sa_labels", ARRAY, "", 0, "Joy",                                             \
	  "labels of the subnets that sa is in, in the order given; absent where there is none")   \
	X(DA_LABELS, "da_labels", ARRAY, "", 0, "Joy", "likewise of da")                           \
	X(LABEL, "labels[]", STRING, "", 0, "Joy", "one label")                                    \
	X(BYTES_OUT, "bytes_out", UINT, "bytes", 0, "Joy",                                         \
	  "transport payload by the IP length, from the originator")                               \
	X(PACKETS_OUT, "num_pkts_out", UINT, "packets", 0, "Joy", "packets from the originator")   \
	X(BYTES_IN, "bytes_in", UINT, "bytes", 0, "Joy",                                           \
	  "transport payload by the IP length, from the responder")                                \
	X(PACKETS_IN, "num_pkts_in", UINT, "packets", 0, "Joy", "packets from the responder")      \
	X(IP_BYTES_OUT, "ip_bytes_out", UINT, "bytes", 1, "",                                      \
	  "sum of IP total lengths, from the originator")                                          \
	X(IP_BYTES_IN, "ip_bytes_in", UINT, "bytes", 0, "",                                        \
	  "sum of IP total lengths, from the responder")                                           \
	X(TIME_START, "time_start", TIME, "seconds", 154, "Joy", "time of the first packet")       \
	X(TIME_END, "time_end", TIME, "seconds", 155, "Joy", "time of the last packet")            \
	X(PACKETS, "packets", ARRAY, "", 0, "Joy", "lengths and times of the first packets")       \
	X(PACKET, "packets[]", OBJECT, "", 0, "Joy", "one packet")                                 \
	X(PACKET_B, "b", UINT, "bytes", 0, "Joy", "its payload length")                            \
	X(PACKET_DIR, "dir", STRING, "", 0, "Joy", "> from the originator, < from the responder")  \
	X(PACKET_IPT, "ipt", UINT, "milliseconds", 0, "Joy",                                       \
	  "since the packet before; the first: since time_start")                                  \
	X(LEN_HIST, "len_hist", OBJECT, "", 0, "",                                                 \
	  "packets by payload length: bin i counts 2^(i-1) <= b < 2^i, bin 0 empty ones")          \
	X(IPT_HIST, "ipt_hist", OBJECT, "", 0, "",                                                 \
	  "packets by microseconds since the same side's packet before, likewise")                 \
	X(HIST_OUT, "out", ARRAY, "packets", 0, "", "from the originator")                         \
	X(HIST_IN, "in", ARRAY, "packets", 0, "", "from the responder")                            \
	X(HIST_BIN, "bin", UINT, "packets", 0, "", "one bin")                                      \
	X(BYTE_DIST, "byte_dist", ARRAY, "bytes", 0, "Joy",                                        \
	  "bytes of each value in the first payload of both directions")                           \
	X(BYTE_COUNT, "byte_dist[]", UINT, "bytes", 0, "", "bytes of one value")                   \
	X(BYTE_MEAN, "byte_dist_mean", FLOAT, "", 0, "Joy", "mean of those bytes; absent without") \
	X(BYTE_STD, "byte_dist_std", FLOAT, "", 0, "Joy", "their sample deviation")                \
	X(COMPACT, "compact_byte_dist", ARRAY, "bytes", 0, "Joy",                                  \
	  "those bytes in 16 bins: of 16 values each, or by --byte-bins")                          \
	X(COMPACT_COUNT, "compact_byte_dist[]", UINT, "bytes", 0, "", "bytes of one bin")          \
	X(ENTROPY, "entropy", FLOAT, "bits", 0, "Joy",                                             \
	  "bits a byte of that distribution, 0 to 8; absent without bytes")                        \
	X(TOTAL_ENTROPY, "total_entropy", FLOAT, "bits", 0, "Joy", "entropy times its bytes")      \
	X(MALWARE, "p_malware", FLOAT, "", 0, "Joy",                                               \
	  "probability by logistic regression, with the weights of --model")                       \
	X(IP, "ip", OBJECT, "", 0, "Joy", "what IP headers tell")                                  \
	X(OUT, "out", OBJECT, "", 0, "Joy", "of the originator's packets")                         \
	X(IN, "in", OBJECT, "", 0, "Joy", "of the responder's packets")                            \
	X(TTL, "ttl", UINT, "hops", 52, "Joy", "smallest time to live or hop limit")               \
	X(IP_IDS, "id", ARRAY, "", 0, "Joy", "IPv4 identifications of the first packets")          \
	X(IP_ID, "id[]", UINT, "", 54, "RFC 791 3.1", "one identification")                        \
	X(TCP, "tcp", OBJECT, "", 0, "Joy", "what SYN and SYN/ACK say")                            \
	X(FIRST_SEQ, "first_seq", UINT, "", 0, "Joy", "sequence number of the SYN")                \
	X(TCP_FLAGS, "flags", STRING, "", 0, "Joy", "its flags: F S R P A U E C")                  \
	X(TCP_WINDOW, "first_window_size", UINT, "bytes", 0, "Joy", "its window, not scaled")      \
	X(TCP_OPT_LEN, "opt_len", UINT, "bytes", 0, "Joy", "length of its options")                \
	X(TCP_OPTS, "opts", ARRAY, "", 0, "Joy", "its options in order")                           \
	X(TCP_OPT, "opts[]", OBJECT, "", 0, "Joy", "one option")                                   \
	X(OPT_NOOP, "noop", UINT, "", 0, "RFC 9293 3.2", "padding")                                \
	X(OPT_MSS, "mss", UINT, "bytes", 0, "RFC 9293 3.7.1", "maximum segment size")              \
	X(OPT_WS, "ws", UINT, "bits", 0, "RFC 7323 2.2", "window scale")                           \
	X(OPT_SACKP, "sackp", UINT, "", 0, "RFC 2018 2", "selective acknowledgements permitted")   \
	X(OPT_TS, "ts", OBJECT, "", 0, "RFC 7323 3.2", "timestamps")                               \
	X(OPT_TS_VAL, "val", UINT, "", 0, "RFC 7323 3.2", "timestamp value")                       \
	X(OPT_TS_ECR, "ecr", UINT, "", 0, "RFC 7323 3.2", "timestamp echo reply")                  \
	X(OPT_KIND, "kind", UINT, "", 0, "RFC 9293 3.1", "kind of another option")                 \
	X(OPT_DATA, "data", HEX, "", 0, "RFC 9293 3.1", "its data")                                \
	X(OPT_MALFORMED, "malformed", OBJECT, "", 0, "Joy", "option whose length is wrong")        \
	X(OPT_LEN, "len", UINT, "bytes", 0, "RFC 9293 3.1", "the length it claims")                \
	X(WHT, "wht", ARRAY, "", 0, "Joy",                                                         \
	  "Walsh-Hadamard transform of groups of four bytes of each packet's "                     \
	  "payload (the last filled up with zeros), by the bytes of byte_dist: "                   \
	  "the sums of d0+d1+d2+d3, d0-d1+d2-d3, d0+d1-d2-d3, d0-d1-d2+d3")                        \
	X(WHT_ONE, "wht[]", FLOAT, "", 0, "", "one sum")                                           \
	X(PAYLOAD, "payload", OBJECT, "", 0, "Joy",                                                \
	  "first payload bytes: of a TCP stream by sequence numbers up to the "                    \
	  "first gap, else of the first datagram that has any")                                    \
	X(PAYLOAD_OUT, "out", HEX, "", 0, "Joy", "of the originator")                              \
	X(PAYLOAD_IN, "in", HEX, "", 0, "Joy", "of the responder")                                 \
	X(OSEQ, "oseq", ARRAY, "", 0, "Joy",                                                       \
	  "sequence numbers of the originator's first TCP packets, each on the "                   \
	  "wire: the first one, then the difference to the packet before, "                        \
	  "modulo 2^32")                                                                           \
	X(OSEQ_ONE, "oseq[]", UINT, "", 184, "RFC 9293 3.1", "one of them")                        \
	X(OACK, "oack", ARRAY, "", 0, "Joy",                                                       \
	  "likewise their acknowledgement numbers, as they stand in the header")                   \
	X(OACK_ONE, "oack[]", UINT, "", 185, "RFC 9293 3.1", "one of them")                        \
	X(ISEQ, "iseq", ARRAY, "", 0, "Joy", "as oseq, of the responder")                          \
	X(ISEQ_ONE, "iseq[]", UINT, "", 184, "RFC 9293 3.1", "one of them")                        \
	X(IACK, "iack", ARRAY, "", 0, "Joy", "as oack, of the responder")                          \
	X(IACK_ONE, "iack[]", UINT, "", 185, "RFC 9293 3.1", "one of them")                        \
	X(PPI, "ppi", ARRAY, "", 0, "Joy",                                                         \
	  "the first TCP packets of each direction, each on the wire (empty and"                   \
	  " sent again ones too), in order of arrival")                                            \
	X(PPI_ONE, "ppi[]", OBJECT, "", 0, "Joy", "one packet")                                    \
	X(PPI_SEQ, "seq", UINT, "", 184, "RFC 9293 3.1", "its sequence number")                    \
	X(PPI_ACK, "ack", UINT, "", 185, "RFC 9293 3.1",                                           \
	  "its acknowledgement number, as it stands in the header")                                \
	X(PPI_RSEQ, "rseq", INT, "", 0, "Joy",                                                     \
	  "seq from the highest of its side so far; 0 for a SYN and the first; "                   \
	  "negative behind it")                                                                    \
	X(PPI_RACK, "rack", INT, "", 0, "Joy",                                                     \
	  "ack from the highest seq of the other side so far; 0 without ACK, or"                   \
	  " where nothing came from there")                                                        \
	X(PPI_OLEN, "olen", UINT, "bytes", 0, "Joy", "length of its options, as far as captured")  \
	X(PPI_T, "t", UINT, "milliseconds", 0, "Joy",                                              \
	  "since time_start; never less than of the packet before")                                \
	X(FPX, "fpx", OBJECT, "", 0, "Joy", "Joy's fingerprints of the originator")                \
	X(FPX_TCP, "tcp", STRING, "", 0, "Joy",                                                    \
	  "options of its SYN: the kind; of MSS and window scale all")                             \
	X(FPX_TLS, "tls", STRING, "", 0, "Joy",                                                    \
	  "its ClientHello: version, cipher suites, types of extensions and data "                 \
	  "of some, as they came")                                                                 \
	X(FPX_IN, "fpx_in", OBJECT, "", 0, "Joy", "as fpx, of the responder")                      \
	X(HD, "hd", OBJECT, "", 0, "Joy",                                                          \
	  "what the first bytes of the originator's first TCP segments have in "                   \
	  "common: at most 10 with so many bytes, none sent again; absent of "                     \
	  "fewer than 2")                                                                          \
	X(HD_N, "n", UINT, "packets", 0, "Joy", "segments compared")                               \
	X(HD_CM, "cm", HEX, "", 0, "Joy", "bits that are the same in all")                         \
	X(HD_CV, "cv", HEX, "", 0, "Joy", "their value")                                           \
	X(HD_SM, "sm", HEX, "", 0, "Joy",                                                          \
	  "ff: byte of a counter in network order, which is one more in each")                     \
	X(HD_I, "i", HEX, "", 0, "Joy", "the bytes of the first")                                  \
	X(OS, "probable_os", OBJECT, "", 0, "Joy",                                                 \
	  "Joy's guess by the smallest TTL and the window of the SYN: systems "                    \
	  "of before 2012")                                                                        \
	X(OS_OUT, "out", STRING, "", 0, "Joy", "of the originator")                                \
	X(OS_IN, "in", STRING, "", 0, "Joy", "of the responder")                                   \
	X(IDP_OUT, "idp_out", HEX, "", 0, "Joy",                                                   \
	  "initial data packet of the originator, from its IP header on: the "                     \
	  "first with payload, of TCP with that which follows the SYN where it "                   \
	  "was seen")                                                                              \
	X(IDP_LEN_OUT, "idp_len_out", UINT, "bytes", 0, "Joy", "its bytes here")                   \
	X(IDP_IN, "idp_in", HEX, "", 0, "Joy", "likewise of the responder")                        \
	X(IDP_LEN_IN, "idp_len_in", UINT, "bytes", 0, "Joy", "its bytes here")                     \
	X(RETRANS_OUT, "retrans_out", UINT, "packets", 0, "RFC 9293 3.4",                          \
	  "segments with bytes that were seen before, from the originator; absent when 0")         \
	X(RETRANS_IN, "retrans_in", UINT, "packets", 0, "RFC 9293 3.4",                            \
	  "likewise, from the responder")                                                          \
	X(OOO_OUT, "ooo_out", UINT, "packets", 0, "RFC 9293 3.4",                                  \
	  "segments that came after later bytes, from the originator; absent when 0")              \
	X(OOO_IN, "ooo_in", UINT, "packets", 0, "RFC 9293 3.4", "likewise, from the responder")    \
	X(ICMP, "icmp", OBJECT, "", 0, "RFC 792", "the first ICMP message; of errors, about what") \
	X(ICMP_TYPE, "type", UINT, "", 176, "RFC 792", "its type")                                 \
	X(ICMP_CODE, "code", UINT, "", 177, "RFC 792", "its code")                                 \
	X(ABOUT, "about", ARRAY, "", 0, "RFC 792",                                                 \
	  "of errors: keys of the packets they are about, each once, as those were sent")          \
	X(ABOUT_ONE, "about[]", OBJECT, "", 0, "", "one packet's key")                             \
	X(ABOUT_SA, "sa", ADDRESS, "", 27, "", "its source")                                       \
	X(ABOUT_DA, "da", ADDRESS, "", 28, "", "its destination")                                  \
	X(ABOUT_PR, "pr", UINT, "", 4, "", "its IP protocol number")                               \
	X(ABOUT_SP, "sp", UINT, "", 7, "", "its source port; null without ports")                  \
	X(ABOUT_DP, "dp", UINT, "", 11, "", "its destination port; null without ports")            \
	X(ABOUT_MISSED, "about_missed", UINT, "packets", 0, "",                                    \
	  "errors about packets that about has no room for; absent when 0")                        \
	X(COMMUNITY_ID, "community_id", STRING, "", 0, "Community ID v1", "flow hash with seed 0") \
	X(VLANS, "vlan", ARRAY, "", 0, "IEEE 802.1Q",                                              \
	  "VLAN identifiers of the first packet, outermost first")                                 \
	X(VLAN, "vlan[]", UINT, "", 58, "IEEE 802.1Q", "one identifier")                           \
	X(TUNNELS, "tunnel", ARRAY, "", 0, "",                                                     \
	  "tunnels that the first packet came in, outermost first; the flow is what is in them")   \
	X(TUNNEL, "tunnel[]", OBJECT, "", 0, "", "one tunnel")                                     \
	X(TUNNEL_TYPE, "type", STRING, "", 0, "",                                                  \
	  "ipip 6in4 4in6 6in6 gre etherip mpls erspan vxlan geneve gtp-u teredo l2tp vxlan-gpe")  \
	X(TUNNEL_SA, "sa", ADDRESS, "", 27, "", "its end on the originator's side")                \
	X(TUNNEL_DA, "da", ADDRESS, "", 28, "", "its other end")                                   \
	X(TUNNEL_ID, "id", UINT, "", 351, "", "key, VNI, session or TEID of the first packet")     \
	X(IFNAME, "ifname", STRING, "", 82, "", "interface it was first seen on; live only")       \
	X(IFNAMES, "ifnames", ARRAY, "", 0, "",                                                    \
	  "interfaces it was seen on where these are several, the first one first; live only")     \
	X(IFNAMES_ONE, "ifnames[]", STRING, "", 82, "", "one of them")                             \
	X(DEBUG, "debug", OBJECT, "", 0, "Joy",                                                    \
	  "what went wrong with this flow; absent when nothing")                                   \
	X(INVALID, "invalid", UINT, "packets", 0, "Joy",                                           \
	  "packets whose transport header is cut off or contradicts the IP length")                \
	X(SAMPLES_LOST, "samples_lost", UINT, "", 0, "",                                           \
	  "pieces of payload that did not reach the dissectors; live only")                        \
	X(IFNAMES_MISSED, "ifnames_missed", UINT, "", 0, "",                                       \
	  "1: it was seen on more interfaces than ifnames has room for; live only")                \
	X(VLANS_MISSED, "vlans_missed", UINT, "tags", 0, "",                                       \
	  "VLAN tags of the first packet that vlan has no room for; at most 251")                  \
	X(TUNNELS_MISSED, "tunnels_missed", UINT, "tunnels", 0, "",                                \
	  "tunnels of the first packet that tunnel has no room for, all within the last listed")   \
	X(SRLT_CUT, "srlt_cut", UINT, "directions", 0, "",                                         \
	  "directions whose list of TLS records ends before their last record")                    \
	X(FEATURES_CUT, "features_cut", UINT, "", 0, "",                                           \
	  "1: payload, salt, ppi, hd or idp are incomplete: memory was short")                     \
	X(EXPIRE_TYPE, "expire_type", STRING, "", 0, "Joy",                                        \
	  "a or i: ended by the active or idle limit")                                             \
	X(END_REASON, "end_reason", STRING, "", 136, "", "fin rst idle active evicted eof stop")
/* clang-format on */

enum field {
#define X(id, name, type, unit, ipfix, reference, meaning) F_##id,
	RJ_RECORD_FIELDS(X)
#undef X
		NUM_FIELDS
};

#define F(id) (&rj_record_fields[F_##id])

#endif
