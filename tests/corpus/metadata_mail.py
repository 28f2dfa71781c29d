# SPDX-License-Identifier: BSD-3-Clause
"""SMTP, FTP, POP3 and IMAP: whether a capture has them at all, and nothing else is taken for them."""
TOKENS = {'smtp': 'smtp', 'ftp': 'ftp', 'pop3': 'pop', 'imap': 'imap'}
OTHERS = ('tls', 'dns', 'http', 'quic', 'ssh')


def is_asked(expect):
    """Where nothing of the kind is expected, captures that others read as well."""
    has_tcp = any(flow['proto'] == 6 for flow in expect['flows'])
    return has_tcp and (any(token in expect['protocol_tokens'] for token in TOKENS.values()) or
                        any(expect.get(key) for key in OTHERS))


def compare(records, expect):
    for ours, theirs in TOKENS.items():
        found = [r for r in records if ours in r]
        is_there = theirs in expect['protocol_tokens']
        if is_there and not found:
            yield ours, 'is not found'
        elif found and not is_there:
            yield ours, f'is taken for it: port {found[0]["dp"]}, {str(found[0][ours])[:200]}'
        elif found:
            yield ours, None
