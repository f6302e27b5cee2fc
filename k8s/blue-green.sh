#!/usr/bin/env bash
# Replaces the pods of one colour with those of the other, using only kubectl: k8s/blue-green.sh --help
set -euo pipefail

help() {
  cat <<'TEXT'
Usage: k8s/blue-green.sh [flags] <command>

  status           show both colours: image, pods, traffic, streams and calls
  deploy <image>   set the image of the idle colour, scale it up, wait until it is ready, and check it through the preview Service
  check            check the idle colour again
  flip             check the idle colour, and send the traffic to it
  retire           scale the idle colour to 0; its pods drain, and their clients continue on the other colour
  rollback         send the traffic back; scale the idle colour up first if you have retired it
  run <image>      deploy, flip, retire

  -n, --namespace <name>  the namespace; default: the one of kubectl's context
  --context <name>        the context of kubectl
  --release <name>        app.kubernetes.io/instance of the objects, such as a Helm release; default anypod
  --path <path>           the path of the endpoint; default /mcp
  --tool <name>           a tool that the check calls (anypod doctor --smoke --tool)
  --arguments <json>      the arguments of that call
  --timeout <seconds>     how long one step may take; default 300
TEXT
}

kubectl=(kubectl) release=anypod path=/mcp timeout=300 tool=() namespace=''

die() { echo "blue-green: $*" >&2; exit 1; }
say() { echo "blue-green: $*"; }
k() { "${kubectl[@]}" "$@"; }

# Finds the names of the objects by the labels that the kustomization and the chart put on them.
find_objects() {
  local services
  services=$(k get service -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=server" -o jsonpath='{.items[*].metadata.name}')
  [[ -n $services ]] || die "release $release has no Service in namespace $namespace. Pass --release and --namespace, or install it: docs/kubernetes.md"
  [[ $services != *' '* ]] || die "release $release has several Services for traffic ($services). Label one with app.kubernetes.io/component: server."
  name=$services
  for object in "service/$name-preview" "deployment/$name-blue" "deployment/$name-green"; do
    k get "$object" -o name >/dev/null 2>&1 || die "$object is missing. Install with blue-green first: docs/kubernetes.md"
  done
  active=$(color_of "$name")
  case $active in
    blue) idle=green ;;
    green) idle=blue ;;
    *) die "service/$name selects the colour '$active', which is neither blue nor green. Patch its selector to the colour that serves." ;;
  esac
}

color_of() { k get service "$1" -o jsonpath='{.spec.selector.color}'; }
of_deployment() { k get deployment "$name-$1" -o jsonpath="{$2}"; }
pods_of() { k get pods -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=server,color=$1" -o jsonpath='{.items[*].metadata.name}'; }
send_to() { k patch service "$1" --type merge -p "{\"spec\":{\"selector\":{\"color\":\"$2\"}}}" >/dev/null; }

# Records whether the current image of a colour ever had the traffic. Only such an image allows a rollback.
mark() { k annotate deployment "$name-$1" "anypod-$2" --overwrite >/dev/null; }

# The sum of the streams and running calls that the pods of a colour report.
load_of() {
  local pod port
  port=$(of_deployment "$1" '.spec.template.spec.containers[?(@.name=="server")].ports[?(@.name=="metrics")].containerPort')
  [[ -n $port ]] || { echo 'load unknown, because metrics are off'; return; }
  for pod in $(pods_of "$1"); do
    k get --raw "/api/v1/namespaces/$namespace/pods/$pod:$port/proxy/metrics" 2>/dev/null || echo silent
  done | awk '/^anypod_streams_open[{ ]/ { streams += $NF } /^anypod_requests_in_flight[{ ]/ { calls += $NF } /^silent$/ { silent++ }
    END { printf "%d streams, %d calls", streams, calls; if (silent) printf "; pods without an answer: %d", silent }'
}

status() {
  local color gets
  for color in blue green; do
    gets=idle
    [[ $color == "$active" ]] && gets=traffic
    [[ $color == "$(color_of "$name-preview")" ]] && gets=${gets/idle/preview}
    printf '%-6s %-8s %s/%s pods ready, %s  %s\n' "$color" "$gets" "$(ready_of "$color")" "$(of_deployment "$color" .spec.replicas)" \
      "$(load_of "$color")" "$(of_deployment "$color" '.spec.template.spec.containers[?(@.name=="server")].image')"
  done
}

ready_of() {
  local ready
  ready=$(of_deployment "$1" .status.readyReplicas)
  echo "${ready:-0}"
}

require_ready() {
  local want
  want=$(of_deployment "$1" .spec.replicas)
  [[ $want -gt 0 ]] || die "$1 has no pods. The traffic was not moved. Start pods with: blue-green.sh deploy <image>"
  k rollout status "deployment/$name-$1" --timeout="${timeout}s" ||
    die "$1 is not ready. The traffic was not moved. Look at: kubectl describe pods -l app.kubernetes.io/instance=$release,color=$1"
}

scale_up() {
  local replicas
  replicas=$(of_deployment "$active" .spec.replicas)
  k scale deployment "$name-$idle" --replicas="$((replicas > 0 ? replicas : 1))"
  require_ready "$idle"
}

deploy() {
  send_to "$name-preview" "$idle"
  mark "$idle" served=no
  k set image "deployment/$name-$idle" "server=$1"
  scale_up
  check
  say "$idle runs $1. Write this image into your kustomization or values too, so that the next apply keeps it."
}

# The addresses of the pods of a colour, without those that are terminating.
addresses_of() {
  local template='{{range .items}}{{if and (eq .status.phase "Running") (not .metadata.deletionTimestamp)}}{{.status.podIP}} {{end}}{{end}}' ip
  for ip in $(k get pods -l "app.kubernetes.io/instance=$release,app.kubernetes.io/component=server,color=$1" -o go-template="$template"); do
    [[ $ip == *:* ]] && ip="[$ip]"
    echo "$ip:3000"
  done
}

# Starts a pod with the image, the account, the security context and the place of the idle colour. It checks that colour through the preview Service. A
# stream that it begins on an idle pod must continue on a pod of the other colour, so the check also proves that clients can move.
check() {
  local pod=$name-check phase port
  [[ $(color_of "$name-preview") == "$idle" ]] || send_to "$name-preview" "$idle"
  port=$(k get service "$name-preview" -o jsonpath='{.spec.ports[0].port}')
  k delete pod "$pod" --ignore-not-found >/dev/null
  check_pod "$pod" "http://$name-preview:$port$path" | k create -f - >/dev/null
  for ((second = 0; second < timeout; second++)); do
    phase=$(k get pod "$pod" -o jsonpath='{.status.phase}')
    [[ $phase == Succeeded || $phase == Failed ]] && break
    sleep 1
  done
  k logs "$pod" 2>/dev/null || true
  [[ $phase == Succeeded ]] || die "$idle did not pass the check. The traffic was not moved. Look at: kubectl describe pod $pod"
  k delete pod "$pod" --wait=false >/dev/null
}

check_pod() {
  local container='.spec.template.spec.containers[?(@.name=="server")]' argument arguments='' pods
  pods=$({ addresses_of "$idle" | head -n 1; addresses_of "$active"; addresses_of "$idle" | tail -n +2; } | paste -sd, -)
  for argument in doctor "$2" --smoke --pods "$pods" ${tool[@]+"${tool[@]}"}; do arguments+="'${argument//\'/\'\'}', "; done
  cat <<YAML
apiVersion: v1
kind: Pod
metadata:
  name: $1
  labels: {app.kubernetes.io/name: $(k get service "$name" -o jsonpath='{.metadata.labels.app\.kubernetes\.io/name}'), app.kubernetes.io/instance: $release, app.kubernetes.io/component: check}
spec:
  restartPolicy: Never
  activeDeadlineSeconds: $timeout
  automountServiceAccountToken: false
  enableServiceLinks: false
  serviceAccountName: $(of_deployment "$idle" .spec.template.spec.serviceAccountName)
  imagePullSecrets: $(json_of "$idle" .spec.template.spec.imagePullSecrets)
  nodeSelector: $(json_of "$idle" .spec.template.spec.nodeSelector)
  tolerations: $(json_of "$idle" .spec.template.spec.tolerations)
  dnsConfig: $(json_of "$idle" .spec.template.spec.dnsConfig)
  hostAliases: $(json_of "$idle" .spec.template.spec.hostAliases)
  securityContext: $(json_of "$idle" .spec.template.spec.securityContext)
  containers:
    - name: check
      image: $(of_deployment "$idle" "$container.image")
      imagePullPolicy: $(of_deployment "$idle" "$container.imagePullPolicy")
      args: [${arguments%, }]
      securityContext: $(json_of "$idle" "$container.securityContext")
      resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 256Mi}}
YAML
}

json_of() {
  local json
  json=$(of_deployment "$1" "$2")
  echo "${json:-null}"
}

flip() {
  require_ready "$idle"
  check
  switch
}

switch() {
  send_to "$name" "$idle"
  send_to "$name-preview" "$active"
  mark "$idle" served=yes
  local from=$active
  active=$idle idle=$from
  wait_for_endpoints
  say "new connections go to $active: $(load_of "$active")"
  say "existing connections stay on $idle: $(load_of "$idle"). To move them, run: blue-green.sh retire. To go back, run: blue-green.sh rollback"
}

# Waits until the Service has endpoints and all of them are pods of the active colour.
wait_for_endpoints() {
  local pods
  for ((second = 0; second < timeout; second++)); do
    pods=$(k get endpointslices -l "kubernetes.io/service-name=$name" -o jsonpath='{range .items[*].endpoints[*]}{.targetRef.name}{"\n"}{end}')
    grep -q "^$name-$active-" <<<"$pods" && ! grep -q "^$name-$idle-" <<<"$pods" && return
    sleep 1
  done
  die "the endpoints of service/$name are still not those of $active after $timeout s: kubectl get endpointslices"
}

retire() {
  k scale deployment "$name-$idle" --replicas=0
  for ((second = 0; second < timeout; second += 3)); do
    [[ -n $(pods_of "$idle") ]] || { say "$idle is gone; $active: $(load_of "$active")"; return; }
    say "$idle drains: $(load_of "$idle"); $active: $(load_of "$active")"
    sleep 3
  done
  die "$idle still has pods after $timeout s: kubectl get pods -l app.kubernetes.io/instance=$release,color=$idle"
}

rollback() {
  [[ $(of_deployment "$idle" .metadata.annotations.anypod-served) != no ]] ||
    die "the current image of $idle never had the traffic, so a rollback is not possible. $active still serves. The traffic was not moved."
  if [[ $(of_deployment "$idle" .spec.replicas) == 0 ]]; then scale_up; else require_ready "$idle"; fi
  switch
}

run() {
  deploy "$1"
  switch
  retire
}

command='' image=''
while (($# > 0)); do
  case $1 in
    -h | --help) help; exit ;;
    -n | --namespace | --context | --release | --path | --tool | --arguments | --timeout)
      [[ $# -ge 2 ]] || die "$1 needs a value"
      case $1 in
        -n | --namespace) namespace=$2 kubectl+=(--namespace "$2") ;;
        --context) kubectl+=(--context "$2") ;;
        --release) release=$2 ;;
        --path) path=$2 ;;
        --tool | --arguments) tool+=("$1" "$2") ;;
        --timeout) timeout=$2 ;;
      esac
      shift 2 ;;
    -*) die "$1: unknown flag; --help lists them" ;;
    *) if [[ -z $command ]]; then command=$1; else image=$1; fi; shift ;;
  esac
done

case $command in
  status | check | flip | retire | rollback | deploy | run) ;;
  '') help >&2; exit 2 ;;
  *) echo "blue-green: $command: unknown command; --help lists them" >&2; exit 2 ;;
esac
[[ $command != deploy && $command != run || -n $image ]] || { echo "blue-green: $command needs an image, for example: blue-green.sh $command example.com/anypod:2" >&2; exit 2; }
command -v kubectl >/dev/null || die 'kubectl is missing. Install it and try again.'
[[ -n $namespace ]] || namespace=$(k config view --minify -o jsonpath='{..namespace}')
namespace=${namespace:-default}
find_objects
"$command" "$image"
