/* SPDX-License-Identifier: BSD-3-Clause */
/* Filters as people write them, and as they do not. Included by filter.c alone. */
#ifndef RJ_TESTS_BPF_EXPRESSIONS_H
#define RJ_TESTS_BPF_EXPRESSIONS_H

/* Tables, as they are. */
/* clang-format off */
static const char *const expressions[] = {
	/* protocols */
	"", "ip", "ip6", "arp", "rarp", "tcp", "udp", "icmp", "icmp6", "sctp", "igmp", "ah", "esp", "pim", "vrrp",
	"carp", "igrp", "stp", "iso", "ipx", "atalk", "aarp", "decnet", "netbeui", "lat", "moprc", "mopdl",
	"ip proto 6", "ip proto 17", "ip proto 47", "ip proto 132", "ip6 proto 6", "ip6 proto 17", "ip6 proto 0",
	"ip6 proto 44", "ip6 proto 58", "proto 6", "proto 17", "proto 1", "ip proto \\tcp", "ip6 proto \\udp",
	"ether proto 0x0800", "ether proto 0x86dd", "ether proto 0x0806", "ether proto 0x88cc", "ether proto \\ip6",
	"ether proto 100", "ether proto 0x1234", "llc", "llc u", "llc s", "llc i", "llc rr", "iso proto 1", "clnp",
	"ip or arp", "ip or ip6 or vlan", "not ip", "not ip6", "not (ip or ip6)", "ip or ip6", "not arp and not ip6",
	/* hosts */
	"host 10.77.0.1", "host 10.77.0.2", "src host 10.77.0.1", "dst host 10.77.0.1", "src 10.77.0.2",
	"dst 10.77.0.2", "src or dst host 10.77.0.1", "src and dst host 10.77.0.1", "host 192.0.2.1", "host 0.0.0.0",
	"host 255.255.255.255", "ip host 10.77.0.1", "arp host 10.77.0.1", "rarp host 10.77.0.1", "host 127.0.0.1",
	"host fd77::1", "host fd77::2", "src host fd77::1", "dst host fd77::2", "ip6 host fd77::1", "ip6 src fd77::2",
	"host ::1", "host 2001:db8::1", "ip6 host 2001:db8::2", "host 10.77.0.1 and host 10.77.0.2",
	"host 10.77.0.1 and not host 10.77.0.2", "host 10.77.0.1 or host fd77::1", "host 10.0.0.1 or 10.0.0.2",
	"src host 10.0.0.1 and dst host 10.0.0.2", "not host 10.77.0.1", "not (host 10.0.0.1 or host 10.0.0.3)",
	"ip src 10.77.0.1 or 10.77.0.2 or 10.77.0.3", "ip dst 10.0.0.1 and udp",
	/* networks */
	"net 10", "net 10.77", "net 10.77.0", "net 10.77.0.0/16", "net 10.77.0.0/31", "net 10.0.0.0/8",
	"net 10.0.0.0 mask 255.0.0.0", "net 10.77.0.2 mask 255.255.255.254", "src net 10.77.0.0/24",
	"dst net 10.77.0.0/24", "src or dst net 10.0.0.0/30", "src and dst net 10.0.0.0/30", "net 0.0.0.0/0",
	"net 128.0.0.0/1", "net 192.168.0.0/16", "ip6 net fd77::/16", "net fd77::/64", "net 2001:db8::/32",
	"src net 2001:db8::/33", "dst net 2001:db8::/47", "ip6 dst net fd77::/127", "net fe80::/10", "net ff00::/8",
	"net ::/0", "net 10.0.0.0/8 or net 192.168.0.0/16 or net 172.16.0.0/12", "not net 10.0.0.0/8",
	"arp net 10.77.0.0/24", "ip net 10.77.0.0/24 and not arp",
	/* ports */
	"port 53", "port 443", "port 80", "port 22", "tcp port 443", "tcp port 80", "udp port 53", "tcp src port 443",
	"tcp dst port 443", "udp dst port 53", "udp src port 53", "sctp port 1000", "port 1000", "port 1001",
	"src port 1000", "dst port 1000", "src and dst port 1000", "src or dst port 1001", "port 0", "port 65535",
	"port domain", "port http", "port https", "portrange 1-1023", "portrange 1000-1001", "tcp portrange 440-450",
	"udp portrange 1024-65535", "src portrange 0-1000", "dst portrange 32768-60999", "portrange 0-65535",
	"ip and port 53", "ip6 and port 53", "ip6 and tcp port 443", "ip host 10.77.0.2 and tcp port 443",
	"port 53 or port 443 or port 80", "tcp port 443 and not host 10.77.0.2", "not port 53",
	"not tcp port 443", "tcp and not port 443 and not port 80", "udp and port 53 and dst host 10.77.0.2",
	"(tcp port 80 or tcp port 443) and (src host 10.77.0.1 or dst host 10.77.0.1)",
	"tcp port 80 or 443 or 8080 or 8443", "dst port 53 or dst port 123 or dst port 161",
	/* Ethernet */
	"ether host 02:00:00:00:77:01", "ether src 02:00:00:00:77:02", "ether dst 02:00:00:00:77:01",
	"ether dst ff:ff:ff:ff:ff:ff", "ether broadcast", "ether multicast", "broadcast", "multicast", "ip multicast",
	"ip6 multicast", "not multicast", "not ether broadcast", "ether host 00:00:00:00:00:00",
	"ether src 02:00:00:00:77:01 and tcp", "ether[0] & 1 != 0", "ether[6:4] = 0x02000000",
	"ether dst 01:00:5e:00:00:fb or ether dst 33:33:00:00:00:fb",
	/* tags, labels, sessions */
	"vlan", "vlan 100", "vlan 20", "vlan 0", "vlan and ip", "vlan and tcp port 80", "vlan 20 and vlan 100",
	"vlan and vlan", "vlan and vlan and ip", "vlan and vlan and vlan", "vlan and vlan and vlan and vlan and ip",
	"vlan 100 and host 10.78.0.1", "vlan and host 10.78.0.2", "vlan and not ip", "vlan or ip", "ip or vlan",
	"vlan and (ip or ip6)", "vlan and ip6", "vlan and arp", "vlan and udp", "vlan and ip[6:2] & 0x1fff != 0",
	"vlan 100 or vlan 200", "not vlan", "vlan and len > 100", "vlan and net 10.0.0.0/8", "vlan and port 1000",
	"ether[12:2] = 0x8100", "ether[12:2] = 0x88a8", "ether[14:2] & 0x0fff = 100", "ether[14:2] & 0xe000 != 0",
	"ether[12:4] = 0x81000064", "ether[13:4] = 0x00006408", "ether[10:4] != 0", "ether[11:2] > 0x4000",
	"ether[15:4] & 0xff = 0", "ether[16:2] = 0x0800", "ether[18] = 0x45", "ether[20:4] != 0",
	"mpls", "mpls 100", "mpls and ip", "mpls 100 and mpls 200 and host 10.0.0.1", "mpls and mpls", "vlan and mpls",
	"pppoed", "pppoes", "pppoes 1", "pppoes and ip", "pppoes and tcp port 80", "pppoes 5 and host 10.0.0.1",
	"geneve", "geneve 100", "geneve and ip", "geneve 7 and vlan and ip",
	/* header chains */
	"ip6 protochain 6", "ip6 protochain 17", "ip6 protochain 58", "ip protochain 6", "ip protochain 17",
	"ip6 protochain 44", "ip6 protochain 51", "not ip6 protochain 6",
	"ip6 protochain 6 and ip6 src fd77::1", "protochain 6", "protochain 17 and not port 53",
	"ip6 protochain 6 or ip6 protochain 17", "ip6 protochain 6 and ip6 protochain 44", "ip protochain 6 or ip protochain 17",
	"not ip6 protochain 6 and not ip6 protochain 17", "protochain 6 or protochain 17", "vlan and protochain 6",
	"ip6 protochain 0 and (ip6 protochain 58 or len > 100) or ip6 protochain 43 and ip6[4:2] > 40",
	"protochain 6 or protochain 17 or protochain 44 or protochain 58",
	/* TCP */
	"tcp[tcpflags] & tcp-syn != 0", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[tcpflags] = tcp-syn",
	"tcp[tcpflags] & (tcp-syn|tcp-ack) = (tcp-syn|tcp-ack)", "tcp[tcpflags] & tcp-rst != 0", "tcp[13] = 2",
	"tcp[13] & 16 != 0", "tcp[tcpflags] == tcp-ack", "tcp[tcpflags] & tcp-push != 0 and port 443",
	"tcp[12] & 0xf0 > 0x50", "tcp[12] >> 4 > 5", "tcp[0:2] = 443", "tcp[2:2] = 443", "tcp[4:4] > 0x80000000",
	"tcp[14:2] < 1000", "tcp[tcpflags] & tcp-urg != 0", "tcp[tcpflags] & tcp-ece != 0",
	"tcp[tcpflags] & tcp-cwr != 0", "tcp[20] = 22", "tcp[((tcp[12] & 0xf0) >> 2)] = 0x16",
	"tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420", "tcp[(tcp[12] >> 2):2] = 0x1603",
	"tcp port 80 and (((ip[2:2] - ((ip[0] & 0xf) << 2)) - ((tcp[12] & 0xf0) >> 2)) != 0)",
	"tcp[((tcp[12] & 0xf0) >> 2) + 5] = 1 and tcp[((tcp[12] & 0xf0) >> 2)] = 22",
	"ip6[53] & 2 != 0", "ip6 and ip6[6] = 6 and ip6[53] & 0x12 = 0x12",
	/* UDP, ICMP */
	"udp[4:2] > 100", "udp[8:2] = 0", "udp[10] & 0x80 = 0", "udp[10] & 0x80 != 0 and port 53", "udp[0:2] = 53",
	"udp[12:2] = 1 and udp[14:2] = 0", "icmp[icmptype] = icmp-echo", "icmp[icmptype] == icmp-echoreply",
	"icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply", "icmp[icmpcode] = 3",
	"icmp[0] = 3 and icmp[1] = 3", "icmp6[icmp6type] = icmp6-echo", "icmp6[0] = 128", "icmp6[icmp6code] = 0",
	"icmp6 and ip6[40] = 135", "icmp[4:2] != 0", "icmp[8:4] > 10",
	/* bytes of IP */
	"ip[0] = 0x45", "ip[0] & 0xf > 5", "ip[0] & 0xf != 5", "ip[1] & 0xfc != 0", "ip[2:2] > 100", "ip[2:2] < 60",
	"ip[6:2] & 0x1fff != 0", "ip[6:2] & 0x2000 != 0", "ip[6:2] & 0x3fff != 0", "ip[6] & 0x40 != 0", "ip[8] < 64",
	"ip[8] > 64", "ip[8] = 1", "ip[9] = 6", "ip[12:4] = 0x0a4d0001", "ip[12:4] & 0xffffff00 = 0x0a4d0000",
	"ip[16:4] > ip[12:4]", "ip[12:4] = ip[16:4]", "ip[4:2] % 2 = 0", "ip[4:2] / 3 * 3 = ip[4:2]", "ip[2:2] % 7 = 3",
	"ip[10:2] ^ 0xffff != 0", "ip[0] << 2 & 0x3c = 20", "ip[8] + ip[9] = 70", "ip[8] - ip[9] > 50",
	"ip[8] * ip[9] > 400", "ip[2:2] / ip[8] > 1", "ip[2:2] % ip[8] = 0", "ip[2:2] / ip[1] = 0",
	"ip[4:2] % ip[1] = 0", "ip[4:2] << ip[8] != 0", "ip[4:2] >> ip[1] = 0", "ip[2:2] | ip[4:2] = 0xffff",
	"ip[ip[0] & 0xf] = 0", "ip[(ip[0] & 0xf) << 2] = 0", "ip[ip[8]] = 0", "ip[ip[2:2] - 1] = 0",
	"ip[ip[4:2]] != 0", "ip[ip[2:2]] = 0", "ether[ip[8]] = 0x45", "ether[ip[1]:4] = 0", "ether[ip[1]:2] != 0",
	"ether[ip[9]] = 0", "ether[ip[9] + 6:4] > 0x1000", "ether[ip[0] & 0xf:4] != 0", "ether[len - 1] = 0",
	"ether[len - 4:4] != 0", "ether[len - 3:4] != 0", "ether[len:1] = 0", "ether[len - 2:2] > 0x100",
	"ip6[0] & 0xf0 = 0x60", "ip6[4:2] > 100", "ip6[6] = 6", "ip6[6] = 0", "ip6[7] < 64", "ip6[8:4] = 0xfd770000",
	"ip6[0:4] & 0x000fffff != 0", "ip6[40] = 0x3a", "ip6[40:2] = 443 or ip6[42:2] = 443", "ip6[6] = 44",
	"ip6[24:4] = ip6[8:4]", "arp[6:2] = 1", "arp[6:2] = 2", "arp[14:4] = 0x0a4d0001", "arp[7] & 1 = 1",
	"ether[100] = 0", "ether[250:4] != 0", "ether[252:4] != 0", "ether[253:4] != 0", "ether[254:2] > 0",
	"ether[255] < 128", "ether[256] < 128", "ether[500:4] > 0x7fffffff", "ether[1000] = 0", "ether[1400:2] != 0",
	"ether[1513] != 0", "ether[1514] != 0", "ether[65530:4] != 0", "ether[65535] = 0", "ether[70000] = 0",
	"not ether[70000] = 0", "ether[0] = 0 or ether[70000] = 0", "ip[0] + 0xffffffff = 0x44", "ip[1] - 1 > 0x7fffffff",
	"-ip[8] & 0xff = 0xc0", "ip[2:2] = len - 14", "ip[2:2] + 14 < len", "ip[2:2] + 14 > len",
	/* lengths */
	"len > 100", "len < 100", "len = 60", "len >= 1514", "len <= 64", "len != 54", "greater 100", "less 100",
	"greater 1500", "less 60", "len > 200 and len < 300", "len % 2 = 1", "len & 3 = 0", "not greater 100",
	"len - 14 > 40 and ip", "vlan and greater 100", "len > 65536", "len >= 0", "tcp and len > 66",
	/* always, never */
	"len > 0", "ether[0] >= 0", "ip or not ip", "tcp or not tcp", "1 = 1 or ip", "0 != 1",
	/* nested */
	"(ip and tcp) or (ip6 and udp)", "not (tcp and (port 80 or port 443))", "((((ip))))",
	"not not ip", "not (not tcp and not udp)", "(not tcp) and (not udp)", "ip and not (tcp or udp or icmp)",
	"(tcp[13] & 2 != 0 or tcp[13] & 1 != 0) and not net 127.0.0.0/8",
	"((host 10.77.0.1 or host fd77::1) and (tcp or udp)) and not (port 53 or port 22)",
	"(ip[8] < 64 and len > 60) or (ip6[7] < 64 and len > 80)",
	"ip and (not tcp or (tcp[13] & 7 != 0 and not (src port 443 or dst port 443)))",
	"(vlan and tcp) or (vlan and udp)", "tcp || udp", "tcp && !port 443", "! tcp && ! udp && (icmp || icmp6)",
	"(ip and (udp and (port 53 and (len > 70 or (len < 65 and host 10.77.0.2)))))",
	"(src net 10.0.0.0/8 and dst net 10.0.0.0/8) or (ip6 src net fd00::/8 and ip6 dst net fd00::/8)",
	"tcp and ((src port 443 and tcp[13] & 2 = 0) or (dst port 443 and tcp[13] & 2 != 0))",
	"udp and (udp[8:4] = 0x12340100 or (udp[10:2] & 0x8000 = 0x8000 and udp[14:2] > 0))",
	"ip[6:2] & 0x1fff = 0 and (tcp[13] & 0x17 = 0x10 or udp[4:2] = 8)",
	"not (host 10.0.0.1 and not (tcp port 1000 or udp port 1001)) and not arp",
};

/* What must be refused, by libpcap or by us. */
static const char *const bad_expressions[] = {
	"tcp port", "port 70000", "no such filter", "host 300.1.1.1", "ip and", "(tcp", "tcp)", "net 10/33",
	"ip broadcast", "ip and arp", "tcp and udp and icmp", "gateway nowhere", "1 = 0",
	"ether[0:3] = 0", "ether host 10.0.0.1", "host", "vlan 5000", "less", "len >", "type mgt", "tcp[tcpflags",
};

/* What a frame of Ethernet does not have; cooked captures have it. */
static const char *const not_of_ethernet[] = { "inbound", "outbound", "ifindex 3", "not inbound and tcp" };
/* clang-format on */

#endif
