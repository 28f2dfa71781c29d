# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Part of tests/cli/run: captures that are joined with a table of processes.

# The records of a capture as live would have written them: with a process at either end.
owned_records() {
	"$rejoice" read "$1" | sed 's/}$/,"exe":{"name":"curl","pid":7,"start":1.5},"exe_da":{"name":"httpd","pid":8,"opener":{"pid":9}}}/'
}

all_owned() {
	json_is "$1" 'len(o) > 0 and all(r["exe"]["pid"] == 7 and r["exe"]["uptime"] > 0 and r["exe_da"]["opener"]["pid"] == 9 for r in o)'
}

none_owned() { [ -s "$1" ] && ! grep -q '"exe' "$1"; }

process_maps() {
	local file=$golden/http-plain.pcap num
	owned_records "$file" >"$T/map.json"
	num=$(num_lines "$T/map.json")
	gzip -kf "$T/map.json"
	done_by 'process map' "$rejoice" read "$file" -o "$T/joined.json" --process-map "$T/map.json" --stats "$T/joined.stats"
	check 'process map: each flow has its processes' all_owned "$T/joined.json"
	check 'process map: valid' "$here/../validate" "$T/joined.json" --stats "$T/joined.stats"
	check 'process map: counted' grep -qF "\"owners\":{\"method\":\"file\",\"rows\":$num,\"rows_malformed\":0,\"rows_over_limit\":0,\"flows_joined\":$num,\"flows_doubtful\":0,\"flows_unowned\":0}" "$T/joined.stats"
	done_by 'process map, compressed, two threads' "$rejoice" read "$file" -o "$T/again.json" --process-map "$T/map.json.gz" --threads 2
	check 'it is the same' cmp "$T/joined.json" "$T/again.json"
	run sh -c '"$1" read "$2" -o "$3" --process-map - <"$4"' sh "$rejoice" "$file" "$T/again.json" "$T/map.json.gz"
	verdict 'process map: standard input' 0 0
	check 'it is the same' cmp "$T/joined.json" "$T/again.json"
	done_by 'process map of what was joined' "$rejoice" read "$file" -o "$T/again.json" --process-map "$T/joined.json"
	check 'it is the same' cmp "$T/joined.json" "$T/again.json"
	done_by 'process map of another capture' "$rejoice" read "$golden/ssh.pcap" -o "$T/other.json" --process-map "$T/map.json"
	check 'nobody is named' none_owned "$T/other.json"
	bad_process_maps "$file" "$num"
	process_map_usage "$file"
}

bad_process_maps() {
	{ echo '{"version":"0.1.0"}'; cat "$T/map.json"; echo '{"exe":5}'; head -c 99 "$T/map.json"; } >"$T/bad.json"
	complains 1 'process map with lines that are wrong' "bad.json:$(($2 + 2)): sa: is missing" \
		"$rejoice" read "$1" -o "$T/again.json" --process-map "$T/bad.json" --stats "$T/bad.stats"
	check 'its rows are used' cmp "$T/joined.json" "$T/again.json"
	check 'the others are counted' grep -qF "\"rows\":$2,\"rows_malformed\":2," "$T/bad.stats"
	complains 1 'process map that is a capture' 'ssh.pcap:1: not JSON' \
		"$rejoice" read "$1" -o "$T/again.json" --process-map "$golden/ssh.pcap"
	check 'flows are written without' none_owned "$T/again.json"
	complains 1 'process map that is not there' 'nowhere: cannot be read' "$rejoice" read "$1" --process-map "$T/nowhere"
	complains 1 'process map that is a directory' ': cannot be read: Is a directory' "$rejoice" read "$1" --process-map "$T"
	head -c -8 "$T/map.json.gz" >"$T/cut.gz"
	complains 1 'process map that is cut' 'cut.gz:[0-9]*: cannot be decompressed: the file ends early' \
		"$rejoice" read "$1" -o /dev/null --process-map "$T/cut.gz"
	sed 's/"pid":7,/"pid":70,/' "$T/map.json" | cat - "$T/map.json" >"$T/doubt.json"
	done_by 'process map in doubt' "$rejoice" read "$1" -o "$T/again.json" --process-map "$T/doubt.json" --stats "$T/doubt.stats"
	check 'the end is left out' json_is "$T/again.json" 'all("exe" not in r and r["exe_da"]["pid"] == 8 for r in o)'
	check 'and counted' grep -qF "\"flows_joined\":$2,\"flows_doubtful\":$2,\"flows_unowned\":0}" "$T/doubt.stats"
}

process_map_usage() {
	local option
	complains 2 'process map without its feature' 'is for the feature process' \
		"$rejoice" read "$1" -f none --process-map "$T/map.json"
	complains 2 'process map that is read as a capture' 'is a capture to be read' "$rejoice" read "$1" --process-map "$1"
	complains 2 'process map that is written to' 'is the process map' \
		"$rejoice" read "$1" -o "$T/map.json" --process-map "$T/map.json"
	complains 2 'process map and capture on standard input' 'standard input: is named' "$rejoice" read - --process-map -
	complains 2 'slack that is no time' 'process-map-slack x: not a value' "$rejoice" read "$1" --process-map-slack x
	for option in "-o $T/own" "--stats $T/own -o $T/all"; do
		# shellcheck disable=SC2086
		complains 2 "owners to the file of $option" 'something else is written there' \
			"$rejoice" live -i lo $option --record-owners "$T/own"
	done
	complains 2 'owners and records on standard output' 'something else is written there' "$rejoice" live -i lo --record-owners -
	complains 2 'owners of captures' 'not an option of read' "$rejoice" read "$1" --record-owners "$T/own"
}
