# SPDX-License-Identifier: BSD-3-Clause
"""QUIC: the hellos in Initial packets, and what long headers say. A connection is shown as the server answered it, so that
of a flow with several the expectations must have ours among theirs."""
from collections import defaultdict

import metadata_tls
from common import find, same, where

KEYS = ('quic', 'gquic', 'tls')
RETRY = {False: 3, True: 0}	# long packet type, by whether it is of version 2
LAST_LITTLE = 'Q038'	# of Google's versions, the last whose numbers are little-endian
VERSION_2 = 0x6b3343cf, 0x709a50c4


def name_of(version):
    """A version as we write it."""
    if version in (1, 0x6b3343cf):
        return 'v1' if version == 1 else 'v2'
    if 0xff000000 < version <= 0xff000022:
        return f'draft-{version - 0xff000000:02d}'
    text = version.to_bytes(4, 'big')
    return text.decode() if text[:1] in b'QT' and text[1:].isdigit() else f'0x{version:08x}'


def is_retry(event):
    return event.get('packet_type') == RETRY[event['version'] in VERSION_2]


def compare_ids(quic, events, place):
    """Each of our connection ids is one that the side sent."""
    packets = [e for e in events if e['version'] and not is_retry(e)]
    for ours, theirs in (('dcid', 'dcid'), ('scid', 'scid'), ('s_scid', 'scid')):
        if ours in quic:
            yield ours, None if any(e[theirs] == quic[ours] for e in packets) else f'{place}: {quic[ours]} is of no packet'
    retries = {e['scid'] for e in events if e['version'] and is_retry(e)}
    if retries or 'retry' in quic:
        yield 'retry', None if quic.get('retry', {}).get('scid') in retries else f'{place}: {quic.get("retry")}, not {retries}'


def compare_flow(quic, events, place):
    versions = [name_of(e['version']) for e in events if e['version']]
    if versions:
        yield same('quic_version', quic.get('version'), versions[-1], place)
    offers = [[name_of(int(v, 0) if isinstance(v, str) else v) for v in e['version_negotiation']]
              for e in events if e.get('version_negotiation')]
    if offers or 'versions' in quic:
        yield same('versions', quic.get('versions'), offers[0] if offers else None, place)
    lengths = {e.get('token_length', 0) for e in events} - {0}
    if lengths:
        tokens = {len(token) // 2 for token in (quic.get('token'), quic.get('retry', {}).get('token')) if token}
        yield 'token', None if tokens & lengths else f'{place}: {tokens}, not {lengths}'
    agents = {e['google_user_agent'] for e in events if 'google_user_agent' in e}
    if agents:
        yield 'user_agent', None if quic.get('user_agent') in agents else f'{place}: {quic.get("user_agent")}, not {agents}'
    yield from compare_ids(quic, events, place)


def compare_google(records, expect):
    """Google's QUIC before it had TLS; of those that name no version we know nothing."""
    flows = defaultdict(list)
    for event in expect['gquic']:
        flows[event.get('flow')].append(event)
    for events in flows.values():
        place, found = where(expect, events[0]), find(records, expect, events[0], 'quic')
        first = next((e for e in events if e['version']), None)
        if not first:
            continue
        yield same('google', bool(found), True, place)
        if not found:
            continue
        yield same('google.version', found[0]['version'], first['version'], place)
        order = 'little' if first['version'] <= LAST_LITTLE else 'big'
        yield same('google.dcid', int.from_bytes(bytes.fromhex(found[0]['dcid']), order), int(first['cid']), place)
        yield same('google.sni', found[0].get('sni'), first.get('sni') and [first['sni']], place)
        yield same('google.user_agent', found[0].get('user_agent'), first.get('user_agent'), place)


def compare(records, expect):
    yield from metadata_tls.compare(records, expect, ('quic',))
    flows = defaultdict(list)
    yield from compare_google(records, expect)
    for event in expect['quic']:
        flows[event.get('flow')].append(event)
    for events in flows.values():
        place, found = where(expect, events[0]), find(records, expect, events[0], 'quic')
        yield same('quic', bool(found), True, place)
        if found:
            yield from compare_flow(found[0], events, place)
