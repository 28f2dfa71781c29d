# SPDX-License-Identifier: BSD-3-Clause
"""Protocols of which the expectations have the name alone, by capture: found where tshark finds them, and nowhere else."""

# Ours, and the layers by which tshark calls it.
LAYERS = {
    'wireguard': ('wg',),
    'openvpn': ('openvpn',),
    'mqtt': ('mqtt',),
    'modbus': ('mbtcp',),
    'bittorrent': ('bittorrent', 'bt-dht', 'bt-utp', 'bt-tracker'),
}


def is_asked(expect):
    return any(flow['proto'] in (6, 17) for flow in expect['flows'])


def compare(records, expect):
    for name, layers in LAYERS.items():
        wanted = sum(expect['protocol_tokens'].get(layer, 0) for layer in layers)
        num = sum(name in r for r in records)
        if wanted or num:
            yield name, None if bool(wanted) == bool(num) else f'{num} flows, and tshark has {wanted} packets'
