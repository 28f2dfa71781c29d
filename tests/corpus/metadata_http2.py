# SPDX-License-Identifier: BSD-3-Clause
"""HTTP/2 without TLS: found where it is, and read without a fault. The expectations have no values of it."""
from common import BEYOND

KEYS = ()


def is_clear(path):
    layers = path.split('/')
    return 'http2' in layers and 'tls' not in layers


def is_asked(expect):
    return any(is_clear(path) for path in expect['phs'])


def faults_of(http2):
    """Where something was malformed or cut."""
    for way in ('out', 'in'):
        yield from ((way, key) for key in ('malformed',) if key in http2.get(way, {}))
        for stream in http2.get('streams', []):
            yield from ((stream['stream'], way, item) for item in stream.get(way, [])
                        if item in ({'malformed': True}, {'truncated': True}))


def has_answer(http2):
    """Whether a stream has a request or response that is whole."""
    for stream in http2.get('streams', []):
        for way in ('push', 'out', 'in'):
            names = [next(iter(item)) for item in stream.get(way, [])]
            if ':method' in names or ':status' in names:
                return True
    return False


def compare(records, _):
    found = [r['http2'] for r in records if 'http2' in r]
    yield 'found', None if any(map(has_answer, found)) else 'no HTTP/2 message found'
    for http2 in found:
        faults = list(faults_of(http2))
        is_more = any('more' in http2.get(way, {}) for way in ('out', 'in'))
        yield 'faults', str(faults) if faults else BEYOND if is_more else None
