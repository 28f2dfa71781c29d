# SPDX-License-Identifier: BSD-3-Clause
"""QUIC's Initials (RFC 9000, RFC 9001, RFC 9369): made around a ClientHello and a ServerHello, in every shape."""
import ctypes
import ctypes.util
import functools
import hashlib
import hmac
import itertools
import struct

from talks import QUIC_PARAMETERS, join_hello, noise, split_hello
from ways import ORDERS

MIN_DATAGRAM = 1200
DCID, SCID = bytes.fromhex('1122334455667788abcd'), bytes.fromhex('c0ffee01')
SERVER_SCID = bytes.fromhex('5e12be50aa')
HANDSHAKE_KEYS_UNKNOWN = noise(64, 9)

# version: its number, salt, labels' prefix, type of an Initial
VERSIONS = {
    'v1': (1, '38762cf7f55934b34d179ae6a4c80cadccbb7f0a', b'quic', 0),
    'v2': (0x6b3343cf, '0dede3def700a6db819381be6e269dcbf9bd2ed9', b'quicv2', 1),
    'draft 29': (0xff00001d, 'afbfec289993d24c9e9786f19c6111e04390a899', b'quic', 0),
}

# --- OpenSSL ----------------------------------------------------------------------

GET_TAG, TAG_LEN = 0x10, 16


@functools.cache
def crypto():
    lib = ctypes.CDLL(ctypes.util.find_library('crypto'))
    for name in 'EVP_CIPHER_CTX_new', 'EVP_aes_128_gcm', 'EVP_aes_128_ecb':
        getattr(lib, name).restype = ctypes.c_void_p
    return lib


def encrypt(cipher, key, nonce, header, data):
    """The data encrypted, and the tag of GCM where that is the cipher."""
    lib = crypto()
    context, size = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new()), ctypes.c_int()
    out, tag = ctypes.create_string_buffer(len(data) + 16), ctypes.create_string_buffer(TAG_LEN)
    lib.EVP_EncryptInit_ex(context, ctypes.c_void_p(getattr(lib, cipher)()), None, key, nonce)
    if header:
        lib.EVP_EncryptUpdate(context, None, ctypes.byref(size), header, len(header))
    if not lib.EVP_EncryptUpdate(context, out, ctypes.byref(size), data, len(data)):
        raise ValueError('libcrypto refused')
    if header:
        lib.EVP_EncryptFinal_ex(context, tag, ctypes.byref(size))
        lib.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG_LEN, tag)
    lib.EVP_CIPHER_CTX_free(context)
    return out.raw[:len(data)] + (tag.raw if header else b'')


def expand(secret, label, size):
    info = struct.pack('>HB', size, 6 + len(label)) + b'tls13 ' + label + b'\0'
    return hmac.new(secret, info + b'\1', hashlib.sha256).digest()[:size]


@functools.cache
def keys_of(version, dcid, side):
    """Key, initialization vector and the header's key of a side (RFC 9001 5.2)."""
    _, salt, prefix, _ = VERSIONS[version]
    initial = hmac.new(bytes.fromhex(salt), dcid, hashlib.sha256).digest()
    secret = expand(initial, (b'client in', b'server in')[side], 32)
    return expand(secret, prefix + b' key', 16), expand(secret, prefix + b' iv', 12), expand(secret, prefix + b' hp', 16)


# --- packets ----------------------------------------------------------------------


def varint(value):
    return struct.pack('>H', value | 0x4000) if value < 0x4000 else struct.pack('>I', value | 0x80000000)


def crypto_frame(at, data):
    return b'\x06' + varint(at) + varint(len(data)) + data


def initial(version, dcid, side, number, frames, number_len=1, token=b'', size=0):
    """An Initial of the connection whose first has this dcid, with PADDING up to @size bytes."""
    number_, _, _, kind = VERSIONS[version]
    key, iv, hp = keys_of(version, dcid, side)
    ids = (dcid, SCID) if not side else (SCID, SERVER_SCID)
    head = bytes([0xc0 | kind << 4 | number_len - 1]) + struct.pack('>I', number_)
    head += b''.join(bytes([len(i)]) + i for i in ids) + varint(len(token)) + token
    frames += bytes(max(0, size - len(head) - 2 - number_len - len(frames) - TAG_LEN))
    head += varint(number_len + len(frames) + TAG_LEN)
    at = len(head)
    head += struct.pack('>I', number)[-number_len:]
    nonce = bytes(a ^ b for a, b in zip(iv, struct.pack('>4xQ', number)))
    data = head + encrypt('EVP_aes_128_gcm', key, nonce, head, frames)
    mask = encrypt('EVP_aes_128_ecb', hp, None, None, data[at + 4:at + 20])
    out = bytearray(data)
    out[0] ^= mask[0] & 15
    for i in range(number_len):
        out[at + i] ^= mask[1 + i]
    return bytes(out)


def other_long(version, kind, dcid, size):
    """A packet of another type, which no key opens: 0-RTT, Handshake."""
    number, _, _, first = VERSIONS[version]
    body = noise(size, kind)
    return bytes([0xc0 | (kind + first) % 4 << 4]) + struct.pack('>I', number) + bytes([len(dcid)]) + dcid + \
        bytes([len(SCID)]) + SCID + varint(len(body)) + body


def quic_hello(hello):
    """A TLS hello with the transport parameters that make it QUIC's: initial_max_data, initial_source_connection_id."""
    head, extensions = split_hello(hello)
    parameters = b'\x04\x04\x80\x0f\xff\xff' + b'\x0f' + bytes([len(SCID)]) + SCID
    return join_hello(head, extensions + [(QUIC_PARAMETERS, parameters)])


# --- deliveries -------------------------------------------------------------------


def split(hello, num):
    """(place, bytes) of so many pieces."""
    size = -(-len(hello) // num)
    return [(i, hello[i:i + size]) for i in range(0, len(hello), size)]


class Maker:
    """Datagrams of one connection."""

    def __init__(self, version, hello, answer):
        self.version, self.dcid, self.hello, self.answer = version, DCID, hello, answer

    def packet(self, number, parts, **more):
        return initial(self.version, self.dcid, 0, number, b''.join(crypto_frame(*p) for p in parts), **more)

    def datagrams(self, groups, **more):
        """The client's datagrams, one for each group of pieces."""
        return [(0, self.packet(n, group, size=MIN_DATAGRAM, **more)) for n, group in enumerate(groups)]

    def answers(self):
        ack = b'\x02\0\0\0\0'
        return [(1, initial(self.version, self.dcid, 1, 0, ack + crypto_frame(0, self.answer)) +
                 other_long(self.version, 2, SCID, 600))]

    def plain(self):
        return self.datagrams([[p] for p in split(self.hello, -(-len(self.hello) // 1000))]) + self.answers()

    def one_datagram(self, parts):
        """All pieces in one packet, which is as long as it has to be."""
        return self.datagrams([parts]) + self.answers()

    def packets_together(self, parts):
        """A packet for each piece, all in one datagram."""
        packets = [self.packet(n, [p]) for n, p in enumerate(parts)]
        last = self.packet(len(parts), [], size=MIN_DATAGRAM - min(MIN_DATAGRAM, sum(map(len, packets))))
        return [(0, b''.join(packets) + last)] + self.answers()


def with_noise(m, parts):
    """PING, PADDING and ACK between the pieces (as Chrome does), and other packets beside the Initial."""
    frames = b''.join(b'\x01' + bytes(3) + b'\x02\0\0\0\0' + crypto_frame(*p) for p in parts)
    return [(0, initial(m.version, m.dcid, 0, 0, frames, size=MIN_DATAGRAM) + other_long(m.version, 1, m.dcid, 100))] + m.answers()


def other_first(m, parts):
    """A 0-RTT packet before the Initial, in the same datagram and in one that overtakes it."""
    zero = other_long(m.version, 1, m.dcid, 100)
    first, *rest = m.datagrams([[p] for p in parts])
    return [(0, zero), (0, zero + first[1]), *rest] + m.answers()


def overlapped(parts, hello, more):
    return [(at, hello[at:at + len(data) + more]) for at, data in parts]


def deliveries(small, big, answer):
    """(kind, datagrams with their sides, which plain delivery it has to equal), of a short hello and a long one."""
    def maker(version='v1', hello=small):
        return Maker(version, hello, answer)

    for version in VERSIONS:
        yield 'quic: versions', maker(version).plain(), version, small
    for place in range(1, len(small)):
        cut = [(0, small[:place]), (place, small[place:])]
        yield 'quic: cut at every byte, two frames', maker().one_datagram(cut[::-1] if place % 2 else cut), 'v1', small
    for hello in small, big:
        for num, order in itertools.product((2, 3, 4, 5, 6, 10, 16), ORDERS):
            parts = ORDERS[order](split(hello, num))
            for version in ('v1', 'v2') if num < 4 else ('v1',):
                yield 'quic: frames', maker(version, hello).one_datagram(parts), version, hello
                m = maker(version, hello)
                yield 'quic: packets of one datagram', m.packets_together(parts), version, hello
                if num <= 6:
                    m = maker(version, hello)
                    yield 'quic: datagrams', m.datagrams([[p] for p in parts]) + m.answers(), version, hello
            yield 'quic: among other frames and packets', with_noise(maker(hello=hello), parts), 'v1', hello
        for order in itertools.permutations(range(4)):
            m = maker(hello=hello)
            sent = m.datagrams([[p] for p in split(hello, 4)])
            yield 'quic: every order of four datagrams', [sent[i] for i in order] + m.answers(), 'v1', hello
            m = maker(hello=hello)
            sent = m.datagrams([[p] for p in split(hello, 3)]) + m.answers()
            yield 'quic: every order, with the answer', [sent[i] for i in order], 'v1', hello
        for num, more in itertools.product((2, 3, 5), (1, 50, 2000)):
            m = maker(hello=hello)
            yield 'quic: frames that overlap', m.one_datagram(overlapped(split(hello, num), hello, more)), 'v1', hello
            m = maker(hello=hello)
            sent = m.datagrams([[p] for p in overlapped(split(hello, num), hello, more)])
            yield 'quic: datagrams that overlap', sent[::-1] + m.answers(), 'v1', hello
        for number_len, token in itertools.product((1, 2, 3, 4), (b'', b'token' * 10)):
            m = maker(hello=hello)
            sent = m.datagrams([[p] for p in split(hello, 2)], number_len=number_len, token=token)
            yield 'quic: lengths of numbers and tokens', sent + m.answers(), 'v1', hello
        m = maker(hello=hello)
        yield 'quic: datagrams more than once', [d for d in m.plain() for _ in (0, 1)], 'v1', hello
        m = maker(hello=hello)
        yield 'quic: datagrams more than once', m.plain() * 2, 'v1', hello
        yield 'quic: behind 0-RTT', other_first(maker(hello=hello), split(hello, 2)), 'v1', hello
