// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sends frames of many TCP flows, as fast as it can or at a pace:
 *
 *   flood IFACE DESTINATION_MAC DESTINATION_IP syn|data|scan|reuse NUM [PACKETS_PER_SECOND]
 *
 * syn: one SYN each from another address and port; data: one segment of 1000 bytes likewise;
 * scan: SYNs from one port of this end to NUM ports; reuse: a SYN and a RST in turns, all from one
 * address and port. Prints how many the interface took.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define HEADERS 54
#define DATA 1000

struct job {
	int fd;
	const char *kind;
	uint8_t mac[6];
	uint32_t to; /* both in wire order */
	uint32_t from;
	uint32_t num;
	double pace;
};

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static unsigned int sum_of(const uint8_t *at, unsigned int len, unsigned int sum)
{
	for (unsigned int i = 0; i < len; i += 2)
		sum += (unsigned int)(at[i] << 8 | at[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Frame number @i; its length. */
static unsigned int make_frame(const struct job *job, uint32_t i, uint8_t *out)
{
	int is_scan = !strcmp(job->kind, "scan"), is_data = !strcmp(job->kind, "data");
	int is_reuse = !strcmp(job->kind, "reuse");
	uint32_t client = is_reuse ? 0 : i;
	unsigned int len = HEADERS + (is_data ? DATA : 0);
	uint8_t *ip = out + 14, *tcp = ip + 20;
	uint32_t from = is_scan ? job->from : htonl(0x0a420000u + client / 60000);

	memset(out, 0, HEADERS);
	memcpy(out, job->mac, 6);
	memcpy(out + 6, "\x02\0\0\0\x77\x01", 6);
	put16(out + 12, ETH_P_IP);
	ip[0] = 0x45;
	put16(ip + 2, len - 14);
	put16(ip + 4, i & 0xffff);
	ip[8] = 64;
	ip[9] = 6;
	memcpy(ip + 12, &from, 4);
	memcpy(ip + 16, &job->to, 4);
	put16(ip + 10, ~sum_of(ip, 20, 0) & 0xffff);
	put16(tcp, is_scan ? 50000 : 1024 + client % 60000);
	put16(tcp + 2, is_scan ? 1 + i % 65535 : 9);
	put16(tcp + 4, i >> 16);
	put16(tcp + 6, i & 0xffff);
	tcp[12] = 5 << 4;
	tcp[13] = is_data ? 0x18 : is_reuse && i % 2 ? 0x04 : 0x02;
	put16(tcp + 14, 1024);
	if (is_data)
		memset(tcp + 20, 'x', DATA);
	/* the sum over the pseudo-header: addresses, protocol, length */
	put16(tcp + 16, ~sum_of(tcp, len - 34, sum_of(ip + 12, 8, 6 + len - 34)) & 0xffff);
	return len;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static uint32_t run(const struct job *job)
{
	static uint8_t frames[BATCH][HEADERS + DATA];
	struct iovec iov[BATCH];
	struct mmsghdr msgs[BATCH];
	double start = now();
	uint32_t sent = 0;

	for (uint32_t i = 0; i < job->num; i += BATCH) {
		uint32_t num = job->num - i < BATCH ? job->num - i : BATCH;

		memset(msgs, 0, sizeof(msgs));
		for (uint32_t j = 0; j < num; j++) {
			iov[j].iov_base = frames[j];
			iov[j].iov_len = make_frame(job, i + j, frames[j]);
			msgs[j].msg_hdr.msg_iov = &iov[j];
			msgs[j].msg_hdr.msg_iovlen = 1;
		}
		while (job->pace > 0 && now() - start < i / job->pace)
			usleep(500);
		for (uint32_t at = 0; at < num;) {
			int got = sendmmsg(job->fd, msgs + at, num - at, 0);

			if (got < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR) {
				perror("flood: sendmmsg");
				exit(1);
			}
			if (got > 0)
				at += (uint32_t)got;
		}
		sent += num;
	}
	return sent;
}

int main(int argc, char **argv)
{
	struct job job = { 0 };
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP) };

	const struct ether_addr *mac = argc < 6 ? NULL : ether_aton(argv[2]);

	if (!mac) {
		fprintf(stderr, "usage: flood IFACE MAC IP syn|data|scan|reuse NUM [PPS]\n");
		return 2;
	}
	memcpy(job.mac, mac, 6);
	job.kind = argv[4];
	job.to = inet_addr(argv[3]);
	job.from = (job.to & htonl(0xffffff00)) | htonl(1);
	job.num = (uint32_t)strtoul(argv[5], NULL, 10);
	job.pace = argc > 6 ? strtod(argv[6], NULL) : 0;
	job.fd = socket(AF_PACKET, SOCK_RAW, 0);
	at.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (job.fd < 0 || bind(job.fd, (struct sockaddr *)&at, sizeof(at))) {
		perror("flood");
		return 1;
	}
	printf("%u\n", run(&job));
	return 0;
}
