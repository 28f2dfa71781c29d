# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Two network namespaces with a cable between them, and real servers in one of them, for tests to source.
#
#   set -euo pipefail
#   . "$(dirname "$0")/lib.sh"
#   need_root
#   net_up
#   start_nginx
#   in_ns client curl -sk "https://$SERVER4/"
#
# All files go under $WORK; where the caller has not set it, net_up makes it and net_down removes it. net_up traps
# EXIT, INT and TERM; a script with a trap of its own calls net_down from it. Call these functions from the main
# shell, not from a subshell: processes are waited for by the shell that started them.

CLIENT4=10.77.0.1 CLIENT6=fd77::1 CLIENT_IF=rjc0 CLIENT_MAC=02:00:00:00:77:01
SERVER4=10.77.0.2 SERVER6=fd77::2 SERVER_IF=rjs0 SERVER_MAC=02:00:00:00:77:02
NS_CLIENT=rj$$c NS_SERVER=rj$$s NS_MIDDLE=rj$$m
SERVER_NAME=www.example.test
PROC_STATUS=0	# exit status of what stop_proc stopped last
net_made_work=''
net_lib_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() { echo "skipped: $*"; exit 77; }

fail() { echo "failed: $*" >&2; exit 1; }

need_root() { [ "$(id -u)" = 0 ] || skip 'needs root'; }

# need_cmd CMD...: skips where a program is not installed.
need_cmd() {
	local cmd
	for cmd; do
		command -v "$cmd" >/dev/null || skip "needs $cmd (tools/setup test installs it)"
	done
}

# wait_for 'CONDITION COMMAND' SECONDS: polls until the command succeeds; 1 and a message after that time.
wait_for() {
	local end=$((${EPOCHREALTIME/./} + $2 * 1000000))
	until eval "$1" >/dev/null 2>&1; do
		if [ "${EPOCHREALTIME/./}" -gt "$end" ]; then
			echo "not within $2 s: $1" >&2
			return 1
		fi
		sleep 0.02
	done
}

# ns_name client|server: the name of that namespace.
ns_name() {
	case $1 in
	client) echo "$NS_CLIENT" ;;
	server) echo "$NS_SERVER" ;;
	middle) echo "$NS_MIDDLE" ;;
	*) fail "no such side: $1" ;;
	esac
}

# in_ns client|server CMD...: runs a program there. Not "ip netns exec": that mounts a fresh /sys, which hides bpffs
# and cgroups from the program under test.
in_ns() {
	local ns
	ns=$(ns_name "$1")
	nsenter --net="/run/netns/$ns" -- "${@:2}"
}

# spawn NAME client|server CMD...: runs a program there in the background; log in $WORK/NAME.log.
spawn() {
	local name=$1 ns
	ns=$(ns_name "$2")
	shift 2
	mkdir -p "$WORK/pids"
	# A session of its own, so that its children can be ended with it; and background processes of a script start
	# with SIGINT ignored, which programs under test must not inherit.
	setsid env --default-signal=INT,QUIT nsenter --net="/run/netns/$ns" -- "$@" \
		</dev/null >"$WORK/$name.log" 2>&1 &
	echo $! >"$WORK/pids/$name"
}

# proc_pid NAME: the process id of a spawned program.
proc_pid() { cat "$WORK/pids/$1"; }

# stop_proc NAME [SIG]: ends what spawn started; kills what has not gone after 10 s. Its status is in PROC_STATUS.
stop_proc() {
	local pid
	[ -e "$WORK/pids/$1" ] || return 0
	pid=$(proc_pid "$1")
	rm -f "$WORK/pids/$1"
	kill -s "${2-TERM}" "$pid" 2>/dev/null || true
	wait_for "! kill -0 $pid" 10 || true
	kill -s KILL -- "-$pid" 2>/dev/null || true
	PROC_STATUS=0
	wait "$pid" 2>/dev/null || PROC_STATUS=$?
}

# Nothing but what a test sends: no duplicate address detection, router solicitation or link-local address.
quiet_ipv6() {
	local scope key
	for scope in all default; do
		for key in accept_dad=0 dad_transmits=0 autoconf=0 accept_ra=0 router_solicitations=0 addr_gen_mode=1 \
			mldv1_unsolicited_report_interval=1 mldv2_unsolicited_report_interval=1; do
			in_ns "$1" sysctl -qw "net.ipv6.conf.$scope.$key"
		done
	done
}

# set_up_side client|server IFACE MAC IPV4 IPV6
set_up_side() {
	local ns
	ns=$(ns_name "$1")
	ip -n "$ns" link set "$2" address "$3"
	ip -n "$ns" addr add "$4/24" dev "$2"
	ip -n "$ns" addr add "$5/64" dev "$2" nodad
	ip -n "$ns" link set lo up
	ip -n "$ns" link set "$2" up
}

net_up() {
	if [ -z "${WORK-}" ]; then
		WORK=$(mktemp -d)
		net_made_work=1
	fi
	trap net_down EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	ip netns add "$NS_CLIENT"
	ip netns add "$NS_SERVER"
	quiet_ipv6 client
	quiet_ipv6 server
	ip -n "$NS_CLIENT" link add "$CLIENT_IF" type veth peer name "$SERVER_IF" netns "$NS_SERVER"
	set_up_side client "$CLIENT_IF" "$CLIENT_MAC" "$CLIENT4" "$CLIENT6"
	set_up_side server "$SERVER_IF" "$SERVER_MAC" "$SERVER4" "$SERVER6"
	# Until the kernel has seen the cable on an end (up to 1 s), that end does not answer for its IPv6 address.
	wait_for "ip -n $NS_CLIENT link show $CLIENT_IF | grep 'state UP'" 5
	wait_for "ip -n $NS_SERVER link show $SERVER_IF | grep 'state UP'" 5
	wait_for "[ -z \"\$(ip -n $NS_CLIENT -6 addr show tentative; ip -n $NS_SERVER -6 addr show tentative)\" ]" 5
}

# Makes the cable carry packets as a real one does: cut to size, with checksums, tags in the frame.
offloads_off() {
	local off=(rx off tx off sg off tso off gso off gro off rxvlan off txvlan off
		rx-vlan-stag-hw-parse off tx-vlan-stag-hw-insert off)
	in_ns client ethtool -K "$CLIENT_IF" "${off[@]}" >/dev/null
	in_ns server ethtool -K "$SERVER_IF" "${off[@]}" >/dev/null
}

# add_vlan client|server NAME ADDRESS TAG...: an interface for that VLAN, on top of the cable; TAG is PROTOCOL:ID as in
# 8100:100, outermost first. In user space (vlan-tap), so that it works on kernels without VLAN support.
add_vlan() {
	local ns parent=$CLIENT_IF mac=$CLIENT_MAC
	ns=$(ns_name "$1")
	[ "$1" = client ] || parent=$SERVER_IF mac=$SERVER_MAC
	spawn "vlan-$1-$2" "$1" "$net_lib_dir/vlan-tap" "$parent" "$2" "${@:4}"
	wait_for "ip -n $ns link show $2" 10
	ip -n "$ns" link set "$2" address "$mac" mtu $((1500 - 4 * ($# - 3))) up
	ip -n "$ns" addr add "$3/24" dev "$2"
}

# Ends what is left in a namespace (sessions of sshd leave the group they were started in) and removes it.
remove_ns() {
	local pids
	[ -e "/run/netns/$1" ] || return 0
	pids=$(ip netns pids "$1")
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill -s KILL $pids 2>/dev/null || true
	wait_for "[ -z \"\$(ip netns pids $1)\" ]" 5 || true
	ip netns del "$1"
}

# stop_procs: ends what spawn started.
stop_procs() {
	local file
	for file in "$WORK"/pids/*; do
		[ ! -e "$file" ] || stop_proc "${file##*/}"
	done
}

# net_down: undoes net_up and every spawn; may be called again at any time.
net_down() {
	[ -n "${WORK-}" ] || return 0
	stop_procs
	remove_ns "$NS_CLIENT"
	remove_ns "$NS_SERVER"
	remove_ns "$NS_MIDDLE"
	if [ -n "$net_made_work" ]; then
		rm -rf "$WORK"
		WORK='' net_made_work=''
	fi
}

# wait_listening NAME tcp|udp PORT: until the server spawned under NAME has its socket; its log if it never does.
wait_listening() {
	wait_for "in_ns server ss -Hln --$2 'sport = :$3' | grep -q . || ! kill -0 $(proc_pid "$1")" 10 || true
	in_ns server ss -Hln "--$2" "sport = :$3" | grep -q . && return
	cat "$WORK/$1.log" >&2
	fail "$1 does not listen on $2 port $3"
}

# make_certificate DIR: a key and a self-made certificate for example.test, cert.pem and key.pem.
make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
		-subj "/C=DE/O=Example Test/CN=$SERVER_NAME" \
		-addext "subjectAltName=DNS:$SERVER_NAME,DNS:*.example.test,IP:$SERVER4,IP:$SERVER6" \
		-keyout "$1/key.pem" -out "$1/cert.pem" 2>/dev/null
}

# make_bytes NUM: that many bytes which look random and are the same every time.
make_bytes() {
	head -c "$1" /dev/zero | openssl enc -aes-128-ctr -K "$(printf %032d 0)" -iv "$(printf %032d 0)"
}

# What start_nginx serves: index.html, small.txt, hello.json, 64k.bin and 1m.bin; /post takes anything.
make_pages() {
	printf '<!doctype html><title>rejoice</title><p>It works.</p>\n' >"$1/index.html"
	seq 1 200 >"$1/small.txt"
	printf '{"hello": "world"}\n' >"$1/hello.json"
	make_bytes 65536 >"$1/64k.bin"
	make_bytes 1048576 >"$1/1m.bin"
}

# start_nginx: HTTP on port 80, HTTPS (TLS 1.2 and 1.3, HTTP/1.1 and 2) on 443, IPv4 and IPv6.
start_nginx() {
	local dir=$WORK/nginx
	mkdir -p "$dir/www"
	make_certificate "$dir"
	make_pages "$dir/www"
	cat >"$dir/nginx.conf" <<-END
	daemon off;
	user root;
	worker_processes 1;
	pid $dir/nginx.pid;
	error_log stderr;
	events { worker_connections 1024; }
	http {
		types { text/html html; text/plain txt; application/json json; }
		default_type application/octet-stream;
		access_log $dir/access.log;
		client_body_temp_path $dir/body;
		proxy_temp_path $dir/proxy;
		fastcgi_temp_path $dir/fastcgi;
		uwsgi_temp_path $dir/uwsgi;
		scgi_temp_path $dir/scgi;
		server {
			listen 80;
			listen [::]:80;
			listen 443 ssl http2;
			listen [::]:443 ssl http2;
			server_name $SERVER_NAME;
			root $dir/www;
			ssl_certificate $dir/cert.pem;
			ssl_certificate_key $dir/key.pem;
			ssl_protocols TLSv1.2 TLSv1.3;
			ssl_session_cache shared:tls:1m;
			location = /post { return 200 "taken\n"; }
		}
	}
	END
	spawn nginx server nginx -p "$dir" -e "$dir/error.log" -c "$dir/nginx.conf"
	wait_listening nginx tcp 443
}

# dtls_to PORT [OPTION…]: a handshake by OpenSSL's client, which leaves as it has nothing to say.
dtls_to() {
	in_ns client openssl s_client -connect "$SERVER4:$1" -servername "$SERVER_NAME" "${@:2}" \
		</dev/null >"$WORK/dtls-client.log" 2>&1
}

# make_dtls: the key and certificate of dtls_talk, in $WORK/dtls.
make_dtls() {
	mkdir -p "$WORK/dtls"
	make_certificate "$WORK/dtls"
}

# dtls_talk [OPTION OF SERVER…] -- [OPTION OF CLIENT…]: with OpenSSL's server, on UDP port 4433; it asks for a cookie. A
# server for each talk, as it does not see when a client leaves.
dtls_talk() {
	local dir=$WORK/dtls options=() status=0
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	# shellcheck disable=SC2016
	spawn dtls server bash -c 'sleep infinity | "$@"' - openssl s_server -quiet -listen -accept 4433 \
		-cert "$dir/cert.pem" -key "$dir/key.pem" "${options[@]}"
	wait_listening dtls udp 4433
	dtls_to 4433 "${@:2}" || status=$?
	stop_proc dtls
	return $status
}

# start_dnsmasq: answers for example.test out of its own head and asks nobody else; UDP and TCP port 53.
start_dnsmasq() {
	local dir=$WORK/dnsmasq long
	mkdir -p "$dir"
	long=$(printf '%0200d' 0)
	cat >"$dir/dnsmasq.conf" <<-END
	port=53
	user=root
	pid-file=$dir/dnsmasq.pid
	listen-address=$SERVER4,$SERVER6
	bind-interfaces
	no-resolv
	no-hosts
	no-poll
	local=/#/
	local-ttl=300
	host-record=www.example.test,$SERVER4,$SERVER6
	host-record=mail.example.test,10.77.0.25
	host-record=sip.example.test,10.77.0.60
	cname=web.example.test,www.example.test
	cname=alias.example.test,web.example.test
	txt-record=example.test,v=spf1 mx -all,second string
	txt-record=big.example.test,$long,$long,$long
	mx-host=example.test,mail.example.test,10
	srv-host=_sip._tcp.example.test,sip.example.test,5060,10,20
	dns-rr=example.test,257,0005697373756563612e6578616d706c652e74657374
	dns-rr=www.example.test,65,00010000010006026833026832000400040a4d0002
	END
	# The last line's ALPN list ("h3", "h2") and IPv4 hint are SvcParams 1 and 4 of RFC 9460.
	spawn dnsmasq server dnsmasq --keep-in-foreground --log-facility=- --conf-file="$dir/dnsmasq.conf"
	wait_listening dnsmasq udp 53
}

# start_sshd: port 22, own host key, lets in the key that ssh_to_server uses.
start_sshd() {
	local dir=$WORK/sshd
	mkdir -p "$dir"
	ssh-keygen -q -t ed25519 -N '' -C host -f "$dir/host_key"
	ssh-keygen -q -t ed25519 -N '' -C client -f "$dir/client_key"
	cat >"$dir/sshd_config" <<-END
	Port 22
	HostKey $dir/host_key
	PidFile $dir/sshd.pid
	AuthorizedKeysFile $dir/client_key.pub
	StrictModes no
	UsePAM no
	PermitRootLogin prohibit-password
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	PrintMotd no
	END
	install -d -m 755 /run/sshd	# compiled in; sshd wants it, and only systemd makes it
	spawn sshd server /usr/sbin/sshd -D -e -f "$dir/sshd_config"
	wait_listening sshd tcp 22
}

# ssh_to_server CMD...: runs a command through sshd; nothing of the caller's own ssh configuration is used.
ssh_to_server() {
	in_ns client ssh -F /dev/null -i "$WORK/sshd/client_key" -o IdentitiesOnly=yes -o IdentityAgent=none \
		-o UserKnownHostsFile="$WORK/sshd/known_hosts" -o GlobalKnownHostsFile=/dev/null \
		-o StrictHostKeyChecking=no -o BatchMode=yes -o LogLevel=ERROR \
		"root@$SERVER4" "$@" </dev/null
}

start_iperf3() {
	spawn iperf3 server taskset -c 0 iperf3 --server --port 5201 --forceflush
	wait_listening iperf3 tcp 5201
}

# shellcheck disable=SC2016
num_frames() { in_ns server awk 'NR > 2 { sub(/:/, " "); print $1, $3, $11 }' /proc/net/dev; }

# How long nothing has to move: TCP delays acknowledgements for up to 200 ms, and repeats after no less.
QUIET_US=300000

# Until nothing has moved on any interface for so long.
wait_quiet() {
	local before='' now since=${EPOCHREALTIME/./} end
	end=$((since + 20000000))
	until [ "${EPOCHREALTIME/./}" -gt $((since + QUIET_US)) ] || [ "${EPOCHREALTIME/./}" -gt $end ]; do
		now=$(num_frames)
		[ "$now" = "$before" ] || since=${EPOCHREALTIME/./}
		before=$now
		sleep 0.05
	done
}

# A CPU that was away for so long (ms) has put times further apart than the tests allow for.
MAX_STALL=8

live_side=server	# where live runs
live_in=()	# by what command, if any: in another mount namespace

# start_live NAME IFACE [OPTION…]: $rejoice live, until it watches; records in $WORK/NAME.live, account in
# $WORK/NAME.live.stats.
start_live() {
	local name=$1 iface=$2
	shift 2
	spawn "live-$name" "$live_side" "${live_in[@]}" "$rejoice" live -i "$iface" -o "$WORK/$name.live" \
		--stats "$WORK/$name.live.stats" "$@"
	wait_for "grep -q watching $WORK/live-$name.log || ! kill -0 $(proc_pid "live-$name")" 60 || true
	grep -q watching "$WORK/live-$name.log" && return
	cat "$WORK/live-$name.log"
	return 1
}
