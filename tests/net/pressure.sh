# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Tests of tests/net/run under pressure: floods, scans, a process that does not run, a reader that does not read. What
# is held to: every packet in a record or counted with a reason, every lost sample on its flow, memory bounded,
# flows that go on counted exactly.

PAUSE=8	# seconds that a process or a reader stands still
[ -z "${FULL-}" ] || PAUSE=60

build_flood() { [ -x "$WORK/flood" ] || "${CC:-cc}" -O2 -D_GNU_SOURCE -o "$WORK/flood" "$here/flood.c"; }

# flood KIND NUM [PACKETS_PER_SECOND]
flood() { in_ns client "$WORK/flood" "$CLIENT_IF" "$SERVER_MAC" "$SERVER4" "$@" >"$WORK/flood.log"; }

# rss_mb NAME: resident memory of a rejoice live.
rss_mb() { awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$(proc_pid "live-$1")/status"; }

# adds_up NAME FRAMES [WHAT EXPRESSION]…: status, schema, the account (frames of the interface, records, samples), and
# whatever else is to hold of the run, see tell.
adds_up() {
	local name=$1 frames=$2 i answer
	local what=("all $frames packets" 'records have those in flows' 'lost samples stand on their flows'
		'each by its reason' 'no record is lost')
	local so=("s['packets'] == $frames" "s['packets_in_flows'] == sum(x.out + x.into for x in r)"
		"s['samples_lost'] == sum(x.lost for x in r)" "s['samples_lost'] == sum(s['samples_lost_by'].values())"
		"s['records_lost'] == 0 and s['records_written'] == len(r)")
	shift 2
	for (( ; $# > 1; )); do
		what+=("$1") so+=("$2")
		shift 2
	done
	check "$name: ends well" ends_in_order "$name"
	i=0
	while read -r answer; do
		if [ "$answer" = ok ]; then
			passed "$name: ${what[i]}"
		else
			failed "$name: ${what[i]}" "$answer"
		fi
		i=$((i + 1))
	done < <("$here/tell" "$WORK/$name" "${so[@]}" 2>&1)
	[ "$i" = ${#what[@]} ] || failed "$name: $i of ${#what[@]} answers"
	rm -f "$WORK/$name.live"	# may be large
}

# ends_in_order NAME: as ends_well, of the first records alone: there may be a million.
ends_in_order() {
	[ "$PROC_STATUS" = 0 ] || { echo "status $PROC_STATUS"; cat "$WORK/live-$1.log"; return 1; }
	[ "$(wc -l <"$WORK/live-$1.log")" = 1 ] || { cat "$WORK/live-$1.log"; return 1; }
	head -n 300 "$WORK/$1.live" >"$WORK/$1.head"
	tail -n 300 "$WORK/$1.live" >>"$WORK/$1.head"
	"$here/../validate" "$WORK/$1.head" && "$here/../validate" --stats "$WORK/$1.live.stats"
}

# A connection that was there before, goes on for so many seconds once $WORK/go is there, and then stands still.
start_steady() {
	rm -f "$WORK/go"
	spawn steady client "$here/talk" steady "$SERVER4" "$1" "$WORK/go"
	wait_for "grep -q connected $WORK/steady.log" 5
}

# Segments that the server's end of it has received and sent, as its kernel counts them.
steady_segments() {
	in_ns server ss -tinH state established 'sport = :7001' |
		/usr/bin/python3 -c 'import re, sys
t = sys.stdin.read()
print(*(sum(map(int, re.findall(rf"\bsegs_{d}:(\d+)", t))) for d in ("in", "out")))'
}

# stop_live_after NAME: counts frames until all is quiet, then stops; FRAMES is the number since BEFORE.
stop_counted() {
	wait_quiet
	FRAMES=$(($(num_frames_of "$SERVER_IF") - BEFORE))
	stop_proc "live-$1" INT
}

start_counted() {
	start_live "$@" || true
	wait_quiet
	BEFORE=$(num_frames_of "$SERVER_IF")
}

# steady_is_exact BEFORE AFTER: that the records of the steady connection have what the kernel's socket counted.
steady_is_exact() {
	local before after
	read -ra before <<<"$1"
	read -ra after <<<"$2"
	echo "[sum(x.out for x in r if x.dp == 7001), sum(x.into for x in r if x.dp == 7001)] ==" \
		"[$((after[0] - before[0])), $((after[1] - before[1]))]"
}

some_tls() {
	local i
	for i in 1 2 3 4 5; do
		in_ns client curl -q -sSk -o /dev/null "https://$SERVER4/small.txt"
		sleep 0.3
	done
}

# A million flows of one SYN through a map of 65536, as fast as they can be sent, and a connection that goes on
# meanwhile. Then a slower flood that the map has room for as it is emptied, and connections that begin.
test_flood() {
	local before after rss first
	build_flood
	start_steady 12
	start_counted flood "$SERVER_IF"
	before=$(steady_segments)
	touch "$WORK/go"
	flood syn 500000
	first=$(rss_mb flood)
	flood syn 500000
	sleep 1	# the map is emptied again
	flood syn 100000 40000 &
	some_tls
	wait $!
	rss=$(rss_mb flood)
	wait_for "grep -q done $WORK/steady.log" 30
	wait_quiet
	after=$(steady_segments)
	stop_counted flood
	adds_up flood "$FRAMES" \
		'a million flows' "s['packets'] > 1000000 and s['flows_evicted'] > 0" \
		"what goes on is exact" "$(steady_is_exact "$before" "$after")" \
		'and its sequence is whole' "all(x.listed >= 50 for x in r if x.dp == 7001 and x.out > 100)" \
		'new connections are found' "sum(x.dp == 443 and x.end == 'fin' for x in r) == 5"
	stop_proc steady
	check "flood: memory stays ($first MB, then $rss MB)" [ "$rss" -le $((first + 40)) ]
	check "flood: memory is bounded ($rss MB)" [ "$rss" -le 350 ]
}

# Flows that begin with payload, more than is sampled for them: those that both sides speak in keep their samples.
test_flood_data() {
	build_flood
	start_counted flood-data "$SERVER_IF"
	flood data 200000 80000 &
	sleep 0.5
	some_tls
	wait $!
	stop_counted flood-data
	adds_up flood-data "$FRAMES" \
		'samples of the flood are refused' "s['samples_lost'] > 10000" \
		'handshakes are not' "s['samples_lost_by'].get('handshake', 0) == 0" \
		'TLS of connections is read, or its loss is told' \
		"sum(x.tls or x.lost > 0 for x in r if x.dp == 443) == 5 or s['set_aside'].get('map_full', 0) > 0"
}

# Every port once, each refused: a flow each.
test_scan() {
	build_flood
	start_counted scan "$SERVER_IF" --max-flows 100000
	flood scan 65535 40000
	stop_counted scan
	adds_up scan "$FRAMES" \
		'each port is a flow' "len({x.dp for x in r if x.sp == 50000}) == 65535" \
		'and was refused' "sum(x.end == 'rst' for x in r if x.sp == 50000) > 65000" \
		'each has room for its list' "s['packets_unlisted'] == 0"
}

# One address and port that is closed and taken again with every other packet: each flow is cut, and takes its slots along.
test_reuse_flood() {
	build_flood
	start_counted reuse-flood "$SERVER_IF"
	flood reuse 300000 100000
	stop_counted reuse-flood
	adds_up reuse-flood "$FRAMES" \
		'each SYN behind a RST begins a flow' "sum(x.sp == 1024 for x in r) == 150000 - s['cuts_late']" \
		'each has room for its list' "s['packets_unlisted'] == 0"
}

# under_load SECONDS: bulk, many flows, new connections.
under_load() {
	in_ns client iperf3 -c "$SERVER4" -t "$1" -b 40M -P 2 --bidir >"$WORK/traffic-load.log" &
	local iperf=$! end=$((SECONDS + $1))
	until [ "$SECONDS" -ge "$end" ]; do
		in_ns client "$here/talk" burst "$SERVER4" 1000
		in_ns client curl -q -sSk -o /dev/null "https://$SERVER4/64k.bin"
		sleep 0.1
	done
	wait $iperf
}

# The process stands still while the kernel goes on; then it catches up.
test_stopped() {
	local rss
	start_counted stopped "$SERVER_IF" --max-flows 4096 --idle-timeout 2
	under_load 2
	kill -STOP "$(proc_pid live-stopped)"
	under_load "$PAUSE"
	kill -CONT "$(proc_pid live-stopped)"
	sleep 1	# what it does now
	rss=$(rss_mb stopped)
	in_ns client curl -q -sSk -o /dev/null "https://$SERVER4/small.txt?last"
	in_ns client curl -q -sSk --local-port 45454 -o /dev/null "https://$SERVER4/small.txt"
	stop_counted stopped
	adds_up stopped "$FRAMES" \
		'goes on afterwards' "sum(x.tls for x in r if x.sp == 45454) == 1"
	check "stopped: memory is bounded ($rss MB)" [ "$rss" -le 300 ]
}

# Nobody reads the records for a while.
test_slow_sink() {
	local reader
	mkfifo "$WORK/slow.live"
	sh -c "exec 3<$WORK/slow.live; sleep $PAUSE; cat <&3" >"$WORK/slow.read" &
	reader=$!
	start_counted slow "$SERVER_IF" --max-flows 4096 --idle-timeout 1
	under_load "$PAUSE"
	wait_for "! [ -s $WORK/slow.read ] || ! pgrep -P $reader sleep" $((PAUSE + 5))
	in_ns client curl -q -sSk -o /dev/null "https://$SERVER4/small.txt"
	stop_counted slow
	wait $reader
	mv "$WORK/slow.read" "$WORK/slow.live"
	adds_up slow "$FRAMES"
}

# More programs that want a CPU than there are, by far.
test_saturated() {
	local i pids=()
	for i in $(seq $((4 * $(nproc)))); do
		sh -c 'while :; do :; done' &
		pids+=($!)
	done
	start_counted saturated "$SERVER_IF" --max-flows 4096 --idle-timeout 2
	under_load 5
	stop_counted saturated
	kill "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null || true
	adds_up saturated "$FRAMES"
}

# tells NAME EXPRESSION: whether it holds.
tells() {
	local answer
	answer=$("$here/tell" "$WORK/$1" "$2")
	[ "$answer" = ok ] || { echo "$answer"; return 1; }
}

# --- samples ---------------------------------------------------------------------

# Several requests on one connection, and bodies between them.
keep_alive() {
	in_ns client curl -q -sS -o /dev/null "http://$SERVER4/small.txt" -o /dev/null "http://$SERVER4/hello.json" \
		-o /dev/null "http://$SERVER4/index.html" -o /dev/null "http://$SERVER4/small.txt"
	in_ns client curl -q -sS -o /dev/null -d 'some=body' "http://$SERVER4/post" \
		-o /dev/null "http://$SERVER4/hello.json"
}

# Bodies of known length that are longer than all that is sampled, before later heads.
long_bodies() {
	in_ns client "${one_cpu[@]}" curl -q -sS --limit-rate 20M -o /dev/null "http://$SERVER4/64k.bin" \
		-o /dev/null "http://$SERVER4/1m.bin" -o /dev/null "http://$SERVER4/small.txt"
	in_ns client "${one_cpu[@]}" curl -q -sS --limit-rate 20M -o /dev/null --data-binary "@$WORK/nginx/www/64k.bin" \
		"http://$SERVER4/post" --next -q -sS -o /dev/null "http://$SERVER4/hello.json"
}

bulk_over_tls() { in_ns client curl -q -sSk -o /dev/null "https://$SERVER4/1m.bin"; }

test_samples() {
	compare_with=(--min-flows 2)
	same keep-alive "$SERVER_IF" keep_alive
	check 'keep-alive: every head' tells keep-alive "sum(x.heads for x in r) == 6"
	same long-bodies "$SERVER_IF" long_bodies
	check 'long-bodies: heads behind them' tells long-bodies "sum(x.heads for x in r) == 5"
	check 'long-bodies: which were not sampled' tells long-bodies "0 < s['samples'] < 150"
	compare_with=(--min-flows 1)
	same bulk-tls "$SERVER_IF" bulk_over_tls
	check 'bulk-tls: samples end with the handshake' tells bulk-tls "0 < s['samples'] < 20"
	common=(-f +bd,+entropy,+wht,+cdist,+payload=100 --bd-bytes 20000)
	compare_with=(--min-flows 2)
	same count-bytes "$SERVER_IF" everything_counted
	check 'count-bytes: as many as asked' tells count-bytes \
		"max(x.counted for x in r) > 20000 and any(x.pr == 1 and x.entropy > 0 for x in r)"
	common=()
}

everything_counted() {
	keep_alive
	bulk_over_tls
	in_ns client ping -q -c 3 -i 0.1 "$SERVER4"
	ask "$SERVER4" www.example.test A
}
