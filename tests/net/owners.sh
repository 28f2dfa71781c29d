# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Whose flows they are: real processes, which write down what they are. Part of tests/net/run.

# owner_server NAME MODE ADDRESS PORT tcp|udp: a server that writes $WORK/truth-NAME; NAME begins with the test's.
owner_server() {
	spawn "$1" server "$here/owner-talk" serve "$2" "$3" "$4" "$WORK/truth-$1"
	wait_listening "$1" "$5" "$4"
}

# owner_check NAME TRUTH… - the ends that all these name, each of them; in $owner_records.
owner_records=owners.live
owner_check() {
	local name=$1
	shift
	cat "${@/#/$WORK/truth-}" >"$WORK/truth-$name"
	check "$name: $(wc -l <"$WORK/truth-$name") ends" \
		"$here/owner-talk" check "$WORK/truth-$name" "$WORK/$owner_records" 100
}

has_exe() { grep -E "\"dp\":$1,.*\"$2\":\{[^}]*$3" "$WORK/owners.live"; }

# Multipath TCP, where this kernel has it: who opened the socket, whose subflows are the kernel's own.
test_owners_multipath() {
	local i
	[ "$(in_ns server cat /proc/sys/net/mptcp/enabled 2>/dev/null)" = 1 ] || skip 'this kernel has no Multipath TCP'
	start_live owners-multipath lo || true
	owner_server owners-multipath-both multipath 127.0.0.1 8121 tcp
	owner_server owners-multipath-plain plain ::1 8122 tcp
	for i in "127.0.0.1 8121" "127.0.0.1 8121" "::1 8122"; do
		# shellcheck disable=SC2086
		in_ns server timeout 10 "$here/owner-talk" multipath $i "$WORK/truth-multipath-clients"
	done
	# as clients of servers in Go mostly are
	in_ns server timeout 10 "$here/owner-talk" many 127.0.0.1 8121 2 2 "$WORK/truth-multipath-clients"
	stop_proc live-owners-multipath INT
	owner_records=owners-multipath.live
	owner_check 'owners-multipath: clients' multipath-clients
	owner_check 'owners-multipath: servers' owners-multipath-both owners-multipath-plain
	owner_records=owners.live
	check_clean owners-multipath
}

# Who was told by UDP in a namespace that came after rejoice, and is gone with its cable before the flow is over.
test_owners_gone() {
	ip netns add "$NS_MIDDLE"
	start_live owners-gone any -v || true
	ip -n "$NS_SERVER" link add rjg0 type veth peer name rjg1 netns "$NS_MIDDLE"
	give server rjg0 10.80.0.1/24
	give middle rjg1 10.80.0.2/24
	wait_for "grep -q 'watching rjg0' $WORK/live-owners-gone.log" 10
	spawn owners-gone-silent middle "$here/owner-talk" serve silent 0.0.0.0 8123 "$WORK/truth-owners-gone-silent"
	wait_for "in_ns middle ss -Hln --udp 'sport = :8123' | grep -q ." 10
	in_ns server "$here/owner-talk" udp tell 10.80.0.2 8123 "$WORK/truth-gone-tellers"
	wait_for "test -s $WORK/truth-owners-gone-silent" 5
	sleep 1 # user space is given time to see the packet, as a pod of a second is
	stop_proc owners-gone-silent
	remove_ns "$NS_MIDDLE"
	wait_for "! ip -n $NS_SERVER link show rjg0 >/dev/null 2>&1" 10
	stop_proc live-owners-gone INT
	owner_records=owners-gone.live
	owner_check 'owners-gone: who told' gone-tellers
	owner_check 'owners-gone: who was told' owners-gone-silent
	owner_records=owners.live
	check_clean owners-gone
}

# Over loopback, where both ends are this machine's, IPv4 and IPv6, and over the cable, where one is watched.
test_owners() {
	local truth=$WORK/truth mode i name
	# what is there before rejoice comes
	owner_server owners-before plain 127.0.0.1 8100 tcp
	owner_server owners-workers accept 127.0.0.1 8101 tcp
	owner_server owners-held plain 127.0.0.1 8103 tcp
	owner_server owners-udp-before udp 127.0.0.1 8102 udp
	spawn owners-hold server "$here/owner-talk" hold 127.0.0.1 8103 "$truth-hold" "$WORK/owners-ask"
	wait_for "test -s $truth-hold" 10
	owner_server owners-silent-before silent 0.0.0.0 8104 udp
	for i in there:0.0.0.0:8105 there-six::::8106 there-one:$CLIENT4:8107; do
		name=owners-silent-${i%%:*}
		spawn "$name" client "$here/owner-talk" serve silent "$(cut -d: -f2- <<<"${i%:*}")" "${i##*:}" "$truth-$name"
		wait_for "in_ns client ss -Hln --udp 'sport = :${i##*:}' | grep -q ." 10
	done
	start_tcpdump owners lo
	start_live owners lo,"$SERVER_IF" --idle-timeout 3 --cmdline --record-owners "$WORK/owners.map.gz" || true
	owner_server owners-after plain 127.0.0.1 8110 tcp
	owner_server owners-six accept ::1 8111 tcp
	owner_server owners-fork fork 127.0.0.1 8112 tcp
	owner_server owners-udp udp ::1 8113 udp
	owner_server owners-cable plain "$SERVER4" 8114 tcp
	owner_server owners-nameless nameless 127.0.0.1 8115 tcp
	owner_server owners-hand hand 127.0.0.1 8116 tcp
	owner_server owners-silent silent :: 8118 udp
	owner_server owners-silent-one silent "$SERVER4" 8119 udp
	owner_server owners-exec exec 127.0.0.1 8117 tcp
	for i in 8100 8101 8110 8112 8115 8116 8117; do
		in_ns server timeout 60 "$here/owner-talk" many 127.0.0.1 "$i" 4 2 "$truth-clients"
	done
	in_ns server timeout 60 "$here/owner-talk" many ::1 8111 4 2 "$truth-clients"
	for mode in connected sendto; do
		in_ns server timeout 60 "$here/owner-talk" udp "$mode" 127.0.0.1 8102 "$truth-clients"
		in_ns server timeout 60 "$here/owner-talk" udp "$mode" ::1 8113 "$truth-clients"
	done
	for i in "127.0.0.1 8104" "::1 8118" "127.0.0.1 8118"; do
		# shellcheck disable=SC2086
		in_ns server "$here/owner-talk" udp tell $i "$truth-clients"
	done
	for i in "$SERVER4 8104" "$SERVER4 8118" "$SERVER4 8119" "$SERVER6 8118"; do
		# shellcheck disable=SC2086
		in_ns client "$here/owner-talk" udp tell $i "$truth-elsewhere"
	done
	for i in "$CLIENT4 8105" "$CLIENT4 8106" "$CLIENT6 8106" "$CLIENT4 8107"; do
		# shellcheck disable=SC2086
		in_ns server "$here/owner-talk" udp tell $i "$truth-tellers"
	done
	# what only passes is nobody's here, even if a socket would have taken it
	in_ns server ip route add 10.99.0.2 via "$CLIENT4"
	in_ns server "$here/owner-talk" udp tell 10.99.0.2 8105 "$truth-tellers"
	in_ns client ip route add 10.99.0.1 via "$SERVER4"
	in_ns client "$here/owner-talk" udp tell 10.99.0.1 8104 "$truth-elsewhere"
	touch "$WORK/owners-ask"
	wait_for '! kill -0 $(proc_pid owners-hold)' 10
	in_ns client timeout 60 "$here/owner-talk" many "$SERVER4" 8114 2 3 "$truth-elsewhere"
	in_ns server curl -sk "https://$SERVER4/" -o /dev/null
	stop_proc live-owners INT
	check 'owners: ends well' ends_well owners
	check 'owners: valid' "$here/../validate" --sums "$WORK/owners.live" --stats "$WORK/owners.live.stats"
	owner_check 'owners: of short-lived clients' clients
	owner_check 'owners: servers there before' owners-before owners-workers owners-udp-before
	owner_check 'owners: servers that came later' owners-after owners-six owners-fork owners-udp
	owner_check 'owners: sockets that are handed on' owners-hand owners-exec
	owner_check 'owners: accepted without asking for a name' owners-nameless
	owner_check 'owners: who is told and never answers' owners-silent-before owners-silent owners-silent-one
	owner_check 'owners: who tells over the cable' tellers
	owner_check 'owners: who is told and never answers, behind the cable' owners-silent-there{,-six,-one}
	for i in 10.99.0.1 10.99.0.2; do
		check "owners: nobody of what passes to $i" test "$(grep -c "\"da\":\"$i\".*\"exe_da\"" "$WORK/owners.live")" = 0
		check "owners: what passes to $i is seen" grep -q "\"da\":\"$i\"," "$WORK/owners.live"
	done
	in_ns server ip route del 10.99.0.2
	owner_check 'owners: over a cable' owners-cable
	owner_check 'owners: a connection that was there before' hold owners-held
	check 'owners: nginx' has_exe 443 exe_da '"name":"nginx","path":"/usr/sbin/nginx","hash":"[0-9a-f]{64}"'
	! grep -q ' __traceiter_sock_send_length$' /proc/kallsyms ||
		check 'owners: a program that knows nothing of sockets' has_exe 8117 exe_da '"name":"cat","path":"/usr/bin/cat"'
	check 'owners: curl, its arguments' has_exe 443 exe '"name":"curl",.*"cmdline":"curl -sk https://'
	check 'owners: the digest is the file'"'"'s' grep -q "\"path\":\"/usr/sbin/nginx\",\"hash\":\"$(sha256sum /usr/sbin/nginx | cut -d' ' -f1)\"" "$WORK/owners.live"
	owner_check 'owners: an end in another namespace of this machine' elsewhere
	owners_of_capture
	check_clean owners
}

# read_with_map NAME MAP: what the capture of loopback says with it; valid, with as many flows as ever.
read_with_map() {
	"$rejoice" read "$WORK/owners.pcap" -o "$WORK/$1.read" --stats "$WORK/$1.read.stats" --process-map "$2" "${@:3}" &&
		"$here/../validate" "$WORK/$1.read" --stats "$WORK/$1.read.stats"
}

# A capture of the same minutes is told the same by the table, or by the records.
owners_of_capture() {
	local name
	check 'owners: tcpdump' stop_tcpdump owners
	check 'owners-map: read by the table' read_with_map owners-map "$WORK/owners.map.gz"
	check 'owners-map: read by the records' read_with_map owners-map-live "$WORK/owners.live" --threads 2
	for name in map map-live; do
		owner_records=owners-$name.read
		owner_check "owners-$name: clients" clients
		owner_check "owners-$name: servers there before" owners-before owners-workers owners-udp-before
		owner_check "owners-$name: servers that came later" owners-after owners-six owners-fork owners-udp
		owner_check "owners-$name: sockets that are handed on" owners-hand owners-exec
		owner_check "owners-$name: a connection that was there before" hold owners-held
	done
	owner_records=owners.live
	check 'owners-map: all rows are read' grep -q \
		"\"owners\":{\"method\":\"file\",\"rows\":[1-9][0-9]*,\"rows_malformed\":0,\"rows_over_limit\":0," \
		"$WORK/owners-map.read.stats"
	check 'owners-map: a line of each flow with an owner' test \
		"$(zcat "$WORK/owners.map.gz" | wc -l)" = "$(grep -c '"exe' "$WORK/owners.live")"
}

# Where no cgroups of version 2 are, as in some containers.
without_cgroups() {
	cat >"$WORK/without-cgroups" <<-END
		#!/bin/sh
		exec unshare -m sh -c 'awk "\\\$3 == \"cgroup2\" { print \\\$2 }" /proc/self/mounts | xargs -r umount -l
		exec "\$@"' sh "$rejoice" "\$@"
	END
	chmod +x "$WORK/without-cgroups"
	local rejoice=$WORK/without-cgroups
	"$@"
}

# By sockets and /proc: those that are open when it comes, and those that stay open for a second.
test_owners_proc() {
	local log=$WORK/live-owners-proc.log which
	owner_server owners-proc-plain plain 127.0.0.1 8140 tcp
	owner_server owners-proc-workers accept ::1 8141 tcp
	owner_server owners-proc-udp udp ::1 8142 udp
	spawn owners-proc-early server "$here/owner-talk" hold 127.0.0.1 8140 "$WORK/truth-early" "$WORK/owners-proc-ask"
	wait_for "test -s $WORK/truth-early" 10
	without_cgroups start_live owners-proc lo --record-owners "$WORK/owners-proc.map" || true
	spawn owners-proc-late server "$here/owner-talk" hold ::1 8141 "$WORK/truth-late" "$WORK/owners-proc-ask"
	wait_for "test -s $WORK/truth-late" 10
	sleep 1.5	# a look and a half
	touch "$WORK/owners-proc-ask"
	in_ns server timeout 60 "$here/owner-talk" udp sendto ::1 8142 "$WORK/truth-gone"
	in_ns server timeout 60 "$here/owner-talk" many 127.0.0.1 8140 2 2 "$WORK/truth-gone"
	for which in early late; do
		wait_for "! kill -0 $(proc_pid "owners-proc-$which")" 10
	done
	stop_proc live-owners-proc INT
	check 'owners-proc: status' test "$PROC_STATUS" = 0
	check 'owners-proc: says so in a line' grep -q '^rejoice: processes by sockets and /proc, .* no cgroups of version 2 are mounted' "$log"
	check 'owners-proc: and no other but the usual' test "$(wc -l <"$log")" = 2
	check 'owners-proc: valid' "$here/../validate" "$WORK/owners-proc.live" --stats "$WORK/owners-proc.live.stats"
	check 'owners-proc: in the account too' grep -q '"owners":{"method":"proc","scans":[1-9]' "$WORK/owners-proc.live.stats"
	owner_records=owners-proc.live
	owner_check 'owners-proc: a connection that was there before' early
	owner_check 'owners-proc: one that came later, for a second' late
	owner_check 'owners-proc: a server of UDP' owners-proc-udp
	owner_records=owners.live
	# of connections that are gone before a look, who listens is known; nothing is made up
	check 'owners-proc: nothing wrong of those that were gone' \
		"$here/owner-talk" check "$WORK/truth-gone" "$WORK/owners-proc.live" 0
	check 'owners-proc: who listens' grep -q "\"dp\":8140,.*\"exe_da\":{\"opener\":{[^}]*\"pid\":$(proc_pid owners-proc-plain)," \
		"$WORK/owners-proc.live"
	check 'owners-proc: the same in the table' test "$(wc -l <"$WORK/owners-proc.map")" = "$(grep -c '"exe' "$WORK/owners-proc.live")"
	check_clean owners-proc
	owners_to_full_disk
}

# What cannot be written is told; records are all there.
owners_to_full_disk() {
	start_live owners-full lo --idle-timeout 0.2 --count 1 -f none --record-owners /dev/full || true
	in_ns server timeout 60 "$here/owner-talk" udp sendto ::1 8142 "$WORK/truth-gone"
	wait_end owners-full 10
	check 'owners-full: status' test "$PROC_STATUS" = 1
	check 'owners-full: says so' grep -q '^rejoice: /dev/full: writing failed: No space left on device' "$WORK/live-owners-full.log"
	check 'owners-full: the record' grep -q '"records_written":1,"records_lost":0' "$WORK/owners-full.live.stats"
	check 'owners-full: without processes, as asked for' test "$(grep -c '"exe' "$WORK/owners-full.live")" = 0
	check_clean owners-full
}

# Many that are gone before anybody can look: 200 processes, 10,000 connections.
test_owners_many() {
	start_live owners-many lo --max-flows 65536 || true
	owner_server owners-many-server accept 127.0.0.1 8120 tcp
	in_ns server timeout 60 "$here/owner-talk" many 127.0.0.1 8120 200 50 "$WORK/truth-many"
	stop_proc live-owners-many INT
	check 'owners-many: ends well' ends_well owners-many
	check "owners-many: 99.9 % of $(wc -l <"$WORK/truth-many") ends" \
		"$here/owner-talk" check "$WORK/truth-many" "$WORK/owners-many.live" 99.9
	check 'owners-many: of the servers too' \
		"$here/owner-talk" check "$WORK/truth-owners-many-server" "$WORK/owners-many.live" 99.9
	check_clean owners-many
}

# fp_kinds PROCESS: which of its fingerprints the database has.
fp_kinds() { "$rejoice" fingerprint show --process "$1" "$WORK/owners.fp" | awk 'NR > 1 { print $1 }' | sort -u | tr '\n' ' '; }

# fp_has KIND PROCESS PATTERN: in what the database says of that process.
fp_has() {
	"$rejoice" fingerprint show --json --process "$2" "$WORK/owners.fp" | grep -F "\"kind\":\"$1\"" |
		grep -qE "\"name\":\"$2\",\"hash\":\"[0-9a-f]{64}\",[^]]*$3"
}

# A database out of what live says of real programs; what it knows it finds again in a capture.
test_owners_fingerprints() {
	local name=owners-fp from=${EPOCHREALTIME%.*} row port kind process
	spawn $name-asks server "$here/owner-talk" asks "$SERVER4" 8130
	wait_listening $name-asks tcp 8130
	# a window that Joy's table of operating systems knows
	ip -n "$NS_CLIENT" route change "${SERVER4%.*}.0/24" dev "$CLIENT_IF" src "$CLIENT4" initrwnd 4
	start_live $name "$SERVER_IF" || true
	start_tcpdump $name "$SERVER_IF"
	in_ns client curl -q -sS -o /dev/null "http://$SERVER4/small.txt"
	in_ns client curl -q -sSk -o /dev/null --resolve "$SERVER_NAME:443:$SERVER4" "https://$SERVER_NAME/"
	in_ns client openssl s_client -connect "$SERVER4:443" -servername "$SERVER_NAME" </dev/null >/dev/null 2>&1
	ssh_to_server true
	in_ns client "$here/owner-talk" is-asked "$SERVER4" 8130 "$WORK/nginx/cert.pem" "$WORK/nginx/key.pem"
	wait_quiet
	stop_tcpdump $name
	stop_proc live-$name INT
	ip -n "$NS_CLIENT" route change "${SERVER4%.*}.0/24" dev "$CLIENT_IF" src "$CLIENT4"
	check "$name: ends well" ends_well $name
	check "$name: valid" "$here/../validate" "$WORK/$name.live"
	check "$name: is built" "$rejoice" fingerprint build -o "$WORK/owners.fp" "$WORK/$name.live"
	for row in 'curl:http tcp tls' 'openssl:tcp tls' 'ssh:ssh tcp' 'nginx:http_server tcp_server tls_server' \
		'sshd:ssh_server tcp_server' 'asks:tcp_server tls' 'is-asked:tcp tls_server'; do
		check "$name: ${row%%:*} sent ${row#*:} and nothing else" test "$(fp_kinds "${row%%:*}")" = "${row#*:} "
	done
	check "$name: where to" fp_has tls curl "\"da\":\{\"$SERVER4\":1\},\"dp\":\{\"443\":1\},\"sni\":\{\"$SERVER_NAME\":1\}"
	check "$name: a server, asked there" fp_has ssh_server sshd "\"da\":\{\"$SERVER4\":1\},\"dp\":\{\"22\":1\}"
	check "$name: who called home is asked there" fp_has tls asks "\"da\":\{\"$CLIENT4\":1\},.*\"sni\":\{\"home.example.test\":1\}"
	check "$name: the operating system" fp_has tcp curl '"os":\{"Linux 2.4 and 2.6":2\}'
	check "$name: the server's is not the client's" fp_has tcp_server nginx '"sni":\{[^}]*\},"domain":\{[^}]*\}\}'
	check "$name: when" test "$("$rejoice" fingerprint show --json "$WORK/owners.fp" | grep -oE '"(first|last)_seen":[0-9]+' |
		awk -F: -v from="$from" -v to="${EPOCHREALTIME%.*}" '$2 < from || $2 > to' | wc -l)" = 0
	check "$name: is asked" "$rejoice" read -f +match --fp-db "$WORK/owners.fp" "$WORK/$name.pcap" -o "$WORK/$name.matched"
	for row in 443:tls:curl 443:tls:openssl 443:tls_server:nginx 80:http:curl 80:http_server:nginx 22:ssh:ssh 22:ssh_server:sshd \
		8130:tls:asks 8130:tls_server:is-asked; do
		IFS=: read -r port kind process <<<"$row"
		check "$name: $kind on port $port is named $process" \
			grep -qE "\"dp\":$port,.*\"match\":\{.*\"$kind\":\{\"process\":\"$process\"" "$WORK/$name.matched"
	done
	check_clean $name
}
