# SPDX-License-Identifier: BSD-3-Clause
"""What tshark says of SSH in captures: banners and the ten lists of each KEXINIT, and whose they are."""
from collections import Counter

from common import by_key, of_flow

SIDES = {'client': 'cli', 'server': 'srv'}
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
    if event['type'] == 'banner':
        return 'banner', event['banner']
    return event['type'], tuple(event[theirs] for theirs in LISTS)


def compare(records, expect):
    """Yields (kind, text) for each difference: ssh where something is missing, ssh-role where the sides are swapped.
    That we find more is no difference: flows in tunnels come under one outer flow."""
    ours = by_key(records, 'ssh')
    want = {}
    for event in expect.get('ssh') or []:
        if 'flow' in event:
            want.setdefault(of_flow(expect, event), Counter())[
                (SIDES.get(event.get('tshark_side')),) + wanted(event)] += 1
    for key, events in sorted(want.items(), key=str):
        found = Counter((name,) + what for ssh in ours.get(key, []) for name in ('cli', 'srv')
                        for what in said(ssh.get(name, {})))
        if not events - found:
            continue
        swapped = Counter({('srv' if name == 'cli' else 'cli', *what): n for (name, *what), n in found.items()})
        if not events - swapped:
            yield 'ssh-role', f'{key}: the client is the other side'
            continue
        for what in sorted(events - found, key=str):
            yield 'ssh', f'{key}: lacks {str(what)[:200]}'
