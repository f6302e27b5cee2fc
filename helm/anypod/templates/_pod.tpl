{{/* The name of the ConfigMap that holds the module. */}}
{{- define "anypod.server.configMapName" -}}
{{- default (printf "%s-server" (include "anypod.fullname" .)) .Values.server.configMap.name }}
{{- end }}

{{- define "anypod.server.configMapKey" -}}
{{- empty .Values.server.configMap.name | ternary "server" .Values.server.configMap.key }}
{{- end }}

{{/* Whether the pod mounts TLS files for Redis: "true" or nothing. */}}
{{- define "anypod.mountsRedisTls" -}}
{{- if and (not .Values.redis.enabled) .Values.externalRedis.tls.existingSecret }}true{{ end }}
{{- end }}

{{/* Annotations that make Kubernetes replace pods when something changes that they read only at their start. */}}
{{- define "anypod.podChecksums" -}}
{{- if and (eq .Values.server.source "configMap") .Values.server.inline }}
checksum/server: {{ .Values.server.inline | sha256sum }}
{{- else if and (eq .Values.server.source "configMap") .Values.server.configMap.name }}
{{- with include "anypod.revision" (dict "context" $ "kind" "ConfigMap" "name" .Values.server.configMap.name) }}
checksum/server: {{ . }}
{{- end }}
{{- end }}
{{- include "anypod.redis.podChecksums" . }}
{{- $secrets := dict "secret" .Values.secret.existingSecret "introspection" .Values.auth.introspection.existingSecret "payload-keys" .Values.payloadKeys.existingSecret "admin" .Values.admin.existingSecret }}
{{- if not .Values.redis.enabled }}
{{- $_ := set $secrets "redis" .Values.externalRedis.existingSecret }}
{{- $_ := set $secrets "redis-tls" .Values.externalRedis.tls.existingSecret }}
{{- end }}
{{- range $name, $secret := $secrets }}
{{- if $secret }}
{{- with include "anypod.revision" (dict "context" $ "kind" "Secret" "name" $secret) }}
checksum/{{ $name }}: {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "anypod.volumes" -}}
- name: tmp
  emptyDir: {}
{{- if eq .Values.server.source "configMap" }}
- name: server
  configMap:
    name: {{ include "anypod.server.configMapName" . | quote }}
{{- else if eq .Values.server.source "volume" }}
- name: server
  {{- toYaml (omit .Values.server.volume "name") | nindent 2 }}
{{- end }}
{{- if include "anypod.mountsRedisTls" . }}
- name: redis-tls
  secret:
    secretName: {{ .Values.externalRedis.tls.existingSecret | quote }}
    defaultMode: 0440
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "anypod.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if eq .Values.server.source "configMap" }}
- name: server
  mountPath: /anypod/app/{{ .Values.server.module }}
  subPath: {{ include "anypod.server.configMapKey" . | quote }}
  readOnly: true
{{- else if eq .Values.server.source "volume" }}
- name: server
  mountPath: /anypod/app
  {{- with .Values.server.volumeSubPath }}
  subPath: {{ . | quote }}
  {{- end }}
  readOnly: true
{{- end }}
{{- if include "anypod.mountsRedisTls" . }}
- name: redis-tls
  mountPath: /etc/anypod/redis-tls
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A probe: (dict "path" "/livez" "probe" .Values.probes.liveness). Kubernetes refuses a second way to ask. */}}
{{- define "anypod.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
{{- with omit .probe "httpGet" "exec" "grpc" "tcpSocket" }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Constraints that spread the pods of each version of the Deployment over zones and nodes: (dict "context" $ "color" ""). */}}
{{- define "anypod.topologySpread" -}}
{{- $values := .context.Values }}
{{- if $values.topologySpreadConstraints }}
{{- toYaml $values.topologySpreadConstraints }}
{{- else if $values.topologySpread.enabled }}
{{- range $values.topologySpread.topologyKeys }}
- maxSkew: 1
  topologyKey: {{ . | quote }}
  whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
  labelSelector:
    matchLabels:
      {{- include "anypod.selectorLabels" $.context | nindent 6 }}
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}
{{- end }}

{{/* The fields that say where pods may run. */}}
{{- define "anypod.scheduling" -}}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .schedulerName }}
schedulerName: {{ . | quote }}
{{- end }}
{{- end }}

{{/* The fields that say how a pod resolves names. */}}
{{- define "anypod.nameResolution" -}}
{{- with .dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- $config := dict }}
{{- range $key, $value := .dnsConfig }}{{ if $value }}{{ $_ := set $config $key $value }}{{ end }}{{ end }}
{{- with $config }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A security context of a pod or container, without the ids that a platform chooses: (dict "context" $ "security" (dict …)). */}}
{{- define "anypod.securityContext" -}}
{{- if .context.Values.platformUserIds }}
{{- toYaml (omit .security "runAsUser" "runAsGroup" "fsGroup" "fsGroupChangePolicy") }}
{{- else }}
{{- toYaml .security }}
{{- end }}
{{- end }}
