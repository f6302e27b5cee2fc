{{/*
The trigger that follows the queue of tasks. A key of a task is the pods' own in every version, so its version is always v1 (docs/keyspace.md). KEDA runs in a
namespace of its own, so it needs the whole name of the chart's Redis.
*/}}
{{- define "anypod.keda.taskTrigger" -}}
{{- $external := .Values.externalRedis }}
{{- $metadata := dict "stream" (printf "%s:v1:{tasks}:queue" .Values.config.prefix) "consumerGroup" "pods" "lagCount" (toString .Values.keda.tasks.perPod) "activationLagCount" "0" }}
{{- $type := "redis-streams" }}
{{- if .Values.redis.enabled }}
{{- $_ := set $metadata "address" (printf "%s.%s.svc:6379" (include "anypod.redis.fullname" .) .Release.Namespace) }}
{{- else }}
{{- if $external.tls.enabled }}{{ $_ := set $metadata "enableTLS" "true" }}{{ end }}
{{- if $external.sentinel.nodes }}
{{- $type = "redis-sentinel-streams" }}
{{- $_ := set $metadata "addresses" (join "," $external.sentinel.nodes) }}
{{- $_ := set $metadata "sentinelMaster" $external.sentinel.masterName }}
{{- else if $external.cluster.nodes }}
{{- $type = "redis-cluster-streams" }}
{{- $_ := set $metadata "addresses" (join "," $external.cluster.nodes) }}
{{- else }}
{{- $_ := set $metadata "address" (printf "%s:%d" (include "anypod.redisHosts" (list $external.host) | fromJsonArray | first) (int $external.port)) }}
{{- end }}
{{- if not $external.cluster.nodes }}{{ $_ := set $metadata "databaseIndex" (toString (int $external.db)) }}{{ end }}
{{- end }}
{{- $trigger := dict "type" $type "name" "tasks" "metadata" $metadata }}
{{- with include "anypod.keda.authentication" . }}{{ $_ := set $trigger "authenticationRef" (dict "name" .) }}{{ end }}
{{- toYaml (list $trigger) }}
{{- end }}

{{/* What KEDA needs of Secrets to reach Redis: parameters with the name and key of a Secret, as JSON. */}}
{{- define "anypod.keda.secrets" -}}
{{- $external := .Values.externalRedis }}
{{- $secrets := dict }}
{{- if .Values.redis.enabled }}
{{- if .Values.redis.auth.enabled }}{{ $_ := set $secrets "password" (dict "name" (include "anypod.redis.secretName" .) "key" .Values.redis.auth.key) }}{{ end }}
{{- else }}
{{- if $external.passwordKey }}{{ $_ := set $secrets "password" (dict "name" $external.existingSecret "key" $external.passwordKey) }}{{ end }}
{{- if $external.usernameKey }}{{ $_ := set $secrets "username" (dict "name" $external.existingSecret "key" $external.usernameKey) }}{{ end }}
{{- end }}
{{- toJson $secrets }}
{{- end }}

{{/* Whether the chart makes a TriggerAuthentication: "true" or nothing. */}}
{{- define "anypod.keda.ownAuthentication" -}}
{{- $tasks := .Values.keda.tasks }}
{{- if and $tasks.perPod (not $tasks.authentication) (include "anypod.keda.secrets" . | fromJson) }}true{{ end }}
{{- end }}

{{/* The TriggerAuthentication with which KEDA reaches Redis. Nothing if Redis asks for no credentials. */}}
{{- define "anypod.keda.authentication" -}}
{{- if .Values.keda.tasks.authentication }}{{ .Values.keda.tasks.authentication }}
{{- else if include "anypod.keda.ownAuthentication" . }}{{ include "anypod.redis.fullname" . }}
{{- end }}
{{- end }}
