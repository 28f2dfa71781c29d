# SPDX-License-Identifier: BSD-3-Clause
"""TLS and DTLS: hellos, certificates, types of handshake messages. A hello is found by its random."""
import re
from datetime import datetime

from common import find, same, where

KEYS = ('tls',)
TRANSPORTS = ('tls', 'dtls')
VERSIONS = {0x300: 'SSL3.0', 0x301: 'TLS1.0', 0x302: 'TLS1.1', 0x303: 'TLS1.2', 0x304: 'TLS1.3',
            0xfeff: 'DTLS1.0', 0xfefd: 'DTLS1.2', 0xfefc: 'DTLS1.3'}
MESSAGES = {'server_hello_done': 14, 'client_key_exchange': 16, 'server_key_exchange': 12, 'certificate_request': 13,
            'new_session_ticket': 4, 'certificate_status': 22, 'certificate_verify': 15}
# IANA, TLS ExtensionType Values
EXTENSIONS = {
    'server_name': 0, 'max_fragment_length': 1, 'client_certificate_url': 2, 'trusted_ca_keys': 3, 'truncated_hmac': 4,
    'status_request': 5, 'user_mapping': 6, 'client_authz': 7, 'server_authz': 8, 'cert_type': 9, 'supported_groups': 10,
    'ec_point_formats': 11, 'srp': 12, 'signature_algorithms': 13, 'use_srtp': 14, 'heartbeat': 15,
    'application_layer_protocol_negotiation': 16, 'status_request_v2': 17, 'signed_certificate_timestamp': 18,
    'client_certificate_type': 19, 'server_certificate_type': 20, 'padding': 21, 'encrypt_then_mac': 22,
    'extended_master_secret': 23, 'token_binding': 24, 'cached_info': 25, 'tls_lts': 26, 'compress_certificate': 27,
    'record_size_limit': 28, 'tls_cert_with_extern_psk': 33, 'delegated_credential': 34, 'session_ticket': 35, 'pre_shared_key': 41, 'early_data': 42,
    'supported_versions': 43, 'cookie': 44, 'psk_key_exchange_modes': 45, 'certificate_authorities': 47,
    'post_handshake_auth': 49, 'signature_algorithms_cert': 50, 'key_share': 51, 'connection_id': 54,
    'quic_transport_parameters': 57, 'encrypted_client_hello': 0xfe0d, 'renegotiation_info': 0xff01}
RDNS = {'countryName': 'C', 'stateOrProvinceName': 'ST', 'localityName': 'L', 'organizationName': 'O',
        'organizationalUnitName': 'OU', 'commonName': 'CN'}


def codes(numbers):
    return ['%04x' % n for n in numbers]


def types_of(extensions):
    """Types of a list of ours, whose items have a name or a kind."""
    found = []
    for item in extensions or []:
        name = next(iter(item))
        found.append(item['kind'] if name == 'kind' else EXTENSIONS.get(name, name))
    return found


def data_of(extensions, name):
    return next((item[name] for item in extensions or [] if name in item), None)


def compare_client_hello(tls, event, place):
    yield same('c_sid', tls.get('c_sid', ''), event['session_id'], place)
    yield same('cs', tls['cs'], codes(event['ciphers']), place)
    yield same('c_extensions', types_of(tls.get('c_extensions')), event['extensions'], place)
    if event.get('sni') or tls.get('sni'):
        yield same('sni', tls.get('sni'), event.get('sni') and [event['sni']], place)
    for ours, theirs, form in (('c_alpn', 'alpn', list), ('c_versions', 'supported_versions', codes),
                               ('c_groups', 'groups', codes), ('c_key_shares', 'key_share_groups', codes),
                               ('c_signature_algorithms', 'signature_algorithms', codes)):
        if ours in tls or theirs in event:
            yield same(ours, tls.get(ours), form(event.get(theirs, [])), place)
    if 'point_formats' in event:
        data = data_of(tls.get('c_extensions'), 'ec_point_formats') or ''
        yield same('ec_point_formats', list(bytes.fromhex(data)[1:]), event['point_formats'], place)


def compare_server_hello(tls, event, place):
    version = event['selected_version']
    yield same('version', tls['version'], VERSIONS.get(version, '0x%04x' % version), place)
    yield same('scs', tls['scs'], '%04x' % event['cipher'], place)
    yield same('s_sid', tls.get('s_sid', ''), event['session_id'], place)
    yield same('s_extensions', types_of(tls.get('s_extensions')), event['extensions'], place)
    if 'alpn' in event or 's_alpn' in tls:
        yield same('s_alpn', tls.get('s_alpn'), event.get('alpn'), place)
    if 'key_share_groups' in event or 's_key_share' in tls:
        yield same('s_key_share', tls.get('s_key_share'), codes(event.get('key_share_groups', [0]))[0], place)


def compare_retry(found, event, place):
    retried = [tls for tls in found if tls.get('hrr')]
    yield same('hrr', bool(retried), True, place)
    if retried:
        yield same('hrr_extensions', types_of(retried[0].get('hrr_extensions')), event['extensions'], place)


def rdns(name):
    """[[short name, value]] of a name of ours, of those attributes that both have names for."""
    return [[RDNS[key], value] for item in name for key, value in item.items() if key in RDNS]


def moment(text):
    for form in '%b %d %H:%M:%S %Y GMT', '%Y-%m-%d %H:%M:%S (UTC)', '%b %d, %Y %H:%M:%S.000000000 UTC':
        try:
            return datetime.strptime(' '.join(text.split()), form)
        except ValueError:
            pass
    return text


def is_address(name):
    return re.fullmatch(r'[0-9.]+|[0-9a-f:]*:[0-9a-f:.]*', name)


def compare_certificates(found, event, place):
    want = [c['sha256'] for c in event['chain']]
    chains = [tls[side] for tls in found for side in ('s_cert', 'c_cert') if side in tls]
    got = [[c.get('sha256') for c in chain] for chain in chains]
    if want not in got:
        yield 'certificates', f'{place}: {got}, not {want}'
        return
    yield 'certificates', None
    for ours, theirs in zip(chains[got.index(want)], event['chain']):
        yield same('cert.length', ours['length'], theirs['der_length'], place)
        serial = theirs.get('serial', '')
        yield same('cert.serial_number', ours.get('serial_number'), serial[2 * (serial[:2] == '00' != serial):], place)
        for side in ('subject', 'issuer'):
            known = [rdn for rdn in theirs.get(side, []) if rdn[0] in RDNS.values()]
            yield same('cert.' + side, rdns(ours.get(side, [])), known, place)
        for ending in ('not_before', 'not_after'):
            if ending in theirs:
                yield same('cert.' + ending, moment(ours['validity_' + ending]), moment(theirs[ending]), place)
        if 'san_dns' in theirs:
            names = [name for name in ours.get('san', []) if not is_address(name) and '@' not in name and ':' not in name]
            yield same('cert.san', names, theirs['san_dns'], place)


def compare_ssl2(found, event, place):
    specs = ['%06x' % spec for spec in event['cipher_specs']]
    side = 'cs' if event['type'] == 'sslv2_client_hello' else 's_specs'
    yield same(event['type'], any(tls.get(side) == specs for tls in found), True, place)


def compare_event(found, event, place):
    kind = event['type']
    if kind == 'certificate':
        yield from compare_certificates(found, event, place)
    elif kind.startswith('sslv2'):
        yield from compare_ssl2(found, event, place)
    elif event.get('hello_retry_request'):
        yield from compare_retry(found, event, place)
    elif kind in ('client_hello', 'server_hello'):
        side = 'c_random' if kind == 'client_hello' else 's_random'
        hello = next((tls for tls in found if tls.get(side) == event['random']), None)
        yield same(kind, bool(hello), True, place)
        if hello:
            compare_hello = compare_client_hello if kind == 'client_hello' else compare_server_hello
            yield from compare_hello(hello, event, place)
    elif kind in MESSAGES and event['transport'] != 'dtls':
        seen = {t for tls in found for record in tls.get('srlt', []) for t in record.get('hs_types', [])}
        yield same('srlt.hs_types', MESSAGES[kind] in seen, True, f'{place} {kind}')


def compare(records, expect, transports=TRANSPORTS):
    hellos = set()
    for event in expect['tls']:
        if event['transport'] not in transports:
            continue
        hello = event['type'], event.get('flow'), event.get('random')
        if event['type'] == 'client_hello' and hello in hellos:
            continue	# sent again, after a retry or a loss: ours is the first
        hellos.add(hello)
        prefix = 'dtls-' if event['transport'] == 'dtls' else ''
        for field, text in compare_event(find(records, expect, event, 'tls'), event, where(expect, event)):
            yield prefix + field, text
