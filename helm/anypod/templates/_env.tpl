{{/* One variable from a Secret: (dict "name" "REDIS_URL" "secret" "…" "key" "…"). */}}
{{- define "anypod.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end }}

{{/*
The variables for the settings in `config` and `limits`. A key is the flag in camelCase, and its variable is ANYPOD_ plus the key in upper case with underscores. The
chart joins lists with commas and writes maps as JSON. For null, an empty list and an empty map it sets no variable, so anypod uses its own default.
*/}}
{{- define "anypod.configVariables" -}}
{{- range $section := list .Values.config .Values.limits }}
{{- range $key, $value := $section }}
{{- if kindIs "slice" $value }}{{ $value = join "," $value }}{{ end }}
{{- if kindIs "map" $value }}{{ $value = empty $value | ternary "" (toJson $value) }}{{ end }}
{{- if not (or (kindIs "invalid" $value) (eq (toString $value) "")) }}
- name: ANYPOD_{{ snakecase $key | upper }}
  value: {{ include "anypod.number" $value | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
A list of keys of one Secret: one variable per key, and a variable that lists them all, which Kubernetes composes. The word `plain` is no key and stays as it
is. (dict "name" "ANYPOD_SECRET" "secret" "…" "keys" (list …))
*/}}
{{- define "anypod.listVariables" -}}
{{- if and (eq (len .keys) 1) (ne (first .keys) "plain") }}
{{- include "anypod.secretVariable" (dict "name" .name "secret" .secret "key" (first .keys)) }}
{{- else }}
{{- $parts := list }}
{{- range $index, $key := .keys }}
{{- if eq $key "plain" }}
{{- $parts = append $parts $key }}
{{- else }}
{{- $name := printf "%s_%d" $.name $index }}
{{- $parts = append $parts (printf "$(%s)" $name) }}
{{ include "anypod.secretVariable" (dict "name" $name "secret" $.secret "key" $key) }}
{{- end }}
{{- end }}
- name: {{ .name }}
  value: {{ join "," $parts | quote }}
{{- end }}
{{- end }}

{{/* The secrets, of which the first one signs, and the payload keys, of which the first one encrypts. */}}
{{- define "anypod.secretVariables" -}}
{{ include "anypod.listVariables" (dict "name" "ANYPOD_SECRET" "secret" (include "anypod.secretName" .) "keys" .Values.secret.keys) }}
{{- with .Values.payloadKeys.existingSecret }}
{{ include "anypod.listVariables" (dict "name" "ANYPOD_PAYLOAD_KEYS" "secret" . "keys" $.Values.payloadKeys.keys) | trim }}
{{- end }}
{{- end }}

{{/* The admin port, which no pod has without a token. */}}
{{- define "anypod.adminVariables" -}}
{{- with .Values.admin.existingSecret }}
- name: ANYPOD_ADMIN_PORT
  value: {{ include "anypod.number" $.Values.admin.port | quote }}
{{ include "anypod.secretVariable" (dict "name" "ANYPOD_ADMIN_TOKEN" "secret" . "key" $.Values.admin.key) }}
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
{{- with include "anypod.adminVariables" . | trim }}
{{ . }}
{{- end }}
{{ include "anypod.redisVariables" . | trim }}
{{- end }}
