{{/* The ports in a list of servers, as a JSON list: (dict "hosts" (list "a:1" "b") "default" 6379). */}}
{{- define "anypod.portsOf" -}}
{{- $ports := list }}
{{- range include "anypod.redisHosts" .hosts | fromJsonArray }}
{{- $ports = append $ports (regexFind ":[0-9]+$" . | trimPrefix ":" | default (toString $.default) | int) }}
{{- end }}
{{- toJson $ports }}
{{- end }}

{{/* The servers that `externalRedis.url` names, as a JSON list. */}}
{{- define "anypod.externalRedis.urlHosts" -}}
{{- regexReplaceAll "[/?].*$" (regexReplaceAll "^[^/]*//([^@/]*@)?" . "") "" | splitList "," | compact | toJson }}
{{- end }}

{{/* The ports of the external Redis and its Sentinels, as a YAML list. */}}
{{- define "anypod.externalRedis.ports" -}}
{{- $external := .Values.externalRedis }}
{{- $url := default "" $external.url }}
{{- $toSentinels := regexMatch "^(sentinel|rediss?\\+sentinel):" $url }}
{{- $ports := list }}
{{- range .Values.networkPolicy.redisPorts }}{{ $ports = append $ports (int .) }}{{ end }}
{{- /* Sentinels and Clusters name servers of their own, and a Secret may hold the URL. */}}
{{- if and (not $ports) (or $external.urlKey $external.sentinel.nodes $external.cluster.nodes (contains "+cluster:" $url) $toSentinels) }}
{{- $ports = list 6379 }}
{{- end }}
{{- if $external.host }}{{ $ports = append $ports (int $external.port) }}{{ end }}
{{- $urlHosts := include "anypod.externalRedis.urlHosts" $url | fromJsonArray }}
{{- $named := list (dict "hosts" $urlHosts "default" ($toSentinels | ternary 26379 6379)) }}
{{- $named = append $named (dict "hosts" $external.sentinel.nodes "default" 26379) }}
{{- $named = append $named (dict "hosts" $external.cluster.nodes "default" 6379) }}
{{- range $named }}
{{- range include "anypod.portsOf" . | fromJsonArray }}{{ $ports = append $ports (int .) }}{{ end }}
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

{{/* The egress rule for the issuers, or nothing. */}}
{{- define "anypod.networkPolicy.issuers" -}}
{{- $ports := include "anypod.auth.ports" . | fromYamlArray }}
{{- if and (include "anypod.auth.on" .) $ports -}}
- ports:
    {{- range $ports }}
    - {port: {{ int . }}, protocol: TCP}
    {{- end }}
  {{- with .Values.networkPolicy.issuersTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
