# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Where records and lines go: for tests/net/run to source.

# A dozen interfaces, each with something to tell, and pins: the one line at the start has all of it.
test_told() {
	local i names='' batch="$WORK/links"
	pin_up
	: >"$batch"
	for i in {01..12}; do
		echo "link add name rjtelltales-$i type veth peer name rjp$i" >>"$batch"
		names+=",rjtelltales-$i"
	done
	ip -n "$NS_SERVER" -batch "$batch"
	start_live told "${names#,}" --attach xdp --pin "$pin_fs/told" || true
	check 'told: one line' test "$(wc -l <"$WORK/live-told.log")" = 1
	check 'told: the last interface' grep -q 'rjtelltales-12: in by xdp (native) out by .*until unpin: ' \
		"$WORK/live-told.log"
	check 'told: where it is pinned' grep -q "; memory: .*; pinned in $pin_fs/told\$" "$WORK/live-told.log"
	stop_proc live-told KILL 2>/dev/null
	rm "$WORK/live-told.log"
	start_live told "${names#,}" --attach xdp --pin "$pin_fs/told" || true
	check 'told again: one line' test "$(wc -l <"$WORK/live-told.log")" = 1
	check 'told again: that it goes on' \
		grep -q "; pinned in $pin_fs/told, going on with what is there (0 packets lost with killed processes)\$" \
		"$WORK/live-told.log"
	stop_live told
	in_ns server "$rejoice" unpin "$pin_fs/told" >"$WORK/unpin" 2>&1
	for i in {01..12}; do echo "link del rjtelltales-$i"; done >"$batch"
	ip -n "$NS_SERVER" -batch "$batch"
	check_clean told
}

# A signal while live waits for who reads its records: those on their way and those of the stop are all written.
test_held() {
	local pid
	build_flood
	mkfifo "$WORK/held.live"
	exec 4<>"$WORK/held.live"	# a reader, who does not read yet
	start_counted held "$SERVER_IF" --idle-timeout 1
	pid=$(proc_pid live-held)
	flood syn 2000 20000
	wait_for "grep -q pipe /proc/$pid/wchan" 10
	flood syn 500 20000
	kill -s TERM "$pid"
	wait_for "! grep -qE '^(Shd|Sig)Pnd:.*[1-9a-f]' /proc/$pid/status" 5
	wait_quiet
	FRAMES=$(($(num_frames_of "$SERVER_IF") - BEFORE))
	exec 5<"$WORK/held.live"	# and now does; the end comes when nobody has it to write any more
	cat <&5 >"$WORK/held.read" 4<&- &
	exec 5<&-
	wait_for "! kill -0 $pid" 20 || true
	exec 4<&-
	wait $! || true
	stop_proc live-held
	mv "$WORK/held.read" "$WORK/held.live"
	adds_up held "$FRAMES"
}
