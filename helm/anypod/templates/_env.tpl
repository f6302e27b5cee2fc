{{/* One variable from a Secret: (dict "name" "REDIS_URL" "secret" "…" "key" "…"). */}}
{{- define "anypod.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end }}

{{/*
The variables for the settings in `config`. A key is the flag in camelCase, and its variable is ANYPOD_ plus the key in upper case with underscores. The
chart joins lists with commas and writes maps as JSON. For null, an empty list and an empty map it sets no variable, so anypod uses its own default.
*/}}
{{- define "anypod.configVariables" -}}
{{- range $key, $value := .Values.config }}
{{- if kindIs "slice" $value }}{{ $value = join "," $value }}{{ end }}
{{- if kindIs "map" $value }}{{ $value = empty $value | ternary "" (toJson $value) }}{{ end }}
{{- if not (or (kindIs "invalid" $value) (eq (toString $value) "")) }}
- name: ANYPOD_{{ snakecase $key | upper }}
  value: {{ include "anypod.number" $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* The secrets: one variable per secret, and a variable that lists them all, which Kubernetes composes. The first one signs. */}}
{{- define "anypod.secretVariables" -}}
{{- $secret := include "anypod.secretName" . }}
{{- if eq (len .Values.secret.keys) 1 }}
{{- include "anypod.secretVariable" (dict "name" "ANYPOD_SECRET" "secret" $secret "key" (first .Values.secret.keys)) }}
{{- else }}
{{- $parts := list }}
{{- range $index, $key := .Values.secret.keys }}
{{- $name := printf "ANYPOD_SECRET_%d" $index }}
{{- $parts = append $parts (printf "$(%s)" $name) }}
{{ include "anypod.secretVariable" (dict "name" $name "secret" $secret "key" $key) }}
{{- end }}
- name: ANYPOD_SECRET
  value: {{ join "," $parts | quote }}
{{- end }}
{{- end }}

{{/* All variables that the chart sets. `extraEnv` must not repeat them. */}}
{{- define "anypod.ownEnv" -}}
- name: HOST
  value: {{ .Values.listenAddress | quote }}
- name: PORT
  value: "3000"
- name: ANYPOD_METRICS_PORT
  value: {{ .Values.metrics.enabled | ternary (int .Values.metrics.port) 0 | quote }}
{{- with .Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: ANYPOD_TRACE_SAMPLING
  value: {{ $.Values.tracing.sampling | quote }}
{{- end }}
{{ include "anypod.configVariables" . | trim }}
{{- with include "anypod.authVariables" . | trim }}
{{ . }}
{{- end }}
{{ include "anypod.secretVariables" . | trim }}
{{ include "anypod.redisVariables" . | trim }}
{{- end }}
