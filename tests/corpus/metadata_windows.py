# SPDX-License-Identifier: BSD-3-Clause
"""SMB, LDAP, RDP and Kerberos: that a capture which has the protocol shows its object; expectations tell no more.

What is found and not expected is no difference: the other program goes by ports, and SOCKS hides RDP from it."""

KEYS = ()
NAMES = {
    'smb': ('smb', 'smb2'),
    'ldap': ('ldap', 'cldap'),
    'rdp': ('rdp',),
    'kerberos': ('kerberos',),
}


def expected(expect):
    tokens = expect.get('protocol_tokens', {})
    return [name for name, theirs in NAMES.items() if any(token in tokens for token in theirs)]


def is_asked(expect):
    return bool(expected(expect))


def compare(records, expect):
    for name in expected(expect):
        found = any(name in r for r in records)
        yield name, None if found else 'not found'
