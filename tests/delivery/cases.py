# SPDX-License-Identifier: BSD-3-Clause
"""Every delivery that is tried: a conversation, a way, a shape of its packets, a carrier of them."""
import dataclasses
import ipaddress
import itertools
import struct

import quic
import talks
import ways
import wire
from ways import BIG, MSS, ORDERS, Segment

# --- one delivery -----------------------------------------------------------------

CLIENT_NETS = ipaddress.ip_network('10.0.0.0/8'), ipaddress.ip_network('fd00::/64')
# One before all clients, one behind them: as rj_order_ends compares, the last octet of IPv4 counts most.
SERVERS = {4: (ipaddress.ip_address('9.9.9.0'), ipaddress.ip_address('11.11.11.255')),
           6: (ipaddress.ip_address('fc00::9'), ipaddress.ip_address('fe00::9'))}
CLIENT_PORT = 50000
ISNS = 0x10000000, 0x70000000


def number_of(address):
    """The delivery whose client has this address; None where it is no client's."""
    for net in CLIENT_NETS:
        if address.version == net.version and address in net:
            return int(address) - int(net.network_address)
    return None


def client_of(number, version):
    return CLIENT_NETS[version == 6][number]


def ends_of(number, version, port):
    client, server = client_of(number, version), SERVERS[version][number % 2]
    return wire.Ends(version, (client.packed, server.packed), (CLIENT_PORT, port))


def is_print_of(name, keys):
    """Whether a fingerprint is of one of these protocols."""
    family = {'tls': ('tls', 'ja3', 'ja4', 'quic'), 'ssh': ('ssh', 'hassh'), 'http': ('http',), 'http2': ('http',),
              'dns': ()}
    return any(name.startswith(start) for key in keys for start in family.get(key, ()))


@dataclasses.dataclass
class Case:
    """
    @parts: segments, or (side, datagram) where it is over UDP
    @plain: name of the plain delivery that says the same; its own, if it is that
    @shape: changes the IP packets, which are (side, packet)
    @is_mixed: it goes into the capture of all link types
    """
    kind: str
    talk: talks.Talk
    parts: list
    way: str = ''
    version: int = 4
    carrier: wire.Carrier = wire.PLAIN
    shape: object = None
    isns: tuple = ISNS
    plain: str = ''
    is_mixed: bool = False

    @property
    def name(self):
        carrier = self.carrier.name and ', ' + self.carrier.name
        return f'{self.talk.name}, {self.way}, IPv{self.version}{carrier}'

    def packets(self, number):
        ends = ends_of(number, self.version, self.talk.port)
        for ident, part in enumerate(self.parts):
            if isinstance(part, Segment):
                seq = self.isns[part.side] + 1 + part.at
                yield part.side, wire.packet(ends, part.side, wire.TCP,
                                             wire.tcp(ends, part.side, seq, part.data, part.flags, part.options), ident)
            else:
                side, data = part
                yield side, wire.packet(ends, side, wire.UDP, wire.udp_between(ends, side, data), ident)

    def frames(self, number):
        """The frames, or None where the carrier cannot carry such packets."""
        packets = self.packets(number)
        if self.shape:
            packets = self.shape(list(packets))
        frames = [self.carrier.wrap(p, bool(side)) for side, p in packets]
        return None if None in frames else frames


# --- shapes -----------------------------------------------------------------------


def in_fragments(size, order='in order', across=False):
    """Each packet in fragments, in this order; @across: all fragments behind the handshake are in it."""
    def shape(packets):
        all_parts = []
        for ident, (side, p) in enumerate(packets):
            parts = [(side, q) for q in wire.fragments(p, size, 0x4000 + ident)]
            all_parts.append(parts if across else ORDERS[order](parts))
        return [part for parts in all_parts for part in parts] if not across else \
            sum(all_parts[:3], []) + ORDERS[order](sum(all_parts[3:], []))
    return shape


def fragments_twice(packets):
    return [(side, q) for ident, (side, p) in enumerate(packets) for q in wire.fragments(p, 256, ident) * 2]


def each_packet(change):
    return lambda packets: [(side, change(p)) for side, p in packets]


def router_alert(p):
    return wire.with_ipv4_options(p, b'\x94\x04\0\0')


def record_route(p):
    return wire.with_ipv4_options(p, b'\x07\x27\x04' + bytes(36) + b'\0')


def extended(*headers):
    """IPv6 with these headers, the first of them outermost: (number, bytes)."""
    def change(p):
        for number, header in reversed(headers):
            p = wire.with_ipv6_header(p, number, header)
        return p
    return change


def ah(p):
    """An authentication header (RFC 4302) between IP and the transport."""
    body = b'\0\x04\0\0' + bytes(20)
    if wire.version_of(p) == 6:
        return wire.with_ipv6_header(p, 51, body)
    head = p[:2] + struct.pack('>H', len(p) + 24) + p[4:9] + b'\x33' + b'\0\0' + p[12:20]
    return head[:10] + struct.pack('>H', wire.checksum(head)) + head[12:] + bytes([p[9]]) + body[1:] + p[20:]


def without_length(p):
    """As a sender hands it to a card that cuts it into segments."""
    return p[:2] + b'\0\0' + p[4:] if wire.version_of(p) == 4 else p[:4] + b'\0\0' + p[6:]


OPTIONS = bytes(2) + b'\x01\x04' + bytes(4)
IP_SHAPES = {
    4: {'router alert': router_alert, 'record route': record_route, 'authentication header': ah},
    6: {'hop by hop': extended((0, OPTIONS)), 'destination options': extended((60, OPTIONS)),
        'routing': extended((43, b'\0\x02\x04\0' + bytes(20))), 'authentication header': ah,
        'many headers': extended((0, OPTIONS), (60, OPTIONS), (43, b'\0\x02\x04\0' + bytes(20)), (60, OPTIONS), (60, OPTIONS)),
        'atomic fragment': extended((44, bytes(8)))},
}

PADDED = wire.Carrier('octets behind the packet', wire.ETHERNET, lambda p, back: wire.frame(p) + b'\x16\x03\x01' * 6)

# --- kinds ------------------------------------------------------------------------

SHORT = 'tls 1.3', 'tls 1.2', 'tls 1.3 modern', 'ssh', 'http', 'http 2', 'dns over tcp'
HELLOS = 'tls 1.3', 'tls 1.2', 'tls 1.3 modern'


def plains(known):
    for talk in known.values():
        case = Case('plain', talk, ways.plain(talk), 'plain')
        case.plain = case.name
        yield case


def cuts(known):
    """Each of the first four turns in two segments, at every byte."""
    for name in SHORT:
        talk = known[name]
        for number, (_, data) in enumerate(talk.turns[:4] if name == 'ssh' else talk.turns[:2]):
            for place, back in itertools.product(range(1, len(data)), (False, True)):
                order = ', reversed' if back else ''
                yield Case(f'cut at every byte{order}', talk, ways.cut_turn(talk, number, place, back),
                           f'turn {number + 1} cut at {place}{order}', 6 if place % 3 == 0 else 4)
    talk = known['tls 64 KiB']
    size = len(talk.turns[0][1])
    for place, back in itertools.product([1, 2, 5, 6, 9, 10, *range(977, size, 1999), size - 1], (False, True)):
        yield Case('64 KiB cut', talk, ways.cut_turn(talk, 0, place, back), f'cut at {place}{", reversed" if back else ""}')


def orders(known):
    for name, version in itertools.product(SHORT, (4, 6)):
        for size, order in itertools.product((1, 2, 3, 5, 7, 16, 50, 100, 256, 536, 1000, 1440, 9000), ORDERS):
            if version == 6 and size < 16 and order not in ('in order', 'reversed'):
                continue
            if 1 < size < 5 and name not in ('tls 1.3', 'tls 1.2', 'http'):
                continue
            yield Case('one-byte segments' if size == 1 else 'segments of one size', known[name],
                       ways.by_turns(known[name], None, ways.ordered(size, order)), f'segments of {size}, {order}', version)
    for size, order in itertools.product((100, 536, 1440, 9000, BIG), ORDERS):
        yield Case('64 KiB in segments', known['tls 64 KiB'], ways.by_turns(known['tls 64 KiB'], None, ways.ordered(size, order)),
                   f'segments of {size}, {order}')
    yield Case('64 KiB in segments', known['tls 64 KiB'], ways.by_turns(known['tls 64 KiB'], None, ways.ordered(1, 'reversed')),
               'segments of 1, reversed')


def permutations(known):
    """Every order of five segments, and of two turns."""
    for name in SHORT:
        talk = known[name]
        for order in itertools.permutations(range(5)):
            def deliver(side, base, data, order=order):
                parts = ways.pieces(side, base, data, -(-len(data) // 5))
                return [parts[i] for i in order if i < len(parts)]
            yield Case('every order of five segments', talk, ways.by_turns(talk, None, deliver), f'order {order}')


def repeats(known):
    tables = ('overlapping, retransmitted', ways.REPEATS), ('retransmitted with other content', ways.CONFLICTS)
    for name, version, (kind, table) in itertools.product(SHORT, (4, 6), tables):
        for way, deliver in table.items():
            yield Case(kind, known[name], ways.by_turns(known[name], None, deliver), way, version)
    for name, (size, step) in itertools.product(SHORT, ((2, 1), (10, 3), (100, 30), (100, 99), (700, 100))):
        for order in 'in order', 'reversed', 'shuffled':
            def deliver(side, base, data, size=size, step=step, order=order):
                return ORDERS[order](ways.overlapping(side, base, data, size, step))
            yield Case('overlapping, retransmitted', known[name], ways.by_turns(known[name], None, deliver),
                       f'{size} bytes every {step}, {order}')


def starts_and_between(known):
    tables = ('starts: data in the SYN, no SYN', ways.STARTS), ('what stands between', ways.BETWEEN)
    for name, version, (kind, table) in itertools.product(SHORT, (4, 6), tables):
        for way, deliver in table.items():
            yield Case(kind, known[name], deliver(known[name]), way, version)
    for name in SHORT:
        talk = known[name]
        for num in range(1, min(MSS, len(talk.turns[0][1])) + 1, 1 if name in ('tls 1.3', 'http') else 37):
            yield Case('data in the SYN', talk, ways.syn_with(talk, num), f'{num} bytes in the SYN')
            yield Case('data in the SYN', talk, ways.syn_data_again(talk, num), f'{num} bytes in the SYN, and again')


def wraps(known):
    """Sequence numbers of both sides that come round at each byte."""
    for name in SHORT:
        talk = known[name]
        sizes = [len(talks.side_bytes(talk, side)) for side in (0, 1)]
        for place in range(-1, min(max(sizes), 2000), 1 if name == 'tls 1.3' else 23):
            isns = (-1 - place) % (1 << 32), (-1 - place * sizes[1] // max(sizes)) % (1 << 32)
            for way, parts in (('plain', ways.plain(talk)),
                               ('reversed', ways.by_turns(talk, None, ways.ordered(100, 'reversed')))):
                yield Case('sequence numbers that come round', talk, parts, f'{way}, at {place}', isns=isns)
        for start in 0x7ffffff0, 0x7fffff00, 0xfffffff0:
            parts = ways.by_turns(talk, None, ways.ordered(1, 'reversed'))
            yield Case('sequence numbers that come round', talk, parts, f'one-byte segments from {start:x}', isns=(start, start))
            yield Case('sequence numbers that come round', talk, ways.no_syn(parts), f'without SYN from {start:x}',
                       isns=(start, start))


def records(known):
    """Both hellos over TLS records of any length."""
    for name in HELLOS:
        talk = known[name]
        hello, _ = talks.messages(talk.turns[0][1])
        answer, behind = talks.messages(talk.turns[1][1])
        for size in [*range(1, 40), 50, 64, 100, 128, 200, 256, 500, 512, 1000]:
            turns = [(0, talks.records(hello, size)), (1, talks.records(answer, size, version=0x0303) + behind), *talk.turns[2:]]
            many = dataclasses.replace(talk, turns=turns)
            for way, deliver in (('whole', ways.ordered(MSS, 'in order')), ('one-byte segments', ways.ordered(1, 'in order')),
                                 ('one-byte segments reversed', ways.ordered(1, 'reversed')),
                                 ('shuffled', ways.ordered(61, 'shuffled')),
                                 ('segments as long as records', ways.ordered(5 + size, 'in order'))):
                if way.startswith('one') and (size not in (1, 2, 5, 16, 50, 128) or size < 5 and 'modern' in name):
                    continue
                yield Case('many TLS records', many, ways.by_turns(many, None, deliver), f'records of {size}, {way}')
        many = dataclasses.replace(talk, turns=[(0, talks.records(hello, 20)), *talk.turns[1:]])
        for place, back in itertools.product(range(1, len(many.turns[0][1])), (False, True)):
            yield Case('many TLS records, cut at every byte', many, ways.cut_turn(many, 0, place, back), f'records of 20 cut at {place}')


def one_sided(known):
    """Nothing of the server: what is then said of the client, or of the server without the client."""
    for side in 0, 1:
        for name in SHORT:
            talk = known[name]
            half = dataclasses.replace(talk, name=f'{talk.name}, {("client", "server")[side]} alone', source='', says=(),
                                       turns=[turn for turn in talk.turns if turn[0] == side])
            if name == 'http 2' and side == 1:
                continue
            def of_side(parts, side=side):
                return [p for p in parts if p.side == side]
            case = Case('one side alone', half, of_side(ways.plain(half)), 'plain')
            case.plain = case.name
            yield case
            for size, order in itertools.product((1, 50, 100, 1000), ORDERS):
                if size == 1 and order not in ('in order', 'reversed'):
                    continue
                parts = of_side(ways.by_turns(half, None, ways.ordered(size, order)))
                yield Case('one side alone', half, parts, f'segments of {size}, {order}', plain=case.plain)
                if order != 'first last':	# a start that comes so late is not waited for: flow/paused.h
                    yield Case('one side alone', half, ways.no_syn(parts), f'segments of {size}, {order}, no syn',
                               plain=case.plain)


def preludes(known):
    """TLS behind everything that may stand before it; HTTP and SSH behind what passes anything on."""
    names = [(name,) for name, _, _ in talks.PRELUDES] + list(talks.CHAINS)
    for chain in names:
        bases = ['tls 1.3', 'tls 1.2', 'tls 1.3 modern']
        if all(name.split()[0] in ('connect', 'proxy', 'socks') for name in chain):
            bases += ['ssh', 'tls 64 KiB'] + (['http'] if not any(name.startswith('connect') for name in chain) else [])
        for base in bases:
            yield from behind(talks.preluded(known[base], chain), known[base], base == 'tls 1.3')


def behind(talk, base, is_cut):
    kind, plain = 'behind another protocol', plain_of(base)
    sizes = (1440,) if base.name == 'tls 64 KiB' else (10, 100, 1440)
    for size, order in itertools.product(sizes, ORDERS):
        if size == 10 and base.name != 'tls 1.3':
            continue
        yield Case(kind, talk, ways.by_turns(talk, None, ways.ordered(size, order)), f'segments of {size}, {order}', plain=plain)
    if base.name not in ('tls 1.3', 'tls 1.2'):
        return
    if base.name == 'tls 1.2':
        for size, order in itertools.product((1, 2), ('in order', 'reversed')):
            yield Case(kind, talk, ways.by_turns(talk, 0, ways.ordered(size, order)), f'segments of {size}, {order}', plain=plain)
    for way in 'each twice', 'again as one', 'to the end each time, reversed':
        yield Case(kind, talk, ways.by_turns(talk, None, ways.REPEATS[way]), way, plain=plain)
    for way, deliver in ways.CONFLICTS.items():
        if 'few bytes' in way:
            continue
        yield Case(kind, talk, ways.by_turns(talk, None, deliver), way, plain=plain)
    for way in ('no syn', 'syn behind everything', 'no syn, segments reversed', 'whole in the syn', 'no handshake at all'):
        yield Case(kind, talk, ways.STARTS[way](talk), way, plain=plain)
    for way in 'client before server', 'server before client', 'both sides by turns', 'each side pipelined', 'keep-alives between':
        if way == 'each side pipelined' and 'socks 4' in talk.name:	# by which it is known that it is none: proto/prelude.c
            continue
        yield Case(kind, talk, ways.BETWEEN[way](talk), way, plain=plain)
    if not is_cut:
        return
    for number, (_, data) in enumerate(talk.turns[:-2]):
        for place, back in itertools.product(range(1, min(len(data), 120)), (False, True)):
            yield Case(f'{kind}, cut at every byte', talk, ways.cut_turn(talk, number, place, back),
                       f'turn {number + 1} cut at {place}{", reversed" if back else ""}', plain=plain)


def few_ways(talk):
    """The ways that are tried in every wrapping: (name, segments, shape)."""
    yield 'whole', ways.plain(talk), None
    yield 'one-byte segments', ways.by_turns(talk, 0, ways.ordered(1, 'in order')), None
    yield 'two segments', ways.cut_turn(talk, 0, 300, False), None
    yield 'two segments reversed', ways.cut_turn(talk, 0, 300, True), None
    yield 'segments reversed', ways.by_turns(talk, None, ways.ordered(100, 'reversed')), None
    yield 'fragments', ways.plain(talk), in_fragments(128)
    yield 'fragments reversed', ways.plain(talk), in_fragments(128, 'reversed')


def wrapped(known):
    talk = known['tls 1.3']
    tables = (('behind link headers in Ethernet', wire.stack_carriers()), ('in a tunnel', wire.tunnel_carriers()),
              ('of another link type', wire.link_carriers()))
    for kind, carriers in tables:
        for carrier, version, (way, parts, shape) in itertools.product(carriers, (4, 6), few_ways(talk)):
            yield Case(kind, talk, parts, way, version, carrier, shape)
    for carrier, version, (way, parts, shape) in itertools.product(wire.link_carriers(), (4, 6), few_ways(talk)):
        if way == 'one-byte segments':
            continue
        yield Case('pcapng of all link types', talk, parts, way, version, carrier, shape, is_mixed=True)
    for carrier, version in itertools.product(wire.nested_carriers(), (4, 6)):
        yield Case('in a tunnel in a tunnel', talk, ways.plain(talk), 'whole', version, carrier)


def shaped(known):
    for name, version, size, order in itertools.product(SHORT, (4, 6), (8, 16, 24, 32, 40, 64, 128, 256, 512, 1280), ORDERS):
        if size < 40 and name != 'tls 1.3':
            continue
        for across in False, True:
            yield Case('IP fragments', known[name], ways.plain(known[name]),
                       f'fragments of {size}, {order}{", all of the flow" if across else ""}', version,
                       shape=in_fragments(size, order, across))
    for name, version in itertools.product(SHORT, (4, 6)):
        talk = known[name]
        yield Case('IP fragments', talk, ways.plain(talk), 'each twice', version, shape=fragments_twice)
        for way, change in IP_SHAPES[version].items():
            for size in (1, 100, 1440) if name == 'tls 1.2' else (100, 1440):
                yield Case('IP options and headers', talk, ways.by_turns(talk, None, ways.ordered(size, 'in order')),
                           f'{way}, segments of {size}', version, shape=each_packet(change))
        for size in 10, 100, 1440:
            yield Case('octets behind the packet', talk, ways.by_turns(talk, None, ways.ordered(size, 'in order')),
                       f'segments of {size}', version, PADDED)
    for name, version in itertools.product((*SHORT, 'tls 64 KiB'), (4, 6)):
        yield Case('segmentation offload', known[name], ways.by_turns(known[name], None, ways.ordered(BIG, 'in order')),
                   'IP length 0', version, shape=each_packet(without_length))
    for size, order in itertools.product((512, 1480), ORDERS):
        yield Case('IP fragments', known['tls 64 KiB'], ways.by_turns(known['tls 64 KiB'], None, ways.ordered(BIG, 'in order')),
                   f'64 KiB in fragments of {size}, {order}', shape=in_fragments(size, order))


def over_quic(known):
    hello, _ = talks.messages(known['tls 1.3'].turns[0][1])
    modern, _ = talks.messages(known['tls 1.3 modern'].turns[0][1])
    answer, _ = talks.messages(known['tls 1.3'].turns[1][1])
    small, big = quic.quic_hello(hello), quic.quic_hello(modern)
    plain_names = {}
    says = ('www.example.test', '"quic/', '"ja4": "q13d', '"scs": "1302"')
    for version, made in itertools.product(quic.VERSIONS, (small, big)):
        size = 'short' if made is small else 'long'
        talk = talks.Talk(f'quic {version}, {size} hello', 443, [], ('tls', 'quic'), says=says)
        case = Case('plain', talk, quic.Maker(version, made, answer).plain(), 'plain')
        case.plain = case.name
        plain_names[version, size] = case
        yield case
    for number, (kind, parts, version, made) in enumerate(quic.deliveries(small, big, answer)):
        plain = plain_names[version, 'short' if made is small else 'long']
        yield Case(kind, plain.talk, parts, f'number {number + 1}', (4, 6)[number % 2], plain=plain.name)
    plain = plain_names['v1', 'long']
    for carrier, version in itertools.product(wire.stack_carriers() + wire.tunnel_carriers() + wire.link_carriers(), (4, 6)):
        yield Case('quic: wrapped', plain.talk, plain.parts, 'whole', version, carrier, plain=plain.name)
    for size, order, version in itertools.product((8, 64, 512, 1000), ORDERS, (4, 6)):
        yield Case('quic: IP fragments', plain.talk, plain.parts, f'fragments of {size}, {order}', version,
                   shape=in_fragments(size, order), plain=plain.name)


def two_answers(known):
    for name, version, (way, deliver) in itertools.product(SHORT, (4, 6), ways.ANSWERS.items()):
        yield Case('SYNs of two numbers', known[name], deliver(known[name]), way, version)


def plain_of(talk):
    return f'{talk.name}, plain, IPv4'


def all_cases():
    known = talks.all_talks()
    yield from plains(known)
    for make in (cuts, orders, permutations, repeats, starts_and_between, wraps, records, one_sided, preludes, shaped,
                 wrapped, over_quic, two_answers):
        for case in make(known):
            case.plain = case.plain or plain_of(case.talk)
            yield case
