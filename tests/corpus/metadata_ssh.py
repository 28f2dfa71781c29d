# SPDX-License-Identifier: BSD-3-Clause
"""SSH: banners and the ten lists of each KEXINIT, and whose they are."""
from collections import Counter

from common import by_key, of_flow

KEYS = ('ssh',)
SIDES = {'client': 'cli', 'server': 'srv'}
OTHER = {'cli': 'srv', 'srv': 'cli'}
LISTS = {
    'kex_algorithms': 'kex_algos',
    'server_host_key_algorithms': 's_host_key_algos',
    'encryption_algorithms_client_to_server': 'c_encryption_algos',
    'encryption_algorithms_server_to_client': 's_encryption_algos',
    'mac_algorithms_client_to_server': 'c_mac_algos',
    'mac_algorithms_server_to_client': 's_mac_algos',
    'compression_algorithms_client_to_server': 'c_comp_algos',
    'compression_algorithms_server_to_client': 's_comp_algos',
    'languages_client_to_server': 'c_languages',
    'languages_server_to_client': 's_languages',
}


def said(side):
    """What one side of our object says, in the expectations' words."""
    if 'protocol' in side:
        yield 'banner', side['protocol']
    if 's_languages' in side:
        yield 'kexinit', tuple(side[ours] for ours in LISTS.values())


def wanted(event):
    what = event['banner'] if event['type'] == 'banner' else tuple(event[theirs] for theirs in LISTS)
    return SIDES.get(event.get('tshark_side')), event['type'], what


def compare(records, expect):
    """That we find more is no difference: flows in tunnels come under one outer flow."""
    ours = by_key(records, 'ssh')
    want = {}
    for event in expect['ssh']:
        if 'flow' in event:
            want.setdefault(of_flow(expect, event), Counter())[wanted(event)] += 1
    for key, events in sorted(want.items(), key=str):
        found = Counter((name,) + what for ssh in ours.get(key, []) for name in ('cli', 'srv')
                        for what in said(ssh.get(name, {})))
        swapped = Counter({(OTHER[name], *what): num for (name, *what), num in found.items()})
        if events - found and not events - swapped:
            yield 'role', f'{key}: the client is the other side'
            continue
        for event in events.elements():
            yield event[1], None if event in found else f'{key}: lacks {str(event)[:200]}'
