#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The servers that golden captures are made of, beside those of tests/net/lib.sh, and clients that need a place.
# shellcheck disable=SC2154

# The server of ngtcp2: on 443, on 4433 with Retry, on 4434 with a preference for a draft of version 2.
start_quic() {
	local dir=$WORK/quic port
	need_cmd gtlsclient gtlsserver
	mkdir -p "$dir/www"
	make_certificate "$dir"
	make_pages "$dir/www"
	for port in 443 4433 4434; do
		local options=()
		[ $port != 4433 ] || options=(--validate-addr)
		[ $port != 4434 ] || options=(--preferred-versions=v2draft)
		spawn "quic-$port" server gtlsserver -q -d "$dir/www" "${options[@]}" '*' $port \
			"$dir/key.pem" "$dir/cert.pem"
		wait_for "in_ns server ss -Hlnu 'sport = :$port' | grep -q ." 10
	done
}

start_dtls() {
	make_dtls
	spawn dtls-4435 server "$here/serve-dtls" 4435 "$WORK/dtls"
	wait_listening dtls-4435 udp 4435
}

# start_nghttpd [OPTION…]: HTTP/2 without TLS on port 8080, with a trailer, and a push beside the index.
start_nghttpd() {
	need_cmd nghttp nghttpd
	mkdir -p "$WORK/nghttpd/www"
	make_pages "$WORK/nghttpd/www"
	spawn nghttpd server nghttpd --no-tls -d "$WORK/nghttpd/www" --trailer 'served-by: nghttpd' \
		--push /index.html=/small.txt 8080
	wait_listening nghttpd tcp 8080
}

# The proxy of nghttp2 before it, on port 80: of these programs the one that upgrades.
start_nghttpx() {
	need_cmd nghttpx
	start_nghttpd
	spawn nghttpx server nghttpx --conf=/dev/null --frontend='*,80;no-tls' --backend='127.0.0.1,8080;;proto=h2' \
		--no-ocsp
	wait_listening nghttpx tcp 80
}

# One that says again what it is told.
start_websocket() {
	spawn websocket server /usr/bin/python3 -c '
import asyncio, websockets
async def echo(s, path=None):
    async for text in s:
        await s.send(text)
async def main():
    async with websockets.serve(echo, "0.0.0.0", 8765):
        await asyncio.Future()
asyncio.run(main())'
	wait_listening websocket tcp 8765
}

# dhclient_to OPTION…: ISC's client for the cable; what it is told goes nowhere.
dhclient_to() {
	in_ns client timeout 20 dhclient -1 -sf /bin/true -lf "$WORK/leases" -pf "$WORK/dhclient.pid" \
		-cf "$WORK/dhclient.conf" "$@" "$CLIENT_IF" >>"$WORK/dhclient.log" 2>&1
}

# dnsmasq without its DNS.
start_dhcpd() {
	need_cmd dhclient busybox
	cat >"$WORK/dhclient.conf" <<-END
	option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;
	send host-name "client.example.test";
	send dhcp-client-identifier = hardware;
	request subnet-mask, routers, domain-name-servers, domain-name, domain-search, rfc3442-classless-static-routes,
		interface-mtu, dhcp6.name-servers, dhcp6.domain-search, dhcp6.fqdn;
	send vendor-class-identifier "rejoice-test";
	END
	cat >"$WORK/dhcpd.conf" <<-END
	port=0
	user=root
	pid-file=$WORK/dhcpd.pid
	dhcp-leasefile=$WORK/dhcpd.leases
	interface=$SERVER_IF
	bind-interfaces
	no-ping
	domain=example.test
	enable-ra
	dhcp-authoritative
	dhcp-rapid-commit
	dhcp-range=10.77.0.100,10.77.0.120,255.255.255.0,1h
	dhcp-range=fd77::100,fd77::1ff,64,1h
	dhcp-option=option:router,$SERVER4
	dhcp-option=option:dns-server,$SERVER4,10.77.0.3
	dhcp-option=option:domain-search,example.test,sub.example.test
	dhcp-option=option:classless-static-route,10.78.0.0/16,$SERVER4,0.0.0.0/0,$SERVER4
	dhcp-option=option:mtu,1400
	dhcp-option=option:ntp-server,10.77.0.4
	dhcp-option=option6:dns-server,[$SERVER6]
	dhcp-option=option6:domain-search,example.test
	dhcp-option=option6:sntp-server,[fd77::4]
	dhcp-boot=pxelinux.0,boot.example.test,10.77.0.5
	END
	spawn dhcpd server dnsmasq --keep-in-foreground --log-facility=- --conf-file="$WORK/dhcpd.conf"
	wait_listening dhcpd udp 67
}

# swanctl_of client|server OPTION…
swanctl_of() {
	in_ns "$1" swanctl "${@:2}" --uri "unix://$WORK/$1.vici" >>"$WORK/swanctl.log" 2>&1
}

# start_charon client|server LOCAL REMOTE: strongSwan, with a shared secret; aggressive mode has to be allowed.
start_charon() {
	local conf=$WORK/$1-swanctl.conf kind
	cat >"$WORK/$1-strongswan.conf" <<-END
	charon-systemd {
		load_modular = no
		load = random nonce aes sha1 sha2 hmac kdf gmp kernel-netlink socket-default vici updown
		i_dont_care_about_security_and_use_aggressive_mode_psk = yes
		plugins {
			vici {
				socket = unix://$WORK/$1.vici
			}
		}
		journal {
			default = -1
		}
	}
	END
	{
		echo 'connections {'
		for kind in 'v2 2 no' 'v1 1 no' 'v1-aggressive 1 yes'; do
			# shellcheck disable=SC2086
			set -- "$1" "$2" "$3" $kind
			cat <<-END
			$4 {
				version = $5
				aggressive = $6
				local_addrs = $2
				remote_addrs = $3
				proposals = aes128-sha256-modp2048,aes256-sha384-modp3072
				local {
					auth = psk
					id = $1.example.test
				}
				remote {
					auth = psk
				}
				children {
					net {
						esp_proposals = aes128-sha256
						mode = transport
					}
				}
			}
			END
		done
		echo '}'
		printf 'secrets {\n\tike {\n\t\tsecret = "a shared secret"\n\t}\n}\n'
	} >"$conf"
	spawn "charon-$1" "$1" env "STRONGSWAN_CONF=$WORK/$1-strongswan.conf" charon-systemd
	wait_for "[ -S $WORK/$1.vici ]" 10
	swanctl_of "$1" --load-all --noprompt --file "$conf"
}

start_charons() {
	need_cmd charon-systemd swanctl
	start_charon client "$CLIENT4" "$SERVER4"
	start_charon server "$SERVER4" "$CLIENT4"
}

start_aiosmtpd() {
	mkdir -p "$WORK/smtp"
	make_certificate "$WORK/smtp"
	spawn aiosmtpd server "$here/talk-mail" serve "$WORK/smtp"
	wait_listening aiosmtpd tcp 25
}

start_vsftpd() {
	local dir=$WORK/ftp
	need_cmd vsftpd
	mkdir -p "$dir/root/pub" "$dir/empty"
	make_certificate "$dir"
	echo 'hello, file' >"$dir/root/pub/hello.txt"
	chmod 777 "$dir/root/pub"
	chmod 711 "$WORK" "$dir"
	cat >"$dir/conf" <<-END
	background=NO
	listen=YES
	anonymous_enable=YES
	anon_root=$dir/root
	anon_upload_enable=YES
	write_enable=YES
	port_enable=YES
	seccomp_sandbox=NO
	secure_chroot_dir=$dir/empty
	ssl_enable=YES
	allow_anon_ssl=YES
	require_ssl_reuse=NO
	rsa_cert_file=$dir/cert.pem
	rsa_private_key_file=$dir/key.pem
	END
	spawn vsftpd server vsftpd "$dir/conf"
	wait_listening vsftpd tcp 21
}

# POP3 and IMAP; everybody has the same password and the same mails.
start_dovecot() {
	local dir=$WORK/dovecot
	need_cmd dovecot
	mkdir -p "$dir" "$WORK/mail"
	make_certificate "$dir"
	chown mail "$WORK/mail"
	chmod 711 "$WORK"
	cat >"$dir/conf" <<-END
	protocols = imap pop3
	base_dir = $dir/run
	state_dir = $dir
	log_path = /dev/stderr
	ssl = yes
	ssl_cert = <$dir/cert.pem
	ssl_key = <$dir/key.pem
	disable_plaintext_auth = no
	mail_location = maildir:$WORK/mail
	first_valid_uid = 1
	passdb {
		driver = static
		args = password=correct-horse
	}
	userdb {
		driver = static
		args = uid=mail gid=mail home=$WORK/mail
	}
	END
	spawn dovecot server dovecot -F -c "$dir/conf"
	wait_listening dovecot tcp 143
	wait_listening dovecot tcp 110
}

# ntpd that is its own clock.
start_ntpd() {
	need_cmd ntpd ntpdig ntpq
	printf 'tos orphan 3 orphanwait 1\ndriftfile %s/ntp.drift\n' "$WORK" >"$WORK/ntp.conf"
	spawn ntpd server ntpd -n -g -x -c "$WORK/ntp.conf"
	wait_listening ntpd udp 123
	wait_for "in_ns server ntpdig --samples 1 --timeout 1 127.0.0.1" 30
}

start_turnserver() {
	need_cmd turnserver turnutils_stunclient turnutils_uclient
	spawn turnserver server turnserver -n --no-tls --no-dtls --no-cli --lt-cred-mech -u alice:secret \
		-r example.test -L "$SERVER4" -E "$SERVER4" --no-rfc5780 --allow-loopback-peers \
		--pidfile "$WORK/turnserver.pid" --log-file stdout --userdb "$WORK/turndb"
	wait_listening turnserver udp 3478
}

# baresip_as client|server NAME PARAMETERS: the folder of a telephone that plays a tone and hears nothing.
baresip_as() {
	local dir=$WORK/$2 address=$CLIENT4
	[ "$1" = client ] || address=$SERVER4
	mkdir -p "$dir"
	cat >"$dir/config" <<-END
	sip_listen		$address:5060
	net_interface		$([ "$1" = client ] && echo "$CLIENT_IF" || echo "$SERVER_IF")
	audio_source		ausine,440
	ausrc_srate		48000
	ausrc_channels		2
	audio_player		aubridge,nil
	audio_alert		aubridge,nil
	audio_channels		1
	rtp_ports		10000-10100
	rtcp_mux		yes
	module_path		/usr/lib/baresip/modules
	module			ausine.so
	module			aubridge.so
	module			g711.so
	module			srtp.so
	module			dtls_srtp.so
	module			ice.so
	module_tmp		uuid.so
	module_tmp		account.so
	module_app		menu.so
	END
	echo "<sip:$2@$address>;regint=0;answermode=auto$3" >"$dir/accounts"
	: >"$dir/contacts"
}

start_baresip() { need_cmd baresip; }

# OpenLDAP with an empty directory, TLS, and passwords in the clear for SASL.
start_slapd() {
	local dir=$WORK/slapd
	need_cmd slapd ldapsearch
	mkdir -p "$dir/db"
	make_certificate "$dir"
	cat >"$dir/slapd.conf" <<-END
	include /etc/ldap/schema/core.schema
	pidfile $dir/slapd.pid
	modulepath /usr/lib/ldap
	moduleload back_mdb
	TLSCertificateFile $dir/cert.pem
	TLSCertificateKeyFile $dir/key.pem
	database mdb
	suffix dc=example,dc=test
	rootdn cn=admin,dc=example,dc=test
	rootpw secret
	directory $dir/db
	END
	spawn slapd server slapd -d 0 -f "$dir/slapd.conf" -h 'ldap:///'
	wait_listening slapd tcp 389
}

# MIT's, for alice and bob of EXAMPLE.TEST and one service.
start_kdc() {
	local dir=$WORK/kdc env=()
	need_cmd krb5kdc kdb5_util kadmin.local kinit kvno
	mkdir -p "$dir"
	cat >"$dir/krb5.conf" <<-END
	[libdefaults]
	default_realm = EXAMPLE.TEST
	dns_lookup_kdc = false
	dns_canonicalize_hostname = false
	udp_preference_limit = 1400
	[realms]
	EXAMPLE.TEST = {
		kdc = $SERVER4
		database_name = $dir/principal
		key_stash_file = $dir/stash
	}
	END
	cat >"$dir/kdc.conf" <<-END
	[kdcdefaults]
	kdc_ports = 88
	kdc_tcp_ports = 88
	END
	env=(env "KRB5_CONFIG=$dir/krb5.conf" "KRB5_KDC_PROFILE=$dir/kdc.conf")
	"${env[@]}" kdb5_util create -s -P master >"$WORK/kdb.log" 2>&1
	"${env[@]}" kadmin.local -q 'addprinc -pw secret +requires_preauth alice' >>"$WORK/kdb.log" 2>&1
	"${env[@]}" kadmin.local -q 'addprinc -pw other +requires_preauth bob' >>"$WORK/kdb.log" 2>&1
	"${env[@]}" kadmin.local -q 'addprinc -randkey cifs/srv.example.test' >>"$WORK/kdb.log" 2>&1
	spawn kdc server "${env[@]}" krb5kdc -n
	wait_listening kdc tcp 88
}

# Samba, with root as its only user.
start_smbd() {
	local dir=$WORK/smbd
	need_cmd smbd smbclient smbpasswd
	mkdir -p "$dir/files" "$dir/state"
	cat >"$dir/smb.conf" <<-END
	[global]
	workgroup = EXAMPLE
	netbios name = SRV
	server min protocol = NT1
	private dir = $dir/state
	lock directory = $dir/state
	state directory = $dir/state
	cache directory = $dir/state
	pid directory = $dir/state
	ncalrpc dir = $dir/state
	log file = $dir/log
	load printers = no
	disable spoolss = yes
	[files]
	path = $dir/files
	END
	cat >"$dir/client.conf" <<-END
	[global]
	workgroup = EXAMPLE
	netbios name = CLIENT
	client min protocol = NT1
	private dir = $dir
	lock directory = $dir
	state directory = $dir
	cache directory = $dir
	END
	printf 'secret\nsecret\n' | smbpasswd -c "$dir/smb.conf" -a -s root >"$WORK/smbpasswd.log"
	spawn smbd server smbd --foreground --no-process-group --configfile="$dir/smb.conf"
	wait_listening smbd tcp 445
}

# xrdp with TLS, and no session behind it.
start_xrdp() {
	local dir=$WORK/xrdp
	need_cmd xrdp xfreerdp xvfb-run
	mkdir -p "$dir"
	make_certificate "$dir"
	sed -e "s,^certificate=.*,certificate=$dir/cert.pem," -e "s,^key_file=.*,key_file=$dir/key.pem," \
		-e "s,^LogFile=.*,LogFile=$dir/log," /etc/xrdp/xrdp.ini >"$dir/xrdp.ini"
	spawn xrdp server xrdp --nodaemon --config "$dir/xrdp.ini"
	wait_listening xrdp tcp 3389
}

# wireguard_at client|server NAME ADDRESS: WireGuard in user space, as this kernel need not have it.
wireguard_at() {
	spawn "wireguard-$1" "$1" env WG_PROCESS_FOREGROUND=1 wireguard-go -f "$2"
	wait_for "in_ns $1 wg show $2" 10
	in_ns "$1" wg set "$2" private-key "$WORK/$1.wg" listen-port 51820
	ip -n "$(ns_name "$1")" addr add "$3/24" dev "$2"
	ip -n "$(ns_name "$1")" link set "$2" up
}

start_wireguard() {
	local side
	need_cmd wireguard-go wg
	for side in client server; do
		(umask 077 && wg genkey >"$WORK/$side.wg")
	done
	wireguard_at client "rjwgc$$" 10.79.0.1
	wireguard_at server "rjwgs$$" 10.79.0.2
	in_ns server wg set "rjwgs$$" peer "$(wg pubkey <"$WORK/client.wg")" allowed-ips 10.79.0.1/32
	in_ns client wg set "rjwgc$$" peer "$(wg pubkey <"$WORK/server.wg")" allowed-ips 10.79.0.2/32 \
		endpoint "$SERVER4:51820"
}

fingerprint_of() { openssl x509 -in "$WORK/openvpn/$1.pem" -noout -fingerprint -sha256 | cut -d= -f2; }

# start_openvpn PORT PROTO [OPTION…]
start_openvpn() {
	spawn "openvpn-$1" server openvpn --server "10.8$((${1#119})).0.0" 255.255.255.0 --topology subnet --dev tun \
		--port "$1" --proto "$2" --dh none --cert "$WORK/openvpn/server.pem" --key "$WORK/openvpn/server.key" \
		--peer-fingerprint "$(fingerprint_of client)" --verb 3 "${@:3}"
	wait_for "grep -q 'Initialization Sequence Completed' $WORK/openvpn-$1.log" 10
}

start_openvpns() {
	local side
	need_cmd openvpn
	mkdir -p "$WORK/openvpn"
	for side in client server; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
			-subj "/O=Example Test/CN=$side.example.test" -keyout "$WORK/openvpn/$side.key" \
			-out "$WORK/openvpn/$side.pem" 2>/dev/null
	done
	command openvpn --genkey secret "$WORK/openvpn/ta.key"
	start_openvpn 1194 udp
	start_openvpn 1195 udp --tls-auth "$WORK/openvpn/ta.key" 0 --auth SHA256
	start_openvpn 1196 tcp-server --tls-crypt "$WORK/openvpn/ta.key"
}

start_mosquitto() {
	need_cmd mosquitto mosquitto_pub mosquitto_sub mosquitto_passwd
	mosquitto_passwd -b -c "$WORK/mosquitto.users" rejoice secret
	cat >"$WORK/mosquitto.conf" <<-END
	listener 1883 $SERVER4
	allow_anonymous false
	password_file $WORK/mosquitto.users
	user root
	persistence false
	END
	spawn mosquitto server mosquitto -c "$WORK/mosquitto.conf"
	wait_listening mosquitto tcp 1883
}

start_modbus() {
	/usr/bin/python3 -c 'import pymodbus' 2>/dev/null || skip 'needs python3-pymodbus and python3-serial-asyncio'
	spawn modbus server /usr/bin/python3 -c '
import sys
from pymodbus.datastore import ModbusSequentialDataBlock as Block, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer
blocks = {name: Block(0, [17] * 100) for name in ("di", "co", "hr", "ir")}
StartTcpServer(context=ModbusServerContext(slaves=ModbusSlaveContext(**blocks), single=True), address=(sys.argv[1], 502))
' "$SERVER4"
	wait_listening modbus tcp 502
}

# A tracker over UDP, and one peer that has the file.
start_torrents() {
	need_cmd opentracker
	/usr/bin/python3 -c 'import libtorrent' 2>/dev/null || skip 'needs python3-libtorrent'
	mkdir -p "$WORK/torrents"
	chmod 755 "$WORK" "$WORK/torrents"
	spawn opentracker server opentracker -i "$SERVER4" -p 6969 -P 6969 -d "$WORK/torrents"
	wait_listening opentracker udp 6969
	spawn seed server "$here/talk-torrent" seed "$WORK/torrents" "$SERVER4" "udp://$SERVER4:6969/announce"
	wait_listening seed udp 6881
	wait_for "[ -e $WORK/torrents/file.torrent ]" 10
}

start_names() {
	spawn names server "$here/talk-names" serve "$SERVER4"
	wait_listening names udp 137
}

start_udp() {
	spawn udp4 server socat UDP4-LISTEN:7777,fork PIPE
	spawn udp6 server socat UDP6-LISTEN:7777,ipv6only=1,fork PIPE
	spawn udp-silent server socat -u UDP4-RECV:7778 OPEN:/dev/null
	wait_listening udp4 udp 7777
	wait_listening udp-silent udp 7778
	wait_for "in_ns server ss -6Hlnu 'sport = :7777' | grep -q ." 10
}

# 802.1Q 100, and 802.1Q 100 within 802.1ad 200.
start_vlans() {
	local side last=1
	for side in client server; do
		add_vlan "$side" tag100 "10.77.100.$last" 8100:100
		add_vlan "$side" tag200.100 "10.77.200.$last" 88a8:200 8100:100
		last=2
	done
}
