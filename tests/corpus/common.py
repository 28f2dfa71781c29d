# SPDX-License-Identifier: BSD-3-Clause
"""What the comparisons with the corpus share."""
import fnmatch
import json
import os
import subprocess
from collections import Counter

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


class Explained:
    """The lines of a file of explanations (capture, field, why; * in both stands for anything), and which of them were of use."""

    def __init__(self, name):
        self.name = name
        self.lines = []
        self.used = set()
        with open(os.path.join(HERE, name), encoding='utf-8') as file:
            for line in file:
                if line.strip() and not line.startswith('#'):
                    self.lines.append(tuple(line.rstrip('\n').split('\t')))

    def why(self, path, field):
        for line in self.lines:
            if fnmatch.fnmatchcase(path, line[0]) and fnmatch.fnmatchcase(field, line[1]):
                self.used.add(line)
                return line[2]
        return None

    def unused(self):
        return [line for line in self.lines if line not in self.used]


class Sums:
    """What the comparisons of captures, one after the other, came to."""

    def __init__(self):
        self.agreed, self.beyond, self.differing, self.excused, self.reasons = (Counter() for _ in range(5))
        self.passed = self.failed = self.later = 0

    def take(self, path, found, explained, is_verbose):
        open_ones, is_later = [], False
        for field, text in found:
            if text is None:
                self.agreed[field] += 1
            elif text is BEYOND:
                self.beyond[field] += 1
            elif why := explained.why(path, field):
                self.excused[field] += 1
                self.reasons[why] += 1
                is_later |= why.startswith('not yet: ')
            else:
                self.differing[field] += 1
                open_ones.append((field, text))
        self.passed += not open_ones and not is_later
        self.later += not open_ones and is_later
        self.failed += bool(open_ones)
        for field, text in open_ones[:None if is_verbose else 3]:
            print(f'{path}: {field}: {text}')

    def show(self, explained):
        """Prints it, and what of @explained (None: only some captures were read) was of no use; the exit status."""
        for field in sorted(set(self.agreed) | set(self.beyond) | set(self.differing) | set(self.excused)):
            print(f'{field}: {self.agreed[field]} agree, {self.differing[field]} differ, {self.excused[field]} explained, '
                  f'{self.beyond[field]} beyond limits')
        for why, num in self.reasons.most_common():
            print(f'explained {num}: {why}')
        unused = explained.unused() if explained else []
        for line in unused:
            print(f'{explained.name}: explains nothing: {line[0]} {line[1]}')
        print(f'{self.passed} passed, {self.failed + len(unused)} failed, {self.later} skipped')
        return 1 if self.failed or unused else 0


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
