{{/*
The name of the chart's own Redis. Kubernetes appends a hyphen and ten characters to the name of a StatefulSet for a label of its pods, which may have 63
characters. So the name may have 52.
*/}}
{{- define "anypod.redis.fullname" -}}
{{ include "anypod.fullname" . | trunc 46 | trimSuffix "-" }}-redis
{{- end }}

{{/* The Secret with the password of the chart's own Redis. */}}
{{- define "anypod.redis.secretName" -}}
{{- default (include "anypod.redis.fullname" .) .Values.redis.auth.existingSecret }}
{{- end }}

{{/* Whether the chart generates passwords for its own Redis: "true" or nothing. Without one for the pods, it still does for the users of the console. */}}
{{- define "anypod.redis.generates" -}}
{{- if and .Values.redis.enabled (not (and .Values.redis.auth.enabled .Values.redis.auth.existingSecret)) }}true{{ end }}
{{- end }}

{{/*
Whether the chart's own Redis has a volume: "true" or nothing. With `auto` the live StatefulSet decides, because nobody can change its claims. At the
first install, a default StorageClass decides.
*/}}
{{- define "anypod.redis.persistent" -}}
{{- $wanted := toString .Values.redis.persistence.enabled }}
{{- if eq $wanted "true" }}true
{{- else if eq $wanted "auto" }}
{{- $live := lookup "apps/v1" "StatefulSet" .Release.Namespace (include "anypod.redis.fullname" .) }}
{{- if $live }}
{{- if $live.spec.volumeClaimTemplates }}true{{ end }}
{{- else }}
{{- range (lookup "storage.k8s.io/v1" "StorageClass" "" "").items }}
{{- $annotations := default (dict) .metadata.annotations }}
{{- if eq (toString (get $annotations "storageclass.kubernetes.io/is-default-class")) "true" }}true{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Explains a change of the volume that Kubernetes would refuse. */}}
{{- define "anypod.problems.redisVolume" -}}
{{- $live := lookup "apps/v1" "StatefulSet" .Release.Namespace (include "anypod.redis.fullname" .) }}
{{- if and .Values.redis.enabled $live }}
{{- $wanted := .Values.redis.persistence }}
{{- $has := list "no volume" }}
{{- range $live.spec.volumeClaimTemplates }}
{{- $has = list (dig "resources" "requests" "storage" "" .spec) (dig "storageClassName" "" .spec) (join "," .spec.accessModes) }}
{{- end }}
{{- $wants := list "no volume" }}
{{- if include "anypod.redis.persistent" . }}
{{- $wants = list $wanted.size $wanted.storageClass (join "," $wanted.accessModes) }}
{{- end }}
{{- if ne (toJson $has) (toJson $wants) }}
{{- include "anypod.problem" (printf "redis.persistence asks for %s, but the Redis of this release has %s, and Kubernetes does not allow that change: set redis.persistence back, or run kubectl delete statefulset %s, which ends all sessions, and upgrade." (compact $wants | join " ") (compact $has | join " ") (include "anypod.redis.fullname" .)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The forms of externalRedis that are set, separated by commas. Exactly one is right. */}}
{{- define "anypod.externalRedis.forms" -}}
{{- $external := .Values.externalRedis }}
{{- $forms := list }}
{{- if $external.url }}{{ $forms = append $forms "url" }}{{ end }}
{{- if $external.urlKey }}{{ $forms = append $forms "urlKey" }}{{ end }}
{{- if $external.host }}{{ $forms = append $forms "host" }}{{ end }}
{{- if $external.sentinel.nodes }}{{ $forms = append $forms "sentinel.nodes" }}{{ end }}
{{- if $external.cluster.nodes }}{{ $forms = append $forms "cluster.nodes" }}{{ end }}
{{- join "," $forms }}
{{- end }}

{{/* Servers of Redis as they stand in a URL, as a JSON list. An IPv6 address without brackets gets them, and has no port. */}}
{{- define "anypod.redisHosts" -}}
{{- $hosts := list }}
{{- range . }}
{{- $hosts = append $hosts (regexMatch "^[^\\[]*:[^:]*:" . | ternary (printf "[%s]" .) .) }}
{{- end }}
{{- toJson $hosts }}
{{- end }}

{{/* REDIS_URL of the external Redis, without credentials. Nothing if a Secret holds the URL. */}}
{{- define "anypod.externalRedis.url" -}}
{{- $external := .Values.externalRedis }}
{{- $scheme := $external.tls.enabled | ternary "rediss" "redis" }}
{{- $db := int $external.db }}
{{- if $external.url }}{{ $external.url }}
{{- else if $external.host }}{{ printf "%s://%s:%d/%d" $scheme (include "anypod.redisHosts" (list $external.host) | fromJsonArray | first) (int $external.port) $db }}
{{- else if $external.sentinel.nodes }}{{ printf "%s+sentinel://%s/%s/%d" $scheme (include "anypod.redisHosts" $external.sentinel.nodes | fromJsonArray | join ",") $external.sentinel.masterName $db }}
{{- else if $external.cluster.nodes }}{{ printf "%s+cluster://%s" $scheme (include "anypod.redisHosts" $external.cluster.nodes | fromJsonArray | join ",") }}
{{- end }}
{{- end }}

{{/* The variables with which a pod reaches Redis. Passwords come from Secrets in separate variables, so none needs percent-encoding. */}}
{{- define "anypod.redisVariables" -}}
{{- $external := .Values.externalRedis }}
{{- if .Values.redis.enabled }}
- name: REDIS_URL
  value: redis://{{ include "anypod.redis.fullname" . }}:6379
{{- if .Values.redis.auth.enabled }}
{{ include "anypod.secretVariable" (dict "name" "REDIS_PASSWORD" "secret" (include "anypod.redis.secretName" .) "key" .Values.redis.auth.key) }}
{{- end }}
{{- else }}
{{- if $external.urlKey }}
{{ include "anypod.secretVariable" (dict "name" "REDIS_URL" "secret" $external.existingSecret "key" $external.urlKey) }}
{{- else }}
- name: REDIS_URL
  value: {{ include "anypod.externalRedis.url" . | quote }}
{{- end }}
{{- if $external.usernameKey }}
{{ include "anypod.secretVariable" (dict "name" "REDIS_USERNAME" "secret" $external.existingSecret "key" $external.usernameKey) }}
{{- else if $external.username }}
- name: REDIS_USERNAME
  value: {{ $external.username | quote }}
{{- end }}
{{- if $external.passwordKey }}
{{ include "anypod.secretVariable" (dict "name" "REDIS_PASSWORD" "secret" $external.existingSecret "key" $external.passwordKey) }}
{{- end }}
{{- with $external.sentinel.username }}
- name: REDIS_SENTINEL_USERNAME
  value: {{ . | quote }}
{{- end }}
{{- with $external.sentinel.passwordKey }}
{{ include "anypod.secretVariable" (dict "name" "REDIS_SENTINEL_PASSWORD" "secret" $external.existingSecret "key" .) }}
{{- end }}
{{- range $name, $key := dict "CA" $external.tls.caKey "CERT" $external.tls.certKey "KEY" $external.tls.keyKey }}
{{- if $key }}
- name: ANYPOD_REDIS_TLS_{{ $name }}
  value: /etc/anypod/redis-tls/{{ $key }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
