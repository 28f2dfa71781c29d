# SPDX-License-Identifier: BSD-3-Clause
"""HTTP/1: start lines and headers of requests and responses."""
from common import BEYOND, find, where

KEYS = ('http',)
MAX_MESSAGES = 15	# of a side (user/proto/http.c)
STARTS = {'request': ('method', 'uri', 'version'), 'response': ('version', 'code', 'reason')}
LATER = 'body', 'usernames', 'malformed', 'truncated'


def messages_of(found, kind):
    """(start line, headers) of each message of that kind."""
    for http in found:
        for pair in http:
            for side in ('out', 'in'):
                items = [next(iter(item.items())) for item in pair.get(side, [])]
                start = [(k, v) for k, v in items[:3] if k in STARTS[kind]]
                if start and start[0][0] == STARTS[kind][0] and (len(start) > 1 and start[1][0] == STARTS[kind][1]):
                    yield [v for _, v in start], [[k, v] for k, v in items[len(start):] if k not in LATER]


def start_of(event):
    if event['type'] == 'request':
        return [event['method'], event['uri'], event['version']]
    return [event['version'], str(event['status'])] + [event['reason']] * bool(event['reason'])


def compare(records, expect):
    for event in expect['http']:
        place, kind = where(expect, event), event['type']
        found = list(messages_of(find(records, expect, event, 'http'), kind))
        start = start_of(event)
        alike = [headers for ours, headers in found if ours == start or ours == start + ['']]
        if not alike:
            yield kind, BEYOND if len(found) >= MAX_MESSAGES else f'{place}: {start} not found in {[m[0] for m in found]}'
            continue
        yield kind, None
        differs = BEYOND if len(found) >= MAX_MESSAGES else f'{place}: {alike[0]}, not {event["headers"]}'
        yield kind + '_headers', None if event['headers'] in alike else differs
