# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Part of tests/cli/run: signals during long reads: what there is is written, and soon.

# long_capture FILE: some 300 MB: four million frames of four flows, all in one second.
long_capture() {
	/usr/bin/python3 - "$1" <<-'END'
	import struct, sys
	ip = bytes.fromhex("4500002c00010000401166bf0a4d00010a4d0002")
	frames = b"".join(struct.pack("<IIII", 1700000000, i, 44, 44) + ip + struct.pack(">HHHH", 1000 + i % 4, 9, 24, 0) + bytes(16)
	                  for i in range(10000))
	with open(sys.argv[1], "wb") as out:
	    out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
	    for _ in range(500):
	        out.write(frames)
	END
}

# opened PID FILE: whether the process has it open.
opened() { find "/proc/$1/fd" -lname "$2" 2>/dev/null | grep -q .; }

# stopped_in NAME SIGNAL FILE OPERAND: a signal while it reads the file.
stopped_in() {
	local pid start took
	status=0
	"$rejoice" read "$4" >"$T/out" 2>"$T/err" --stats "$T/stats" </dev/null &
	pid=$!
	until opened $pid "$3" || [ ! -d /proc/$pid ]; do :; done
	sleep 0.02
	start=${EPOCHREALTIME/[.,]/}
	kill -s "$2" $pid || true
	wait $pid || status=$?
	took=$((${EPOCHREALTIME/[.,]/} - start))
	verdict "SIG$2 while it reads $1" 0 0
	check "SIG$2 while it reads $1: it ends soon ($((took / 1000)) ms)" test "$took" -lt 500000
	check "SIG$2 while it reads $1: before the end, with what there was" \
		test "$(stat_of packets)" -gt 0 -a "$(stat_of packets)" -lt 5000000 -a "$(stat_of flows)" = "$(grep -c '"end_reason":"stop"' "$T/out")"
	check "SIG$2 while it reads $1: valid records and account" "$here/../validate" --sums "$T/out" --stats "$T/stats"
}

# A pipe whose writer does nothing any more; and another signal at once, as timeout(1) sends two.
stopped_in_pipe() {
	local pid
	status=0
	mkfifo "$T/hanging"
	"$rejoice" read --stats "$T/stats" - <"$T/hanging" >"$T/out" 2>"$T/err" &
	pid=$!
	exec 3>"$T/hanging"
	head -c 3000 "$golden/dns.pcap" >&3
	until [ "$(pipe_bytes $pid)" = 0 ]; do :; done
	until_it_waits $pid
	kill -s INT $pid
	kill -s INT $pid 2>/dev/null || true
	wait $pid || status=$?
	exec 3>&-
	verdict 'two SIGINT while a pipe hangs' 0 0
	check 'two SIGINT while a pipe hangs: the flows there are, stopped' \
		test "$(num_lines "$T/out")" -ge 10 -a "$(num_lines "$T/out")" = "$(grep -c '"end_reason":"stop"' "$T/out")"
}

stops() {
	local dir=$T/long i
	mkdir "$dir"
	long_capture "$dir/a.pcap"
	for i in b c d e f g h; do
		ln "$dir/a.pcap" "$dir/$i.pcap"
	done
	head -c 120000024 "$dir/a.pcap" | gzip -1 >"$T/long.gz"
	stopped_in 'a file' INT "$dir/a.pcap" "$dir/a.pcap"
	stopped_in 'a compressed file' TERM "$T/long.gz" "$T/long.gz"
	stopped_in 'a directory' TERM "$dir/a.pcap" "$dir"
	stopped_in_pipe
	rm -r "$dir"
}
