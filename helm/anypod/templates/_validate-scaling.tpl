{{- define "anypod.problems.scaling" -}}
{{- $scaling := .Values.autoscaling }}
{{- if and $scaling.enabled .Values.keda.enabled }}
{{- include "anypod.problem" "autoscaling and keda are both enabled and would fight over the number of pods: keep one." }}
{{- end }}
{{- if $scaling.enabled }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
{{- include "anypod.problem" (printf "autoscaling.minReplicas is %d and maxReplicas %d: raise maxReplicas." (int $scaling.minReplicas) (int $scaling.maxReplicas)) }}
{{- end }}
{{- if not (or $scaling.targetCPU $scaling.targetRequestsInFlight $scaling.targetOpenStreams $scaling.metrics) }}
{{- include "anypod.problem" "autoscaling has nothing to scale on: set targetCPU, targetRequestsInFlight, targetOpenStreams or metrics." }}
{{- end }}
{{- if and $scaling.targetCPU (not (dig "requests" "cpu" "" (default (dict) .Values.resources))) }}
{{- include "anypod.problem" "autoscaling.targetCPU is a share of the CPU that pods request, and they request none: set resources.requests.cpu, or autoscaling.targetCPU=null." }}
{{- end }}
{{- if and (or $scaling.targetRequestsInFlight $scaling.targetOpenStreams) (not .Values.metrics.enabled) }}
{{- include "anypod.problem" "autoscaling scales on anypod's own metrics, but pods serve none: set metrics.enabled=true." }}
{{- end }}
{{- end }}
{{- if .Values.keda.enabled }}
{{- if not .Values.keda.triggers }}
{{- include "anypod.problem" "keda has nothing to scale on: give keda.triggers." }}
{{- end }}
{{- if gt (int .Values.keda.minReplicas) (int .Values.keda.maxReplicas) }}
{{- include "anypod.problem" (printf "keda.minReplicas is %d and maxReplicas %d: raise maxReplicas." (int .Values.keda.minReplicas) (int .Values.keda.maxReplicas)) }}
{{- end }}
{{- if .Values.blueGreen.enabled }}
{{- include "anypod.problem" "keda would start the idle colour of blueGreen again and again: use autoscaling, which leaves a Deployment at 0 alone." }}
{{- end }}
{{- end }}
{{- $budget := .Values.podDisruptionBudget }}
{{- if $budget.enabled }}
{{- $both := and (not (kindIs "invalid" $budget.minAvailable)) (not (kindIs "invalid" $budget.maxUnavailable)) }}
{{- if and $both (ne (toString $budget.maxUnavailable) "1") }}
{{- include "anypod.problem" "podDisruptionBudget.minAvailable and maxUnavailable are both given: keep one." }}
{{- end }}
{{- if and (kindIs "invalid" $budget.minAvailable) (kindIs "invalid" $budget.maxUnavailable) }}
{{- include "anypod.problem" "podDisruptionBudget has neither maxUnavailable nor minAvailable: set one, or podDisruptionBudget.enabled=false." }}
{{- end }}
{{- if and (kindIs "invalid" $budget.minAvailable) (has (toString $budget.maxUnavailable) (list "0" "0%")) }}
{{- include "anypod.problem" "podDisruptionBudget.maxUnavailable is 0, so no node with a pod could ever be drained: set 1." }}
{{- end }}
{{- end }}
{{- end }}

{{/* A flip to a colour that has no ready pods would be an outage. Without access to the cluster nobody knows, and nothing is refused. */}}
{{- define "anypod.problems.blueGreen" -}}
{{- $color := .Values.blueGreen.activeColor }}
{{- $live := include "anypod.liveColor" . }}
{{- if and $color (not .Values.blueGreen.enabled) }}
{{- include "anypod.problem" "blueGreen.activeColor is given, but there is one Deployment only: set blueGreen.enabled=true, or remove it." }}
{{- else if and $color $live (ne $color $live) }}
{{- $name := printf "%s-%s" (include "anypod.fullname" .) $color }}
{{- $deployment := default (dict) (lookup "apps/v1" "Deployment" .Release.Namespace $name) }}
{{- if not (dig "status" "readyReplicas" 0 $deployment) }}
{{- include "anypod.problem" (printf "blueGreen.activeColor is %s, but Deployment %s has no ready pods, so the flip would be an outage: first set blueGreen.%s.replicas=%d with activeColor=%s and wait until they are ready." $color $name $color (int .Values.replicaCount) $live) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "anypod.problems.network" -}}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.enabled) }}
{{- include "anypod.problem" "metrics.serviceMonitor.enabled, but pods serve no metrics: set metrics.enabled=true." }}
{{- end }}
{{- if eq (int .Values.metrics.port) 3000 }}
{{- include "anypod.problem" "metrics.port is 3000, where pods serve MCP: take another." }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- include "anypod.problem" "httpRoute belongs to no Gateway: name one in httpRoute.parentRefs, e.g. [{name: my-gateway, namespace: gateways}]." }}
{{- end }}
{{- if and .Values.service.nodePort (eq .Values.service.type "ClusterIP") }}
{{- include "anypod.problem" "service.nodePort is given, but a ClusterIP Service has none: set service.type=NodePort, or remove it." }}
{{- end }}
{{- if and .Values.service.externalTrafficPolicy (eq .Values.service.type "ClusterIP") }}
{{- include "anypod.problem" "service.externalTrafficPolicy is given, but a ClusterIP Service has no outside: set service.type=LoadBalancer, or remove it." }}
{{- end }}
{{- if and (not .Values.ingress.enabled) .Values.ingress.hosts }}
{{- include "anypod.problem" "ingress.hosts are given, but no Ingress is made: set ingress.enabled=true, or remove them." }}
{{- end }}
{{- if and (not .Values.httpRoute.enabled) .Values.httpRoute.parentRefs }}
{{- include "anypod.problem" "httpRoute.parentRefs are given, but no HTTPRoute is made: set httpRoute.enabled=true, or remove them." }}
{{- end }}
{{- end }}
