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
{{- include "anypod.problem" "autoscaling.targetCPU is a percentage of the CPU that pods request, but they request none: set resources.requests.cpu, or autoscaling.targetCPU=null." }}
{{- end }}
{{- if and (or $scaling.targetRequestsInFlight $scaling.targetOpenStreams) (not .Values.metrics.enabled) }}
{{- include "anypod.problem" "autoscaling uses anypod's own metrics, but pods serve no metrics: set metrics.enabled=true." }}
{{- end }}
{{- end }}
{{- if .Values.keda.enabled }}
{{- if not .Values.keda.triggers }}
{{- include "anypod.problem" "keda has nothing to scale on: set keda.triggers." }}
{{- end }}
{{- if gt (int .Values.keda.minReplicas) (int .Values.keda.maxReplicas) }}
{{- include "anypod.problem" (printf "keda.minReplicas is %d and maxReplicas %d: raise maxReplicas." (int .Values.keda.minReplicas) (int .Values.keda.maxReplicas)) }}
{{- end }}
{{- if .Values.blueGreen.enabled }}
{{- include "anypod.problem" "keda would always restart the idle colour of blueGreen: use autoscaling instead, which does not touch a Deployment with 0 replicas." }}
{{- end }}
{{- end }}
{{- $budget := .Values.podDisruptionBudget }}
{{- if $budget.enabled }}
{{- $both := and (not (kindIs "invalid" $budget.minAvailable)) (not (kindIs "invalid" $budget.maxUnavailable)) }}
{{- if and $both (ne (toString $budget.maxUnavailable) "1") }}
{{- include "anypod.problem" "podDisruptionBudget.minAvailable and maxUnavailable are both set: keep one." }}
{{- end }}
{{- if and (kindIs "invalid" $budget.minAvailable) (kindIs "invalid" $budget.maxUnavailable) }}
{{- include "anypod.problem" "podDisruptionBudget has neither maxUnavailable nor minAvailable: set one, or podDisruptionBudget.enabled=false." }}
{{- end }}
{{- if and (kindIs "invalid" $budget.minAvailable) (has (toString $budget.maxUnavailable) (list "0" "0%")) }}
{{- include "anypod.problem" "podDisruptionBudget.maxUnavailable is 0, so nobody could ever drain a node with a pod: set it to 1." }}
{{- end }}
{{- end }}
{{- end }}

{{/* A flip to a colour without ready pods would be an outage. Without access to the cluster the chart cannot know that, so it refuses nothing. */}}
{{- define "anypod.problems.blueGreen" -}}
{{- $color := .Values.blueGreen.activeColor }}
{{- $live := include "anypod.liveColor" . }}
{{- if and $color (not .Values.blueGreen.enabled) }}
{{- include "anypod.problem" "blueGreen.activeColor is set, but there is only one Deployment: set blueGreen.enabled=true, or remove blueGreen.activeColor." }}
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
{{- include "anypod.problem" "metrics.serviceMonitor.enabled is set, but pods serve no metrics: set metrics.enabled=true." }}
{{- end }}
{{- if eq (int .Values.metrics.port) 3000 }}
{{- include "anypod.problem" "metrics.port is 3000, but pods serve MCP on that port: use another port." }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- include "anypod.problem" "httpRoute belongs to no Gateway: name one in httpRoute.parentRefs, e.g. [{name: my-gateway, namespace: gateways}]." }}
{{- end }}
{{- if and .Values.service.nodePort (eq .Values.service.type "ClusterIP") }}
{{- include "anypod.problem" "service.nodePort is set, but a ClusterIP Service has no node port: set service.type=NodePort, or remove service.nodePort." }}
{{- end }}
{{- if and .Values.service.externalTrafficPolicy (eq .Values.service.type "ClusterIP") }}
{{- include "anypod.problem" "service.externalTrafficPolicy is set, but a ClusterIP Service gets no external traffic: set service.type=LoadBalancer, or remove service.externalTrafficPolicy." }}
{{- end }}
{{- if and (not .Values.ingress.enabled) .Values.ingress.hosts }}
{{- include "anypod.problem" "ingress.hosts is set, but the chart creates no Ingress: set ingress.enabled=true, or remove ingress.hosts." }}
{{- end }}
{{- if and (not .Values.httpRoute.enabled) .Values.httpRoute.parentRefs }}
{{- include "anypod.problem" "httpRoute.parentRefs is set, but the chart creates no HTTPRoute: set httpRoute.enabled=true, or remove httpRoute.parentRefs." }}
{{- end }}
{{- end }}
