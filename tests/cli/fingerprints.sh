# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Part of tests/cli/run: databases of fingerprints.

# Captures whose records make the database, in $databases.
databases=(tls13-curl tls12-curl http-plain quic ssh dns)

# A hello as curl's in the golden captures, with this list of cipher suites.
hello_of() {
	echo "tls/1/(0303)($1)[(0000)(000a00160014001d0017001e0019001801000101010201030104)(000b000403000102)(000d001e001c0403$(
	)05030603080708080809080a080b080408050806040105010601)(0010000b000908687474702f312e31)(0015)(0016)(0017)$(
	)(002b0003020304)(002d00020101)(0031)(0033)]"
}

# json_is FILE PYTHON: an expression over all its objects, in the list o.
json_is() {
	/usr/bin/python3 -c 'import json, sys; o = [json.loads(line) for line in open(sys.argv[1])]; sys.exit(not eval(sys.argv[2]))' \
		"$1" "$2"
}

building() {
	local file
	for file in "${databases[@]}"; do
		"$rejoice" read "$golden/$file.pcap"
	done >"$T/plain.json"
	"$here/own" curl,firefox,curl <"$T/plain.json" >"$T/owned.json"
	done_by 'fingerprint build' "$rejoice" fingerprint build -o "$T/fp.json" "$T/owned.json"
	check 'a database is as it was' cmp "$T/fp.json" "$golden/match/fp.json"
	run sh -c '"$1" fingerprint build <"$2" >"$3"' sh "$rejoice" "$T/owned.json" "$T/again.json"
	verdict 'fingerprint build of standard input' 0 0
	check 'it is the same' cmp "$T/fp.json" "$T/again.json"
	done_by 'fingerprint build, compressed' "$rejoice" fingerprint build -o "$T/fp.json.gz" "$T/owned.json"
	check 'it is the same' sh -c 'gzip -dc "$1" | cmp - "$2"' sh "$T/fp.json.gz" "$T/fp.json"
	complains 0 'fingerprint build of records without a process' 'none of which names a process' \
		"$rejoice" fingerprint build "$T/plain.json"
	done_by 'the same with -q' "$rejoice" fingerprint build -q "$T/plain.json"
	check 'it has nothing' test ! -s "$T/out"
}

merging() {
	done_by 'fingerprint merge' "$rejoice" fingerprint merge "$T/fp.json.gz"
	check 'of one it is that one' cmp "$T/out" "$T/fp.json"
	done_by 'fingerprint merge of two' "$rejoice" fingerprint merge "$T/fp.json" "$T/fp.json.gz"
	check 'of the same twice it has all twice' json_is "$T/out" \
		"[f['count'] for f in o] == [2 * json.loads(l)['count'] for l in open('$T/fp.json')]"
	cat >"$T/joy.json" <<-'END'
	{"str_repr":"(0303)(1301)((0017)(0000))","md5_repr":"x","process_info":[{"process":"firefox","prevalence":0.5,"sha256":"Unknown"}]}
	END
	mkdir "$T/tar"
	cat >"$T/tar/fingerprint_db.json" <<-'END'
	{"str_repr":"tls/1/(0303)(1301)[(0000)(0017)]","fp_type":"tls","total_count":9,"process_info":[{"process":"firefox","count":8,"classes_hostname_sni":{"a.example":8}}]}
	END
	tar -C "$T/tar" -czf "$T/resources.tgz" fingerprint_db.json
	done_by "fingerprint merge of Joy's and Mercury's" "$rejoice" fingerprint merge "$T/joy.json" "$T/resources.tgz"
	check 'one fingerprint, of both' json_is "$T/out" \
		"len(o) == 1 and o[0]['count'] == 59 and o[0]['processes'][0]['count'] == 58 and o[0]['missed'] == 1"
	{ head -n 1 "$T/fp.json"; echo '{"fingerprint":"tls/x","processes":[]}'; tail -n 1 "$T/fp.json"; } >"$T/bad.json"
	complains 1 'fingerprint merge of a damaged one' "$T/bad.json:2: fingerprint: the version is not" \
		"$rejoice" fingerprint merge "$T/bad.json" "$T/joy.json"
	check 'what stands before the damage, and the other file' test "$(num_lines "$T/out")" = 2
	complains 1 'fingerprint merge of no file' 'No such file' "$rejoice" fingerprint merge "$T/nowhere.json"
	complains 1 'fingerprint merge of records' 'no database of fingerprints' "$rejoice" fingerprint merge "$T/plain.json"
}

showing() {
	done_by 'fingerprint show' "$rejoice" fingerprint show "$T/fp.json"
	check 'a line each, and what they are' test "$(num_lines "$T/out")" = $(($(num_lines "$T/fp.json") + 1))
	done_by 'fingerprint show --json' "$rejoice" fingerprint show --json "$T/fp.json"
	check 'it is the database' cmp "$T/out" "$T/fp.json"
	done_by 'fingerprint show --fingerprint' "$rejoice" fingerprint show --json --fingerprint ssh_server/ "$T/fp.json"
	check 'those alone' json_is "$T/out" "len(o) == 1 and o[0]['kind'] == 'ssh_server'"
	done_by 'fingerprint show --process' "$rejoice" fingerprint show --json --process nginx "$T/fp.json"
	check 'those alone' json_is "$T/out" "o and all(p['name'] == 'nginx' for f in o for p in f['processes'])"
}

# What is said of one fingerprint, and of records the same as read says.
matching() {
	local captures=("${databases[@]/#/$golden/}") near
	captures=("${captures[@]/%/.pcap}")
	done_by 'fingerprint match of one' "$rejoice" fingerprint match --fp-db "$T/fp.json" "$(hello_of 13021303130100ff)"
	check 'it is found' json_is "$T/out" "o[0]['match']['process'] == 'curl' and o[0]['match']['distance'] == 0"
	near=$(hello_of 130213031301c02b00ff)
	done_by 'fingerprint match of a near one' "$rejoice" fingerprint match --fp-db "$T/fp.json" "$near"
	check 'it is found, 1 of 18 away' json_is "$T/out" \
		"o[0]['match']['process'] == 'curl' and o[0]['match']['distance'] == 0.055556 and o[0]['match']['fingerprint'] == '$(
		hello_of 13021303130100ff)'"
	done_by 'fingerprint match of a far one' "$rejoice" fingerprint match --fp-db "$T/fp.json" "tls/(0303)(1301)()"
	check 'it is not found' json_is "$T/out" "o == [{'fingerprint': 'tls/1/(0303)(1301)[]'}]"
	complains 2 'fingerprint match of none' 'tls/\(03\): is no fingerprint: the version' \
		"$rejoice" fingerprint match --fp-db "$T/fp.json" 'tls/(03)'
	done_by 'fingerprint match of records' "$rejoice" fingerprint match --fp-db "$T/fp.json" "$T/plain.json"
	sed -n 's/.*,"fingerprints":\({.*}\),"community_id".*/\1/p' "$T/out" >"$T/fingerprints"
	check 'fingerprints and matches as they were' cmp "$T/fingerprints" "$golden/match/fingerprints.json"
	check 'valid records' "$here/../validate" "$T/out"
	cp "$T/out" "$T/matched"
	done_by 'fingerprint match of what is matched' "$rejoice" fingerprint match --fp-db "$T/fp.json" "$T/matched"
	check 'it stays as it is' cmp "$T/out" "$T/matched"
	for near in 1 2 5; do
		done_by "-f +match with $near threads" "$rejoice" read --threads "$near" -f +match --fp-db "$T/fp.json.gz" "${captures[@]}"
		check 'the same bytes' cmp "$T/out" "$T/matched"
	done
	done_by '-f none,match' "$rejoice" read -f none,match --fp-db "$T/fp.json" "${captures[@]}"
	check 'matches without the protocols' sh -c 'grep -q "\"match\":{\"tcp\"" "$1" && ! grep -q "\"tls\":{\"version" "$1"' sh "$T/out"
	done_by '-f all without a database' "$rejoice" read -f all "${captures[0]}"
	check 'no match' sh -c '! grep -q "\"match\":" "$1"' sh "$T/out"
	done_by '-f all with one' "$rejoice" read -f all --fp-db "$T/fp.json" "${captures[0]}"
	check 'a match' grep -q '"match":' "$T/out"
}

# The line of a hidden address has no evidence of it, and is otherwise as it was.
matching_hidden() {
	echo 10.77.0.0/16 >"$T/hidden"
	"$rejoice" read -f +match --fp-db "$T/fp.json" -q --anonymize "$T/hidden" --anon-key "$T/match.key" \
		"$golden/ssh.pcap" >"$T/out" 2>"$T/err"
	check 'a match of a hidden flow' grep -q '"match":{"tcp"' "$T/out"
}

refusing() {
	local file=$golden/tls13-curl.pcap
	complains 2 'match without a database' 'needs a database of fingerprints; name one with --fp-db' \
		"$rejoice" read -f +match "$file"
	complains 2 'a database without match' 'say -f \+match' "$rejoice" read --fp-db "$T/fp.json" "$file"
	complains 2 'a damaged database' "$T/bad.json:2: fingerprint: " "$rejoice" read -f +match --fp-db "$T/bad.json" "$file"
	check 'nothing was read' test ! -s "$T/out"
	complains 1 'no database' 'No such file' "$rejoice" read -f +match --fp-db "$T/nowhere.json" "$file"
	complains 2 'fingerprint without a verb' 'no verb: fingerprint takes build' "$rejoice" fingerprint
	complains 2 'fingerprint with another verb' 'guess: fingerprint takes build' "$rejoice" fingerprint guess
	complains 2 'fingerprint merge of nothing' 'nothing named' "$rejoice" fingerprint merge
	complains 2 'fingerprint match without a database' 'say --fp-db FILE' "$rejoice" fingerprint match x
	complains 2 'an option of another verb' 'not an option of merge' "$rejoice" fingerprint merge --json "$T/fp.json"
	complains 2 'fingerprint merge over its input' 'is what is to be read' \
		"$rejoice" fingerprint merge -o "$T/fp.json" "$T/fp.json"
	for file in build merge show match; do
		done_by "fingerprint $file --help" "$rejoice" fingerprint "$file" --help
		check "fingerprint $file --help on stdout" test -s "$T/out"
	done
}

fingerprints() {
	building
	merging
	showing
	matching
	matching_hidden
	refusing
}
