# SPDX-License-Identifier: BSD-3-Clause
"""Ways in which a conversation over TCP can be delivered: each gives the segments in the order of their arrival."""
import collections
import itertools
import random

from wire import ACK, FIN, PSH, SYN

# struct Segment - @at: place of its first byte in the stream of its side, -1 for a SYN's number; @options: of TCP
Segment = collections.namedtuple('Segment', 'side at data flags options', defaults=(PSH | ACK, b''))

MSS = 1440
BIG = 60000
SYN_OPTIONS = bytes.fromhex('020405b4' '0402' '080a' '00000001' '00000000' '01' '030307')


def handshake():
    return [Segment(0, -1, b'', SYN, SYN_OPTIONS), Segment(1, -1, b'', SYN | ACK, SYN_OPTIONS), Segment(0, 0, b'', ACK)]


def pieces(side, base, data, size):
    return [Segment(side, base + i, data[i:i + size]) for i in range(0, len(data), size)]


def cut_at(side, base, data, place):
    """Two segments, or as many more as IP's length makes it."""
    return pieces(side, base, data[:place], BIG) + pieces(side, base + place, data[place:], BIG)


def turns_with_places(talk):
    """(side, place in the stream of that side, bytes)."""
    places = [0, 0]
    for side, data in talk.turns:
        yield side, places[side], data
        places[side] += len(data)


def by_turns(talk, side, deliver, mss=MSS):
    """The talk with @deliver(side, base, bytes) for each turn of @side (None: both), and usual segments for the others."""
    out = handshake()
    for who, base, data in turns_with_places(talk):
        out += deliver(who, base, data) if side in (who, None) else pieces(who, base, data, mss)
    return out


def plain(talk):
    return by_turns(talk, None, lambda *turn: pieces(*turn, MSS))


def cut_turn(talk, number, place, is_reversed):
    """One turn in two segments, all others as they are usual."""
    out = handshake()
    for i, (side, base, data) in enumerate(turns_with_places(talk)):
        parts = cut_at(side, base, data, place) if i == number else pieces(side, base, data, MSS)
        out += parts[::-1] if i == number and is_reversed else parts
    return out


# --- orders of segments -----------------------------------------------------------


def shuffled(parts, seed=1):
    out = list(parts)
    random.Random(seed).shuffle(out)
    return out


ORDERS = {
    'in order': lambda parts: parts,
    'reversed': lambda parts: parts[::-1],
    'last first': lambda parts: parts[-1:] + parts[:-1],
    'first last': lambda parts: parts[1:] + parts[:1],
    'every other first': lambda parts: parts[1::2] + parts[::2],
    'in pairs': lambda parts: [p for i in range(0, len(parts), 2) for p in parts[i:i + 2][::-1]],
    'shuffled': shuffled,
}


def ordered(size, order):
    return lambda *turn: ORDERS[order](pieces(*turn, size))


# --- the same bytes more than once ------------------------------------------------


def other(data):
    """Other content of the same length."""
    return bytes(b ^ 0x55 for b in data)


def with_other(segment):
    return segment._replace(data=other(segment.data))


def twice_each(parts):
    return [p for part in parts for p in (part, part)]


def overlapping(side, base, data, size, step):
    """Segments of @size bytes, one every @step: all but the ends come more than once."""
    return [Segment(side, base + i, data[i:i + size]) for i in range(0, len(data), step)]


def lying(segment, before, behind, base, end):
    """A segment that reaches over its neighbours, where it has other bytes than they."""
    before, behind = min(before, segment.at - base), min(behind, end - segment.at - len(segment.data))
    return segment._replace(at=segment.at - before, data=b'\xaa' * before + segment.data + b'\xaa' * behind)


def reaching_back(side, base, data, size, reach):
    """In order, each with other bytes in the place of the last ones of the segment before: the first stand."""
    return [lying(p, reach, 0, base, base + len(data)) for p in pieces(side, base, data, size)]


def reaching_on(side, base, data, size, reach):
    """Reversed, each with other bytes in the place of those that came before it: those stand."""
    return [lying(p, 0, reach, base, base + len(data)) for p in reversed(pieces(side, base, data, size))]


def over_all(side, base, data, size):
    """Every other segment, then one with all bytes, other ones where some are there already."""
    parts = pieces(side, base, data, size)
    whole = bytearray(data)
    for p in parts[1::2]:
        whole[p.at - base:p.at - base + len(p.data)] = other(p.data)
    return parts[1::2] + [Segment(side, base, bytes(whole))]


REPEATS = {
    'each twice': lambda *t: twice_each(pieces(*t, 100)),
    'all twice': lambda *t: pieces(*t, 100) * 2,
    'all twice, reversed': lambda *t: (pieces(*t, 100) * 2)[::-1],
    'again in other segments': lambda *t: pieces(*t, 100) + pieces(*t, 77),
    'again as one': lambda *t: pieces(*t, 100) + pieces(*t, 1460),
    'from the start each time': lambda side, base, data: [Segment(side, base, data[:i + 50]) for i in range(0, len(data), 50)],
    'to the end each time': lambda side, base, data: [Segment(side, base + i, data[i:]) for i in range(0, len(data), 50)],
    'to the end each time, reversed': lambda side, base, data: [Segment(side, base + i, data[i:])
                                                                for i in range(0, len(data), 50)][::-1],
}

CONFLICTS = {
    'each again with other bytes': lambda *t: [q for p in pieces(*t, 100) for q in (p, with_other(p))],
    'each again with other bytes, reversed': lambda *t: [q for p in pieces(*t, 100)[::-1] for q in (p, with_other(p))],
    'all again with other bytes': lambda *t: pieces(*t, 100) + [with_other(p) for p in pieces(*t, 100)],
    'all reversed, again with other bytes': lambda *t: pieces(*t, 100)[::-1] + [with_other(p) for p in pieces(*t, 77)],
    'every other, then all with other bytes there': lambda *t: over_all(*t, 60),
    'every other of a few bytes, then all with other bytes there': lambda *t: over_all(*t, 3),
    'other bytes before each': lambda *t: reaching_back(*t, 100, 50),
    'other bytes of more than one before each': lambda *t: reaching_back(*t, 20, 70),
    'other bytes behind each, reversed': lambda *t: reaching_on(*t, 100, 50),
    'other bytes behind each of more than one, reversed': lambda *t: reaching_on(*t, 20, 70),
}

# --- the handshake ----------------------------------------------------------------


def first_turn(talk):
    side, data = talk.turns[0]
    return side, data


def syn_with(talk, num):
    """The first @num bytes of the first turn in the SYN (RFC 7413), or of the server's in its own."""
    side, data = first_turn(talk)
    syns, rest = handshake(), by_turns(talk, None, lambda *turn: pieces(*turn, MSS))[3:]
    syns[side] = syns[side]._replace(data=data[:num])
    behind = [p._replace(at=num, data=p.data[num:]) if p.side == side and not p.at else p for p in rest]
    return syns + [p for p in behind if p.data]


def syn_data_again(talk, num):
    """The data in the SYN was not taken: all of it comes again."""
    return syn_with(talk, num)[:3] + plain(talk)[3:]


def syn_resent(talk, num):
    syns = syn_with(talk, num)
    return syns[:1] + syns[:1] + syns[1:2] * 2 + syns[2:] + plain(talk)[3:]


def answered_by_another_number(parts, num_behind=0):
    """The server's SYN comes with another number first, and so often again behind its own."""
    at = next(i for i, p in enumerate(parts) if p.side == 1)
    strange = [parts[at]._replace(at=-1 - (1 << 24), data=b'')]
    return parts[:at] + strange + parts[at:at + 1] + strange * num_behind + parts[at + 1:]


def syn_then_whole(talk):
    """A SYN with data which is sent again without, as Linux does when no answer comes."""
    side, data = first_turn(talk)
    syns = handshake()
    return [syns[0]._replace(data=data[:MSS]) if not side else syns[0]] + plain(talk)


def no_syn(parts):
    return [p for p in parts if not p.flags & SYN]


def late_syn(parts):
    """The SYNs come behind all data."""
    syns = [p for p in parts if p.flags & SYN]
    return no_syn(parts) + syns


def syn_behind_first(parts):
    """The client's SYN comes right behind the first data."""
    at = next(i for i, p in enumerate(parts) if p.data)
    return [p for p in parts[1:at + 1]] + parts[:1] + parts[at + 1:]


STARTS = {
    'syn without options': lambda t: [p._replace(options=b'') for p in plain(t)],
    'syn twice': lambda t: plain(t)[:1] + plain(t)[:2] + plain(t)[1:],
    'no syn': lambda t: no_syn(plain(t)),
    'no syn of the client': lambda t: plain(t)[1:],
    'no syn of the server': lambda t: plain(t)[:1] + plain(t)[2:],
    'no handshake at all': lambda t: plain(t)[3:],
    'syn behind the first data': lambda t: syn_behind_first(plain(t)),
    'syn behind everything': lambda t: late_syn(plain(t)),
    'syn behind one-byte segments': lambda t: late_syn(by_turns(t, None, ordered(1, 'in order'))),
    'no syn, one-byte segments': lambda t: no_syn(by_turns(t, None, ordered(1, 'in order'))),
    'no syn, one-byte segments reversed': lambda t: no_syn(by_turns(t, None, ordered(1, 'reversed'))),
    'no syn, segments reversed': lambda t: no_syn(by_turns(t, None, ordered(100, 'reversed'))),
    'no syn, segments shuffled': lambda t: no_syn(by_turns(t, None, ordered(50, 'shuffled'))),
    'no syn, each twice': lambda t: no_syn(by_turns(t, None, REPEATS['each twice'])),
    'whole in the syn': lambda t: syn_with(t, MSS),
    'data in the syn, again behind it': lambda t: syn_data_again(t, 200),
    'data in the syn, which comes twice': lambda t: syn_resent(t, 200),
    'data in the syn, then a syn without': syn_then_whole,
}

ANSWERS = {
    'answered by another number first': lambda t: answered_by_another_number(plain(t)),
    'data in the syn, answered by two numbers in turn': lambda t: answered_by_another_number(syn_with(t, 200), 2),
}

# --- what stands between ----------------------------------------------------------


def acks_between(parts, num=1):
    """A segment without data of each side behind each."""
    out, ends = [], [0, 0]
    for p in parts:
        out.append(p)
        ends[p.side] = max(ends[p.side], p.at + len(p.data))
        if not p.flags & SYN:
            out += [Segment(side, ends[side], b'', ACK) for side in (1, 0) for _ in range(num)]
    return out


def probes_between(parts):
    """A keep-alive of each side behind each: a byte before the next one, of no meaning (RFC 9293 3.8.4)."""
    out, ends = [], [0, 0]
    for p in parts:
        out.append(p)
        ends[p.side] = max(ends[p.side], p.at + len(p.data))
        if not p.flags & SYN:
            out += [Segment(side, ends[side] - 1, b'\0', ACK) for side in (1, 0)]
    return out


def strays_between(parts):
    """Segments from far outside of the window behind each."""
    out = []
    for n, p in enumerate(parts):
        out.append(p)
        if not p.flags & SYN:
            out.append(Segment(p.side, p.at + (1 << 27) + 1000 * n, b'\x16\x03\x01stray'))
            out.append(Segment(p.side, p.at - (1 << 27) - 1000 * n, b'\x16\x03\x01stray'))
    return out


def interleaved(talk, size):
    """Both sides at once: their segments by turns, as if neither waited."""
    sides = [], []
    for side, base, data in turns_with_places(talk):
        sides[side].extend(pieces(side, base, data, size))
    mixed = itertools.chain.from_iterable(itertools.zip_longest(*sides))
    return handshake() + [p for p in mixed if p]


def sides_apart(talk, first, size=MSS):
    """All of one side before the first of the other: as where two cards capture."""
    sides = [], []
    for side, base, data in turns_with_places(talk):
        sides[side].extend(pieces(side, base, data, size))
    syns = handshake()
    ways = [syns[0], *sides[0]], [syns[1], *sides[1]]
    return ways[first] + ways[not first]


def each_side_reversed(talk, size):
    return [p for side in (0, 1) for p in reversed(sides_apart(talk, side, size)[:-1]) if p.side == side]


def pipelined(talk):
    """All of a side's bytes in as few segments as it takes."""
    sides = [b''.join(d for s, d in talk.turns if s == side) for side in (0, 1)]
    return handshake() + pieces(0, 0, sides[0], MSS) + pieces(1, 0, sides[1], MSS)


def with_fin(parts, is_early):
    """FINs on the last data of each side, or as segments of their own that come before the data."""
    ends = [max([p.at + len(p.data) for p in parts if p.side == side], default=0) for side in (0, 1)]
    if is_early:
        return parts[:3] + [Segment(side, ends[side], b'', FIN | ACK) for side in (0, 1)] + parts[3:]
    return [p._replace(flags=p.flags | FIN) if p.data and p.at + len(p.data) == ends[p.side] else p for p in parts]


def with_times(parts):
    """TCP's timestamps in each segment (RFC 7323)."""
    return [p if p.flags & SYN else p._replace(options=bytes.fromhex('0101080a0000000100000002')) for p in parts]


def with_everything(parts):
    """The most options there can be."""
    return [p if p.flags & SYN else p._replace(options=b'\x01' * 40) for p in parts]


BETWEEN = {
    'acknowledgements between': lambda t: acks_between(by_turns(t, None, ordered(100, 'in order'))),
    'acknowledgements between, reversed': lambda t: acks_between(by_turns(t, None, ordered(100, 'reversed'))),
    'three acknowledgements each': lambda t: acks_between(plain(t), 3),
    'keep-alives between': lambda t: probes_between(plain(t)),
    'keep-alives between small segments': lambda t: probes_between(by_turns(t, None, ordered(100, 'in order'))),
    'keep-alives between, no syn': lambda t: no_syn(probes_between(plain(t)[3:])),
    'strays between': lambda t: strays_between(by_turns(t, None, ordered(100, 'in order'))),
    'strays between, reversed': lambda t: strays_between(by_turns(t, None, ordered(100, 'reversed'))),
    'both sides by turns': lambda t: interleaved(t, 100),
    'both sides by turns, one-byte segments': lambda t: interleaved(t, 1),
    'both sides by turns, whole': lambda t: interleaved(t, MSS),
    'client before server': lambda t: sides_apart(t, 0),
    'server before client': lambda t: sides_apart(t, 1),
    'server before client, small segments': lambda t: sides_apart(t, 1, 50),
    'each side pipelined': pipelined,
    'fin on the last data': lambda t: with_fin(plain(t), False),
    'fin on the last data, no syn': lambda t: no_syn(with_fin(plain(t), False)),
    'fin before the data': lambda t: with_fin(plain(t), True),
    'fin before the data, reversed': lambda t: with_fin(by_turns(t, None, ordered(100, 'reversed')), True),
    'timestamps': lambda t: with_times(plain(t)),
    'forty bytes of options': lambda t: with_everything(plain(t)),
}
