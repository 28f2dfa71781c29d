# SPDX-License-Identifier: BSD-3-Clause
"""DNS, mDNS and LLMNR: the first question, and records of the types whose data are plain text."""
import re

from common import BEYOND, find, same, where

KEYS = ('dns',)
MAX_MESSAGES = 200	# of a side (user/proto/dns.c)
TYPES = {1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 13: 'HINFO', 15: 'MX', 16: 'TXT', 28: 'AAAA', 33: 'SRV', 35: 'NAPTR',
         39: 'DNAME', 41: 'OPT', 43: 'DS', 46: 'RRSIG', 47: 'NSEC', 48: 'DNSKEY', 50: 'NSEC3', 64: 'SVCB', 65: 'HTTPS',
         99: 'SPF', 249: 'TKEY', 250: 'TSIG', 251: 'IXFR', 252: 'AXFR', 255: 'ANY', 257: 'CAA'}
PLAIN = {1: 'a', 2: 'ns', 5: 'cname', 12: 'ptr', 28: 'aaaa', 39: 'dname', 16: 'txt'}
NAMES = 2, 5, 12, 39
SECTIONS = {'answers': 'an', 'authority': 'ns', 'additional': 'ar'}


def plain(name):
    """A name of ours as tshark writes it: no escapes (RFC 4343 2.1), U+FFFD for what is no UTF-8."""
    octets = re.sub(rb'\\(\d{3}|.)', lambda m: bytes([int(m[1])]) if len(m[1]) == 3 else m[1], name.encode())
    return '<Root>' if name == '.' else octets.decode('utf-8', 'replace')


def unescaped(name):
    """A name of tshark's without its escapes of octets."""
    return re.sub(r'\\(\d{3})', lambda m: chr(int(m[1], 8)), name)


def is_type(ours, number):
    return ours == TYPES.get(number, ours) if number in TYPES else True


def records_of(message, section):
    return [(rr.get('name', ''), rr.get('type'), rr) for rr in message.get('rr', []) if rr.get('section') == section]


def name_of(record):
    """Of a record; tshark takes the instance off the name of an SRV record (RFC 6763 4.1)."""
    instance = isinstance(record['data'], dict) and record['data'].get('dns.srv.instance')
    return instance + '.' + record['name'] if instance else record['name']


def data_of(rr, record):
    data = rr.get(PLAIN[record['type']])
    return plain(data) if record['type'] in NAMES and data else data, rr.get('ttl')


def compare_records(message, event, place):
    for theirs, ours in SECTIONS.items():
        want = event.get(theirs, [])
        got = records_of(message, ours)
        if not want and not got:
            continue
        if len(got) != len(want) and 'rr_skipped' in message:
            yield theirs, BEYOND
            continue
        if len(got) != len(want):
            yield theirs, f'{place}: {len(got)} records, not {len(want)}'
            continue
        for (name, kind, rr), record in zip(got, want):
            differs = plain(name) != name_of(record) or not is_type(kind, record['type'])
            is_plain = record['type'] in PLAIN and isinstance(record['data'], (str, list))
            differs |= is_plain and data_of(rr, record) != (record['data'], record['ttl'])
            yield theirs, (f'{place}: {rr}, not {record}' if differs else None)


def compare_message(message, event, place):
    if event['queries']:
        question = event['queries'][0]
        got = message.get('rn' if event['response'] else 'qn', '')
        yield same('question', plain(got), unescaped(question['name']), place)
        yield same('question_type', is_type(message.get('qt'), question['type']), True, place)
    if event['response']:
        yield same('rcode', message.get('rc', 0) & 15, event.get('rcode', 0), place)
    yield from compare_records(message, event, place)


def compare(records, expect):
    for event in expect['dns']:
        place = where(expect, event)
        sides = [m for dns in find(records, expect, event, 'dns') for m in dns
                 if ('qr' in m.get('flags', [])) == bool(event['response'])]
        found = [list(compare_message(m, event, place)) for m in sides if m.get('id') == event['id']]
        if not found:
            yield 'message', BEYOND if len(sides) >= MAX_MESSAGES else f'{place}: {event["id"]} not found'
            continue
        yield 'message', None
        yield from min(found, key=lambda results: sum(text is not None for _, text in results))
