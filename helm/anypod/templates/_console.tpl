{{- define "anypod.console.selectorLabels" -}}
app.kubernetes.io/name: {{ include "anypod.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: console
{{- end }}

{{/* The Secret with the passwords of the console: the existing one, or the one that the chart generates. */}}
{{- define "anypod.console.secretName" -}}
{{- default (printf "%s-console" (include "anypod.fullname" .)) .Values.console.existingSecret }}
{{- end }}

{{/* Problems with the console. */}}
{{- define "anypod.problems.console" -}}
{{- with .Values.console }}
{{- if .enabled }}
{{- if eq .passwordKey (default "" .operatorPasswordKey) }}
{{- include "anypod.problem" "console.passwordKey and operatorPasswordKey name the same key, so everybody would be an operator: use two keys." }}
{{- end }}
{{- $second := or .redis.operatorUsernameKey .redis.operatorPasswordKey }}
{{- if and $second (not .operatorPasswordKey) }}
{{- include "anypod.problem" "console.redis names a Redis user for operators, but there are none: set console.operatorPasswordKey, or remove operatorUsernameKey and operatorPasswordKey." }}
{{- end }}
{{- if and .operatorPasswordKey .redis.existingSecret (not (and .redis.operatorUsernameKey .redis.operatorPasswordKey)) }}
{{- include "anypod.problem" "console.operatorPasswordKey is set, but the Redis user of console.redis.existingSecret only looks, so Redis would refuse what operators do: set console.redis.operatorUsernameKey and operatorPasswordKey." }}
{{- end }}
{{- if and $second (not .redis.existingSecret) }}
{{- include "anypod.problem" "console.redis names keys of a Secret, but no Secret: set console.redis.existingSecret." }}
{{- end }}
{{- if not (or .redis.existingSecret $.Values.redis.enabled) }}
{{- include "anypod.problem" "The console has no Redis user of its own: make the users of docs/redis.md, and set console.redis.existingSecret to a Secret with their names and passwords." }}
{{- end }}
{{- if and $.Values.redis.enabled (not .redis.existingSecret) (not (include "anypod.redis.generates" $)) }}
{{- include "anypod.problem" "The chart generates no passwords for Redis, because redis.auth.existingSecret is set: set console.redis.existingSecret to a Secret with a name and a password for the console; Redis makes the user of that name." }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Variables of the console's container. */}}
{{- define "anypod.console.env" -}}
{{- $console := .Values.console }}
- name: HOST
  value: {{ .Values.listenAddress | quote }}
- name: ANYPOD_CONSOLE_PORT
  value: "8080"
{{- if .Values.metrics.enabled }}
- name: ANYPOD_CONSOLE_PODS
  value: {{ include "anypod.fullname" . }}-metrics:{{ int .Values.metrics.port }}
{{- end }}
- name: ANYPOD_PREFIX
  value: {{ .Values.config.prefix | quote }}
{{- $variables := dict "ANYPOD_CONSOLE_PASSWORD" $console.passwordKey "ANYPOD_CONSOLE_OPERATOR_PASSWORD" $console.operatorPasswordKey }}
{{- range $name, $key := $variables }}
{{- if $key }}
{{ include "anypod.secretVariable" (dict "name" $name "secret" (include "anypod.console.secretName" $) "key" $key) }}
{{- end }}
{{- end }}
{{- with .Values.payloadKeys.existingSecret }}
{{ include "anypod.listVariables" (dict "name" "ANYPOD_PAYLOAD_KEYS" "secret" . "keys" $.Values.payloadKeys.keys) | trim }}
{{- end }}
{{- $shared := list }}
{{- range include "anypod.redisVariables" . | fromYamlArray }}
{{- if not (has .name (list "REDIS_USERNAME" "REDIS_PASSWORD")) }}{{ $shared = append $shared . }}{{ end }}
{{- end }}
{{ toYaml $shared }}
{{ include "anypod.console.userVariables" (dict "context" . "role" "viewer" "prefix" "REDIS") | trim }}
{{- if $console.operatorPasswordKey }}
{{ include "anypod.console.userVariables" (dict "context" . "role" "operator" "prefix" "ANYPOD_CONSOLE_OPERATOR_REDIS") | trim }}
{{- end }}
{{- end }}

{{/* Annotations that make Kubernetes replace the console when a Secret changes that it reads only at its start. */}}
{{- define "anypod.console.checksums" -}}
{{- $secrets := dict "console" .Values.console.existingSecret "console-redis" .Values.console.redis.existingSecret "payload-keys" .Values.payloadKeys.existingSecret }}
{{- range $name, $secret := $secrets }}
{{- if $secret }}
{{- with include "anypod.revision" (dict "context" $ "kind" "Secret" "name" $secret) }}
checksum/{{ $name }}: {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
