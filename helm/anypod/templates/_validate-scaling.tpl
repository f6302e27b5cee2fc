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
{{- if not (or .Values.keda.triggers .Values.keda.tasks.perPod) }}
{{- include "anypod.problem" "keda has nothing to scale on: set keda.triggers or keda.tasks.perPod." }}
{{- end }}
{{- if and .Values.keda.tasks.perPod (not .Values.redis.enabled) (or .Values.externalRedis.url .Values.externalRedis.urlKey) }}
{{- include "anypod.problem" "keda.tasks.perPod needs the address of Redis, and KEDA reads no URL: set externalRedis.host, sentinel.nodes or cluster.nodes, or write the trigger in keda.triggers." }}
{{- end }}
{{- if gt (int .Values.keda.minReplicas) (int .Values.keda.maxReplicas) }}
{{- include "anypod.problem" (printf "keda.minReplicas is %d and maxReplicas %d: raise maxReplicas." (int .Values.keda.minReplicas) (int .Values.keda.maxReplicas)) }}
{{- end }}
{{- if .Values.blueGreen.enabled }}
{{- include "anypod.problem" "keda would always restart the idle colour of blueGreen: use autoscaling instead, which does not touch a Deployment with 0 replicas." }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Without access to the cluster the chart cannot know which colour has the traffic. It would send it back to a retired colour and stop the other one, so
it asks. With access it refuses a flip to a colour without ready pods, which would be an outage.
*/}}
{{- define "anypod.problems.blueGreen" -}}
{{- $color := .Values.blueGreen.activeColor }}
{{- $live := include "anypod.liveColor" . }}
{{- if and $color (not .Values.blueGreen.enabled) }}
{{- include "anypod.problem" "blueGreen.activeColor is set, but there is only one Deployment: set blueGreen.enabled=true, or remove blueGreen.activeColor." }}
{{- else if and .Values.blueGreen.enabled (include "anypod.blueGreen.unknown" .) (not (include "anypod.seesCluster" .)) }}
{{- include "anypod.problem" (printf "The namespace cannot be seen (helm template, helm lint, Argo CD, or it does not exist yet), so the chart does not know which colour has the traffic and how many pods each colour has: set %s." (include "anypod.blueGreen.unknown" .)) }}
{{- else if and $color $live (ne $color $live) }}
{{- $name := printf "%s-%s" (include "anypod.fullname" .) $color }}
{{- $deployment := default (dict) (lookup "apps/v1" "Deployment" .Release.Namespace $name) }}
{{- if not (dig "status" "readyReplicas" 0 $deployment) }}
{{- include "anypod.problem" (printf "blueGreen.activeColor is %s, but Deployment %s has no ready pods, so the flip would be an outage: first set blueGreen.%s.replicas=%d with activeColor=%s and wait until they are ready." $color $name $color (int .Values.replicaCount) $live) }}
{{- end }}
{{- end }}
{{- include "anypod.problems.trafficWithoutPods" . }}
{{- end }}

{{/* Both colours at 0 is a server that somebody has stopped. */}}
{{- define "anypod.problems.trafficWithoutPods" -}}
{{- if and .Values.blueGreen.enabled (not (include "anypod.scaledElsewhere" .)) }}
{{- $active := include "anypod.activeColor" . }}
{{- $idle := include "anypod.previewColor" . }}
{{- if and (eq (toString (get .Values.blueGreen $active).replicas) "0") (ne (toString (get .Values.blueGreen $idle).replicas) "0") }}
{{- include "anypod.problem" (printf "blueGreen.%s.replicas is 0, but %s has the traffic, so nobody would be served: raise it, or set activeColor=%s." $active $active $idle) }}
{{- end }}
{{- end }}
{{- end }}
