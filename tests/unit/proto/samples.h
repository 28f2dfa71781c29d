/* SPDX-License-Identifier: BSD-3-Clause */
/* Valid messages of each protocol, for the tests that hold every dissector to the contract. */
#ifndef RJ_TESTS_UNIT_PROTO_SAMPLES_H
#define RJ_TESTS_UNIT_PROTO_SAMPLES_H

#include <stdint.h>

#include "tests/unit/proto/quic/vectors.h"

/*
 * struct sample - one message as the first of its side: its bytes are all that
 * one call of parse takes.
 * @protocol: name of the dissector, and "/tcp" where it reads datagrams as well and this is none
 * @hex, @text: the bytes, as one of them
 */
struct sample {
	const char *protocol;
	uint16_t src_port;
	uint16_t dst_port;
	const char *hex;
	const char *text;
};

#define SAMPLE_ZERO16 "00000000000000000000000000000000"
#define SAMPLE_ZERO64 SAMPLE_ZERO16 SAMPLE_ZERO16 SAMPLE_ZERO16 SAMPLE_ZERO16

static const struct sample samples[] = {
	/* the least ClientHello: no session, one cipher suite, no extensions (RFC 8446
	   section 4.1.2) */
	{ "tls/tcp", 40000, 443,
	  "16 0301 002d 01 000029 0303"
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	  "00 0002 1301 01 00",
	  NULL },
	/* the same over DTLS 1.2, without cookie (RFC 6347 section 4.2.1) */
	{ "tls", 40000, 4433,
	  "16 fefd 0000 000000000000 0036 01 00002a 0000 000000 00002a fefd"
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	  "00 00 0002 1301 01 00",
	  NULL },
	/* HelloVerifyRequest (RFC 6347 section 4.2.1); an alert */
	{ "tls", 4433, 40000,
	  "16 feff 0000 000000000000 0013 03 000007 0000 000000 000007 feff 04 01020304", NULL },
	{ "tls", 4433, 40000, "15 fefd 0000 000000000001 0002 02 28", NULL },
	/* query for example.com A with EDNS: RFC 1035 section 4, RFC 6891 section 6.1 */
	{ "dns", 40000, 53,
	  "1234 0100 0001 0000 0000 0001"
	  "07 6578616d706c65 03 636f6d 00 0001 0001"
	  "00 0029 04d0 00 00 8000 0000",
	  NULL },
	/* its answer: CNAME, A, SOA by compression */
	{ "dns", 53, 40000,
	  "1234 8180 0001 0002 0001 0000"
	  "07 6578616d706c65 03 636f6d 00 0001 0001"
	  "c00c 0005 0001 0000003c 0006 03 777777 c00c"
	  "c029 0001 0001 0000003c 0004 5db8d822"
	  "c014 0006 0001 00000e10 001c 016e c014 0161 c014"
	  "00000001 00000002 00000003 00000004 00000005",
	  NULL },
	/* HTTPS record, RFC 9460 appendix D.2: alpn and port */
	{ "dns", 53, 40000,
	  "0001 8400 0001 0001 0000 0000"
	  "03 666f6f 00 0041 0001"
	  "c00c 0041 0001 0000012c 0017"
	  "0010 03 666f6f 00 0001 0006 02 6832 02 6833 0003 0002 01bb",
	  NULL },
	/* mDNS announcement without question: RFC 6762 */
	{ "dns", 5353, 5353,
	  "0000 8400 0000 0001 0000 0000"
	  "01 61 05 6c6f63616c 00 0001 8001 00000078 0004 c0a80001",
	  NULL },
	{ "http", 40000, 80, NULL, "GET / HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n" },
	{ "http", 40000, 8080, NULL, "OPTIONS * HTTP/1.0\n\n" },
	{ "http", 80, 40000, NULL,
	  "HTTP/1.1 204 No Content\r\nServer: x\r\nX-Folded: one\r\n two\r\n\r\n" },
	{ "http", 80, 40000, NULL, "HTTP/1.1 100\r\n\r\n" },
	/* RFC 9001 A.2 and A.3, RFC 9369 A.3 */
	{ "quic", 40000, 443, VECTOR_CLIENT_V1, NULL },
	{ "quic", 443, 40000, VECTOR_SERVER_V1, NULL },
	{ "quic", 443, 40000, VECTOR_SERVER_V2, NULL },
	{ "ssh", 40000, 22, NULL, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n" },
	{ "ssh", 22, 40000, NULL, "SSH-1.99-x\n" },
	/* DHCPDISCOVER: RFC 2131 2 with options of RFC 2132 */
	{ "dhcp", 68, 67,
	  "01 01 06 00 3903f326 0000 0000 00000000 00000000 00000000 00000000"
	  "00053c0459810000 0000000000000000" SAMPLE_ZERO64 SAMPLE_ZERO64 SAMPLE_ZERO64
	  "63825363 350101 3d0701000b8201fc42 32040a000001 3704 01030f06 ff",
	  NULL },
	/* SOLICIT whose only option has an address and its status inside: RFC 8415 21 */
	{ "dhcpv6", 546, 547,
	  "01 10bfe4 0003 002e 0000000a 00000e10 00001518"
	  "0005 001e 20010db8000000000000000000000001 00000e10 00001518 000d 0002 0000",
	  NULL },
	/* IKE_SA_INIT with a proposal and a nonce: RFC 7296 3 */
	{ "ike", 500, 500,
	  "0102030405060708 0000000000000000 21 20 22 08 00000000 00000044"
	  "28 00 0020 00 00 001c 01 01 00 02 03 00 000c 01 00 000c 800e 0100 00 00 0008 04 00 001f"
	  "00 00 0008 01020304",
	  NULL },
	{ "prelude", 40000, 9, NULL, "PROXY TCP6 2001:db8::1 2001:db8::2 40000 443\r\n" },
	{ "prelude", 40000, 5222, NULL, "<?xml version='1.0'?>" },
	/* what both sides of HTTP/2 begin with: RFC 9113 section 3.4 */
	{ "http2", 40000, 80, NULL, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
	{ "http2", 80, 40000, "00000c 04 00 00000000 0003 00000064 0001 00001000", NULL },
	{ "prelude", 40000, 1080, "0401 01bb c0000201 61 00", NULL },
	{ "smtp", 25, 40000, NULL, "220 a ESMTP\r\n" },
	{ "smtp", 40000, 9, NULL, "EHLO a.example\r\n" },
	{ "ftp", 21, 40000, NULL, "220 a FTP\r\n" },
	{ "ftp", 40000, 21, NULL, "PORT 192,0,2,1,4,1\r\n" },
	/* RFC 1939 10 */
	{ "pop3", 9, 40000, NULL, "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n" },
	{ "pop3", 40000, 110, NULL, "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n" },
	/* RFC 3501 8 */
	{ "imap", 9, 40000, NULL, "* OK IMAP4rev1 Service Ready\r\n" },
	{ "imap", 40000, 143, NULL, "a001 login mrose secret\r\n" },
};

#endif
