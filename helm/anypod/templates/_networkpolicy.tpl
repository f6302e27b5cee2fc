{{/* The ports of the external Redis and its Sentinels, as a YAML list. */}}
{{- define "anypod.externalRedis.ports" -}}
{{- $external := .Values.externalRedis }}
{{- $ports := list }}
{{- if $external.host }}
{{- $ports = append $ports (int $external.port) }}
{{- else }}
{{- range .Values.networkPolicy.redisPorts }}{{ $ports = append $ports (int .) }}{{ end }}
{{- end }}
{{- range $external.sentinel.nodes }}
{{- $ports = append $ports (regexFind ":[0-9]+$" . | trimPrefix ":" | default "26379" | int) }}
{{- end }}
{{- range $external.cluster.nodes }}
{{- $ports = append $ports (regexFind ":[0-9]+$" . | trimPrefix ":" | default "6379" | int) }}
{{- end }}
{{- toYaml (uniq $ports) }}
{{- end }}

{{/* The egress rule for Redis. */}}
{{- define "anypod.networkPolicy.redis" -}}
{{- if .Values.redis.enabled -}}
- to:
    - podSelector:
        matchLabels:
          {{- include "anypod.redis.selectorLabels" . | nindent 10 }}
  ports:
    - {port: 6379, protocol: TCP}
{{- else -}}
- ports:
    {{- range include "anypod.externalRedis.ports" . | fromYamlArray }}
    - {port: {{ int . }}, protocol: TCP}
    {{- end }}
  {{- with .Values.networkPolicy.redisTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
