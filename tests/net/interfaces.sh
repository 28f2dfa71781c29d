# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: BSD-3-Clause
# Tests of what is watched: several interfaces, those that come and go, namespaces, devices of many kinds. For
# tests/net/run to source.
#
# Between client and server there is a second way here, through a third namespace that bridges or routes:
#
#   client rjc1 10.79.1.1 ── rjm0 [ middle ] rjm1 ── rjs1 10.79.1.2 server

CLIENT2=10.79.1.1 SERVER2=10.79.1.2 CLIENT2_6=fd79::1 SERVER2_6=fd79::2
CLIENT2_MAC=02:00:00:00:79:01 SERVER2_MAC=02:00:00:00:79:02

# neighbour SIDE ADDRESS MAC IFACE: one that need not be asked for.
neighbour() { ip -n "$(ns_name "$1")" neigh replace "$2" lladdr "$3" dev "$4" nud permanent; }

# cable SIDE NAME MAC SIDE NAME [MAC]: a veth that carries packets as a wire does.
cable() {
	local off=(rx off tx off sg off tso off gso off gro off)
	ip -n "$(ns_name "$1")" link add "$2" address "$3" type veth peer name "$5" netns "$(ns_name "$4")"
	in_ns "$1" ethtool -K "$2" "${off[@]}" >/dev/null
	in_ns "$4" ethtool -K "$5" "${off[@]}" >/dev/null
	ip -n "$(ns_name "$1")" link set "$2" up
	ip -n "$(ns_name "$4")" link set "$5" up
	wait_for "ip -n $(ns_name "$1") link show $2 | grep 'state UP'" 5
	wait_for "ip -n $(ns_name "$4") link show $5 | grep 'state UP'" 5
}

# give SIDE IFACE ADDRESS: which then is up.
give() {
	ip -n "$(ns_name "$1")" addr add "$3" dev "$2"
	ip -n "$(ns_name "$1")" link set "$2" up
}

# vxlan SIDE ADDRESS LOCAL REMOTE: rjvx there, a tunnel between these two.
vxlan() {
	ip -n "$(ns_name "$1")" link add rjvx type vxlan id 42 dstport 4789 local "$3" remote "$4"
	give "$1" rjvx "$2"
}

# pings ADDRESS: three of the client, which are answered.
pings() { in_ns client ping -q -c 3 -i 0.1 "$1" >/dev/null; }

# to_nobody IFACE: two packets of the server to 10.79.9.2, where nobody is.
to_nobody() {
	neighbour server 10.79.9.2 02:00:00:00:79:09 "$1"
	in_ns server ping -q -c 2 -i 0.1 -W 1 10.79.9.2 >/dev/null || true
}

# check_records NAME: what live has written.
check_records() {
	check "$1: valid" "$here/../validate" "$WORK/$1.live"
	check "$1: account" "$here/compare" --account "$WORK/$1.live" "$WORK/$1.live"
}

# one_of TRIES NAME WHAT COMMAND…: one of so many goes well. It starts live and tcpdump by that name.
one_of() {
	local tries=$1 name=$2 what=$3 i
	for ((i = 0; i < tries; i++)); do
		if "${@:4}" >"$WORK/both-$name.log" 2>&1; then
			passed "$name: $what"
			return
		fi
		stop_proc "live-$name"
		stop_proc "tcpdump-$name"
		stop_proc tcpdump-folded
	done
	failed "$name: $what" "$(head -c 8000 "$WORK/both-$name.log")"
}

middle_up() {
	ip netns add "$NS_MIDDLE"
	quiet_ipv6 middle
	in_ns middle sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n "$NS_MIDDLE" link set lo up
	cable client rjc1 "$CLIENT2_MAC" middle rjm0
	cable server rjs1 "$SERVER2_MAC" middle rjm1
}

# A bridge in the middle, which has an address itself.
bridge_up() {
	middle_up
	ip -n "$NS_MIDDLE" link add rjbr address 02:00:00:00:79:03 type bridge forward_delay 0 mcast_snooping 0
	ip -n "$NS_MIDDLE" link set rjm0 master rjbr
	ip -n "$NS_MIDDLE" link set rjm1 master rjbr
	give middle rjbr 10.79.1.3/24
	ip -n "$NS_CLIENT" addr add "$CLIENT2/24" dev rjc1
	ip -n "$NS_CLIENT" addr add "$CLIENT2_6/64" dev rjc1 nodad
	ip -n "$NS_SERVER" addr add "$SERVER2/24" dev rjs1
	ip -n "$NS_SERVER" addr add "$SERVER2_6/64" dev rjs1 nodad
	neighbour client "$SERVER2" "$SERVER2_MAC" rjc1
	neighbour client "$SERVER2_6" "$SERVER2_MAC" rjc1
	neighbour client 10.79.1.3 02:00:00:00:79:03 rjc1
	neighbour server "$CLIENT2" "$CLIENT2_MAC" rjs1
	neighbour server "$CLIENT2_6" "$CLIENT2_MAC" rjs1
	neighbour middle "$CLIENT2" "$CLIENT2_MAC" rjbr
}

middle_down() {
	ip -n "$NS_CLIENT" link del rjc1 2>/dev/null || true
	ip -n "$NS_SERVER" link del rjs1 2>/dev/null || true
	remove_ns "$NS_MIDDLE"
}

# drop_duplicates FILE: as if only those packets had been seen that count; there must be some.
drop_duplicates() {
	/usr/bin/python3 - "$1" <<-'END'
	import json, sys
	stats = json.load(open(sys.argv[1]))
	stats["packets"] -= stats["set_aside"].pop("duplicate")
	json.dump(stats, open(sys.argv[1], "w"))
	END
}

over_the_middle() {
	fetch "$SERVER2" /small.txt --tlsv1.3
	fetch "$SERVER2_6" /small.txt --http1.1 --tls-max 1.2
	fetch "$SERVER2" "http://$SERVER_NAME/64k.bin"
	in_ns client ping -q -c 3 -i 0.1 "$SERVER2"
	in_ns client ping -q -c 3 -i 0.1 -s 1400 "$SERVER2_6"
}

# through_middle NAME INTERFACES…: live in the middle against a capture of the server's end of the cable.
through_middle() {
	one_of 3 "$1" 'each packet counts once' through_middle_once "$@"
}

through_middle_once() {
	local name=$1
	live_side=middle start_live "$name" "$2" "${@:3}" || return
	wait_quiet
	start_tcpdump "$name" rjs1 || return
	"$middle_traffic" || return
	wait_quiet
	stop_live "$name" && stop_tcpdump "$name" && read_capture "$name" && validate "$name" || return
	drop_duplicates "$WORK/$name.live.stats" &&
		"$here/compare" "${compare_with[@]}" --min-flows 5 "$WORK/$name.live" "$WORK/$name.read"
}

middle_traffic=over_the_middle
burst_over_the_middle() { in_ns client "$here/talk" burst "$SERVER2" 500 9; }

# every_record NAME PATTERN: has it; but for reports of multicast listeners, which the middle sends by itself.
every_record() { ! grep -v -e '"da":"ff02::16"' -e "$2" "$WORK/$1.live"; }

# What went around a full map on two interfaces is nothing that a killed process had in its hands.
duplicates_of_pins() {
	local name
	pin_up
	for name in bridge-pinned bridge-pinned-next; do
		live_side=middle start_live "$name" rjm0,rjm1 --pin "$pin_fs/bridge" --max-flows 64 || true
		burst_over_the_middle
		wait_quiet
		stop_live "$name"
	done
	check 'bridge-pinned: duplicates are counted' test "$(field "$WORK/bridge-pinned.live.stats" duplicate)" -gt 400
	check 'bridge-pinned: also by the next' test "$(field "$WORK/bridge-pinned-next.live.stats" duplicate)" -gt 800
	check 'bridge-pinned: and none of them as lost' test \
		"$(field "$WORK/bridge-pinned-next.live.stats" process_killed)" = 0
	check 'bridge-pinned: its account is valid' "$here/../validate" --stats "$WORK/bridge-pinned-next.live.stats"
	in_ns middle "$rejoice" unpin "$pin_fs/bridge" >"$WORK/unpin" 2>&1 || true
	check 'bridge-pinned: unpin knows of no loss' grep -q ' 0 packets were lost' "$WORK/unpin"
}

test_bridge() {
	local name
	bridge_up
	through_middle bridge-ports rjm0,rjm1
	check 'bridge-ports: both ports in each record' every_record bridge-ports \
		'"ifname":"rjm0","ifnames":\["rjm0","rjm1"\]'
	through_middle bridge-all rjm0,rjm1,rjbr
	through_middle bridge-any any
	check 'bridge-any: both ports in each record' every_record bridge-any \
		'"ifname":"rjm0","ifnames":\["rjm0","rjm1"\]'
	# most of these find no room in the kernel's map and go around it
	middle_traffic=burst_over_the_middle compare_with=(--sums)
	through_middle bridge-full any --max-flows 64
	check 'bridge-full: all of them' test "$(wc -l <"$WORK/bridge-full.live")" -ge 500
	compare_with=()
	duplicates_of_pins
	live_side=middle start_live bridge-own any --attach tc || true
	pings 10.79.1.3
	wait_quiet
	stop_live bridge-own
	check 'bridge-own: to the bridge itself, once' grep -q \
		'"num_pkts_out":3,"bytes_in":168,"num_pkts_in":3,.*"ifnames":\["rjm0","rjbr"\]' "$WORK/bridge-own.live"
	check 'bridge-own: ends well' ends_well bridge-own
	check 'bridge-own: no filter is left' sh -c "! nsenter --net=/run/netns/$NS_MIDDLE tc qdisc show | grep clsact"
	# a bridge that is older than its ports, so that it is listed before them
	ip -n "$NS_MIDDLE" link add rjb2 type bridge
	ip -n "$NS_MIDDLE" link add rjp1 master rjb2 type veth peer name rjp2
	for name in rjb2,rjp1 any; do
		live_side=middle start_live "bridge-xdp-$name" "$name" --attach xdp || true
		stop_live "bridge-xdp-$name"
		check "bridge-xdp-$name: ends well" ends_well "bridge-xdp-$name"
		check "bridge-xdp-$name: the port is watched" grep -q ' rjp1: in by xdp' "$WORK/live-bridge-xdp-$name.log"
	done
	ip -n "$NS_MIDDLE" link del rjp1
	ip -n "$NS_MIDDLE" link del rjb2
	live_side=middle start_live bridge-one rjm0 || true
	pings "$SERVER2"
	stop_live bridge-one
	check 'bridge-one: on one interface nothing is a duplicate' grep -q \
		'"packets":6,"packets_in_flows":6,"set_aside":{}' "$WORK/bridge-one.live.stats"
	middle_down
}

# Routed: in by one interface and out by the other, with one hop less. Then the way changes.
test_several() {
	local before
	middle_up
	ip -n "$NS_MIDDLE" addr add 10.79.1.3/25 dev rjm0
	ip -n "$NS_MIDDLE" addr add 10.79.2.3/24 dev rjm1
	ip -n "$NS_CLIENT" addr add "$CLIENT2/25" dev rjc1
	ip -n "$NS_CLIENT" route add 10.79.2.0/24 via 10.79.1.3
	ip -n "$NS_SERVER" addr add 10.79.2.2/24 dev rjs1
	ip -n "$NS_SERVER" route add 10.79.1.0/24 via 10.79.2.3
	in_ns client ping -q -c 1 10.79.2.2 >/dev/null	# neighbours get known
	live_side=middle start_live routed any || true
	in_ns client ping -q -c 5 -i 0.1 10.79.2.2 >/dev/null
	in_ns client curl -q -sS -o /dev/null http://10.79.2.2/64k.bin
	wait_quiet
	stop_live routed
	check 'routed: ends well' ends_well routed
	check 'routed: each packet once, both interfaces named' grep -q \
		'"num_pkts_out":5,"bytes_in":280,"num_pkts_in":5,.*"ifnames":\["rjm0","rjm1"\]' "$WORK/routed.live"
	check 'routed: the page is whole and in one record' grep -q '"ifnames":\["rjm0","rjm1"\].*"end_reason":"fin"' \
		"$WORK/routed.live"

	# a second way from middle to client takes over the answers
	cable client rjc2 02:00:00:00:79:05 middle rjm2
	ip -n "$NS_CLIENT" addr add 10.79.3.1/24 dev rjc2
	in_ns client sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.rjc2.rp_filter=0
	ip -n "$NS_MIDDLE" addr add 10.79.3.3/24 dev rjm2
	neighbour middle "$CLIENT2" 02:00:00:00:79:05 rjm2
	neighbour middle "$CLIENT2" "$CLIENT2_MAC" rjm0
	in_ns client sysctl -qw net.ipv4.conf.rjc2.accept_local=1
	live_side=middle start_live failover rjm0,rjm2 || true
	before=$(frames_out rjm0)
	spawn pinging client ping -q -i 0.1 -c 60 10.79.2.2
	wait_for "[ \$(frames_out rjm0) -ge $((before + 5)) ]" 5
	ip -n "$NS_MIDDLE" route replace "$CLIENT2/32" dev rjm2
	wait_for "! kill -0 $(proc_pid pinging)" 20
	stop_proc pinging
	stop_live failover
	check 'failover: ends well' ends_well failover
	check 'failover: all answers but those of the first second after it' /usr/bin/python3 - "$WORK/failover" <<-'END'
	import json, sys
	records = [json.loads(line) for line in open(sys.argv[1] + ".live")]
	stats = json.load(open(sys.argv[1] + ".live.stats"))
	pings = [r for r in records if r["pr"] == 1 and r["num_pkts_out"] == 60]
	assert len(pings) == 1, records
	aside = stats["set_aside"]["duplicate"]
	assert 5 <= aside <= 14 and pings[0]["num_pkts_in"] + aside == 60, (aside, pings[0])
	assert pings[0]["ifnames"] == ["rjm0", "rjm2"], pings[0]
	END
	ip -n "$NS_CLIENT" link del rjc2
	middle_down
}

# shellcheck disable=SC2016
frames_out() { in_ns middle awk -v name="$1:" '$1 == name { print $11 }' /proc/net/dev; }

# num_tcx SIDE: interfaces with our programs.
num_tcx() {
	in_ns "$1" "$bpftool" net show | grep -oE '^[^ (]*\([0-9]*\) tcx/(in|e)gress rj_' | cut -d' ' -f1 |
		sort -u | wc -l
}

num_links() { ip -n "$(ns_name "$1")" -o link show | wc -l; }

test_any() {
	local before after i
	live_only=() compare_with=()
	start_live any any -v || true
	check 'any: all there are' grep -q "lo: out by tcx, .*$SERVER_IF: in by tcx out by tcx" "$WORK/live-any.log"
	before=${EPOCHREALTIME/./}
	ip -n "$NS_SERVER" link add rjx0 type veth peer name rjx1
	wait_for 'grep -q "watching rjx1" "$WORK/live-any.log"' 5 || true
	after=${EPOCHREALTIME/./}
	check "any: a new interface is watched ($(((after - before) / 1000)) ms, with making it and noticing)" \
		test $((after - before)) -lt 1000000
	give server rjx0 10.79.9.1/24
	ip -n "$NS_SERVER" link set rjx1 up
	in_ns server ping -q -c 1 -W 1 10.79.9.2 >/dev/null || true	# ARP that nobody answers
	to_nobody rjx0
	on_both >/dev/null
	ip -n "$NS_SERVER" link set rjx0 name rjx9
	ip -n "$NS_SERVER" link del rjx1
	wait_for 'grep -q "rjx9: is gone" "$WORK/live-any.log"' 5 || true
	check 'any: one that vanishes is told, by its last name' grep -q 'rjx9: is gone' "$WORK/live-any.log"
	in_ns client ping -q -c 2 -i 0.1 "$SERVER4" >/dev/null
	wait_quiet
	stop_live any
	check_records any
	check 'any: the new one is in it, under its last name, and each packet once' grep -q \
		'"da":"10.79.9.2".*"num_pkts_out":2,.*"ifname":"rjx9","ifnames":\["rjx9","rjx1"\]' "$WORK/any.live"
	check 'any: loopback' grep -q '"pr":1,.*"num_pkts_out":6,.*"ifname":"lo",' "$WORK/any.live"
	check 'any: no more than that of loopback' sh -c "! grep '\"lo\"' '$WORK/any.live' | grep ifnames"
	check_clean any
	any_lossy
	any_storm
	any_refused
}

# many_changes IFACE: so many that the socket, which has room for some thousand, overflows while nobody reads.
many_changes() {
	local i
	echo "link set dev $1 up"	# of others, this change is no news
	for i in {1..8000}; do echo "link set dev $1 alias $i"; done
}

# shellcheck disable=SC2016
is_news_lost() { in_ns server awk '$2 == 0 && $9 > 0 { n++ } END { exit !n }' /proc/net/netlink; }

# So much news that the kernel has no room for it while nobody listens.
any_lossy() {
	local i batch="$WORK/links"
	start_live lossy any -v || true
	kill -STOP "$(proc_pid live-lossy)"
	: >"$batch"
	for i in {1..150}; do echo "link add name rjl$i type veth peer name rjp$i"; done >>"$batch"
	many_changes rjl1 >>"$batch"
	for i in {31..150}; do echo "link del rjl$i"; done >>"$batch"
	ip -n "$NS_SERVER" -batch "$batch"
	check 'lossy: news was lost' is_news_lost
	kill -CONT "$(proc_pid live-lossy)"
	wait_for '[ "$(num_tcx server)" = "$(num_links server)" ]' 30 || true
	check "lossy: all $(num_links server) interfaces are watched" test "$(num_tcx server)" = "$(num_links server)"
	in_ns client ping -q -c 2 -i 0.1 "$SERVER4" >/dev/null
	stop_live lossy
	check_records lossy
	start_live many any || true
	check 'many: the line is of a length to read' grep -qE 'watching .* and 5[0-9] more;' "$WORK/live-many.log"
	stop_live many
	for i in {1..30}; do echo "link del rjl$i"; done >"$batch"
	ip -n "$NS_SERVER" -batch "$batch"
	check_clean lossy
}

# Interfaces go on coming and going while it finds out that it missed some.
any_storm() {
	local i storm="$WORK/storm"
	start_live storm any -v || true
	kill -STOP "$(proc_pid live-storm)"
	ip -n "$NS_SERVER" link add rjl0 type veth peer name rjp0
	many_changes rjl0 >"$WORK/links"
	ip -n "$NS_SERVER" -batch "$WORK/links"
	check 'storm: news was lost' is_news_lost
	for i in {1..120}; do
		echo "link add name rjl$i type veth peer name rjp$i"
		[ $((i % 15)) = 0 ] || echo "link del rjl$i"
	done >"$storm"
	spawn storm server ip -batch "$storm"
	wait_for "ip -n $NS_SERVER link show rjl15" 10
	kill -CONT "$(proc_pid live-storm)"
	wait_for "! kill -0 $(proc_pid storm)" 30 || true
	stop_proc storm
	check 'storm: over' test "$PROC_STATUS" = 0
	wait_for '[ "$(num_tcx server)" = "$(num_links server)" ]' 30 || true
	check "storm: all $(num_links server) interfaces are watched" test "$(num_tcx server)" = "$(num_links server)"
	pings "$SERVER4"
	stop_live storm
	check_records storm
	for ((i = 0; i <= 120; i += 15)); do echo "link del rjl$i"; done >"$WORK/links"
	ip -n "$NS_SERVER" -batch "$WORK/links"
	check_clean storm
}

# One that cannot be watched as asked for is a line; the others are watched.
any_refused() {
	spawn tun server "$here/tun-pair" "$NS_CLIENT" rjt0 "$NS_SERVER" rjt0
	wait_for "ip -n $NS_SERVER link show rjt0" 10
	start_live refused any --attach xdp-generic || true
	pings "$SERVER4"
	stop_live refused
	check 'refused: a line tells' grep -q '^rejoice: not watched: rjt0: XDP is for' "$WORK/live-refused.log"
	check 'refused: the others are watched' grep -q '"num_pkts_out":3,"bytes_in":168,"num_pkts_in":3' "$WORK/refused.live"
	in_ns server "$rejoice" live -i rjt0 --attach xdp >"$WORK/refused.log" 2>&1 && i=0 || i=$?
	check 'refused: by its name, it is an error' test "$i" = 4
	stop_proc tun
	check_clean refused
}

test_vanish() {
	local mode
	for mode in tcx tc xdp; do
		vanish "$mode"
	done
	comes_back_otherwise
}

# The programs for frames without Ethernet headers are not there when no interface had such at the start.
comes_back_otherwise() {
	ip -n "$NS_SERVER" link add rjv0 type veth peer name rjv1
	start_live otherwise rjv0 || true
	ip -n "$NS_SERVER" link del rjv0
	wait_for "grep -q 'rjv0: is gone' $WORK/live-otherwise.log" 5 || true
	in_ns server ip tuntap add rjv0 mode tun
	wait_for "grep -q 'not watched' $WORK/live-otherwise.log" 5 || true
	check 'otherwise: says that it is not watched' \
		grep -q '^rejoice: not watched: rjv0: .* start rejoice again$' "$WORK/live-otherwise.log"
	stop_live otherwise
	start_live otherwise rjv0 || true
	check 'otherwise: and then it is' grep -q '^rejoice: watching rjv0: in by' "$WORK/live-otherwise.log"
	stop_live otherwise
	in_ns server ip link del rjv0
	check_clean otherwise
}

vanish() {
	local name=vanish-$1
	ip -n "$NS_SERVER" link add rjv0 type veth peer name rjv1
	start_live "$name" "$SERVER_IF,rjv0" --attach "$1" || true
	ip -n "$NS_SERVER" link del rjv0
	wait_for "grep -q 'rjv0: is gone' $WORK/live-$name.log" 5 || true
	check "$name: a line tells" grep -q '^rejoice: rjv0: is gone' "$WORK/live-$name.log"
	pings "$SERVER4"
	ip -n "$NS_SERVER" link add rjv0 type veth peer name rjv1
	wait_for "grep -q 'watching rjv0' $WORK/live-$name.log" 5 || true
	check "$name: it comes back and is watched" grep -q '^rejoice: watching rjv0' "$WORK/live-$name.log"
	give server rjv0 10.79.9.1/24
	ip -n "$NS_SERVER" link set rjv1 up
	to_nobody rjv0
	ip -n "$NS_SERVER" link del rjv0
	wait_for "[ \$(grep -c 'rjv0: is gone' $WORK/live-$name.log) = 2 ]" 5 || true
	stop_live "$name"
	check_records "$name"
	check "$name: the other one went on" grep -q '"num_pkts_out":3,"bytes_in":168,"num_pkts_in":3.*"ifname":"'"$SERVER_IF" \
		"$WORK/$name.live"
	check "$name: what was on it has its name" grep -q '"da":"10.79.9.2".*"num_pkts_out":2,.*"ifname":"rjv0"' \
		"$WORK/$name.live"
	check_clean "$name"
}

# netns_same NAME NETNS [OPTION…]: live runs in the client's namespace and watches the server's.
netns_same() {
	local name=netns-$1
	compare_with=(--min-flows 9)
	live_only=(--netns "$2" "${@:3}")
	live_side=client same "$name" "$SERVER_IF" a_little
	check_clean "$name"
	live_only=()
}

test_netns() {
	local status
	netns_same name "$NS_SERVER"
	netns_same path "/run/netns/$NS_SERVER" --attach tc
	netns_same pid "$(proc_pid nginx)" --attach xdp-generic
	# those that come later are followed there, and not here
	live_side=client start_live netns-any any --netns "$NS_SERVER" --attach tc -v || true
	ip -n "$NS_CLIENT" link add rjn0 type veth peer name rjn1
	ip -n "$NS_SERVER" link add rjn2 type veth peer name rjn3
	wait_for "grep -q 'watching rjn3' $WORK/live-netns-any.log" 5 || true
	check 'netns-any: a new one there' grep -q 'watching rjn2' "$WORK/live-netns-any.log"
	check 'netns-any: none here' sh -c "! grep 'rjn[01]' '$WORK/live-netns-any.log'"
	ip -n "$NS_CLIENT" link del rjn0
	stop_live netns-any
	check 'netns-any: its filters are gone' sh -c "! nsenter --net=/run/netns/$NS_SERVER tc qdisc show | grep clsact"
	ip -n "$NS_SERVER" link del rjn2
	check_clean netns-any
	"$rejoice" live -i lo --netns nowhere >"$WORK/nowhere.log" 2>&1 && status=0 || status=$?
	check 'netns: one line where there is none' grep -qx 'rejoice: netns nowhere: there is no /run/netns/nowhere;.*' \
		"$WORK/nowhere.log"
	check 'netns: status 1 then' test "$status" = 1
	setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
		"$rejoice" live -i lo --netns "$NS_SERVER" >"$WORK/nowhere.log" 2>&1 && status=0 || status=$?
	check 'netns: one line where it is not permitted' grep -q 'CAP_SYS_ADMIN\|not permitted' "$WORK/nowhere.log"
	check 'netns: status 3 then' test "$status" = 3
	test_netns_user
}

# netns_user MODE: root is given up, and interfaces of the other namespace are followed all the same, to the end.
netns_user() {
	local name=netns-user-$1 side
	# one of the same name and number stands here, with a clsact qdisc of its own
	for side in client server; do
		ip -n "$(ns_name $side)" link add rjh0 index 4242 type veth peer name rjh1 index 4243
	done
	in_ns client tc qdisc add dev rjh0 clsact
	live_side=client start_live "$name" "$SERVER_IF,rjh0" --netns "$NS_SERVER" --attach "$1" --user nobody || true
	check "$name: without CAP_SYS_ADMIN" grep -q '^CapEff:.*0000008000001000' \
		"/proc/$(proc_pid "live-$name")/status"
	ip -n "$NS_SERVER" link del rjh0
	wait_for "grep -q 'rjh0: is gone' $WORK/live-$name.log" 5 || true
	ip -n "$NS_SERVER" link add rjh0 index 4242 type veth peer name rjh1 index 4243
	wait_for "grep -q 'watching rjh0' $WORK/live-$name.log" 5 || true
	check "$name: one that comes back is watched" grep -q 'watching rjh0: in by' "$WORK/live-$name.log"
	pings "$SERVER4"
	stop_live "$name"
	check "$name: ends well" test "$PROC_STATUS" = 0
	check "$name: says no more than that" test "$(wc -l <"$WORK/live-$name.log")" = 3
	check_records "$name"
	check "$name: has the ping" grep -q '"num_pkts_out":3,"bytes_in":168,"num_pkts_in":3' "$WORK/$name.live"
	check "$name: what stands here is as it was" sh -c \
		"nsenter --net=/run/netns/$NS_CLIENT tc qdisc show dev rjh0 | grep clsact"
	check_clean "$name"
	for side in client server; do
		ip -n "$(ns_name $side)" link del rjh0
	done
}

# A program on the library that gives up the right to go where its interfaces are: it is told once, does not turn in
# circles, comes to its end beside traffic that goes on, and touches nothing where it is.
netns_outside() {
	local name=outside
	"${CC:-cc}" -I"$here/../../include" -o "$WORK/$name" "$here/outside.c" -L"${rejoice%/*}" -lrejoice
	ip -n "$NS_SERVER" link add rjh0 index 4242 type veth peer name rjh1 index 4243
	ip -n "$NS_CLIENT" link add rjh0 index 4242 type veth peer name rjh1 index 4243
	in_ns client tc qdisc add dev rjh0 clsact
	spawn $name client env LD_LIBRARY_PATH="${rejoice%/*}" "$WORK/$name" "$NS_SERVER" "$SERVER_IF,rjh0" tc
	wait_for "grep -qx watching $WORK/$name.log" 20 || true
	ip -n "$NS_SERVER" link set rjh1 up
	wait_for "grep -q 'no longer followed' $WORK/$name.log" 5 || true
	spawn send-$name client "$here/send-udp" "$SERVER4" 50 100000 20
	sleep 1	# the time in which it would be woken without end
	stop_proc $name INT
	check "$name: ends while packets come" test "$PROC_STATUS" = 0
	stop_proc send-$name
	check "$name: told once" test "$(grep -c 'no longer followed: no longer permitted' "$WORK/$name.log")" = 1
	check "$name: is not woken for it" sh -c "awk '/ polls/ { exit !(\$1 < 2000) }' $WORK/$name.log"
	check "$name: filters that stay are told" grep -q '^4 clsact filters are left behind' "$WORK/$name.log"
	check "$name: what stands here is as it was" sh -c \
		"nsenter --net=/run/netns/$NS_CLIENT tc qdisc show dev rjh0 | grep clsact"
	start_live $name-next "$SERVER_IF" --attach tc || true
	check "$name: the next one removes them" grep -q 'removed 2 filters' "$WORK/live-$name-next.log"
	stop_live $name-next
	ip -n "$NS_CLIENT" link del rjh0
	ip -n "$NS_SERVER" link del rjh0
	check_clean $name
}

# Of test_netns; by itself where a name is given to tests/net/run.
test_netns_user() {
	netns_user tcx
	netns_user tc
	netns_outside
}

promiscuity() { ip -n "$NS_SERVER" -d link show "$SERVER_IF" | grep -o 'promiscuity [0-9]*'; }

# offloads IFACE: all settings, there and at the other end of the cable.
settings() {
	in_ns server ethtool -k "$SERVER_IF"
	in_ns client ethtool -k "$CLIENT_IF"
}

# What attaching leaves as it is.
test_settings() {
	local mode
	check 'promiscuous mode is off' test "$(promiscuity)" = 'promiscuity 0'
	start_live promisc "$SERVER_IF" || true
	check 'promisc: off by default' test "$(promiscuity)" = 'promiscuity 0'
	stop_live promisc
	start_live promisc "$SERVER_IF" --promisc || true
	check 'promisc: on where asked for' test "$(promiscuity)" = 'promiscuity 1'
	stop_proc live-promisc KILL 2>/dev/null
	wait_for '[ "$(promiscuity)" = "promiscuity 0" ]' 5 || true
	check 'promisc: off again, even after a kill' test "$(promiscuity)" = 'promiscuity 0'
	in_ns client ethtool -K "$CLIENT_IF" rx on tx on sg on tso on gso on gro off >/dev/null
	in_ns server ethtool -K "$SERVER_IF" rx on tx on sg on tso on gso on gro off >/dev/null
	settings >"$WORK/settings"
	for mode in auto tcx tc xdp xdp-generic; do
		start_live "settings-$mode" "$SERVER_IF" --attach "$mode" || true
		settings >"$WORK/settings-$mode"
		[ "$mode" = xdp ] ||
			check "settings-$mode: as they were, while attached" cmp "$WORK/settings" "$WORK/settings-$mode"
		stop_live "settings-$mode"
		settings >"$WORK/settings-$mode"
		check "settings-$mode: as they were, afterwards" diff "$WORK/settings" "$WORK/settings-$mode"
	done
	check 'settings-xdp: says what it changes' grep -q "until the end: .*other end; auto changes none" \
		"$WORK/live-settings-xdp.log"
	check_clean settings
	offloads_off
}

jumbo_traffic() {
	a_little
	fetch "$SERVER4" "http://$SERVER_NAME/1m.bin"
	in_ns client ping -q -c 3 -i 0.1 -s 8900 -M do "$SERVER4"
	in_ns client ping -q -c 3 -i 0.1 -s 8900 -M do "$SERVER6"
}

test_jumbo() {
	local mode
	ip -n "$NS_CLIENT" link set "$CLIENT_IF" mtu 9000
	ip -n "$NS_SERVER" link set "$SERVER_IF" mtu 9000
	compare_with=(--min-flows 11)
	for mode in auto xdp xdp-generic; do
		live_only=(--attach "$mode" --sample-bytes 65536)
		same "jumbo-$mode" "$SERVER_IF" jumbo_traffic
		check "jumbo-$mode: frames were large" grep -q '"b":8[89][0-9][0-9],' "$WORK/jumbo-$mode.live"
	done
	check 'jumbo-xdp: in the driver' grep -q 'in by xdp .native.' "$WORK/live-jumbo-xdp.log"
	live_only=()
	check_clean jumbo
	ip -n "$NS_CLIENT" link set "$CLIENT_IF" mtu 1500
	ip -n "$NS_SERVER" link set "$SERVER_IF" mtu 1500
	# MTU changes bring the settings of the cable along
	offloads_off
}

# device_traffic ADDRESS: a little of all to that address of the server.
device_traffic() {
	in_ns client curl -q -sS -o /dev/null "http://$1/small.txt"
	in_ns client curl -q -sS -o /dev/null "http://$1/64k.bin"
	in_ns client curl -q -sSk -o /dev/null "https://$1/small.txt"
	in_ns client ping -q -c 3 -i 0.1 "$1"
	in_ns client ping -q -c 2 -i 0.1 -s 1300 "$1"
}

# device NAME IFACE ADDRESS MODE…: live is what the capture of that device says, by each way to attach.
device() {
	local mode
	compare_with=(--min-flows 5)
	for mode in "${@:4}"; do
		live_only=(--attach "$mode")
		same "device-$1-$mode" "$2" device_traffic "$3"
	done
	live_only=()
	check_clean "device-$1"
}

# on_top NAME DEVICE ADDRESS: watched along with the cable under it.
on_top() {
	start_live "on-top-$1" "$SERVER_IF,$2" || true
	pings "$3"
	wait_quiet
	stop_live "on-top-$1"
	check "on-top-$1: each packet once" grep -q \
		'"da":"'"$3"'",.*"num_pkts_out":3,"bytes_in":168,"num_pkts_in":3,.*"ifnames":\["'"$SERVER_IF"'","'"$2"'"\]' \
		"$WORK/on-top-$1.live"
	check_clean "on-top-$1"
}

test_devices() {
	local off=(tso off gso off gro off)
	vxlan client 10.79.4.1/24 "$CLIENT4" "$SERVER4"
	vxlan server 10.79.4.2/24 "$SERVER4" "$CLIENT4"
	in_ns client ethtool -K rjvx "${off[@]}" >/dev/null
	in_ns server ethtool -K rjvx "${off[@]}" >/dev/null
	in_ns client ping -q -c 1 10.79.4.2 >/dev/null
	device vxlan rjvx 10.79.4.2 auto tc xdp-generic
	ip -n "$NS_CLIENT" link del rjvx
	ip -n "$NS_SERVER" link del rjvx

	ip -n "$NS_SERVER" link add rjmv link "$SERVER_IF" address 02:00:00:00:79:06 type macvlan mode bridge
	ip -n "$NS_CLIENT" addr add 10.79.5.1/24 dev "$CLIENT_IF"
	in_ns server ethtool -K rjmv "${off[@]}" >/dev/null
	give server rjmv 10.79.5.2/24
	# asked, the cable's own end would answer as well
	neighbour client 10.79.5.2 02:00:00:00:79:06 "$CLIENT_IF"
	# its own segmentation cannot be switched off: the capture is of where its packets are cut
	capture_side=client capture_iface=$CLIENT_IF
	device macvlan rjmv 10.79.5.2 auto tc xdp-generic
	capture_side=server capture_iface=''
	on_top macvlan rjmv 10.79.5.2
	ip -n "$NS_SERVER" link del rjmv

	spawn tun server "$here/tun-pair" "$NS_CLIENT" rjt0 "$NS_SERVER" rjt0
	wait_for "ip -n $NS_SERVER link show rjt0" 10
	give client rjt0 10.79.6.1/24
	give server rjt0 10.79.6.2/24
	device tun rjt0 10.79.6.2 auto tc
	stop_proc tun
}

# Packets as the wire has them, against a capture at the other end of two cables. What the server sends leaves it in
# super-packets, which the middle cuts to size; what it gets, the client sends one by one, and its own GRO folds.
test_super() {
	bridge_up
	in_ns server ethtool -K rjs1 tx on sg on tso on gso on gro on >/dev/null
	in_ns middle ethtool -K rjm1 rx on gro off >/dev/null
	make_bytes 300000 >"$WORK/upload"
	super cable rjs1 rjc1 "$SERVER2"
	super cable-ipv6 rjs1 rjc1 "$SERVER2_6"
	live_only=(--attach xdp-generic)	# is not told of segments, and takes them to fill the MTU
	super generic rjs1 rjc1 "$SERVER2"
	super generic-ipv6 rjs1 rjc1 "$SERVER2_6"
	live_only=()
	vxlan client 10.79.4.1/24 "$CLIENT2" "$SERVER2"
	vxlan server 10.79.4.2/24 "$SERVER2" "$CLIENT2"
	in_ns client ethtool -K rjvx tso off gso off gro off >/dev/null
	in_ns client ping -q -c 1 10.79.4.2 >/dev/null
	# the card under it takes super-packets in their tunnel, and GRO folds them in it
	check 'super-vxlan: the cable segments tunnels' sh -c \
		"nsenter --net=/run/netns/$NS_SERVER ethtool -k rjs1 | grep 'tx-udp_tnl-segmentation: on'"
	super vxlan rjvx rjvx 10.79.4.2
	middle_down
}

# super NAME IFACE CAPTURE_IFACE ADDRESS: again where a packet was lost between the two ends, as TCP makes happen at
# full speed: then they cannot have seen the same.
super() {
	local name=super-$1
	one_of 6 "$name" 'packets, lengths and bytes are those of the cut packets' super_once "$name" "${@:2}"
	check "$name: there were super-packets going out" folded src
	check "$name: there were super-packets coming in" folded dst
}

super_once() {
	local name=$1
	start_live "$name" "$2" || return
	capture_side=client start_tcpdump "$name" "$3" || return
	spawn tcpdump-folded server tcpdump -i "$2" -n -s 100 -U -B 32768 --immediate-mode -Z root -w "$WORK/folded.pcap"
	wait_for "grep -q 'listening on' $WORK/tcpdump-folded.log" 10
	wait_quiet
	fetch "$4" "http://$SERVER_NAME/1m.bin" || return
	fetch "$4" /1m.bin --http1.1 || return
	fetch "$4" "http://$SERVER_NAME/post" --data-binary "@$WORK/upload" || return
	wait_quiet
	stop_live "$name" && stop_tcpdump "$name" || return
	stop_proc tcpdump-folded INT
	read_capture "$name" && validate "$name" &&
		"$here/compare" --no-order --min-flows 3 --tolerance 60 --median 20 "$WORK/$name.live" "$WORK/$name.read"
}

# folded src|dst: a frame longer than the MTU, to or from the web server.
folded() { tcpdump -n -r "$WORK/folded.pcap" "tcp and $1 port 80 and greater 3000" 2>/dev/null | grep . >/dev/null; }
