# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Part of tests/cli/run: directories with other things than captures in them, and with very many.

# What a directory may have beside captures: each told, or asked for by -v, and the captures all read.
odd_directories() {
	local dir=$T/odd
	mkdir "$dir" "$dir/below"
	cp "$golden/ping.pcap" "$dir/z.pcap"
	cp "$golden/dns.pcap" "$dir/a.pcap"
	cp "$golden/udp-only.pcap" "$dir/B.pcap"
	mkfifo "$dir/fifo"
	"$rejoice" read "$dir/B.pcap" "$dir/a.pcap" "$dir/z.pcap" >"$T/whole"
	done_by 'a directory with a pipe and a directory in it' "$rejoice" read "$dir"
	check 'its files, by name' cmp "$T/out" "$T/whole"
	run "$rejoice" read -v "$dir"
	verdict 'the same with -v' 0 2
	check 'what was not read is told' sh -c 'grep -q "odd/below: is no file" "$1" && grep -q "odd/fifo: is no file" "$1"' sh "$T/err"
	ln -s nothing "$dir/c.pcap"
	complains 1 'a directory with a link to nothing in it' 'odd/c.pcap: .*No such file' "$rejoice" read "$dir"
	check 'the captures in it, all the same' cmp "$T/out" "$T/whole"
	rm "$dir/c.pcap"
	if [ "$(id -u)" = 0 ]; then
		install -m 600 "$golden/ssh.pcap" "$dir/c.pcap"
		complains 1 'a directory with a file in it that may not be read' 'odd/c.pcap: .*Permission denied' \
			"${as_nobody[@]}" "$rejoice" read "$dir"
		check 'those that may be read' cmp "$T/out" "$T/whole"
	else
		skipped 'a file that may not be read' 'needs root'
	fi
}

# peak_of CMD…: its memory at most, in kB.
peak_of() {
	/usr/bin/python3 - "$@" <<-'END'
	import resource, subprocess, sys
	subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	END
}

# Ten thousand files, with few descriptors and no more memory than ten.
large_directories() {
	local dir=$T/large start few many
	mkdir "$dir" "$T/few"
	/usr/bin/python3 - "$golden/ping.pcap" "$dir" <<-'END'
	import os, shutil, sys
	shutil.copy(sys.argv[1], sys.argv[2] + "/00000")
	for i in range(1, 10000):
	    os.link(sys.argv[2] + "/00000", f"{sys.argv[2]}/{i:05}")
	END
	for i in 0 1 2 3 4 5 6 7 8 9; do
		ln "$dir/00000" "$T/few/$i"
	done
	start=$SECONDS
	done_by 'ten thousand files' sh -c 'ulimit -n 16; exec "$@"' sh "$rejoice" read "$dir" --stats "$T/stats"
	check "ten thousand files: soon ($((SECONDS - start)) s)" test $((SECONDS - start)) -le 20
	check 'ten thousand files: all flows' test "$(num_lines "$T/out") $(stat_of flows)" = '40000 40000'
	few=$(peak_of "$rejoice" read "$T/few")
	many=$(peak_of "$rejoice" read "$dir")
	check "ten thousand files: no more memory than ten ($many kB, $few kB)" test "$many" -le $((few + 4096))
	rm -r "$dir"
}
