# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Packages of any Debian suite and architecture, for tests to source: fetched and unpacked under build/, with lists of
# their own, so that the machine's apt knows nothing of it. Mirrors are those that the machine's apt sources name.
#
#   debian_open trixie-backports amd64
#   debian_apt apt-cache show linux-image-cloud-amd64
#   debian_apt apt-get download PACKAGE…

debian_state=$(realpath -m "$(dirname "${BASH_SOURCE[0]}")/../build/debian")
debian_apt_options=()

# debian_mirror SUITE: where the machine's apt finds archives of that kind.
debian_mirror() {
	local label=Debian
	case $1 in *-security) label=Debian-Security ;; esac
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(LABEL)' 'Created-By: Packages' |
		awk -v label="$label" '$2 == "main" && $3 == label && NF == 3 { print $1; exit }'
}

# debian_open ARCH SUITE…: makes these suites those of debian_apt, and renews their lists; with no connection those
# of the last time serve. 1 and a line when there are none.
debian_open() {
	local arch=$1 suite mirror dir key=/usr/share/keyrings/debian-archive-keyring.gpg
	shift
	dir=$debian_state/$*-$arch
	dir=${dir// /+}
	mkdir -p "$dir"/{lists/partial,cache/archives/partial,state}
	touch "$dir/state/status"
	: >"$dir/sources.list"
	for suite; do
		mirror=$(debian_mirror "$suite")
		if [ -z "$mirror" ]; then
			echo "apt names no mirror for $suite"
			return 1
		fi
		echo "deb [signed-by=$key] $mirror $suite main" >>"$dir/sources.list"
	done
	debian_apt_options=(-q -o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o "Dir::State=$dir/state" -o "Dir::State::Lists=$dir/lists" -o "Dir::State::status=$dir/state/status"
		-o "Dir::Cache=$dir/cache" -o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin
		-o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o Acquire::Languages=none
		-o APT::Update::Post-Invoke-Success::= -o APT::Sandbox::User=root)
	debian_apt apt-get update >"$dir/update.log" 2>&1 || true
	find "$dir/lists" -maxdepth 1 -name '*Packages*' | grep -q . && return
	grep -m 1 '^E:' "$dir/update.log" || echo 'the lists cannot be read'
	return 1
}

# debian_apt apt-get|apt-cache ARG…
debian_apt() { "$1" "${debian_apt_options[@]}" "${@:2}"; }
