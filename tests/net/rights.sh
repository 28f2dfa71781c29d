# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# What rejoice may do and what it takes: for tests/net/run to source.

# as_user CAPS: sets $as_user to a command that runs another as uid 65534 with these capabilities alone, as in
# +bpf,+net_admin.
as_user() {
	as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set="-all,$1" --inh-caps="-all,$1"
		--ambient-caps="-all,$1")
}

# A place that the user can read and write; the program too, wherever it was built.
rights_up() {
	rights=$WORK/rights
	chmod 755 "$WORK"
	install -d -o 65534 "$rights"
	install -m 755 "$rejoice" "$WORK/rejoice"
}

# start_with_caps NAME CAPS [OPTION…]
start_with_caps() {
	local rejoice=$WORK/rejoice name=$1 caps=$2
	shift 2
	as_user "$caps"
	spawn "live-$name" server "${as_user[@]}" "$rejoice" live -i "$SERVER_IF" -o "$rights/$name.live" \
		--stats "$rights/$name.live.stats" "$@"
	wait_for "grep -q watching $WORK/live-$name.log || ! kill -0 $(proc_pid "live-$name")" 20 || true
	grep -q watching "$WORK/live-$name.log"
}

rights_mode() {
	local name=rights-$1 caps=+bpf,+net_admin,+perfmon
	start_with_caps "$name" $caps --attach "$1" || failed "$name: starts" "$(cat "$WORK/live-$name.log")"
	check "$name: is uid 65534" grep -qP '^Uid:\t65534\t65534' "/proc/$(proc_pid "live-$name")/status"
	in_ns client ping -q -c 3 -i 0.1 "$SERVER4" >/dev/null
	in_ns client curl -q -sS -o /dev/null "http://$SERVER4/small.txt"
	wait_quiet
	stop_proc "live-$name" INT
	check "$name: ends with status 0" test "$PROC_STATUS" = 0
	check "$name: has the ping" grep -q '"pr":1,.*"num_pkts_out":3,"bytes_in":168,"num_pkts_in":3' "$rights/$name.live"
	check "$name: has the request" grep -q '/small.txt' "$rights/$name.live"
	check "$name: valid" "$here/../validate" "$rights/$name.live"
	check_clean "$name"
}

# lacks CAPABILITY CAPS: what is left is not enough, and it says so.
lacks() {
	local status=0
	as_user "$2"
	in_ns server "${as_user[@]}" "$WORK/rejoice" live -i "$SERVER_IF" --duration 1 \
		-o "$rights/lacks" >"$WORK/lacks.out" 2>&1 || status=$?
	check "without $1: status 3" test $status = 3
	check "without $1: one line names it" test "$(grep -c "for lack of $1: be root" "$WORK/lacks.out") $(wc -l <"$WORK/lacks.out")" = '1 1'
}

# Root is given up after attaching, and what root alone may write is written.
rights_user() {
	local name=user-$1 status
	start_live "$name" "$SERVER_IF" --attach "$1" --user nobody || failed "$name: starts"
	status=/proc/$(proc_pid "live-$name")/status
	check "$name: is nobody" grep -qP '^Uid:\t65534\t65534\t65534\t65534' "$status"
	check "$name: and of no other group" grep -qP '^Gid:\t65534\t65534\t65534\t65534' "$status"
	check "$name: CAP_NET_ADMIN and CAP_BPF alone" \
		test "$(grep -P '^Cap(Inh|Prm|Eff|Amb)' "$status" | tr -s '\t\n' ' ')" = \
		'CapInh: 0000000000000000 CapPrm: 0000008000001000 CapEff: 0000008000001000 CapAmb: 0000000000000000 '
	check "$name: for good" grep -qP '^NoNewPrivs:\t1' "$status"
	in_ns client "$here/talk" pairs "$SERVER4" 50
	wait_quiet
	stop_proc "live-$name" INT
	check "$name: ends well" test "$PROC_STATUS" = 0
	check "$name: has the flows" test "$(grep -c '"dp":700[01],' "$WORK/$name.live")" -ge 50
	check "$name: valid" "$here/../validate" "$WORK/$name.live"
	check "$name: valid account" "$here/../validate" --stats "$WORK/$name.live.stats"
	# root's, which came afterwards: without CAP_SYS_PTRACE its name is all there is, and that is counted
	check "$name: a process of another user by its name alone" \
		grep -qE '"exe(_da)?":\{"name":"[^"]+","pid":[0-9]+,"uid":0,"start":' "$WORK/$name.live"
	check "$name: those whose file is hidden are counted" grep -qE '"processes_hidden":[1-9]' "$WORK/$name.live.stats"
	check_clean "$name"
}

# told_mib LOG: what the line says of the kernel's memory.
told_mib() { sed -n "s/.*memory: \([0-9.]*\) MiB in the kernel.*/\1/p" "$1"; }

# What is told of the maps' memory is what the kernel says itself, within 3 per cent.
memory_of() {
	local name=memory-$1 told map_bytes
	start_live "$name" "$SERVER_IF" "${@:2}" || failed "$name: starts"
	told=$(told_mib "$WORK/live-$name.log")
	# each map once, however many descriptors there are of it
	map_bytes=$(cat "/proc/$(proc_pid "live-$name")"/fdinfo/* | awk '
		/^map_type:/ { is_map = 1 } /^pos:/ { is_map = 0 }
		/^memlock:/ { bytes = $2 } is_map && /^map_id:/ && !seen[$2]++ { sum += bytes }
		END { printf "%d", sum }')
	stop_proc "live-$name" INT
	check "$name: told $told MiB, the kernel says $map_bytes bytes" /usr/bin/python3 -c '
import sys
told, said = float(sys.argv[1]) * 2**20, int(sys.argv[2])
sys.exit(not (said > 1 << 20 and abs(told - said) < said * 0.03))' "$told" "$map_bytes"
	check_clean "$name"
}

test_rights() {
	local mode
	rights_up
	for mode in tcx tc xdp-generic; do
		rights_mode "$mode"
	done
	lacks CAP_BPF +net_admin,+perfmon
	lacks CAP_NET_ADMIN +bpf,+perfmon
	lacks CAP_PERFMON +bpf,+net_admin
	lacks 'CAP_BPF and CAP_PERFMON' +net_admin
	rights_user tcx
	rights_user tc
	memory_of default
	memory_of small --max-flows 1000 --packets 10
	memory_of large --max-flows 200000 --packets 200 -f +hist
	memory_of bare -f none
}
