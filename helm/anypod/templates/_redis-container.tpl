{{- define "anypod.redis.podLabels" -}}
{{- $selector := include "anypod.redis.selectorLabels" . | fromYaml }}
{{- toYaml (merge (dict) $selector (default (dict) .Values.redis.podLabels) (default (dict) .Values.commonLabels)) }}
{{- end }}

{{/* Redis and the server's pods read the password at their start. So both have this annotation, and an upgrade replaces both when the Secret changes. */}}
{{- define "anypod.redis.podChecksums" -}}
{{- if and .Values.redis.enabled .Values.redis.auth.enabled .Values.redis.auth.existingSecret }}
{{- with include "anypod.revision" (dict "context" . "kind" "Secret" "name" .Values.redis.auth.existingSecret) }}
checksum/redis: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "anypod.redis.environment" -}}
{{- if .Values.redis.auth.enabled }}
{{ include "anypod.secretVariable" (dict "name" "REDISCLI_AUTH" "secret" (include "anypod.redis.secretName" .) "key" .Values.redis.auth.key) }}
{{- end }}
{{ include "anypod.console.redisEnvironment" . | trim }}
{{- end }}

{{/* The container of the chart's own Redis, without its name. */}}
{{- define "anypod.redis.container" -}}
{{- $redis := .Values.redis }}
image: {{ include "anypod.image" (dict "context" . "image" $redis.image "tag" "7") | quote }}
imagePullPolicy: {{ $redis.image.pullPolicy }}
command: [redis-server]
args:
  - --port
  - "6379"
  - --dir
  - /data
  - --appendonly
  - "yes"
  - --save
  - ""
  - --maxmemory
  - {{ $redis.maxmemory | quote }}
  # When Redis is full, it refuses writes. It never deletes a session or half a stream by itself.
  - --maxmemory-policy
  - noeviction
  {{- if $redis.auth.enabled }}
  - --requirepass
  - $(REDISCLI_AUTH)
  {{- else }}
  # Without a password, Redis answers only its own pod unless this setting is off.
  - --protected-mode
  - "no"
  {{- end }}
  {{- with include "anypod.console.redisArguments" . | trim }}
  # Redis has no file of users: it makes those of the console at each start.
  {{- . | nindent 2 }}
  {{- end }}
  {{- range $name, $value := $redis.config }}
  - --{{ $name }}
  - {{ kindIs "bool" $value | ternary (ternary "yes" "no" (eq (toString $value) "true")) (include "anypod.number" $value) | quote }}
  {{- end }}
{{- with include "anypod.redis.environment" . | trim }}
env:
  {{- . | nindent 2 }}
{{- end }}
ports:
  - name: redis
    containerPort: 6379
    protocol: TCP
startupProbe:
  exec:
    command: [redis-cli, -e, ping]
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 120
readinessProbe:
  exec:
    command: [redis-cli, -e, ping]
  periodSeconds: 5
  timeoutSeconds: 3
livenessProbe:
  tcpSocket:
    port: redis
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- with $redis.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - name: data
    mountPath: /data
  - name: tmp
    mountPath: /tmp
{{- end }}
