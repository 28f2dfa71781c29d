# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# `rejoice joy interface=…`: for tests/net/run to source.

# A place that the user who root is given up for can write to.
joy_up() {
	joy=$WORK/joy
	chmod 755 "$WORK"
	install -d -o nobody "$joy"
	install -m 755 "$rejoice" "$joy/rejoice"
	ln -sf rejoice "$joy/joy"
}

joy_iface=$SERVER_IF	# what it is to say that it watches

# start_joy NAME KEY=VALUE…
start_joy() {
	local name=$1
	shift
	spawn "live-$name" server "$joy/joy" "$@" username=nobody verbosity=2 "logfile=$joy/$name.log" "outdir=$joy"
	wait_for "grep -q watching $joy/$name.log || ! kill -0 $(proc_pid "live-$name")" 20 || true
	check "$name: watches" grep -q "watching $joy_iface" "$joy/$name.log"
}

# Records without what a capture beside it has otherwise: times, the gaps that follow from them, and processes.
timeless() { grep -v end-config "$@" | sed -E 's/,"exe":\{[^}]*\}//; s/"time_(start|end)":[0-9.]*,//g; s/"ipt":[0-9]*/"ipt":0/g' | sort; }

joy_keys=(bidir=1 dns=1 http=1 dist=1)

test_joy() {
	local name=joy pid
	joy_up
	start_joy $name "interface=$SERVER_IF" "${joy_keys[@]}" count=2 output=joy.json
	pid=$(proc_pid live-$name)
	start_tcpdump $name "$SERVER_IF"
	check "$name: is nobody" grep -qP "^Uid:\t$(id -u nobody)\t$(id -u nobody)" "/proc/$pid/status"
	in_ns client ping -q -c 3 -i 0.1 "$SERVER4" >/dev/null
	in_ns client curl -q -sS -o /dev/null "http://$SERVER4/small.txt"
	in_ns client dig +tries=1 "@$SERVER4" "$SERVER_NAME" >/dev/null
	mv "$joy/$name.log" "$joy/$name.log.1"
	kill -HUP "$pid"
	check "$name: SIGHUP opens the log again" wait_for "test -e $joy/$name.log" 5
	wait_quiet
	stop_tcpdump $name
	stop_proc live-$name INT
	check "$name: ends with status 0" test "$PROC_STATUS" = 0
	check "$name: a file for each two records" test "$(find "$joy" -name 'joy.json-0[12]-*' -user nobody | wc -l)" = 2
	"$joy/joy" "${joy_keys[@]}" "$WORK/$name.pcap" >"$joy/read"
	check "$name: as from the capture" diff <(timeless -h "$joy"/joy.json-*) <(timeless "$joy/read")
	check "$name: three flows" test "$(grep -vc end-config "$joy/read")" = 3
	start_joy joy-auto interface=auto output=auto.json http=1 exe=1
	start_tcpdump joy-auto "$SERVER_IF"
	in_ns client curl -q -sS -o /dev/null "http://$SERVER4/small.txt"
	wait_quiet
	stop_tcpdump joy-auto
	stop_proc live-joy-auto TERM
	"$joy/joy" http=1 "$WORK/joy-auto.pcap" >"$joy/read"
	check 'joy-auto: each direction, as from the capture' diff <(timeless "$joy/auto.json") <(timeless "$joy/read")
	check 'joy-auto: two records' test "$(grep -vc end-config "$joy/read")" = 2
	check 'joy-auto: the process of the sender' test "$(grep -oE '"exe":\{"name":"[a-z]+"' "$joy/auto.json" | sort | tr -d '\n')" = \
		'"exe":{"name":"curl""exe":{"name":"nginx"'
	check 'joy-auto: ends with status 0' test "$PROC_STATUS" = 0
	check 'joy-auto: has the configuration line' grep -q '"interface":"auto",.*"username":"nobody"' "$joy/auto.json"
	check_clean $name
}

# joy_curl USER URI: over loopback.
joy_curl() { in_ns server setpriv --reuid "$1" --regid "$(id -g "$1")" --clear-groups curl -q -sS -o /dev/null "http://127.0.0.1/$2"; }

# joy_has URI PATTERN: a record of the request has an exe of these members alone.
joy_exe() { grep -F "$1" "$joy/exe.json" | grep -oE '"exe":\{.*' | sed 's/,"probable_os".*//; s/,"expire_type".*//'; }
joy_has() { joy_exe "$1" | grep -qxE "\"exe\":\{$2\}\}?"; }

test_joy_exe() {
	local name=joy-exe hash curl joy_iface=lo
	joy_up
	hash=$(sha256sum "$(realpath "$(command -v curl)")" | cut -d' ' -f1)
	start_joy $name interface=lo exe=1 bidir=1 http=1 output=exe.json
	# each may be gone before anybody looks
	for _ in 1 2 3 4 5; do joy_curl nobody small.txt; done
	in_ns server /usr/bin/python3 -c 'import urllib.request as u; u.urlopen("http://127.0.0.1/index.html").read()'
	in_ns server curl -q -sS -o /dev/null "http://[::1]/hello.json"
	wait_quiet
	stop_proc live-$name INT
	check "$name: ends with status 0" test "$PROC_STATUS" = 0
	check "$name: is in the configuration line" grep -q '"exe":1,.*"end-config":1' "$joy/exe.json"
	curl="\"name\":\"curl\",\"path\":\"$(realpath "$(command -v curl)")\",\"hash\":\"$hash\",\"uptime\":[0-9]+"
	check "$name: the client of the user's" joy_has small.txt "$curl"
	check "$name: of another user" joy_has index.html '"name":"python3","uptime":[0-9]+'
	check "$name: of another user, a file that one of the user's ran" joy_has hello.json "$curl"
	check_clean $name
}
