# SPDX-License-Identifier: BSD-3-Clause
"""HTTP/1: start lines and headers of requests and responses."""
from common import BEYOND, find, where

KEYS = ('http',)
MAX_MESSAGES = 15	# of a side (user/proto/http.c)
STARTS = {'request': ('method', 'uri', 'version'), 'response': ('version', 'code', 'reason')}
LATER = 'body', 'usernames', 'malformed', 'truncated', 'headers_skipped'


def messages_of(found, kind):
    """(start line, headers, whether it is cut) of each message of that kind."""
    for http in found:
        for pair in http:
            for side in ('out', 'in'):
                items = [next(iter(item.items())) for item in pair.get(side, [])]
                if not items or items[0][0] != STARTS[kind][0]:
                    continue
                start = dict((k, v) for k, v in items[:3] if k in STARTS[kind])
                yield ([start.get(k, '') for k in STARTS[kind]],
                       [[k, v] for k, v in items[len(start):] if k not in LATER], ('truncated', True) in items)


def start_of(event):
    if event['type'] == 'request':
        return [event['method'], event['uri'], event['version']]
    return [event['version'], str(event['status']), event['reason'] or '']


def plain(text):
    """Each octet that is not ASCII alike: tshark does not read header names and values as UTF-8."""
    return ''.join(c if c < '\x80' else '\ufffd' * (1 if c == '\ufffd' else len(c.encode())) for c in text)


def texts(headers, change):
    return [[change(plain(part)) for part in header] for header in headers]


def is_alike(ours, theirs):
    """Long values are cut in the expectations, with three dots."""
    return len(ours) == len(theirs) and all(
        a == b or (a[0] == b[0] and b[1].endswith('...') and a[1].startswith(b[1][:-3]))
        for a, b in zip(ours, theirs))


def is_folded(ours, theirs):
    """Whether a value of ours goes on where theirs ends."""
    for (name, value), want in zip(ours, theirs):
        if [name, value] != want:
            return name == want[0] and value.startswith(want[1])
    return False


def up_to_nul(headers):
    """As one who ends a text at octet 0: of a line that has it before the colon the value is gone, too."""
    return [[h[0].split('\0')[0], '' if '\0' in h[0] else h[1].split('\0')[0]] for h in headers]


def difference(ours, theirs):
    """What kind of difference there is; None where there is none, '' where it is none of these."""
    alike = texts(ours, str), texts(theirs, str)
    if ours and not theirs:
        return '_unlisted'
    if is_alike(*alike):
        return None
    if up_to_nul(alike[0]) == alike[1]:
        return '_nul'
    if texts(ours, lambda s: s.strip('\v\f')) == alike[1]:
        return '_blanks'
    if alike[0][:len(theirs)] == alike[1]:
        return '_further'
    return '_folds' if is_folded(*alike) else ''


def compare(records, expect):
    for event in expect['http']:
        place, kind = where(expect, event), event['type']
        found = list(messages_of(find(records, expect, event, 'http'), kind))
        start = start_of(event)
        alike = [(headers, is_cut) for ours, headers, is_cut in found if texts([ours], str) == texts([start], str)]
        is_beyond = len(found) >= MAX_MESSAGES
        if not alike:
            if kind == 'response' and start[1][:1] == '1':
                kind = 'interim'
            yield kind, BEYOND if is_beyond else f'{place}: {start} not found in {[m[0] for m in found]}'
            continue
        yield kind, None
        kinds = [difference(headers, event['headers']) for headers, _ in alike]
        if None in kinds:
            yield kind + '_headers', None
        elif is_beyond or any(is_cut for _, is_cut in alike):
            yield kind + '_headers', BEYOND
        else:
            yield kind + '_headers' + max(kinds), f'{place}: {alike[0][0]}, not {event["headers"]}'
