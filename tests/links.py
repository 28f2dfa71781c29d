# SPDX-License-Identifier: BSD-3-Clause
"""Link headers that rejoice reads, one or more of each type: for tests that put packets behind them."""

# What differs between IPv4 and IPv6: EtherType, PPP's protocol, NLPID, address families, ARCNET's protocol
VERSIONS = {
    4: dict(e='0800', p='0021', n='cc', bsd='02', linux='02', sun='02', arcnet='d4', dlt='e4'),
    6: dict(e='86dd', p='0057', n='8e', bsd='18', linux='0a', sun='1a', arcnet='c4', dlt='e5'),
}
MACS = '02' * 6 + '03' * 6
ETHERNET = MACS + '{e}'
LLC = 'aaaa03000000{e}'
WLAN = '08010000' + MACS + '04' * 6 + '0000' + LLC
WLAN_QOS = '88010000' + MACS + '04' * 6 + '0000' + '0000'
AVS = '8021100100000040' + '00' * 56
ERF = '00' * 8 + '{}04000000000000'

# LINKTYPE_* and what stands before the packet there
HEADERS = (
    (0, '{bsd}000000'), (0, '000000{bsd}'), (0, '0f00{e}'), (1, ETHERNET),
    (6, '1040' + MACS + LLC), (6, '1040' + '02' * 6 + '82' + '03' * 5 + '04100011' + LLC),
    (7, '0102{arcnet}000007'), (7, '0102{arcnet}ffffff{arcnet}000007'), (8, '0040' + '00' * 14),
    (9, 'ff03{p}'), (9, '{p}'), (9, '0f00{e}'), (10, '50' + MACS + LLC),
    (50, 'ff03{p}'), (50, '8f00{e}'), (51, '11000001ffff{p}'),
    (100, LLC), (100, 'aaaa030080c200070000' + ETHERNET), (100, 'fefe03{n}'), (100, 'fefe03cf{p}'), (101, ''),
    (104, '0f00{e}'), (105, WLAN), (105, WLAN_QOS + LLC),
    (107, '184103{n}'), (107, '18410300{n}'), (107, '1841{e}'), (107, '18410300800000' + '00{e}'),
    (107, '18410300800080c20007' + ETHERNET), (107, '184103cf{p}'), (108, '000000{bsd}'), (109, '{bsd}000000' + '00' * 8),
    (113, '0000000100060202020202020000{e}'), (113, '00000302' + '00' * 12 + '184103{n}'),
    (113, '00000001' + '00' * 10 + '0004' + LLC), (113, '00000323' + '00' * 10 + '0019' + '0000080000000000' + WLAN),
    (117, '3d{bsd}' + '00' * 62), (119, '4400000090000000' + '00' * 136 + WLAN), (119, AVS + WLAN),
    (122, '02' * 16 + LLC), (123, '82000021' + LLC), (123, '010000210001' + ETHERNET),
    (127, '0000080000000000' + WLAN), (127, '0000110003000000' + '00' * 8 + '20' + WLAN_QOS + '0000' + LLC),
    (129, '01020000{arcnet}000007'), (138, '02' * 16 + '{e}'), (163, AVS + WLAN), (166, '0003{p}'),
    (178, '4d474380000401020304' + ETHERNET), (178, '4d47430200000002'), (182, 'c001184103{n}'),
    (192, '0000080069000000' + WLAN), (192, '0000080001000000' + ETHERNET),
    (197, ERF.format('02') + '0000' + ETHERNET), (197, ERF.format('81') + '03' + '00' * 7 + '0f00{e}'),
    (197, ERF.format('05') + '00000000' + 'ff03{p}'), (197, ERF.format('16')),
    (204, '01ff03{p}'), (205, '010f00{e}'), (206, '01184103{n}'), (219, '0001003f0002013f'), (226, '02{sun}' + '00' * 22),
    (228, ''), (239, '{linux}0000070800010008000100' + '09000a00' + '41' * 5 + '00' * 3 + 'ffff0900'),
    (240, '00042000' + ETHERNET), (241, '00062000' + '55' * 7 + 'd5' + ETHERNET),
    (242, '00' * 40 + '{e}0000'), (242, '{e}0000'),
    (258, '6c000000010000000c000000' + '00' * 96), (258, '2800000000000100' + '00' * 28 + '00000800' + ETHERNET),
    (258, '6c00000001000000{dlt}000000' + '00' * 96), (259, 'd55555550001' + ETHERNET), (274, '55' * 7 + 'd5' + ETHERNET),
    (276, '{e}' + '00' * 18), (281, MACS + '20000010{e}'), (282, '20000010' + ETHERNET), (284, MACS + 'c000a123{e}'),
    (285, MACS + 'dada0000c000a123{e}'),
)


def framed(header, packet):
    """The IP packet behind a header of HEADERS."""
    return bytes.fromhex(header.format(**VERSIONS[packet[0] >> 4])) + packet
