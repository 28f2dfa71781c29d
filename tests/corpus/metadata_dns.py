# SPDX-License-Identifier: BSD-3-Clause
"""DNS, mDNS and LLMNR: header, the first question, and what records hold."""
import calendar
import re
import time

from common import BEYOND, find, same, where

KEYS = ('dns',)
MAX_MESSAGES = 200	# of a side (user/proto/dns.c)
TYPES = {1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 13: 'HINFO', 15: 'MX', 16: 'TXT', 28: 'AAAA', 33: 'SRV', 35: 'NAPTR',
         39: 'DNAME', 41: 'OPT', 43: 'DS', 46: 'RRSIG', 47: 'NSEC', 48: 'DNSKEY', 50: 'NSEC3', 64: 'SVCB', 65: 'HTTPS',
         99: 'SPF', 249: 'TKEY', 250: 'TSIG', 251: 'IXFR', 252: 'AXFR', 255: 'ANY', 257: 'CAA'}
PLAIN = {1: 'a', 2: 'ns', 5: 'cname', 12: 'ptr', 28: 'aaaa', 39: 'dname', 16: 'txt'}
NAMES = 2, 5, 12, 39
# What tshark calls a value, and where ours stands in a record.
PARTS = {
    'dns.md': 'md', 'dns.mf': 'mf', 'dns.mb': 'mb', 'dns.mg': 'mg', 'dns.mr': 'mr',
    'dns.soa.mname': 'soa', 'dns.soa.rname': 'rname', 'dns.soa.serial_number': 'serial',
    'dns.soa.refresh_interval': 'refresh', 'dns.soa.retry_interval': 'retry', 'dns.soa.expire_limit': 'expire',
    'dns.soa.minimum_ttl': 'minimum', 'dns.null': 'data', 'dns.hinfo.cpu': 'hinfo.cpu', 'dns.hinfo.os': 'hinfo.os',
    'dns.minfo.r': 'minfo.rmailbx', 'dns.minfo.e': 'minfo.emailbx', 'dns.mx.preference': 'preference',
    'dns.mx.mail_exchange': 'mx', 'dns.srv.priority': 'srv.priority', 'dns.srv.weight': 'srv.weight',
    'dns.srv.port': 'srv.port', 'dns.srv.target': 'srv.target', 'dns.naptr.order': 'naptr.order',
    'dns.naptr.preference': 'naptr.preference', 'dns.naptr.flags': 'naptr.flags', 'dns.naptr.service': 'naptr.services',
    'dns.naptr.regex': 'naptr.regexp', 'dns.naptr.replacement': 'naptr.replacement', 'dns.ds.key_id': 'ds.key_tag',
    'dns.ds.algorithm': 'ds.algorithm', 'dns.ds.digest_type': 'ds.digest_type', 'dns.ds.digest': 'ds.digest',
    'dns.sshfp.algorithm': 'sshfp.algorithm', 'dns.sshfp.fingerprint.type': 'sshfp.fp_type',
    'dns.sshfp.fingerprint': 'sshfp.fingerprint', 'dns.rrsig.algorithm': 'rrsig.algorithm',
    'dns.rrsig.labels': 'rrsig.labels', 'dns.rrsig.original_ttl': 'rrsig.original_ttl',
    'dns.rrsig.signature_expiration': 'rrsig.expiration', 'dns.rrsig.signature_inception': 'rrsig.inception',
    'dns.rrsig.key_tag': 'rrsig.key_tag', 'dns.rrsig.signers_name': 'rrsig.signer',
    'dns.rrsig.signature': 'rrsig.signature', 'dns.nsec.next_domain_name': 'nsec.next', 'dns.dnskey.flags': 'dnskey.flags',
    'dns.dnskey.protocol': 'dnskey.protocol', 'dns.dnskey.algorithm': 'dnskey.algorithm',
    'dns.dnskey.public_key': 'dnskey.public_key', 'dns.nsec3.algo': 'nsec3.hash_algorithm', 'dns.nsec3.flags': 'nsec3.flags',
    'dns.nsec3.iterations': 'nsec3.iterations', 'dns.nsec3.salt_value': 'nsec3.salt',
    'dns.nsec3.hash_value': 'nsec3.next_hashed', 'dns.svcb.svcparam.alpn': '*.params.alpn',
    'dns.svcb.svcpriority': '*.priority', 'dns.svcb.targetname': '*.target', 'dns.svcb.svcparam.port': '*.params.port',
    'dns.svcb.svcparam.ipv4hint.ip': '*.params.ipv4hint', 'dns.svcb.svcparam.ipv6hint.ip': '*.params.ipv6hint',
    'dns.tkey.algo_name': 'tkey.algorithm', 'dns.tkey.signature_inception': 'tkey.inception',
    'dns.tkey.signature_expiration': 'tkey.expiration', 'dns.tkey.mode': 'tkey.mode', 'dns.tkey.error': 'tkey.error',
    'dns.tkey.key_data': 'tkey.key', 'dns.tsig.algorithm_name': 'tsig.algorithm', 'dns.tsig.time_signed': 'tsig.time_signed',
    'dns.tsig.fudge': 'tsig.fudge', 'dns.tsig.original_id': 'tsig.original_id', 'dns.tsig.error': 'tsig.error',
    'dns.caa.flags': 'caa.flags', 'dns.caa.tag': 'caa.tag', 'dns.caa.value': 'caa.value',
    'dns.rr.udp_payload_size': 'opt.udp_size', 'dns.resp.edns0_version': 'opt.version', 'dns.resp.z.do': 'opt.do',
    'dns.opt.cookie.client': 'cookie.client', 'dns.opt.client.netmask': 'client_subnet.source_prefix',
    'dns.opt.client.scope': 'client_subnet.scope_prefix', 'dns.opt.client.addr4': 'client_subnet.subnet',
    'dns.opt.client.addr6': 'client_subnet.subnet'}
OPTIONS = {3: 'nsid', 5: 'dau', 6: 'dhu', 7: 'n3u', 8: 'client_subnet', 9: 'expire', 10: 'cookie', 11: 'tcp_keepalive',
           12: 'padding', 13: 'chain', 14: 'key_tags', 15: 'ede', 18: 'report_channel'}
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


def look_up(value, path):
    for key in path.split('.'):
        if not isinstance(value, dict):
            return None
        value = value.get('https', value.get('svcb')) if key == '*' else value.get(key)
    return value


def is_same(ours, want):
    """A value of ours and one of tshark's: numbers, times, bytes with colons, cut with dots, names, lists."""
    if isinstance(ours, list) or isinstance(want, list):
        return ours == (want if isinstance(want, list) else [want])
    if isinstance(ours, (int, float)) and not isinstance(ours, bool) and 'UTC' in want:
        return ours == calendar.timegm(time.strptime(re.sub(r'\.\d+ UTC', '', want), '%b %d, %Y %H:%M:%S'))
    if isinstance(ours, (bool, int)):
        return ours == int(want, 0)
    if want.endswith('...'):
        return ours.startswith(want[:-3].replace(':', ''))
    return ours is not None and (want in (plain(ours), ours) or ours == want.replace(':', ''))


def code_of(option):
    return option['code'] if 'data' in option else next(code for code, name in OPTIONS.items() if name in option)


def compare_data(rr, record, place):
    """The parts of a record's data that have a name in PARTS; of EDNS options the codes, and of one alone its parts."""
    data = record['data']
    options = rr.get('opt', {}).get('options', [])
    if 'dns.opt.code' in data and 'dns.rr.opt.bad_length' not in data:
        codes = data['dns.opt.code']
        yield same('option_codes', [code_of(o) for o in options],
                   [int(c) for c in (codes if isinstance(codes, list) else [codes])], place)
    if len(options) == 1:
        rr = {**rr, **options[0]}
    for key, want in data.items():
        is_of_option = key.startswith('dns.opt.')
        if key not in PARTS or (is_of_option and (len(options) != 1 or 'data' in options[0])):
            continue
        got = look_up(rr, PARTS[key])
        yield 'data.' + key, (None if is_same(got, want) else f'{place}: {got!r}, not {want!r} in {rr}')


def compare_records(message, event, place):
    for theirs, ours in SECTIONS.items():
        want = event.get(theirs, [])
        got = records_of(message, ours)
        if not want and not got:
            continue
        if len(got) != len(want):
            is_beyond = 'rr_skipped' in message
            yield theirs, BEYOND if is_beyond else f'{place}: {len(got)} records, not {len(want)}'
            continue
        for (name, kind, rr), record in zip(got, want):
            differs = plain(name) != name_of(record) or not is_type(kind, record['type'])
            is_plain = record['type'] in PLAIN and isinstance(record['data'], (str, list))
            differs |= is_plain and data_of(rr, record) != (record['data'], record['ttl'])
            yield theirs, (f'{place}: {rr}, not {record}' if differs else None)
            if isinstance(record['data'], dict):
                yield from compare_data(rr, record, place)


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
