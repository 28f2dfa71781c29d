# SPDX-License-Identifier: BSD-3-Clause
"""NTP, STUN, SIP, RTP and RTCP: which captures have them. The expectations list the protocols of all frames, and nothing
of what these say; RTP that no SIP announced is not among them, as tshark does not guess by default."""

KEYS = ()
TOKENS = {
    'ntp': ('ntp',),
    'stun': ('stun', 'classicstun'),
    'sip': ('sip',),
    'rtp': ('rtp', 'rtcp', 'srtp'),
}


def listed(expect):
    return {name for name, tokens in TOKENS.items() if any(token in expect['protocol_tokens'] for token in tokens)}


def is_asked(expect):
    """Where there are datagrams none of these may be found that is not listed."""
    return expect['readable'] and ('udp' in expect['protocol_tokens'] or listed(expect))


def compare(records, expect):
    want = listed(expect)
    got = {name for name in TOKENS if any(name in r for r in records)}
    for name in sorted(want | got):
        yield name, (None if name in want & got else f'{name} is {"not found" if name in want else "found, not listed"}')
