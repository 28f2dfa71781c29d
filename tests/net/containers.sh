# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: BSD-3-Clause
# Whose containers and pods they are: real containers by runc, with cgroups where each runtime makes them, and what
# that runtime and kubelet keep of them on disk. Part of tests/net/run.
#
# All of it is on a "node": a mount namespace with a /run, /var/lib and /var/log of its own and cgroups of version 2
# alone, so that nothing of the host's is read or changed. Its cgroups are below one of ours.

CGROUPS=rj$$
TASKS=/run/containerd/io.containerd.runtime.v2.task/k8s.io
STORAGE=/run/containers/storage/overlay-containers

in_node() { nsenter --mount="/proc/$(proc_pid node)/ns/mnt" --net="/run/netns/$NS_SERVER" -- "$@"; }

# shellcheck disable=SC2016
node_up() {
	rm -f "$WORK/node.log"
	spawn node server unshare --mount --propagation private bash -c 'set -e
		mkdir -p "$0" && mount -t tmpfs tmpfs "$0" && mkdir "$0/netns"
		mount --rbind /run/netns "$0/netns"
		mount --no-mtab --move "$0" /run
		mount -t tmpfs tmpfs /var/lib
		mount -t tmpfs tmpfs /var/log
		umount --recursive --lazy /sys/fs/cgroup || true
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		echo ready
		exec sleep infinity' "$WORK/node"
	wait_for "grep -q ready $WORK/node.log" 10
	live_in=(nsenter --mount="/proc/$(proc_pid node)/ns/mnt" --)
}

# Ends all that runs in our cgroups and removes them; may be called again at any time.
# shellcheck disable=SC2016
node_down() {
	live_in=()
	unshare --mount --propagation private bash -c 'mount -t cgroup2 cgroup2 /mnt
		[ -e "/mnt/$0" ] || exit 0
		for i in {1..100}; do
			pids=$(find "/mnt/$0" -name cgroup.procs -exec cat {} +)
			[ -n "$pids" ] || break
			kill -s KILL $pids 2>/dev/null
			sleep 0.05
		done
		find "/mnt/$0" -depth -type d -exec rmdir {} +' "$CGROUPS"
	[ ! -e "$WORK/pids/node" ] || stop_proc node
}

# id_of LETTER: as runtimes name containers.
id_of() { printf "$1%.0s" {1..64}; }

# put FILE: what is read, at that path of the node.
put() { in_node sh -c "mkdir -p '${1%/*}' && cat >'$1'"; }

# container NAME BUNDLE CGROUP ID NETNS [KEY=VALUE…] -- CMD…: runs it there, with these annotations.
container() {
	local name=$1 bundle=$2 cgroup=$3 id=$4 netns=$5
	shift 5
	"$here/oci-config" "/$CGROUPS$cgroup" "/run/netns/$netns" "$here" "$@" | put "$bundle/config.json"
	in_node mkdir -p "$bundle/rootfs"
	in_node runc --root /run/runc run --detach --bundle "$bundle" "$id" </dev/null >"$WORK/container-$name.log" 2>&1 &&
		return
	cat "$WORK/container-$name.log" >&2
	fail "no container $name"
}

# serves ADDRESS PORT: the command of a container that echoes.
serves() { echo /tests/owner-talk serve plain "$1" "$2" /dev/null; }

# For bash -c, with NUM ADDRESS PORT…: so many connections to each port, of a process each that is gone at once.
# shellcheck disable=SC2016
one_each='for ((i = 0; i < $0; i++)); do
	for port in "${@:2}"; do
		bash -c "exec 3<>/dev/tcp/$1/$port; echo hello >&3; read -r -t 5 <&3 && [ \$REPLY = hello ]" || exit
	done
done
echo done >/dev/stderr'

# named WHAT RECORDS PORT END NUM [KEY=VALUE…]: of at least so many flows to that port, each has this of that end.
named() { check "$1" "$here/named" "$WORK/$2.live" "${@:3}"; }

# A pod's names as kubelet keeps them: NAMESPACE POD UID CONTAINER ID.
kubelet_knows() {
	in_node mkdir -p "/var/log/pods/$1_$2_$3/$4" /var/log/containers
	in_node ln -s "/var/log/pods/$1_$2_$3/$4/0.log" "/var/log/containers/$2_$1_$4-$5.log"
}

# Docker, with the driver cgroupfs.
container_docker() {
	local id
	id=$(id_of d)
	put "/var/lib/docker/containers/$id/config.v2.json" <<-END
	{"ID": "$id", "Name": "/web", "Config": {"Image": "nginx:1.27", "Labels": {}}}
	END
	# shellcheck disable=SC2046
	container docker "/run/docker/$id" "/docker/$id" "$id" "$NS_SERVER" -- $(serves 127.0.0.1 8130)
}

# containerd for kubelet, with the driver systemd: its bundle is what is read.
container_cri() {
	local id uid=11111111-2222-3333-4444-555555555555 slice=/kubepods.slice/kubepods-burstable.slice
	id=$(id_of c)
	# shellcheck disable=SC2046
	container cri "$TASKS/$id" "$slice/kubepods-burstable-pod${uid//-/_}.slice/cri-containerd-$id.scope" "$id" \
		"$NS_SERVER" io.kubernetes.cri.container-name=shop io.kubernetes.cri.image-name=shop.example/shop:3 \
		io.kubernetes.cri.sandbox-name=shop-0 io.kubernetes.cri.sandbox-namespace=sales \
		io.kubernetes.cri.sandbox-uid=$uid -- $(serves 127.0.0.1 8131)
}

container_crio() {
	local id uid=22222222-2222-3333-4444-555555555555 slice=/kubepods.slice/kubepods-besteffort.slice
	id=$(id_of e)
	# shellcheck disable=SC2046
	container crio "$STORAGE/$id/userdata" "$slice/kubepods-besteffort-pod${uid//-/_}.slice/crio-$id.scope" "$id" \
		"$NS_SERVER" io.container.manager=cri-o io.kubernetes.container.name=db \
		io.kubernetes.cri-o.ImageName=db.example/db:5 io.kubernetes.pod.name=db-0 \
		io.kubernetes.pod.namespace=sales io.kubernetes.pod.uid=$uid -- $(serves 127.0.0.1 8132)
}

container_podman() {
	local id
	id=$(id_of f)
	put /var/lib/containers/storage/overlay-containers/containers.json <<-END
	[{"id": "$id", "names": ["box"], "metadata": "{\"image-name\":\"localhost/box:1\",\"name\":\"box\"}"}]
	END
	# shellcheck disable=SC2046
	container podman "/run/podman/$id" "/machine.slice/libpod-$id.scope" "$id" "$NS_SERVER" -- \
		$(serves 127.0.0.1 8133)
}

# Of the runtime nothing is on disk; kubelet, with the driver cgroupfs, has its logs.
container_kubelet() {
	local id uid=33333333-2222-3333-4444-555555555555
	id=$(id_of a)
	kubelet_knows sales mail-0 $uid smtp "$id"
	# shellcheck disable=SC2046
	container kubelet "/run/unknown/$id" "/kubepods/pod$uid/$id" "$id" "$NS_SERVER" -- $(serves 127.0.0.1 8134)
}

# A process in the cgroup of a unit is one for all we see.
# shellcheck disable=SC2016
unit_server() {
	spawn unit server "${live_in[@]}" bash -c 'mkdir -p "$0" && echo $$ >"$0/cgroup.procs" && exec "$@"' \
		"/sys/fs/cgroup/$CGROUPS/system.slice/ledger.service" "$here/owner-talk" serve plain 127.0.0.1 8135 /dev/null
	wait_listening unit tcp 8135
}

test_containers() {
	local id port ports=(8130 8131 8132 8133 8134)
	node_up
	for id in docker cri crio podman; do
		"container_$id"
	done
	start_live containers lo || true
	container_kubelet
	unit_server
	for port in "${ports[@]}"; do
		wait_for "in_ns server ss -Hln --tcp 'sport = :$port' | grep -q ." 10
	done
	id=$(id_of b)
	put "/var/lib/docker/containers/$id/config.v2.json" <<-END
	{"ID": "$id", "Name": "/asks", "Config": {"Image": "asks:1"}}
	END
	container client "/run/docker/$id" "/docker/$id" "$id" "$NS_SERVER" -- \
		bash -c "$one_each" 50 127.0.0.1 "${ports[@]}" 8135
	wait_for "grep -q done $WORK/container-client.log" 60
	stop_proc live-containers INT
	check 'containers: ends well' ends_well containers
	check 'containers: valid' "$here/../validate" --sums "$WORK/containers.live" --stats "$WORK/containers.live.stats"
	check 'containers: what is missing is counted' grep -qE \
		'"containers":[1-9].*"containers_stateless":\{"absent":[1-9].*"pods_nameless":\{' "$WORK/containers.live.stats"
	for port in "${ports[@]}" 8135; do
		named "containers: each short-lived client, to $port" containers "$port" exe 50 "container.id=$id" \
			container.runtime=docker container.name=asks container.image=asks:1 pod=
	done
	named 'containers: of Docker' containers 8130 exe_da 50 "container.id=$(id_of d)" container.runtime=docker \
		container.name=web container.image=nginx:1.27 pod=
	named 'containers: of containerd, in a pod' containers 8131 exe_da 50 "container.id=$(id_of c)" \
		container.runtime=containerd container.name=shop container.image=shop.example/shop:3 pod.name=shop-0 \
		pod.namespace=sales pod.uid=11111111-2222-3333-4444-555555555555
	named 'containers: of CRI-O, in a pod' containers 8132 exe_da 50 "container.id=$(id_of e)" \
		container.runtime=crio container.name=db container.image=db.example/db:5 pod.name=db-0 \
		pod.namespace=sales pod.uid=22222222-2222-3333-4444-555555555555
	named 'containers: of podman' containers 8133 exe_da 50 "container.id=$(id_of f)" container.runtime=podman \
		container.name=box container.image=localhost/box:1 pod=
	named 'containers: a pod by the files of kubelet' containers 8134 exe_da 50 "container.id=$(id_of a)" \
		container.runtime= container.name=smtp pod.name=mail-0 pod.namespace=sales \
		pod.uid=33333333-2222-3333-4444-555555555555
	named 'containers: a unit' containers 8135 exe_da 50 container.id= container.runtime=systemd \
		container.name=ledger.service pod=
	stop_proc unit
	node_down
	check_clean containers
}

# A pod of one container by containerd: NAME LETTER NETNS CMD…
pod() {
	local id uid slice
	id=$(id_of "$2")
	uid=${id:0:8}-2222-3333-4444-555555555555
	slice=kubepods-besteffort-pod${uid//-/_}.slice
	kubelet_knows net "$1" "$uid" main "$id"
	container "$1" "$TASKS/$id" "/kubepods.slice/kubepods-besteffort.slice/$slice/cri-containerd-$id.scope" "$id" \
		"$3" io.kubernetes.cri.container-name=main io.kubernetes.cri.image-name=main.example/main:1 -- "${@:4}"
}

# pod_named WHAT RECORDS PORT END NUM NAME LETTER [PROCESS]: each of these flows has that pod and container at that end.
pod_named() {
	local id
	id=$(id_of "$7")
	named "${@:1:5}" name="${8-owner-talk}" "container.id=$id" container.runtime=containerd container.name=main \
		pod.name="$6" pod.namespace=net "pod.uid=${id:0:8}-2222-3333-4444-555555555555"
}

# From one pod to two others, which have a network namespace together.
# shellcheck disable=SC2016
pods_talk() {
	local i=$((++num_talks))
	pod "asker-$i" "$i" "$NS_CLIENT" bash -c '
		bash -c "$1" 20 '"$SERVER2"' 8140 && bash -c "$1" 20 '"$SERVER2_6"' 8141 || exit
		for mode in connected sendto; do
			/tests/owner-talk udp $mode '"$SERVER2"' 8142 /dev/null &&
			/tests/owner-talk udp $mode '"$SERVER2_6"' 8143 /dev/null || exit
		done
		/tests/owner-talk udp tell '"$SERVER2"' 8144 /dev/null &&
		/tests/owner-talk udp tell '"$SERVER2_6"' 8144 /dev/null || exit
		echo all >/dev/stderr' - "$one_each"
	wait_for "grep -q all $WORK/container-asker-$i.log" 60
}

# Each packet is seen at the cable of one pod, at the bridge and at the cable of the other.
test_pods() {
	local port
	num_talks=0
	bridge_up
	node_up
	pod four a "$NS_SERVER" /tests/owner-talk serve plain "$SERVER2" 8140 /dev/null
	pod six b "$NS_SERVER" /tests/owner-talk serve accept "$SERVER2_6" 8141 /dev/null
	pod four-udp c "$NS_SERVER" /tests/owner-talk serve udp "$SERVER2" 8142 /dev/null
	pod six-udp d "$NS_SERVER" /tests/owner-talk serve udp "$SERVER2_6" 8143 /dev/null
	pod silent e "$NS_SERVER" /tests/owner-talk serve silent :: 8144 /dev/null
	for port in 8140 8141 8142 8143 8144; do
		wait_for "in_ns server ss -Hlntu 'sport = :$port' | grep -q ." 10
	done
	middle_traffic=pods_talk compare_with=()
	through_middle pods rjm0,rjm1,rjbr
	middle_traffic=over_the_middle
	check 'pods: a record for each flow' test "$(grep -c '"dp":814[0-3],' "$WORK/pods.live")" = 44
	check 'pods: both cables in each' every_record pods '"ifname":"rjm0","ifnames":\["rjm0","rjm1"\]'
	pod_named 'pods: TCP over IPv4, who asks' pods 8140 exe 20 "asker-$num_talks" "$num_talks" bash
	pod_named 'pods: TCP over IPv4, who answers' pods 8140 exe_da 20 four a
	pod_named 'pods: TCP over IPv6, who asks' pods 8141 exe 20 "asker-$num_talks" "$num_talks" bash
	pod_named 'pods: TCP over IPv6, who answers' pods 8141 exe_da 20 six b
	pod_named 'pods: UDP over IPv4, who asks' pods 8142 exe 2 "asker-$num_talks" "$num_talks"
	pod_named 'pods: UDP over IPv4, who answers' pods 8142 exe_da 2 four-udp c
	pod_named 'pods: UDP over IPv6, who asks' pods 8143 exe 2 "asker-$num_talks" "$num_talks"
	pod_named 'pods: UDP over IPv6, who answers' pods 8143 exe_da 2 six-udp d
	pod_named 'pods: UDP that nobody answers, who tells' pods 8144 exe 2 "asker-$num_talks" "$num_talks"
	pod_named 'pods: UDP that nobody answers, who is told' pods 8144 exe_da 2 silent e
	node_down
	middle_down
}

# told_pod NAME LETTER: as the API lists a pod of "pod".
told_pod() {
	local id
	id=$(id_of "$2")
	echo "{\"metadata\": {\"name\": \"$1\", \"namespace\": \"told\", \"uid\": \"${id:0:8}-2222-3333-4444-555555555555\"}}"
}

# api_live NAME PORT CREDENTIALS: live, which asks there; it is not waited for.
api_live() {
	spawn "live-$1" server "${live_in[@]}" "$rejoice" live -i lo -o "$WORK/$1.live" --stats "$WORK/$1.live.stats" \
		--kubernetes "https://$SERVER4:$2" --kubernetes-credentials "$3"
}

wait_watching() { wait_for "grep -q watching $WORK/live-$1.log" 20; }

# api_failed NAME REASON: that is what came of it, and nothing else went wrong.
api_failed() {
	wait_watching "$1" || true
	stop_proc "live-$1" INT
	check "$1: ends well" ends_well "$1"
	check "$1: is counted" grep -qE "\"kubernetes\":\{\"requests\":[1-9][0-9]*,\"failed\":\{$2\},\"pods\":0\}" \
		"$WORK/$1.live.stats"
}

# A pod of which no file says the name.
silent_pod() {
	local id uid
	id=$(id_of "$2")
	uid=${id:0:8}-2222-3333-4444-555555555555
	# shellcheck disable=SC2046
	container "$1" "/run/unknown/$id" "/kubepods/besteffort/pod$uid/$id" "$id" "$NS_SERVER" -- $(serves 127.0.0.1 "$3")
	wait_for "in_ns server ss -Hln --tcp 'sport = :$3' | grep -q ." 10
}

asks() { in_ns server bash -c "$one_each" "$1" 127.0.0.1 "$2" 2>/dev/null; }

# The API of Kubernetes: a server that answers well, and those that do not.
test_kubernetes() {
	local api=$WORK/api start status=0 node
	node_up
	mkdir -p "$api"/{right,other,stranger}
	make_certificate "$api"
	make_certificate "$api/stranger"
	cp "$api/stranger/cert.pem" "$api/stranger/ca.crt"
	cp "$api/cert.pem" "$api/right/ca.crt"
	cp "$api/cert.pem" "$api/other/ca.crt"
	echo token-1 | tee "$api/right/token" >"$api/stranger/token"
	echo token-2 >"$api/other/token"
	echo "{\"items\": [$(told_pod first a)]}" >"$api/pods"
	node=$(uname -n | tr '[:upper:]' '[:lower:]')
	spawn kube-api server "$here/kube-api" "$SERVER4" 6443 "$api" "$api/right/token" "$api/pods" "$node"
	wait_listening kube-api tcp 6446
	api_live api-right 6443 "$api/right"
	silent_pod first a 8150
	silent_pod second b 8151
	wait_watching api-right
	wait_for "grep -q listed $WORK/kube-api.log" 10
	# another pod, and another token
	echo "{\"items\": [$(told_pod first a), {\"metadata\": {}}, $(told_pod second b)]}" >"$api/pods"
	echo token-3 >"$api/right/token"
	asks 1 8150
	asks 1 8151
	api_live api-stranger 6443 "$api/stranger"
	api_live api-refused 6443 "$api/other"
	api_live api-endless 6444 "$api/right"
	api_live api-silent 6445 "$api/right"
	api_live api-malformed 6446 "$api/right"
	api_live api-nobody 6447 "$api/right"
	wait_for "grep -q ' 401 ' $WORK/kube-api.log && grep -q 'given up' $WORK/kube-api.log" 10
	wait_for "grep -q silent $WORK/kube-api.log" 10
	wait_watching api-silent
	start=${EPOCHREALTIME/./}
	stop_proc live-api-silent INT
	check 'api-silent: who does not answer holds nobody up' test $((${EPOCHREALTIME/./} - start)) -lt 5000000
	check 'api-silent: ends well' ends_well api-silent
	api_failed api-stranger '"certificate":[1-9]'
	api_failed api-refused '"refused":[1-9]'
	api_failed api-endless '"over_limit":[1-9]'
	api_failed api-malformed '"malformed":[1-9]'
	api_failed api-nobody '"connect":[1-9]'
	wait_for "[ \$(grep -c listed $WORK/kube-api.log) -ge 2 ]" 10
	asks 1 8151
	stop_proc live-api-right INT
	check 'api-right: ends well' ends_well api-right
	check 'api-right: valid' "$here/../validate" --stats "$WORK/api-right.live.stats"
	named 'api-right: a pod of the first list' api-right 8150 exe_da 1 pod.name=first pod.namespace=told \
		pod.uid=aaaaaaaa-2222-3333-4444-555555555555
	# the record of its first flow may be older than the list
	check 'api-right: one of a later list' sh -c "grep '\"dp\":8151,' $WORK/api-right.live | tail -n 1 |
		grep -q '\"pod\":{\"name\":\"second\",\"namespace\":\"told\",\"uid\":\"bbbbbbbb-'"
	check 'api-right: is counted' grep -qE '"kubernetes":\{"requests":[2-9],"failed":\{\},"pods":2\}' \
		"$WORK/api-right.live.stats"
	in_ns server "$rejoice" live -i lo --duration 1 --kubernetes in-cluster >"$WORK/api-none.log" 2>&1 || status=$?
	check 'kubernetes: outside of a cluster it says so' test "$status" = 2
	check 'kubernetes: in a line' grep -q 'KUBERNETES_SERVICE_HOST' "$WORK/api-none.log"
	stop_proc kube-api
	node_down
	check_clean kubernetes
}
