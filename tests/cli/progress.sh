# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Part of tests/cli/run: what is told of a long read while it goes on.

# slowly FIFO: a reader that takes some time over what it reads.
slowly() {
	/usr/bin/python3 - "$1" <<-'END'
	import sys, time
	with open(sys.argv[1], "rb", buffering=0) as pipe:
	    while pipe.read(65536):
	        time.sleep(0.01)
	END
}

# on_terminal WIDTH CMD…: what tests/cli/on-terminal tells of it in $T/told; records in $T/out.
on_terminal() { "$here/on-terminal" "$1" "$T/out" "${@:2}" >"$T/told" 2>&1 || true; }

# told KEY: what stands behind it.
told() { sed -n "s/^$1 //p" "$T/told"; }

# num_other: lines that stayed on the terminal.
num_other() { grep -cvE '^(drawn|wide|shown|status) ?' "$T/told" || true; }

# a_long_read WIDTH FILE…: of flows that end on the way, to a reader that takes its time.
a_long_read() {
	slowly "$T/slow" &
	on_terminal "$1" "$rejoice" read "${@:2}" -o "$T/slow"
	wait $!
}

progress_on_terminal() {
	local width
	mkfifo "$T/slow"
	ending_flows "$T/ending.pcap" 20000
	a_long_read 200 "$T/ending.pcap" "$T/nowhere.pcap"
	check 'progress: a line on a terminal' test "$(told drawn)" -ge 1
	check 'progress: what it says' grep -qE \
		'^shown [0-9.]+ kB of 960\.0 kB \([0-9]+ %\), [0-9]+ packets, [0-9]+ flows, [0-9]+ packets/s, [0-9]+:[0-9]{2} left$' "$T/told"
	check 'progress: but an error nothing stays there' test "$(num_other) $(told status)" = '1 1'
	check 'progress: an error has the line for itself' grep -qx 'rejoice: .*nowhere.pcap: .*No such file.*' "$T/told"
	a_long_read 30 "$T/ending.pcap" "$T/ending.pcap"
	width=$(told wide)
	check "progress: as wide as the terminal, not wider ($width)" test "$width" -ge 29 -a "$width" -le 30
	check 'progress: of two files together' grep -qE '^shown [0-9.]+ [kM]B of 1\.9 MB' "$T/told"
	rm "$T/slow"
	on_terminal 200 "$rejoice" read --follow --duration 0.7 "$golden/dns.pcap"
	check 'progress: of a file that grows' grep -qE '^shown 6\.2 kB, 52 packets, [0-9]+ flows, [0-9]+ packets/s$' "$T/told"
	on_terminal 200 "$rejoice" read --follow --duration 0.7 "$golden/dns.pcap" --progress never
	check 'progress never' test "$(told drawn) $(num_other)" = '0 0'
	on_terminal 200 "$rejoice" read --follow --duration 0.7 "$golden/dns.pcap" --quiet
	check 'progress with --quiet' test "$(told drawn) $(num_other)" = '0 0'
}

# Where records go to the terminal as well, and where there is none.
progress_elsewhere() {
	on_terminal 80 "$rejoice" read --follow --duration 1.2 --progress auto "$golden/dns.pcap" -o /dev/tty
	check 'progress auto: not where the records are' test "$(told drawn)" = "$(grep -c '^{' "$T/told")"
	done_by 'progress auto, no terminal' "$rejoice" read --follow --duration 0.7 "$golden/dns.pcap"
	run "$rejoice" read --progress always "$golden/dns.pcap"
	verdict 'progress always, no terminal: one line at the end' 0 1
	check 'which says what was read' grep -qE '^rejoice: 6\.2 kB of 6\.2 kB \(100 %\), 52 packets, 26 flows, ' "$T/err"
	run "$rejoice" read --progress always --follow --duration 2.3 "$golden/dns.pcap"
	verdict 'progress always, no terminal: a line a second' 0 3
	complains 2 "--progress 'often'" '--progress' "$rejoice" read --progress often "$golden/dns.pcap"
}

# Ctrl-C leaves no half line.
progress_interrupted() {
	"$here/on-terminal" 100 --interrupt 0.8 "$T/out" "$rejoice" read --follow "$golden/dns.pcap" >"$T/told"
	check 'progress: Ctrl-C' test "$(told status) $(num_other)" = '0 0'
	check 'progress: before that, a line' test "$(told drawn)" -ge 1
	check 'progress: Ctrl-C: what is there is written' test "$(num_lines "$T/out")" = 26
}

progress() {
	progress_on_terminal
	progress_elsewhere
	progress_interrupted
}
