# SPDX-License-Identifier: BSD-3-Clause
"""What the comparisons with the corpus share."""
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, '..', '..', '..', 'shared', 'corpus')


def run_rejoice(binary, path, *options):
    """Records and stats of a capture, each flow uncut."""
    command = [binary, 'read', '--idle-timeout', '0', '--active-timeout', '0', '--stats', '-', *options, path]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    if done.returncode not in (0, 1, 4):	# 4: no frame of a link type that is read
        raise RuntimeError(f'exit status {done.returncode}: {done.stderr[-300:]!r}')
    stats = None
    for line in done.stderr.decode('utf-8', 'replace').splitlines():
        if line.startswith('{'):
            stats = json.loads(line)
    return [json.loads(line) for line in done.stdout.splitlines()], stats


def key_of(proto, end_a, end_b):
    return (proto,) + tuple(sorted((end_a, end_b)))


def of_flow(expect, event):
    f = expect['flows'][event['flow']]
    return key_of(f['proto'], (f['src'], f['sport']), (f['dst'], f['dport']))


class Found(dict):
    """What was found, by the key of its flow. What came in tunnels is found by the outermost addresses too: the
    expectations have the outer flow there, whose ports records do not tell."""

    def __init__(self, records, name):
        super().__init__()
        for r in records:
            if name not in r:
                continue
            keys = [key_of(r['pr'], (r['sa'], r['sp']), (r['da'], r['dp']))]
            if 'tunnel' in r:
                outer = r['tunnel'][0]
                keys.append(tuple(sorted((outer['sa'], outer['da']))))
            for key in keys:
                self.setdefault(key, []).append(r[name])

    def get(self, key, default=None):
        outer = tuple(sorted(end[0] for end in key[1:]))
        return super().get(key, []) + super().get(outer, []) or default


def by_key(records, name):
    return Found(records, name)


def read_explained(name):
    """{path: {kind: why}}; a path may end in * for all below it."""
    explained = {}
    with open(os.path.join(HERE, name), encoding='utf-8') as file:
        for line in file:
            if line.strip() and not line.startswith('#'):
                path, kinds, why = line.rstrip('\n').split('\t')
                explained.setdefault(path, {}).update({k: why for k in kinds.split(',')})
    return explained


def why_of(explained, path, kind):
    for pattern, kinds in explained.items():
        if kind in kinds and (pattern == path or
                              pattern.endswith('*') and path.startswith(pattern[:-1])):
            return kinds[kind]
    return None


# What compares metadata tells of a value behind a documented limit (messages a side, for example).
BEYOND = object()


def find(records, expect, event, name):
    """Values called @name of the event's flow; of all flows where the expectations know none."""
    if 'flow' not in event:
        return [r[name] for r in records if name in r]
    return by_key(records, name).get(of_flow(expect, event), [])


def where(expect, event):
    return f'frame {event["frame"]} {of_flow(expect, event) if "flow" in event else ""}'


def same(field, got, want, place):
    """(field, None) when they are equal, else the text of what differs."""
    return field, (None if got == want else f'{place}: {got!r}, not {want!r}')
