# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Counting for test scripts: one line a test, and the counts as the last line, as tests/run reads them.

num_passed=0 num_failed=0 num_skipped=0

passed() { num_passed=$((num_passed + 1)); echo "ok      $1"; }

# failed NAME [WHY…]: each WHY is a line, or several, of its own.
failed() {
	num_failed=$((num_failed + 1))
	echo "FAILED  $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | sed 's/^/        /'
}

skipped() { num_skipped=$((num_skipped + 1)); echo "skipped $1: ${*:2}"; }

# check NAME CMD…: a test that is a command; what it prints is shown when it fails.
check() {
	local name=$1 text
	shift
	if text=$("$@" 2>&1); then
		passed "$name"
	else
		failed "$name" "$text"
	fi
}

# print_counts: the last line; its status is the script's.
print_counts() {
	echo "$num_passed passed, $num_failed failed, $num_skipped skipped"
	[ "$num_failed" = 0 ]
}
