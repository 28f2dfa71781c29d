# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Part of tests/cli/run: what captures come in, and what is no capture.

# reads NAME FRAMES SECONDS: that capture is read without a word: so many frames, from that time on.
reads() {
	done_by "a capture: $1" "$rejoice" read "$T/forged/$1" --stats "$T/stats"
	check "a capture: $1: $2 frames, its times" \
		test "$(stat_of packets) $(stat_of packets_in_flows) $(first_time)" = "$2 $2 $3"
	cat "$T/out" >>"$T/forged.out"
}

first_time() { sed -n '1s/.*"time_start":\([0-9.]*\).*/\1/p' "$T/out"; }

# breaks NAME FRAMES PATTERN: so many frames are read, then it says what is wrong.
breaks() {
	complains 1 "a capture: $1" "$T/forged/$1: .*$3" "$rejoice" read "$T/forged/$1" --stats "$T/stats"
	check "a capture: $1: $2 frames before that" test "$(stat_of packets)" = "$2"
	cat "$T/out" >>"$T/forged.out"
}

sound_captures() {
	local order
	for order in le be; do
		reads "pcap-micro-$order" 2 1600000000.000005
		reads "pcap-nano-$order" 2 1600000000.000000005
		reads "pcap-patched-$order" 2 1600000000.000005
		reads "pcap-ixia-hw-$order" 2 1600000000.000000005
		reads "pcap-ixia-sw-$order" 2 1600000000.000005
		reads "pcap-check-sequence-$order" 2 1600000000.000005
		reads "pcapng-simple-$order" 3 1600000000.000005
		reads "pcapng-simple-padded-$order" 3 1600000000.000005
		reads "pcapng-obsolete-$order" 2 1600000000.000005
		reads "pcapng-section-length-$order" 2 1600000000.000005
		reads "pcapng-other-blocks-$order" 2 1600000000.000005
		reads "pcapng-options-$order" 2 1600000000.000005
		reads "pcapng-picoseconds-$order" 2 1600000000.000000005
		reads "pcapng-binary-clock-$order" 2 1600000000.500000
		reads "pcapng-offset-$order" 2 1600000000.000005
		reads "pcapng-three-interfaces-$order" 3 1600000000.000005
	done
	reads pcapng-two-orders 4 1600000000.000005
	reads gzip-members 2 1600000000.000005
	reads gzip-zeros-behind 2 1600000000.000005
	reads gzip-rubbish-behind 2 1600000000.000005
}

broken_captures() {
	breaks pcapng-cut-block 1 'the file ends inside a block'
	breaks pcapng-long-option 0 'options are damaged'
	breaks pcapng-length-small 1 'impossible length'
	breaks pcapng-length-odd 1 'impossible length'
	breaks pcapng-length-beyond 1 'the file ends inside a block'
	breaks pcapng-trailer 1 'two lengths are not the same'
	breaks pcapng-captured-beyond 1 'longer than its block'
	breaks pcapng-no-interface 1 'interface is not there'
	breaks gzip-checksum 2 'gzip data are damaged or cut short'
	breaks gzip-cut 2 'gzip data are damaged or cut short'
}

# What is no capture says what it is, and what to do.
foreign_files() {
	local by file
	for by in zstd lz4 xz bzip2 lzip; do
		file=$T/packed
		case $by in
		zstd) printf '\x28\xb5\x2f\xfd%060d' 0 >"$file" ;;
		lz4) printf '\x04\x22\x4d\x18%060d' 0 >"$file" ;;
		lzip) printf 'LZIP%060d' 0 >"$file" ;;
		xz) xz -c "$golden/dns.pcap" >"$file" ;;
		bzip2) bzip2 -c "$golden/dns.pcap" >"$file" ;;
		esac
		complains 1 "compressed by $by" "$file: .*by $by: .$by -dc FILE [|] rejoice read -" "$rejoice" read "$file"
	done
	xz -c "$golden/dns.pcap" >"$T/packed"
	"$rejoice" read "$golden/dns.pcap" >"$T/whole"
	from_stdin 'what the line about xz says' xz -dc "$T/packed"
	printf 'snoop\0\0\0\0\0\0\2\0\0\0\4%050d' 0 >"$T/packed"
	complains 1 'a capture of snoop' 'snoop: .editcap' "$rejoice" read "$T/packed"
}

# finds NAME SED: the check of records refuses one that is changed so.
finds() {
	sed "$2" "$T/sound.json" >"$T/lying.json"
	check "the check of records finds $1" sh -c '! cmp -s "$1" "$2" && ! "$3" "$2" 2>/dev/null' sh \
		"$T/sound.json" "$T/lying.json" "$here/../validate"
}

# What tests/validate asks of records beyond their schema.
check_of_records() {
	"$rejoice" read -f all "$golden/http-plain.pcap" --stats "$T/stats" >"$T/whole"
	grep -m 1 '"num_pkts_in":[1-9]' "$T/whole" >"$T/sound.json"
	check 'the check of records takes a sound one' "$here/../validate" "$T/sound.json"
	finds 'an end before the start' 's/"time_end":[0-9]*/"time_end":1/'
	finds 'more packets listed than there are' 's/"num_pkts_out":[0-9]*/"num_pkts_out":1/'
	finds 'a gap longer than the flow' 's/"ipt":[0-9]*}\]/"ipt":100000}]/'
	finds 'a length above all bytes' 's/{"b":[0-9]*/{"b":9999999/'
	finds 'a histogram of other packets' 's/"len_hist":{"out":\[[0-9]*/&9/'
	finds 'another entropy' 's/"entropy":[0-9]*/"entropy":1/'
	finds 'another mean' 's/"byte_dist_mean":[0-9]*/"byte_dist_mean":1/'
	finds 'bytes that the flow has not' 's/"byte_dist":\[[0-9]*/&99/'
	check 'the check of records finds one that is missing' sh -c '! "$3" --sums "$1" --stats "$2" 2>/dev/null' sh \
		"$T/sound.json" "$T/stats" "$here/../validate"
}

captures() {
	check_of_records
	mkdir "$T/forged"
	/usr/bin/python3 "$here/forge" "$T/forged"
	sound_captures
	broken_captures
	check 'captures of all kinds: valid records' "$here/../validate" "$T/forged.out"
	foreign_files
}
