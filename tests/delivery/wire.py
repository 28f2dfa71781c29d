# SPDX-License-Identifier: BSD-3-Clause
"""Packets as they are on the wire: TCP, UDP, IP with fragments, tunnels, link headers; and the captures they go into."""
import collections
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import links

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
TCP, UDP = 6, 17
ETHERNET = 1
MACS = bytes.fromhex('02000000000a02000000000b')

# struct Ends - of a flow: IP version, the addresses of client and server, their ports
Ends = collections.namedtuple('Ends', 'version addresses ports')

# --- transport and IP -------------------------------------------------------------


def checksum(data):
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def tcp(ends, side, seq, data, flags, options=b''):
    """A segment; without its checksum, as before a card that computes it."""
    return struct.pack('>HHIIBBHHH', ends.ports[side], ends.ports[not side], seq & 0xffffffff, 0x01020304 if flags & ACK else 0,
                       80 + 4 * len(options), flags, 0xfaf0, 0, 0) + options + data


def udp_between(ends, side, data):
    return struct.pack('>HHHH', ends.ports[side], ends.ports[not side], 8 + len(data), 0) + data


def ipv4(src, dst, proto, payload, ident=0, frag=0):
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(payload), ident, frag, 64, proto, 0) + src + dst
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:] + payload


def ipv6(src, dst, proto, payload):
    return struct.pack('>IHBB', 6 << 28, len(payload), proto, 64) + src + dst + payload


def packet(ends, side, proto, payload, ident):
    """The IP packet that @side of the flow sends."""
    src, dst = ends.addresses[side], ends.addresses[not side]
    if ends.version == 4:
        return ipv4(src, dst, proto, payload, ident & 0xffff)
    return ipv6(src, dst, proto, payload)


def version_of(p):
    return p[0] >> 4


def ether_type(p):
    return 0x0800 if version_of(p) == 4 else 0x86dd


def ppp_proto(p):
    return 0x21 if version_of(p) == 4 else 0x57


def with_ipv4_options(p, options):
    """The packet with these options, in whole words, behind its header."""
    words = 5 + len(options) // 4
    head = struct.pack('>BBH', 0x40 | words, p[1], len(p) + len(options)) + p[4:10] + b'\0\0' + p[12:20] + options
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:] + p[20:]


def with_ipv6_header(p, number, header):
    """The packet with another header, whose first octet is to say what follows, behind its own."""
    return p[:4] + struct.pack('>HB', len(p) - 40 + len(header), number) + p[7:40] + bytes([p[6]]) + header[1:] + p[40:]


def fragments(p, size, ident):
    """The packet in fragments of @size bytes (a multiple of 8)."""
    is_v4 = version_of(p) == 4
    head_len = (p[0] & 15) * 4 if is_v4 else 40
    payload = p[head_len:]
    out = []
    for at in range(0, len(payload), size):
        part = payload[at:at + size]
        is_last = at + size >= len(payload)
        if is_v4:
            head = p[:2] + struct.pack('>HHH', head_len + len(part), ident & 0xffff, at // 8 | (0 if is_last else 0x2000))
            head += p[8:10] + b'\0\0' + p[12:head_len]
            out.append(head[:10] + struct.pack('>H', checksum(head)) + head[12:] + part)
        else:
            extra = struct.pack('>BBHI', p[6], 0, at | (not is_last), ident & 0xffffffff)
            out.append(p[:4] + struct.pack('>HB', 8 + len(part), 44) + p[7:40] + extra + part)
    return out


# --- tunnels ----------------------------------------------------------------------

OUTER4 = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
OUTER6 = bytes.fromhex('20010db8' + '00' * 11 + '0a'), bytes.fromhex('20010db8' + '00' * 11 + '0b')


def in_ip(version, proto, payload, back):
    if version == 4:
        return ipv4(OUTER4[back], OUTER4[not back], proto, payload)
    return ipv6(OUTER6[back], OUTER6[not back], proto, payload)


def udp(port, payload, src_port=50000):
    return UDP, struct.pack('>HHHH', src_port, port, 8 + len(payload), 0) + payload


def gre(flags, proto, words, payload):
    return 47, struct.pack('>HH', flags, proto) + b''.join(struct.pack('>I', w) for w in words) + payload


def frame(p):
    return MACS + struct.pack('>H', ether_type(p)) + p


def ppp(p):
    return struct.pack('>HH', 0xff03, ppp_proto(p)) + p


def label(number, is_last):
    return struct.pack('>I', number << 12 | is_last << 8 | 64)


def gtpu(p, flags, extra=b''):
    return udp(2152, struct.pack('>BBHI', flags, 255, len(extra) + len(p), 44) + extra + p, 2152)


def erspan(proto, flags, head, p):
    return gre(flags, proto, [1] if flags & 0x1000 else [], head + frame(p))


def l2tp2(p, flags, *words):
    """RFC 2661: with flags that say which of the words are there."""
    rest = b''.join(struct.pack('>H', w) for w in words)
    length = struct.pack('>H', 4 + len(rest) + len(p) + 4) if flags & 0x4000 else b''
    return udp(1701, struct.pack('>H', flags | 2) + length + rest + ppp(p), 1701)


# Each kind of tunnel: a packet becomes IP's protocol number and payload.
TUNNELS = {
    'ip-in-ip': lambda p: (4 if version_of(p) == 4 else 41, p),
    'gre': lambda p: gre(0, ether_type(p), [], p),
    'gre key': lambda p: gre(0x2000, ether_type(p), [77], p),
    'gre checksum key sequence': lambda p: gre(0xb000, ether_type(p), [0, 77, 1], p),
    'gre ethernet': lambda p: gre(0x2000, 0x6558, [0x1234ab], frame(p)),
    'gre vlan': lambda p: gre(0, 0x8100, [], struct.pack('>HH', 100, ether_type(p)) + p),
    'gre mpls': lambda p: gre(0, 0x8847, [], label(16, 0) + label(17, 1) + p),
    'gre nsh': lambda p: gre(0, 0x894f, [], struct.pack('>II', 0x0fc20202 - (version_of(p) == 4), 0x1ff) + p),
    'pptp': lambda p: gre(0x3081, 0x880b, [(4 + len(p)) << 16 | 9, 1, 2], ppp(p)),
    'pptp no ack': lambda p: gre(0x3001, 0x880b, [(4 + len(p)) << 16 | 9, 1], ppp(p)),
    'wccp': lambda p: gre(0, 0x883e, [], p) if version_of(p) == 4 else None,
    'wccp 2': lambda p: gre(0, 0x883e, [], bytes(4) + p) if version_of(p) == 4 else None,
    'erspan I': lambda p: erspan(0x88be, 0, b'', p),
    'erspan II': lambda p: erspan(0x88be, 0x1000, struct.pack('>HHI', 0x1000, 33, 0), p),
    'erspan III': lambda p: erspan(0x22eb, 0x1000, struct.pack('>HHII', 0x2000, 34, 0, 0), p),
    'erspan III subheader': lambda p: erspan(0x22eb, 0x1000, struct.pack('>HHIIQ', 0x2000, 34, 0, 1, 0), p),
    'etherip': lambda p: (97, b'\x30\0' + frame(p)),
    'mpls in ip': lambda p: (137, label(18, 1) + p),
    'mpls in udp': lambda p: udp(6635, label(20, 1) + p),
    'mpls in udp, ethernet': lambda p: udp(6635, label(20, 1) + bytes(4) + frame(p)),
    'vxlan': lambda p: udp(4789, struct.pack('>II', 8 << 24, 42 << 8) + frame(p)),
    'vxlan group policy': lambda p: udp(4789, struct.pack('>II', 0x88000007, 42 << 8) + frame(p)),
    'vxlan old port': lambda p: udp(8472, struct.pack('>II', 8 << 24, 42 << 8) + frame(p)),
    'vxlan-gpe ethernet': lambda p: udp(4790, struct.pack('>II', 0x0c000003, 49 << 8) + frame(p)),
    'vxlan-gpe ip': lambda p: udp(4790, struct.pack('>II', 0x0c000001 + (version_of(p) == 6), 49 << 8) + p),
    'vxlan-gpe nsh': lambda p: udp(4790, struct.pack('>IIII', 0x0c000004, 49 << 8, 0x0fc20203, 0x1ff) + frame(p)),
    'geneve': lambda p: udp(6081, struct.pack('>BBHI', 0, 0, ether_type(p), 43 << 8) + p),
    'geneve ethernet options': lambda p: udp(6081, struct.pack('>BBHIQ', 2, 0, 0x6558, 43 << 8, 0) + frame(p)),
    'gtp-u': lambda p: gtpu(p, 0x30),
    'gtp-u sequence': lambda p: gtpu(p, 0x32, struct.pack('>HBB', 1, 0, 0)),
    'gtp-u extensions': lambda p: gtpu(p, 0x34, struct.pack('>HBBII', 0, 0, 0x85, 0x01100985, 0x01100900)),
    'teredo': lambda p: udp(3544, p) if version_of(p) == 6 else None,
    'teredo origin': lambda p: udp(3544, bytes(8) + p) if version_of(p) == 6 else None,
    'teredo authentication origin': lambda p: (udp(3544, bytes.fromhex('00010000' + '00' * 9) + bytes(8) + p)
                                               if version_of(p) == 6 else None),
    'l2tp': lambda p: l2tp2(p, 0, 7, 8),
    'l2tp length sequence': lambda p: l2tp2(p, 0x4800, 7, 8, 0, 0),
    'l2tp offset': lambda p: l2tp2(p, 0x4200, 7, 8, 2, 0),
    'l2tp 3 in ip': lambda p: (115, struct.pack('>I', 47) + frame(p)),
    'l2tp 3 in ip, cookie sublayer': lambda p: (115, struct.pack('>IIII', 47, 0x11223344, 0x55667788, 0x40000001) + frame(p)),
    'l2tp 3 in ip, ppp': lambda p: (115, struct.pack('>I', 47) + ppp(p)),
    'l2tp 3 in udp': lambda p: udp(1701, struct.pack('>II', 0x30000, 48) + frame(p)),
    'l2tp 3 in udp, cookie': lambda p: udp(1701, struct.pack('>III', 0x30000, 48, 0x11223344) + frame(p)),
}


def tunnelled(kind, version, p, back):
    """The packet in a tunnel between hosts of this IP version; None where it cannot carry the packet."""
    inner = TUNNELS[kind](p)
    return inner and in_ip(version, *inner, back)


# --- what stands between Ethernet and IP ------------------------------------------


def vlan(type_, vid, rest):
    return struct.pack('>HH', type_, vid) + rest


def typed(p):
    return struct.pack('>H', ether_type(p)) + p


def pppoe(p, is_short=False):
    proto = bytes([ppp_proto(p)]) if is_short else struct.pack('>H', ppp_proto(p))
    return b'\x88\x64' + struct.pack('>BBHH', 0x11, 0, 7, len(proto) + len(p)) + proto + p


def llc(rest):
    return struct.pack('>H', 3 + len(rest)) + rest


def mpls(num, rest, type_=0x8847):
    return struct.pack('>H', type_) + b''.join(label(16 + i, i == num - 1) for i in range(num)) + rest


# Each: the frame's octets from its type on.
STACKS = {
    'vlan': lambda p: vlan(0x8100, 100, typed(p)),
    'q-in-q': lambda p: vlan(0x88a8, 100, vlan(0x8100, 200, typed(p))),
    'q-in-q old': lambda p: vlan(0x9100, 100, vlan(0x9100, 200, typed(p))),
    'six vlans': lambda p: b''.join(b'\x91\0\0' + bytes([n]) for n in range(1, 7)) + typed(p),
    'mpls': lambda p: mpls(1, p),
    'mpls upstream': lambda p: mpls(1, p, 0x8848),
    'eight labels': lambda p: mpls(8, p),
    'mpls ethernet': lambda p: mpls(2, frame(p)),
    'mpls ethernet, control word': lambda p: mpls(2, bytes(4) + frame(p)),
    'pppoe': pppoe,
    'pppoe short protocol': lambda p: pppoe(p, True),
    'vlan pppoe': lambda p: vlan(0x8100, 7, pppoe(p)),
    'q-in-q pppoe': lambda p: vlan(0x88a8, 7, vlan(0x8100, 8, pppoe(p))),
    'vlan mpls ethernet vlan': lambda p: vlan(0x8100, 7, mpls(2, MACS + vlan(0x8100, 9, typed(p)))),
    'mpls ethernet pppoe': lambda p: mpls(1, bytes(4) + MACS + pppoe(p)),
    'snap': lambda p: llc(bytes.fromhex('aaaa03000000') + typed(p)),
    'llc ip': lambda p: llc(b'\x06\x06\x03' + p) if version_of(p) == 4 else None,
    'provider backbone': lambda p: b'\x88\xe7' + bytes(4) + frame(p),
    'provider backbone, vlans': lambda p: vlan(0x88a8, 5, b'\x88\xe7' + bytes(4) + MACS + vlan(0x8100, 6, typed(p))),
    'fabricpath': lambda p: b'\x89\x03' + bytes(2) + frame(p),
    'e-tag': lambda p: b'\x89\x3f' + bytes(6) + typed(p),
    'vn-tag': lambda p: b'\x89\x26' + bytes(4) + typed(p),
    'macsec in the clear': lambda p: b'\x88\xe5' + bytes(6) + typed(p) + bytes(16),
    'macsec in the clear, sci': lambda p: b'\x88\xe5\x20' + bytes(13) + typed(p) + bytes(16),
    'nsh': lambda p: b'\x89\x4f' + struct.pack('>II', 0x0fc20200 | (1 if version_of(p) == 4 else 2), 0x1ff) + p,
    'nsh ethernet': lambda p: b'\x89\x4f' + struct.pack('>II', 0x0fc20203, 0x1ff) + frame(p),
}

# --- carriers ---------------------------------------------------------------------

# struct Carrier - how a packet gets into a frame of a link type; @wrap(packet, back): the frame, or None.
Carrier = collections.namedtuple('Carrier', 'name link_type wrap')

PLAIN = Carrier('', ETHERNET, lambda p, back: frame(p))


def stack_carriers():
    return [Carrier(name, ETHERNET, lambda p, back, f=f: (lambda rest: rest and MACS + rest)(f(p)))
            for name, f in STACKS.items()]


def tunnel_carriers():
    def wrap(name, version):
        def f(p, back):
            outer = tunnelled(name, version, p, back)
            return outer and frame(outer)
        return f
    return [Carrier(f'{name} over IPv{version}', ETHERNET, wrap(name, version)) for name in TUNNELS for version in (4, 6)]


def nested_carriers():
    """Each tunnel in each, and each eight times in itself."""
    def wrap(*names):
        def f(p, back):
            for i, name in enumerate(names):
                p = p and tunnelled(name, 6 if name.startswith('teredo') or names[i + 1:i + 2] and
                                    names[i + 1].startswith('teredo') else 4, p, back)
            return p and frame(p)
        return f
    pairs = [Carrier(f'{b} in {a}', ETHERNET, wrap(b, a)) for a in TUNNELS for b in TUNNELS]
    return pairs + [Carrier(f'{a}, eight deep', ETHERNET, wrap(*[a] * 8)) for a in TUNNELS]


def link_carriers():
    return [Carrier(f'link type {number}, {n}', number, lambda p, back, header=header: links.framed(header, p))
            for n, (number, header) in enumerate(links.HEADERS)]


# --- captures ---------------------------------------------------------------------


class Clock:
    """The time of the next frame, in microseconds."""

    def __init__(self):
        self.now = 1700000000 * 1000000

    def next(self):
        self.now += 20
        return self.now


class Pcap:
    def __init__(self, path, link_type):
        self.file = open(path, 'wb')
        self.file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, link_type))

    def add(self, clock, data, link_type):
        seconds, rest = divmod(clock.next(), 1000000)
        self.file.write(struct.pack('<IIII', seconds, rest, len(data), len(data)) + data)

    def close(self):
        self.file.close()


class Pcapng:
    """Of any link types: each has an interface, told of when its first frame comes."""

    def __init__(self, path):
        self.file = open(path, 'wb')
        self.interfaces = {}
        self.block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1))

    def block(self, kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack('<I', 12 + len(body))
        self.file.write(struct.pack('<I', kind) + size + body + size)

    def add(self, clock, data, link_type):
        if link_type not in self.interfaces:
            self.interfaces[link_type] = len(self.interfaces)
            self.block(1, struct.pack('<HHI', link_type, 0, 262144))
        time = clock.next()
        self.block(6, struct.pack('<IIIII', self.interfaces[link_type], time >> 32, time & 0xffffffff, len(data), len(data)) +
                   data)

    def close(self):
        self.file.close()
