# SPDX-License-Identifier: BSD-3-Clause
"""What is delivered: conversations of the golden captures, and such as are made of them."""
import dataclasses
import os
import struct

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../golden')


@dataclasses.dataclass
class Talk:
    """
    @turns: (side, bytes), client 0, one after the other
    @keys: objects of the record that are compared, with their fingerprints
    @source: the golden capture whose output a plain delivery equals
    @says: what a plain delivery has to say
    """
    name: str
    port: int
    turns: list
    keys: tuple
    source: str = ''
    says: tuple = ()


def side_bytes(talk, side):
    return b''.join(data for who, data in talk.turns if who == side)


# --- golden captures --------------------------------------------------------------


def segments(path, port):
    """(side, sequence number, bytes) of the first TCP flow to this port: the captures are of Ethernet and IPv4."""
    with open(os.path.join(GOLDEN, path), 'rb') as file:
        data = file.read()
    at, client = 24, None
    while at < len(data):
        size = struct.unpack_from('<I', data, at + 8)[0]
        frame = data[at + 16:at + 16 + size]
        at += 16 + size
        if frame[12:14] != b'\x08\0' or frame[23] != 6:
            continue
        tcp = 14 + (frame[14] & 15) * 4
        src, dst, seq = struct.unpack_from('>HHI', frame, tcp)
        end = 14 + struct.unpack_from('>H', frame, 16)[0]
        if client is None and dst == port:
            client = src
        if client in (src, dst) and port in (src, dst):
            yield int(src == port), seq, frame[tcp + (frame[tcp + 12] >> 4) * 4:end]


def golden(name, path, port, keys, num_turns):
    """The first turns of a capture's conversation, in which nothing was lost or overtaken."""
    turns, next_seq = [], {}
    for side, seq, data in segments(path, port):
        if not data:
            continue
        if next_seq.setdefault(side, seq) != seq:
            raise ValueError(f'{path}: not in order')
        next_seq[side] = seq + len(data) & 0xffffffff
        if turns and turns[-1][0] == side:
            turns[-1] = side, turns[-1][1] + data
        else:
            turns.append((side, data))
    return Talk(name, port, turns[:num_turns], keys, path)


# --- TLS --------------------------------------------------------------------------


def records(message, size, kind=22, version=0x0301):
    """A handshake message in records of @size bytes."""
    return b''.join(struct.pack('>BHH', kind, version, len(message[i:i + size])) + message[i:i + size]
                    for i in range(0, len(message), size))


def messages(stream):
    """The handshake bytes of the records in the clear that a stream begins with, and what is behind them."""
    out = b''
    while stream[:1] == b'\x16':
        size = struct.unpack_from('>H', stream, 3)[0]
        out, stream = out + stream[5:5 + size], stream[5 + size:]
    return out, stream


def extension(number, data):
    return struct.pack('>HH', number, len(data)) + data


def split_hello(hello):
    """What stands before a ClientHello's extensions (without its header), and those: (number, data)."""
    at = 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + struct.unpack_from('>H', hello, at)[0]
    at += 1 + hello[at]
    head, at, found = hello[4:at], at + 2, []
    while at < len(hello):
        number, size = struct.unpack_from('>HH', hello, at)
        found.append((number, hello[at + 4:at + 4 + size]))
        at += 4 + size
    return head, found


def join_hello(head, extensions):
    body = b''.join(extension(*e) for e in extensions)
    body = head + struct.pack('>H', len(body)) + body
    return b'\x01' + struct.pack('>I', len(body))[1:] + body


def noise(size, seed):
    """Bytes that look random and are the same every time."""
    out, state = bytearray(), seed
    while len(out) < size:
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        out += struct.pack('>I', state >> 32)
    return bytes(out[:size])


X25519_MLKEM768 = 0x11ec
ECH, PADDING, KEY_SHARE, GROUPS, QUIC_PARAMETERS = 0xfe0d, 21, 51, 10, 57


def modern_hello(hello):
    """A hello as browsers send it: with ECH (draft-ietf-tls-esni 5, the outer form) and a post-quantum key share."""
    head, old = split_hello(hello)
    share = dict(old)[KEY_SHARE][2:]
    shares = struct.pack('>HH', X25519_MLKEM768, 1216) + noise(1216, 1) + share
    groups = struct.pack('>H', X25519_MLKEM768) + dict(old)[GROUPS][2:]
    changed = {KEY_SHARE: struct.pack('>H', len(shares)) + shares, GROUPS: struct.pack('>H', len(groups)) + groups}
    extensions = [(n, changed.get(n, data)) for n, data in old if n != PADDING]
    ech = b'\0' + struct.pack('>HHBH', 1, 1, 42, 32) + noise(32, 2) + struct.pack('>H', 239) + noise(239, 3)
    return join_hello(head, extensions + [(ECH, ech)])


def padded_hello(hello, size):
    """A hello that padding makes @size bytes long, its header counted."""
    head, old = split_hello(hello)
    extensions = [e for e in old if e[0] != PADDING]
    rest = size - len(join_hello(head, extensions + [(PADDING, b'')]))
    return join_hello(head, extensions[:3] + [(PADDING, bytes(rest))] + extensions[3:])


def with_hello(talk, name, stream, says):
    """The talk with another hello, which has to be all of the client's first turn."""
    return dataclasses.replace(talk, name=name, source='', turns=[(0, stream), *talk.turns[1:]], says=says)


# --- what stands before TLS -------------------------------------------------------

PROXY2 = bytes.fromhex('0d0a0d0a000d0a515549540a')
MYSQL_GREETING = b'\x0a8.0.36\0' + bytes(range(1, 22)) + b'\0\xff\xff\xff\x02\0\xff\xdf\x15' + bytes(10) + b'abcdefghijkl\0' \
    + b'mysql_native_password\0'


def mysql(number, payload):
    return struct.pack('<I', len(payload))[:3] + bytes([number]) + payload


def ldap(number, kind, body):
    message = bytes([2, 1, number, kind, len(body)]) + body
    return bytes([0x30, len(message)]) + message


def tpkt(payload):
    return struct.pack('>BBH', 3, 0, 4 + len(payload)) + payload


LINES = [
    ('smtp', 25, [(1, '220 mail.example.test ESMTP\r\n'), (0, 'EHLO client.example.test\r\n'),
                  (1, '250-mail.example.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 STARTTLS\r\n'),
                  (0, 'STARTTLS\r\n'), (1, '220 2.0.0 Ready to start TLS\r\n')]),
    ('lmtp', 24, [(1, '220 mail.example.test LMTP\r\n'), (0, 'LHLO client.example.test\r\n'),
                  (1, '250-mail.example.test\r\n250 STARTTLS\r\n'), (0, 'STARTTLS\r\n'), (1, '220 2.0.0 Ready\r\n')]),
    ('imap', 143, [(1, '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready.\r\n'), (0, 'a1 CAPABILITY\r\n'),
                   (1, '* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n'), (0, 'a2 STARTTLS\r\n'),
                   (1, 'a2 OK Begin TLS negotiation now.\r\n')]),
    ('pop3', 110, [(1, '+OK POP3 ready\r\n'), (0, 'CAPA\r\n'), (1, '+OK\r\nSTLS\r\nUSER\r\n.\r\n'), (0, 'STLS\r\n'),
                   (1, '+OK Begin TLS negotiation now.\r\n')]),
    ('ftp', 21, [(1, '220 FTP server ready\r\n'), (0, 'AUTH TLS\r\n'), (1, '234 AUTH TLS successful\r\n')]),
    ('nntp', 119, [(1, '200 news.example.test ready\r\n'), (0, 'CAPABILITIES\r\n'),
                   (1, '101 Capability list:\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n'), (0, 'STARTTLS\r\n'),
                   (1, '382 Continue with TLS negotiation\r\n')]),
    ('nntp at once', 119, [(1, '200 news.example.test ready\r\n'), (0, 'STARTTLS\r\n'), (1, '382 Go\r\n')]),
    ('sieve', 4190, [(1, '"IMPLEMENTATION" "Dovecot"\r\n"SIEVE" "fileinto"\r\n"STARTTLS"\r\nOK "ready."\r\n'),
                     (0, 'STARTTLS\r\n'), (1, 'OK "Begin TLS negotiation now."\r\n')]),
    ('irc', 6667, [(0, 'CAP LS 302\r\n'), (1, ':irc.example.test CAP * LS :tls\r\n'), (0, 'STARTTLS\r\n'),
                   (1, ':irc.example.test 670 * :STARTTLS successful\r\n')]),
    ('xmpp', 5222, [(0, "<?xml version='1.0'?><stream:stream to='example.test' xmlns='jabber:client' "
                        "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"),
                    (1, "<?xml version='1.0'?><stream:stream from='example.test' id='1' xmlns='jabber:client' "
                        "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'><stream:features>"
                        "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"),
                    (0, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
                    (1, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")]),
    ('connect', 3128, [(0, 'CONNECT www.example.test:443 HTTP/1.1\r\nHost: www.example.test:443\r\n\r\n'),
                       (1, 'HTTP/1.1 200 Connection established\r\n\r\n')]),
    ('connect refused once', 3128,
     [(0, 'CONNECT www.example.test:443 HTTP/1.1\r\nHost: www.example.test:443\r\n\r\n'),
      (1, 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 4\r\n\r\nno\r\n'),
      (0, 'CONNECT www.example.test:443 HTTP/1.1\r\nHost: www.example.test:443\r\nProxy-Authorization: Basic eDp5\r\n\r\n'),
      (1, 'HTTP/1.1 200 Connection established\r\n\r\n')]),
    ('proxy 1', 8443, [(0, 'PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n')]),
    ('proxy 1, IPv6', 8443, [(0, 'PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n')]),
    ('proxy 1, unknown', 8443, [(0, 'PROXY UNKNOWN\r\n')]),
]

START_TLS = b'\x80\x161.3.6.1.4.1.1466.20037'

PRELUDES = [(name, port, [(side, text.encode()) for side, text in turns]) for name, port, turns in LINES] + [
    ('ldap', 389, [(0, ldap(1, 0x77, START_TLS)), (1, ldap(1, 0x78, b'\x0a\x01\0\x04\0\x04\0'))]),
    ('mysql', 3306, [(1, mysql(0, MYSQL_GREETING)), (0, mysql(1, struct.pack('<IIB', 0x00000a85 | 0x0800, 1 << 24, 255) + bytes(23)))]),
    ('postgresql', 5432, [(0, struct.pack('>II', 8, 80877103)), (1, b'S')]),
    ('postgresql, gss first', 5432, [(0, struct.pack('>II', 8, 80877104)), (1, b'N'), (0, struct.pack('>II', 8, 80877103)), (1, b'S')]),
    ('rdp', 3389, [(0, tpkt(bytes.fromhex('27e00000000000') + b'Cookie: mstshash=user\r\n' + bytes.fromhex('0100080003000000'))),
                   (1, tpkt(bytes.fromhex('0ed000001234000200080002000000')))]),
    ('socks 4', 1080, [(0, b'\x04\x01\x01\xbb\xc0\0\x02\x01user\0'), (1, b'\0\x5a' + bytes(6))]),
    ('socks 4a', 1080, [(0, b'\x04\x01\x01\xbb\0\0\0\x01\0www.example.test\0'), (1, b'\0\x5a' + bytes(6))]),
    ('socks 5', 1080, [(0, b'\x05\x01\0'), (1, b'\x05\0'), (0, b'\x05\x01\0\x03\x10www.example.test\x01\xbb'),
                       (1, b'\x05\0\0\x01' + bytes(6))]),
    ('socks 5, address', 1080, [(0, b'\x05\x02\0\x01'), (1, b'\x05\0'), (0, b'\x05\x01\0\x01\xc0\0\x02\x01\x01\xbb'),
                                (1, b'\x05\0\0\x04' + bytes(18))]),
    ('socks 5, login', 1080, [(0, b'\x05\x02\0\x02'), (1, b'\x05\x02'), (0, b'\x01\x04user\x06secret'), (1, b'\x01\0'),
                              (0, b'\x05\x01\0\x03\x10www.example.test\x01\xbb'), (1, b'\x05\0\0\x01' + bytes(6))]),
    ('proxy 2', 8443, [(0, PROXY2 + b'\x21\x11\0\x0c' + bytes([192, 0, 2, 1, 192, 0, 2, 2]) + struct.pack('>HH', 56324, 443))]),
    ('proxy 2, IPv6 and values', 8443, [(0, PROXY2 + b'\x21\x21\0\x2c' + bytes(32) + struct.pack('>HH', 56324, 443) +
                                        b'\x03\0\x05\x12\x34\x56\x78\x90')]),
    ('proxy 2, local', 8443, [(0, PROXY2 + b'\x20\0\0\0')]),
]


def behind(*names):
    """Ports and turns of preludes, one after the other."""
    known = {name: (port, turns) for name, port, turns in PRELUDES}
    return known[names[0]][0], [turn for name in names for turn in known[name][1]]


CHAINS = [('proxy 1', 'smtp'), ('proxy 2', 'smtp'), ('proxy 2', 'imap'), ('proxy 2', 'postgresql'), ('proxy 2', 'mysql'),
          ('socks 5', 'connect'), ('connect', 'connect'), ('socks 5', 'smtp'), ('socks 4', 'imap'), ('proxy 1', 'proxy 2'),
          ('connect', 'socks 5'), ('proxy 2', 'socks 5', 'connect')]


def merged(turns):
    out = []
    for side, data in turns:
        if out and out[-1][0] == side:
            out[-1] = side, out[-1][1] + data
        else:
            out.append((side, data))
    return out


def preluded(talk, names):
    port, turns = behind(*names)
    return Talk(f'{talk.name} behind {", ".join(names)}', port, merged(turns + list(talk.turns)), talk.keys)


# --- all of them ------------------------------------------------------------------


def all_talks():
    """By name. Each is as short as it can be and say all that the golden output does."""
    tls13 = golden('tls 1.3', 'tls13-curl.pcap', 443, ('tls',), 3)
    tls12 = golden('tls 1.2', 'tls12-curl.pcap', 443, ('tls',), 4)
    found = [tls13, tls12, golden('ssh', 'ssh.pcap', 22, ('ssh',), 7), golden('http', 'http-plain.pcap', 80, ('http',), 4),
             golden('http 2', 'http2.pcap', 8080, ('http2',), 4), golden('dns over tcp', 'dns-tcp.pcap', 53, ('dns',), 2)]
    hello, _ = messages(tls13.turns[0][1])
    modern = modern_hello(hello)
    found.append(with_hello(tls13, 'tls 1.3 modern', records(modern, 16384),
                            ('www.example.test', 'encrypted_client_hello', '11ec', '"scs": "1302"')))
    found.append(with_hello(tls13, 'tls 64 KiB', records(padded_hello(hello, 65536), 16384),
                            ('www.example.test', '"padding": ', '"scs": "1302"')))
    return {talk.name: talk for talk in found}
