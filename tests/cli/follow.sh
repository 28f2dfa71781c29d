# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Part of tests/cli/run: captures that still grow.

# follow NAME FILE OPTION…: reads it in the background; leaves pid, its output is $T/NAME.out, .err and .stats.
follow() {
	: >"$T/$1.out"
	"$rejoice" read --follow "$2" --stats "$T/$1.stats" "${@:3}" >"$T/$1.out" 2>"$T/$1.err" </dev/null &
	pid=$!
}

# until_lines FILE NUM: for at most 10 s.
until_lines() {
	local end=$((SECONDS + 10))
	until [ "$(num_lines "$1")" -ge "$2" ] || [ $SECONDS -gt $end ]; do
		sleep 0.05
	done
}

# until_read PID FILE: for at most 10 s, until the process has read all there is of it.
until_read() {
	local end=$((SECONDS + 10)) size
	size=$(stat -c %s "$2")
	until grep -qsx "pos:[[:space:]]*$size" /proc/"$1"/fdinfo/* || [ $SECONDS -gt $end ]; do
		sleep 0.02
	done
}

# ended PID NAME STATUS LINES WHAT: the verdict on one that was followed.
ended() {
	status=0
	wait "$1" || status=$?
	cp "$T/$2.out" "$T/out"
	cp "$T/$2.err" "$T/err"
	cp "$T/$2.stats" "$T/stats"
	verdict "$5" "$3" "$4"
	check "$5: valid records and account" "$here/../validate" --sums "$T/out" --stats "$T/stats"
}

# The records of the last one are those of @1, but for why they ended.
same_flows() {
	"$rejoice" read "$1" | sed 's/"end_reason":"eof"/"end_reason":"stop"/' >"$T/whole"
	same_lines "$T/out" "$T/whole"
}

# piece FILE FROM TO: these octets of it.
piece() { dd if="$1" iflag=skip_bytes,count_bytes skip="$2" count=$(($3 - $2)) status=none; }

# A file that is not there, comes, and grows octets at a time.
follow_growth() {
	local file=$golden/dns.pcap at=0 end name
	follow late "$T/late.pcap"
	sleep 0.15
	for end in 10 24 300 1000 1001 4000 100000; do
		piece "$file" $at $end >>"$T/late.pcap"
		at=$end
		until_read $pid "$T/late.pcap"
	done
	sleep 0.15
	kill -s INT $pid
	ended $pid late 0 0 'follow: a file that comes later'
	check 'follow: all that it got' same_flows "$file"
	for name in tls13-nano ipv6-tls; do
		follow there "$golden/$name.pcap" --duration 0.4
		ended $pid there 0 0 "follow: $name for a while"
		check "follow: $name: times as they are read" same_flows "$golden/$name.pcap"
	done
	gzip -c "$file" >"$T/whole.gz"
	piece "$T/whole.gz" 0 900 >"$T/growing.gz"
	follow packed "$T/growing.gz"
	until_read $pid "$T/growing.gz"
	piece "$T/whole.gz" 900 100000 >>"$T/growing.gz"
	until_read $pid "$T/growing.gz"
	sleep 0.15
	kill -s TERM $pid
	ended $pid packed 0 0 'follow: a compressed file'
	check 'follow: all of it' same_flows "$file"
}

# write_frames FILE HALF: two flows of a packet each; HALF octets of a third packet's frame.
write_frames() {
	/usr/bin/python3 - "$@" <<-'END'
	import struct, sys
	frame = bytes.fromhex("4500001c00010000401166cf0a4d00010a4d00020035003500080000")
	with open(sys.argv[1], "wb") as out:
	    out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
	    record = struct.pack("<IIII", 1700000000, 0, len(frame), len(frame))
	    out.write(record + frame + record + frame[:20] + bytes([9, 9]) + frame[22:])
	    out.write((struct.pack("<IIII", 1700000000, 900000, len(frame), len(frame)) + frame)[:int(sys.argv[2])])
	END
}

# While nothing comes idle flows end, but not while half a frame is there: its time may not be later than theirs.
follow_silence() {
	local whole half used
	write_frames "$T/whole.pcap" 0
	write_frames "$T/half.pcap" 30
	follow whole "$T/whole.pcap" --idle-timeout 1
	whole=$pid
	follow half "$T/half.pcap" --idle-timeout 1
	half=$pid
	until_lines "$T/whole.out" 2
	check 'follow: flows end while nothing comes' test "$(num_lines "$T/whole.out")" = 2
	check 'follow: they were idle' test "$(grep -c '"end_reason":"idle"' "$T/whole.out")" = 2
	check 'follow: not where half a frame has come' test ! -s "$T/half.out"
	used=$(awk '{ print $14 + $15 }' "/proc/$whole/stat")
	check "follow: waiting costs nothing ($used ticks)" test "$used" -le 10
	write_frames "$T/rest" 44
	tail -c 14 "$T/rest" >>"$T/half.pcap"
	until_read "$half" "$T/half.pcap"
	sleep 0.15
	kill -s INT "$half" "$whole"
	ended "$whole" whole 0 0 'follow: ended by a signal'
	ended "$half" half 0 0 'follow: half a frame, and its rest'
	check 'follow: which is of the flow that waited' grep -q '"num_pkts_out":2.*"end_reason":"stop"' "$T/out"
}

# Another file under the name; the same one from its start; a file that goes away half-written.
follow_replaced() {
	local file=$golden/dns.pcap
	cp "$file" "$T/moved.pcap"
	follow moved "$T/moved.pcap"
	until_read $pid "$T/moved.pcap"
	cp "$golden/ping.pcap" "$T/new.pcap"
	mv "$T/new.pcap" "$T/moved.pcap"
	until_read $pid "$T/moved.pcap"
	sleep 0.15
	kill -s INT $pid
	ended $pid moved 0 1 'follow: another file takes the name'
	check 'follow: it says so' grep -q 'moved.pcap: another file has its name now, behind frame 52; going on' "$T/err"
	check 'follow: the flows of both' test "$(grep -c '"end_reason":"eof"' "$T/out") $(grep -c '"end_reason":"stop"' "$T/out")" = '26 4'
	cp "$file" "$T/short.pcap"
	follow short "$T/short.pcap" --duration 20
	until_read $pid "$T/short.pcap"
	head -c 24 "$file" >"$T/short.pcap"
	until_lines "$T/short.err" 1
	tail -c +25 "$file" >>"$T/short.pcap"
	until_read $pid "$T/short.pcap"
	sleep 0.15
	kill -s INT $pid
	ended $pid short 0 1 'follow: the file is truncated'
	check 'follow: it says that' grep -q 'short.pcap: it was truncated, behind frame 52; going on' "$T/err"
	check 'follow: and reads on' test "$(num_lines "$T/out")" = 52
	head -c 1000 "$file" >"$T/torn.pcap"
	follow torn "$T/torn.pcap" --quiet
	until_read $pid "$T/torn.pcap"
	cp "$file" "$T/new.pcap"
	mv "$T/new.pcap" "$T/torn.pcap"
	until_lines "$T/torn.err" 1
	until_read $pid "$T/torn.pcap"
	sleep 0.15
	kill -s INT $pid
	ended $pid torn 1 1 'follow: replaced inside a frame'
	check 'follow: it says where' grep -q 'torn.pcap: another file has its name now inside a frame, behind frame' "$T/err"
}

follow_pipes() {
	local file=$golden/dns.pcap
	status=0
	{ head -c 3000 "$file"; sleep 0.3; tail -c +3001 "$file"; } | "$rejoice" read --follow - >"$T/out" 2>"$T/err" || status=$?
	verdict 'follow: a pipe, until nobody writes to it' 0 0
	"$rejoice" read "$file" >"$T/whole"
	check 'follow: a pipe: the same records' cmp "$T/out" "$T/whole"
	mkfifo "$T/named"
	follow named "$T/named" --duration 0.3
	ended $pid named 0 0 'follow: a named pipe that nobody writes to'
	follow named "$T/named"
	cat "$file" >"$T/named"
	ended $pid named 0 0 'follow: a named pipe'
	check 'follow: a named pipe: the same records' cmp "$T/out" "$T/whole"
	status=0
	"$rejoice" read --follow --duration 0.3 - >"$T/out" 2>"$T/err" < <(cat "$file"; exec sleep 1) || status=$?
	verdict 'follow: a pipe in which nothing comes any more' 0 0
	check 'follow: what had come' test "$(num_lines "$T/out")" = 26
}

# What a capturing program writes, at the moment.
follow_capture() {
	unshare -n sh -ec '
		ip link set lo up
		tcpdump -Z root -i lo -U -w "$2" >/dev/null 2>&1 &
		capturing=$!
		"$1" read --follow "$2" --idle-timeout 0.5 >"$3" 2>"$4" &
		following=$!
		for i in $(seq 50); do [ -s "$2" ] && break; sleep 0.1; done
		ping -q -c 3 -i 0.1 127.0.0.2 >/dev/null
		for i in $(seq 100); do [ -s "$3" ] && break; sleep 0.1; done
		kill -s INT $capturing $following
		wait' sh "$rejoice" "$T/live.pcap" "$T/out" "$T/err" || true
	check 'follow: a flow that tcpdump captures, when it is idle' grep -q '"num_pkts_out":3,.*"num_pkts_in":3,.*"end_reason":"idle"' "$T/out"
	check 'follow: nothing else' test "$(num_lines "$T/out") $(num_lines "$T/err")" = '1 0'
}

# What is there is read without waiting, also where a filter leaves nothing of it.
follow_filtered() {
	ending_flows "$T/much.pcap" 60000
	follow filtered "$T/much.pcap" --filter icmp --duration 1
	ended $pid filtered 0 0 'follow: a filter that nothing matches'
	check 'follow: all is read at once' test "$(stat_of filtered)" = 60000
}

follow_usage() {
	local file=$golden/dns.pcap
	complains 2 'follow: two files' 'follow takes one' "$rejoice" read --follow "$file" "$golden/ping.pcap"
	complains 2 'follow: a directory' 'is a directory' "$rejoice" read --follow "$golden"
	complains 2 'follow: live' '--follow' "$rejoice" live -i lo --follow
	complains 2 'duration without it' 'with --follow' "$rejoice" read --duration 3 "$file"
	complains 2 'count without it' 'with --follow' "$rejoice" read --count 3 "$file"
	seq 1 1000 >"$T/words"
	complains 1 'follow: no capture' 'not a capture' "$rejoice" read --follow "$T/words" --duration 5
	mkdir "$T/kinds"
	/usr/bin/python3 "$here/forge" "$T/kinds"
	complains 1 'follow: what libpcap alone reads' 'only those can be followed' \
		"$rejoice" read --follow "$T/kinds/pcap-patched-le" --duration 5
	complains 1 'follow: a file in what is no directory' 'Not a directory' "$rejoice" read --follow "$file/x"
	run "$rejoice" read --follow --count 1 "$file"
	verdict 'follow: until there is a flow' 0 0
	check 'follow: and those that go on' test "$(num_lines "$T/out")" = 26
	check 'which were stopped' grep -q '"end_reason":"stop"' "$T/out"
}

follows() {
	local pid
	follow_growth
	follow_silence
	follow_replaced
	follow_pipes
	follow_filtered
	follow_usage
	if [ "$(id -u)" = 0 ]; then
		follow_capture
	else
		skipped 'follow: what tcpdump captures' 'needs root'
	fi
}
