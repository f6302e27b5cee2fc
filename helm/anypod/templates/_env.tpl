{{/* One variable out of a Secret: (dict "name" "REDIS_URL" "secret" "…" "key" "…"). */}}
{{- define "anypod.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end }}

{{/*
The settings of `config`: a key is its flag in camelCase, so its variable is ANYPOD_ and the same in upper case. Lists are joined; null and empty
ones leave anypod's own default.
*/}}
{{- define "anypod.configVariables" -}}
{{- range $key, $value := .Values.config }}
{{- if kindIs "slice" $value }}{{ $value = join "," $value }}{{ end }}
{{- if kindIs "float64" $value }}{{ $value = int64 $value }}{{ end }}
{{- if not (or (kindIs "invalid" $value) (eq (toString $value) "")) }}
- name: ANYPOD_{{ snakecase $key | upper }}
  value: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* The secrets, the first signs: one variable each, and the list of them, which Kubernetes puts together. */}}
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

{{/* Everything that the chart sets; `extraEnv` may not repeat it. */}}
{{- define "anypod.ownEnv" -}}
- name: HOST
  value: "0.0.0.0"
- name: PORT
  value: "3000"
- name: ANYPOD_METRICS_PORT
  value: {{ .Values.metrics.enabled | ternary (int .Values.metrics.port) 0 | quote }}
{{ include "anypod.configVariables" . | trim }}
{{ include "anypod.secretVariables" . | trim }}
{{ include "anypod.redisVariables" . | trim }}
{{- end }}
