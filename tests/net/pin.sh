# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Flows that outlive the process: for tests/net/run to source.

pin_fs='' pin_direction=in

# pin_up: a BPF file system of our own, in $WORK.
pin_up() {
	[ -z "$pin_fs" ] || return 0
	pin_fs=$WORK/bpffs
	mkdir -p "$pin_fs"
	mount -t bpf bpf "$pin_fs"
}

# pin_down: undoes pin_up; what is pinned by then is taken away.
pin_down() {
	local dir
	[ -n "$pin_fs" ] || return 0
	for dir in "$pin_fs"/*/; do
		[ ! -d "$dir" ] || in_ns server "$rejoice" unpin "$dir" >/dev/null 2>&1 || true
	done
	umount "$pin_fs"
	pin_fs=''
}

# start_pinned NAME DIR [OPTION…]
start_pinned() { start_live "$1" "$SERVER_IF" --pin "$pin_fs/$2" --direction "$pin_direction" "${@:3}"; }

# unpin DIR: what it says is in $WORK/unpin.
unpin() { in_ns server "$rejoice" unpin "$pin_fs/$1" >"$WORK/unpin" 2>&1; }

# field FILE KEY: a number at the top level, or in set_aside, of an account; 0 when it is not there.
field() {
	/usr/bin/python3 -c 'import json, sys
stats = json.load(open(sys.argv[1]))
print(stats.get(sys.argv[2], stats["set_aside"].get(sys.argv[2], 0)))' "$1" "$2"
}

# sum_records NAME…: packets of UDP records to port 9, of whole lines; then the records' number, then each flow's packets
# by port on a line.
sum_records() {
	/usr/bin/python3 - "${@/#/$WORK/}" <<-'END'
	import collections, json, sys
	flows = collections.Counter()
	records = 0
	for path in sys.argv[1:]:
	    for line in open(path + ".live"):
	        if not line.endswith("\n"):
	            continue  # the process was killed in the midst of it
	        record = json.loads(line)
	        if record["pr"] == 17 and record["dp"] == 9:
	            records += 1
	            flows[record["sp"]] += record["num_pkts_out"] + record["num_pkts_in"]
	print(f"{sum(flows.values())} {records}\n{' '.join(map(str, sorted(set(flows.values()))))}")
	END
}

# killed_and_resumed NAME DIR KILLS SECONDS [OPTION…]: sends while processes are killed and started again; the
# last one is left at work. Records are those of NAME-0 … NAME-KILLS. Wants $flows, $packets.
killed_and_resumed() {
	local name=$1 dir=$2 kills=$3 seconds=$4 i
	start_pinned "$name-0" "$dir" "${@:5}" || return
	spawn "send-$name" client "$here/send-udp" "$SERVER4" "$flows" "$packets" "$seconds"
	for ((i = 0; i < kills; i++)); do
		sleep "0.$((RANDOM % 6 + 3))"	# any moment will do
		stop_proc "live-$name-$i" KILL 2>/dev/null
		sleep "0.$((RANDOM % 3 + 1))"	# nobody is there
		start_pinned "$name-$((i + 1))" "$dir" "${@:5}" || return
	done
	wait_for "! kill -0 $(proc_pid "send-$name")" 60
	wait_quiet
}

# Long flows: no process has a flow in its hands when it is killed, and nothing at all is lost.
pin_long() {
	local mode=$1 flows=40 packets=30000 name=pin-long-$1
	killed_and_resumed "$name" long 5 0 --attach "$mode" --idle-timeout 4 --active-timeout 0 ||
		failed "$name: runs"
	check "$name: not a filter or link too many" test "$(num_ours)" = 1
	# until the flows are idle; where starts are slow, some were before the last one
	wait_for "[ \"\$(cat $WORK/$name-?.live | wc -l)\" -ge $flows ]" 20 || true
	stop_proc "live-$name-5" INT
	check "$name: ends with status 0" test "$PROC_STATUS" = 0
	check "$name: every flow has its packets, in one record" \
		test "$(sum_records "$name"-{0..5} | tr '\n' ' ')" = "$((flows * packets)) $flows $packets "
	check "$name: the account of all processes" test "$(field "$WORK/$name-5.live.stats" packets_in_flows)" = \
		"$((flows * packets))"
	check "$name: nothing set aside" grep -qF '"set_aside":{}' "$WORK/$name-5.live.stats"
	check "$name: sequences are whole" test "$(field "$WORK/$name-5.live.stats" packets_unlisted)" = 0
	check "$name: valid" "$here/../validate" "$WORK/$name-5.live"
	check "$name: valid account" "$here/../validate" --stats "$WORK/$name-5.live.stats"
	check "$name: unpin" unpin long
	check "$name: nothing was left to lose" grep -q ': 0 flows of 0 packets were there.* 0 packets were lost' "$WORK/unpin"
	check "$name: no pin is left" test ! -e "$pin_fs/long"
	check_clean "$name"
}

# How many programs of ours are attached to the interface.
num_ours() {
	in_ns server "$bpftool" net show dev "$SERVER_IF" | grep -cE 'rj_|generic id|driver id' || true
}

# Flows that are cut all the time: those in the hands of a process that is killed are lost, and counted; their
# sequence slots come back.
pin_short() {
	local flows=60 packets=20000 name=pin-short written killed all stats=$WORK/pin-short-8.live.stats
	killed_and_resumed "$name" short 8 8 --max-flows 1024 --idle-timeout 0.5 --active-timeout 0.3 ||
		failed "$name: runs"
	drained "$name-8"
	stop_proc "live-$name-8" INT
	check "$name: ends with status 0" test "$PROC_STATUS" = 0
	all=$((flows * packets))
	written=$(sum_records "$name"-{0..8}) written=${written%% *}
	killed=$(field "$stats" process_killed)
	check "$name: all $all packets are in the account" test "$(field "$stats" packets)" = "$all"
	check "$name: $written in records, $killed lost with killed processes" \
		test "$written" -le "$all" -a $((written + killed)) -ge "$all"
	check "$name: few of them lost" test "$killed" -lt $((all / 4))
	check "$name: no slot was lost" test "$(field "$stats" packets_unlisted)" = 0
	check "$name: valid account" "$here/../validate" --stats "$stats"
	check "$name: unpin" unpin short
	check "$name: says as many lost" grep -q ": 0 flows of 0 packets were there.* $killed packets were lost" "$WORK/unpin"
	check_clean "$name"
}

# start_blocked NAME DIR [OPTION…]: its output is a pipe that takes some 64 KiB and that nobody reads.
start_blocked() {
	mkfifo "$WORK/$1.live"
	exec 9<>"$WORK/$1.live"
	start_pinned "$@"
}

# drained NAME: until no record has come for longer than flows and slots wait for their end.
drained() {
	local before=-1 now=0
	until [ "$before" = "$now" ]; do
		before=$now
		sleep 2.5	# the time itself: two walks of the reaper
		now=$(stat -c %s "$WORK/$1.live")
	done
}

# Killed while it writes the records of flows that it has taken from the kernel: what was in its hands is counted, and
# the sequence slots of these flows come back.
pin_hands() {
	local name=pin-hands i flows=600 packets=4 all killed written=0 got short pin_direction=both
	local options=(--max-flows 650 --idle-timeout 0.5)
	for i in 0 1; do
		start_blocked "$name-$i" hands "${options[@]}" || true
		in_ns client "$here/send-udp" "$SERVER4" $flows $packets 0
		wait_for "grep -q pipe_write /proc/$(proc_pid "live-$name-$i")/stack" 10 || true
		stop_proc "live-$name-$i" KILL 2>/dev/null
		timeout 1 cat <&9 >"$WORK/$name-$i-read.live" || true
		exec 9<&-
		rm "$WORK/$name-$i.live"
		got=$(sum_records "$name-$i-read") got=${got%% *}
		written=$((written + got))
	done
	start_pinned "$name" hands "${options[@]}" || true
	drained "$name"
	stop_proc "live-$name" INT
	got=$(sum_records "$name") got=${got%% *}
	written=$((written + got)) all=$((2 * flows * packets))
	killed=$(field "$WORK/$name.live.stats" process_killed)
	check "$name: $killed packets lost with killed processes" test "$killed" -gt 400
	check "$name: they and $written in records are $all or more" \
		test $((written + killed)) -ge $all -a "$written" -lt $all
	check "$name: says so when it goes on" grep -q "($killed packets lost with killed processes)" "$WORK/live-$name.log"
	check "$name: adds up" "$here/../validate" --stats "$WORK/$name.live.stats"
	short=$(field "$WORK/$name.live.stats" packets_unlisted)
	start_pinned "$name-after" hands "${options[@]}" || true
	# both sides of so many flows take nearly every slot there is
	in_ns client "$here/talk" burst "$SERVER4" 640
	drained "$name-after"
	stop_proc "live-$name-after" INT
	check "$name: their slots came back" test "$(field "$WORK/$name-after.live.stats" packets_unlisted)" = "$short"
	check "$name: all flows are there" test "$(grep -c '"dp":7000,' "$WORK/$name-after.live")" = 640
	check "$name: unpin" unpin hands
	check "$name: says so" grep -q ": 0 flows of 0 packets were there.* $killed packets were lost" "$WORK/unpin"
	check_clean "$name"
}

# Nobody reads the ring until it is full: samples are lost, and cuts wait; the packets are all there.
pin_full() {
	local name=pin-full flows=200 packets=600 got options=(--idle-timeout 2 --active-timeout 0.3)
	local stats=$WORK/$name.live.stats
	start_pinned "$name-0" full "${options[@]}" || true
	stop_proc "live-$name-0" KILL 2>/dev/null
	in_ns client "$here/send-udp" "$SERVER4" $flows $packets 4
	start_pinned "$name" full "${options[@]}" || true
	drained "$name"
	stop_proc "live-$name" INT
	check "$name: ends with status 0" test "$PROC_STATUS" = 0
	got=$(sum_records "$name")
	check "$name: all packets in records" test "${got%% *}" = $((flows * packets))
	check "$name: $(field "$stats" samples_lost) samples lost, counted" test "$(field "$stats" samples_lost)" -gt 0
	check "$name: records say it" grep -q '"samples_lost":' "$WORK/$name.live"
	check "$name: valid account" "$here/../validate" --stats "$stats"
	check "$name: nothing set aside" grep -qF '"set_aside":{}' "$stats"
	check "$name: unpin" unpin full
	check_clean "$name"
}

# Each way of attaching: a process that ends and one that is killed, with traffic between them, are one flow.
pin_mode() {
	local mode=$1 name=pin-$1
	start_pinned "$name-0" mode --attach "$mode" --idle-timeout 60 || true
	in_ns server ethtool -K "$SERVER_IF" gro off >/dev/null
	in_ns client ping -q -c 3 -i 0.1 -e 4711 "$SERVER4" >/dev/null
	stop_proc "live-$name-0" INT
	check "$name: ends well" test "$PROC_STATUS" = 0
	check "$name: no record of a flow that goes on" test ! -s "$WORK/$name-0.live"
	check "$name: stays attached" test "$(num_ours)" = 1
	in_ns client ping -q -c 3 -i 0.1 -e 4711 "$SERVER4" >/dev/null
	start_pinned "$name-1" mode --attach "$mode" --idle-timeout 60 || true
	in_ns client ping -q -c 3 -i 0.1 -e 4711 "$SERVER4" >/dev/null
	stop_proc "live-$name-1" KILL 2>/dev/null
	in_ns client ping -q -c 3 -i 0.1 -e 4711 "$SERVER4" >/dev/null
	# another rejoice takes nothing away that is pinned
	start_live "$name-other" "$SERVER_IF" --attach tc --direction out || true
	stop_proc "live-$name-other" INT
	check "$name: another rejoice leaves it" test "$(num_ours)" = 1
	start_pinned "$name-2" mode --attach "$mode" --idle-timeout 60 || true
	check "$name: says that it goes on" grep -q 'going on with what is there (0 packets lost' "$WORK/live-$name-2.log"
	in_ns client ping -q -c 3 -i 0.1 -e 4711 "$SERVER4" >/dev/null
	stop_proc "live-$name-2" INT
	check "$name: all in the account" test "$(field "$WORK/$name-2.live.stats" packets_in_flows)" = 15
	check "$name: unpin" unpin mode
	check "$name: one flow of all" grep -q ': 1 flows of 15 packets were there.* 0 packets were lost' "$WORK/unpin"
	check_clean "$name"
}

# refused STATUS PATTERN ARG…: ends with that status and one line that has the pattern.
refused() {
	local status=0
	in_ns server "$rejoice" "${@:3}" >"$WORK/refused" 2>&1 || status=$?
	[ "$status" = "$1" ] && grep -qE -- "$2" "$WORK/refused" && [ "$(wc -l <"$WORK/refused")" = 1 ] && return
	echo "status $status:"
	cat "$WORK/refused"
	return 1
}

# num_received: frames that came in on the server's end, whatever they were.
# shellcheck disable=SC2016
num_received() { in_ns server awk -v name="$SERVER_IF:" '$1 == name { print $3 }' /proc/net/dev; }

# pinned_map_id DIR MAP: the number by which the kernel knows a pinned map.
pinned_map_id() { "$bpftool" map show pinned "$pin_fs/$1/$2" | sed -n '1s/:.*//p'; }

# With a filter: it stays in place when processes are killed, also while nobody is there, and each packet is in its
# flow or is counted as filtered.
pin_filter() {
	local mode=$1 name=pin-filter-$1 flows=20 packets=2500 half=25000 others array
	local stats=$WORK/$name-3.live.stats options=(--attach "$1" --idle-timeout 3 --active-timeout 0)
	local filter=(--filter 'udp src portrange 20000-20009')
	in_ns server ethtool -K "$SERVER_IF" gro off >/dev/null
	wait_quiet
	others=$(num_received)
	killed_and_resumed "$name" filter 3 4 "${options[@]}" "${filter[@]}" || failed "$name: runs"
	check "$name: one program is attached" test "$(num_ours)" = 1
	check "$name: says that it goes on" grep -q 'going on with what is there (0 packets lost' "$WORK/live-$name-3.log"
	# until the flows are idle, whoever is at work then
	wait_for "[ \"\$(cat $WORK/$name-[0-3].live | wc -l)\" -ge 10 ]" 20 || true
	stop_proc "live-$name-3" INT
	check "$name: ends with status 0" test "$PROC_STATUS" = 0
	others=$(($(num_received) - others - 2 * half))	# who has 10.77.0.2? and the like
	check "$name: the flows that match, with all their packets" \
		test "$(sum_records "$name"-{0..3} | tr '\n' ' ')" = "$half 10 $packets "
	check "$name: $half packets in flows" test "$(field "$stats" packets_in_flows)" = $half
	check "$name: the others, and $others of the kernel, filtered" test "$(field "$stats" filtered)" = $((half + others))
	check "$name: nothing else set aside" grep -qF "\"set_aside\":{\"filtered\":$((half + others))}" "$stats"
	check "$name: valid account" "$here/../validate" --stats "$stats"
	options=(live -i "$SERVER_IF" --pin "$pin_fs/filter" --direction in "${options[@]}")
	check "$name: another filter" refused 1 \
		'--filter udp src portrange 20000-20009 and not udp;' "${options[@]}" --filter udp
	check "$name: no filter" refused 1 'made with --filter udp src portrange 20000-20009;' "${options[@]}"
	check "$name: still attached" test "$(num_ours)" = 1
	array=$(pinned_map_id filter "rj_filtered_$([[ $mode = xdp* ]] && echo xdp || echo tc)")
	check "$name: the way to the program is pinned" "$bpftool" map show id "$array"
	check "$name: unpin" unpin filter
	check "$name: no pin is left" test ! -e "$pin_fs/filter"
	check_clean "$name"
	check "$name: no way to a program is left" wait_for "! $bpftool map show id $array" 5
}

# Pins without a filter are not gone on with by one that has a filter; one whose way is missing says so.
pin_filter_refused() {
	local name=pin-filter-refused dir=$pin_fs/filter
	start_pinned "$name" filter || true
	stop_proc "live-$name" INT
	check "$name: made without" refused 1 'made without --filter udp;' \
		live -i "$SERVER_IF" --pin "$dir" --direction in --filter udp
	check "$name: unpin" unpin filter
	start_pinned "$name" filter --filter udp || true
	stop_proc "live-$name" INT
	rm "$dir/rj_filtered_tc"
	check "$name: a way is missing" refused 1 'rj_filtered_tc' \
		live -i "$SERVER_IF" --pin "$dir" --direction in --filter udp
	check "$name: unpin of what is left" unpin filter
	check "$name: no pin is left" test ! -e "$dir"
	check "$name: a start that fails leaves no pin" refused 1 'nowhere0' \
		live -i "$SERVER_IF,nowhere0" --pin "$pin_fs/fails" --filter udp
	check "$name: none at all" test ! -e "$pin_fs/fails"
	check_clean "$name"
}

# Whatever does not fit is refused with a line, and changes nothing.
pin_refused() {
	local name=pin-refused dir=$pin_fs/refused
	start_pinned "$name" refused || true
	check "$name: two at once" refused 1 'another rejoice' live -i "$SERVER_IF" --pin "$dir" --direction in
	check "$name: unpin of one at work" refused 1 'another rejoice' unpin "$dir"
	stop_proc "live-$name" INT
	check "$name: other packets" refused 1 '--packets 50 and not 60' \
		live -i "$SERVER_IF" --pin "$dir" --direction in --packets 60
	check "$name: other interfaces" refused 1 '--interface' live -i lo --pin "$dir" --direction in
	check "$name: other direction" refused 1 '--direction in and not both' live -i "$SERVER_IF" --pin "$dir"
	check "$name: histograms" refused 1 'hist' live -i "$SERVER_IF" --pin "$dir" --direction in -f +hist
	check "$name: still attached" test "$(num_ours)" = 1
	rm "$dir/rj_slots"
	check "$name: a map is missing" refused 1 'rj_slots' live -i "$SERVER_IF" --pin "$dir" --direction in
	check "$name: unpin" unpin refused
	check_clean "$name"
	# killed in the midst of pinning: maps, but not the one that is pinned last
	start_pinned "$name-half" half || true
	stop_proc "live-$name-half" INT
	unpin_links_of half
	rm "$pin_fs/half/rj_meta"
	start_pinned "$name-again" half || true
	check "$name: half-made pins are removed" grep -q 'removed [0-9]* pins' "$WORK/live-$name-again.log"
	stop_proc "live-$name-again" INT
	unpin_links_of half
	rm "$pin_fs/half/rj_meta"
	check "$name: unpin of half-made pins" unpin half
	check "$name: which are gone" test ! -e "$pin_fs/half"
	check "$name: a start that fails leaves no pin" refused 1 'nowhere0' \
		live -i "$SERVER_IF,nowhere0" --pin "$pin_fs/fails"
	check "$name: none at all" test ! -e "$pin_fs/fails"
	check "$name: no BPF file system" refused 1 'mount -t bpf' live -i "$SERVER_IF" --pin "$WORK/plain"
	check_clean "$name-half"
}

unpin_links_of() { rm -f "$pin_fs/$1"/rj_tcx_* "$pin_fs/$1"/rj_tc_* "$pin_fs/$1"/rj_qdisc_*; }

# pinned_of INDEX DIR: the pins of that interface.
pinned_of() { find "$pin_fs/$2" -name "rj_*_*_$1_*" -printf '%f ' 2>/dev/null; }

# is_free SIDE IFACE: nothing of ours is attached there.
is_free() { ! in_ns "$1" "$bpftool" net show dev "$2" | grep rj_; }

# pinned_from_outside NAME NETNS MODE: live runs in the client's namespace, watches the server's, and pins.
pinned_from_outside() {
	live_side=client start_live "$1" "$SERVER_IF,rjh0" --netns "$2" --attach "$3" --pin "$pin_fs/netns" \
		--direction in --idle-timeout 60
}

# What is watched and pinned from outside its namespace is gone on with from there, and taken away from wherever the
# namespace can be found.
pin_netns() {
	local mode=$1 name=pin-netns-$1 status=0
	ip -n "$NS_SERVER" link add rjh0 index 4242 type veth peer name rjh1 index 4243
	pinned_from_outside "$name-0" "$NS_SERVER" "$mode" || true
	check "$name: pins of the other namespace" test "$(pinned_of 4242 netns | grep -c "$(stat -Lc %i "/run/netns/$NS_SERVER")")" = 1
	in_ns client ping -q -c 3 -i 0.1 -e 4711 "$SERVER4" >/dev/null
	stop_proc "live-$name-0" INT
	check "$name: stays attached" test "$(num_ours)" = 1
	in_ns client ping -q -c 3 -i 0.1 -e 4711 "$SERVER4" >/dev/null
	ip -n "$NS_SERVER" link del rjh0
	ip -n "$NS_SERVER" link add rjh0 index 4344 type veth peer name rjh1 index 4345
	pinned_from_outside "$name-1" "$NS_SERVER" "$mode" || true
	check "$name: goes on" grep -q 'going on with what is there (0 packets lost' "$WORK/live-$name-1.log"
	check "$name: no pin of one that went meanwhile" test -z "$(pinned_of 4242 netns)"
	in_ns client ping -q -c 3 -i 0.1 -e 4711 "$SERVER4" >/dev/null
	stop_proc "live-$name-1" INT
	check "$name: no packet was missed" grep -q '"packets_in_flows":9,' "$WORK/$name-1.live.stats"
	in_ns client "$rejoice" unpin "$pin_fs/netns" >"$WORK/unpin" 2>&1 || status=$?
	check "$name: unpin from outside" test "$status" = 0
	check "$name: says that all is gone" grep -qE ': removed; (2 links and 0|0 links and 2) filters' "$WORK/unpin"
	check "$name: no pin is left" test ! -e "$pin_fs/netns"
	check_clean "$name"
	ip -n "$NS_SERVER" link del rjh0
}

# From where the namespace cannot be found, unpin says what to do and leaves what is needed for that.
pin_netns_gone() {
	local name=pin-netns-gone status=0 pid
	ip -n "$NS_SERVER" link add rjh0 type veth peer name rjh1
	spawn sleep server sleep 60
	pid=$(proc_pid sleep)
	wait_for "[ \"\$(stat -Lc %i /proc/$pid/ns/net)\" = \"\$(stat -Lc %i /run/netns/$NS_SERVER)\" ]" 5
	pinned_from_outside $name "$pid" tc || true
	stop_proc live-$name INT
	stop_proc sleep
	in_ns client "$rejoice" unpin "$pin_fs/netns" >"$WORK/unpin" 2>&1 || status=$?
	check "$name: status 1" test "$status" = 1
	check "$name: one line that says what to do" test "$(grep -c "2 filters of another .* go on counting: .nsenter --net=.* \
rejoice unpin $pin_fs/netns. removes them" "$WORK/unpin") $(wc -l <"$WORK/unpin")" = '1 1'
	check "$name: still attached" test "$(num_ours)" = 1
	check "$name: which does it" unpin netns
	check "$name: no pin is left" test ! -e "$pin_fs/netns"
	check_clean $name
	ip -n "$NS_SERVER" link del rjh0
}

# Interfaces that are not watched any more are not counted on by what was pinned of them.
pin_away() {
	local mode=$1 name=pin-away-$1
	ip -n "$NS_SERVER" link add rjv0 index 4242 type veth peer name rjv1 index 4243
	start_live "$name" any --pin "$pin_fs/away" --attach "$mode" -v || true
	check "$name: pinned" test -n "$(pinned_of 4242 away)"
	ip -n "$NS_SERVER" link set rjv0 netns "$NS_CLIENT"
	wait_for "grep -q 'rjv0: is gone' $WORK/live-$name.log" 5 || true
	check "$name: not pinned after it went to another namespace" wait_for "[ -z \"\$(pinned_of 4242 away)\" ]" 2
	check "$name: nor counted there" wait_for 'is_free client rjv0' 2
	ip -n "$NS_CLIENT" link del rjv0
	wait_for "grep -q 'rjv1: is gone' $WORK/live-$name.log" 5 || true
	check "$name: no pins of one that vanished" wait_for "[ -z \"\$(pinned_of 4243 away)\" ]" 2
	# coming in is attached before going out turns out to be taken
	kill -STOP "$(proc_pid "live-$name")"
	ip -n "$NS_SERVER" link add rjv0 index 4242 type veth peer name rjv1 index 4243
	in_ns server tc qdisc add dev rjv0 clsact
	in_ns server tc filter add dev rjv0 egress pref $((0x726b)) protocol ip bpf bytecode '1,6 0 0 0,'
	kill -CONT "$(proc_pid "live-$name")"
	wait_for "grep -q 'watching rjv1' $WORK/live-$name.log" 5 || true
	if [ "$mode" = tc ]; then
		check "$name: one half that fails" grep -q 'not watched: rjv0: ' "$WORK/live-$name.log"
		check "$name: takes the other with it" is_free server rjv0
		check "$name: and its pins" test -z "$(pinned_of 4242 away)"
	fi
	stop_live "$name"
	check "$name: the others stay attached" test "$(num_ours)" = 2
	check "$name: unpin" unpin away
	ip -n "$NS_SERVER" link del rjv0
	check_clean "$name"
}

# One that nobody asks for when live comes back: its name was changed meanwhile.
pin_renamed() {
	local name=pin-renamed
	ip -n "$NS_SERVER" link add rjv0 type veth peer name rjv1
	start_live $name-0 "rjv0" --pin "$pin_fs/renamed" || true
	stop_live $name-0
	ip -n "$NS_SERVER" link set rjv0 name rjv9
	ip -n "$NS_SERVER" link set rjv1 name rjv0
	start_live $name-1 "rjv0" --pin "$pin_fs/renamed" || true
	check "$name: it is not watched any more" wait_for 'is_free server rjv9' 2
	check "$name: the one that has the name is" sh -c "nsenter --net=/run/netns/$NS_SERVER $bpftool net show dev rjv0 | grep rj_"
	stop_live $name-1
	check "$name: unpin" unpin renamed
	ip -n "$NS_SERVER" link del rjv0
	check_clean $name
}

# Root was given up: interfaces come and go all the same, and are pinned.
pin_user() {
	local mode=$1 name=pin-user-$1
	ip -n "$NS_SERVER" link add rjv0 index 4242 type veth peer name rjv1
	start_live "$name" "$SERVER_IF,rjv0" --pin "$pin_fs/user" --attach "$mode" --user nobody || true
	check "$name: the directory is the user's" test "$(stat -c %U "$pin_fs/user")" = nobody
	ip -n "$NS_SERVER" link del rjv0
	wait_for "grep -q 'rjv0: is gone' $WORK/live-$name.log" 5 || true
	check "$name: no pins of one that vanished" wait_for "[ -z \"\$(pinned_of 4242 user)\" ]" 2
	ip -n "$NS_SERVER" link add rjv0 index 4344 type veth peer name rjv1
	wait_for "grep -q 'watching rjv0' $WORK/live-$name.log" 5 || true
	check "$name: one that comes back is watched" grep -q 'watching rjv0: in by' "$WORK/live-$name.log"
	check "$name: and pinned" test -n "$(pinned_of 4344 user)"
	stop_live "$name"
	start_live "$name-1" "$SERVER_IF,rjv0" --pin "$pin_fs/user" --attach "$mode" --user nobody || true
	check "$name: the next one goes on" grep -q 'going on with what is there (0 packets lost' "$WORK/live-$name-1.log"
	chown root "$pin_fs/user"
	ip -n "$NS_SERVER" link del rjv0
	ip -n "$NS_SERVER" link add rjv0 type veth peer name rjv1
	wait_for "grep -q 'not watched: rjv0' $WORK/live-$name-1.log" 5 || true
	check "$name: where it may not pin, a line says so" grep -q \
		"not watched: rjv0: not permitted to pin in $pin_fs/user: give that directory" "$WORK/live-$name-1.log"
	stop_live "$name-1"
	chown 1 "$pin_fs/user"
	check "$name: of a third user it is not taken" refused 1 "not root's to give" \
		live -i "$SERVER_IF,rjv0" --pin "$pin_fs/user" --attach "$mode" --user nobody --duration 1
	check "$name: unpin" unpin user
	check "$name: no pin is left" test ! -e "$pin_fs/user"
	ip -n "$NS_SERVER" link del rjv0
	check_clean "$name"
}

# What native XDP changes of a veth's offloads lasts until unpin, as it says, and no longer.
pin_settings() {
	local name=pin-settings
	settings >"$WORK/settings"
	start_pinned $name settings --attach xdp || true
	stop_live $name
	check "$name: says until when" grep -q '(until unpin: .*; auto changes none)' "$WORK/live-$name.log"
	check "$name: unpin" unpin settings
	settings >"$WORK/settings-after"
	check "$name: as they were, after unpin" diff "$WORK/settings" "$WORK/settings-after"
	check_clean $name
}

# Of test_pin; by themselves where a name is given to tests/net/run.
test_pin_watched() {
	local mode
	pin_up
	for mode in tcx tc; do
		pin_netns "$mode"
		pin_away "$mode"
		pin_user "$mode"
	done
	pin_netns_gone
	pin_renamed
	pin_settings
}

test_pin_filter() {
	local mode
	pin_up
	for mode in tcx tc xdp; do
		pin_filter "$mode"
	done
	pin_filter_refused
}

test_pin() {
	local mode
	pin_up
	for mode in tcx tc xdp-generic xdp; do
		pin_mode "$mode"
	done
	pin_long tcx
	pin_long tc
	pin_short
	pin_hands
	pin_full
	pin_refused
	test_pin_filter
	test_pin_watched
	pin_down
}
