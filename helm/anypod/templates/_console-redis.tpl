{{/* What the chart's own Redis calls the users of the console if no Secret names them, and the keys of their generated passwords. */}}
{{- define "anypod.console.ownUsers" -}}
viewer: {username: console, key: console-password}
operator: {username: console-operator, key: console-operator-password}
{{- end }}

{{/*
The variables with the name and the password of a Redis user of the console: (dict "context" . "role" "viewer|operator" "prefix" "REDIS").
*/}}
{{- define "anypod.console.userVariables" -}}
{{- $own := get (include "anypod.console.ownUsers" .context | fromYaml) .role }}
{{- $given := .context.Values.console.redis }}
{{- $username := eq .role "operator" | ternary $given.operatorUsernameKey $given.usernameKey }}
{{- $password := eq .role "operator" | ternary $given.operatorPasswordKey $given.passwordKey }}
{{- if and $given.existingSecret $username }}
{{ include "anypod.secretVariable" (dict "name" (printf "%s_USERNAME" .prefix) "secret" $given.existingSecret "key" $username) }}
{{- else if .context.Values.redis.enabled }}
- name: {{ .prefix }}_USERNAME
  value: {{ $own.username }}
{{- end }}
{{- if $given.existingSecret }}
{{ include "anypod.secretVariable" (dict "name" (printf "%s_PASSWORD" .prefix) "secret" $given.existingSecret "key" $password) }}
{{- else }}
{{ include "anypod.secretVariable" (dict "name" (printf "%s_PASSWORD" .prefix) "secret" (include "anypod.redis.fullname" .context) "key" $own.key) }}
{{- end }}
{{- end }}

{{/* What a Redis user of the console may do, as in docs/redis.md: (dict "context" . "role" "viewer|operator"). */}}
{{- define "anypod.console.userRules" -}}
- resetchannels
- {{ printf "~%s:*" .context.Values.config.prefix | quote }}
- -@all
{{- $both := list "ping" "info" "select" "cluster|slots" "cluster|info" "time" "exists" "hkeys" "hmget" "zrange" }}
{{- $viewer := list "scan" "zscan" "pttl" "hstrlen" "scard" "zrevrangebyscore" "xlen" "xrevrange" }}
{{- $operator := list "eval" "evalsha" "hget" "hgetall" "hset" "hdel" "zrangebyscore" "zscore" "zrem" "del" "unlink" "xadd" }}
{{- range concat $both (eq .role "operator" | ternary $operator $viewer) }}
- {{ printf "+%s" . | quote }}
{{- end }}
{{- end }}

{{/*
The roles of the console for which the chart's own Redis makes users. With generated passwords, it makes them from the start, so that a console which comes
later does not restart Redis.
*/}}
{{- define "anypod.console.redisRoles" -}}
{{- $console := .Values.console }}
{{- if $console.redis.existingSecret }}
{{- if $console.enabled }}{{ empty $console.operatorPasswordKey | ternary "viewer" "viewer operator" }}{{ end }}
{{- else if include "anypod.redis.generates" . }}viewer operator{{ end }}
{{- end }}

{{/* The prefix of the variables with which Redis reads a user of the console. */}}
{{- define "anypod.console.redisPrefix" -}}
{{ eq . "operator" | ternary "CONSOLE_OPERATOR" "CONSOLE" }}
{{- end }}

{{/* The arguments with which Redis makes these users. */}}
{{- define "anypod.console.redisArguments" -}}
{{- range splitList " " (include "anypod.console.redisRoles" .) }}
{{- if . }}
{{- $prefix := include "anypod.console.redisPrefix" . }}
- --user
- {{ printf "$(%s_USERNAME)" $prefix }}
- "on"
- {{ printf ">$(%s_PASSWORD)" $prefix | quote }}
{{ include "anypod.console.userRules" (dict "context" $ "role" .) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The variables for these arguments. */}}
{{- define "anypod.console.redisEnvironment" -}}
{{- range splitList " " (include "anypod.console.redisRoles" .) }}
{{- if . }}
{{ include "anypod.console.userVariables" (dict "context" $ "role" . "prefix" (include "anypod.console.redisPrefix" .)) | trim }}
{{- end }}
{{- end }}
{{- end }}

{{/* An annotation that makes Kubernetes replace Redis when the Secret changes from which it makes these users. */}}
{{- define "anypod.console.redisChecksums" -}}
{{- if and .Values.console.enabled .Values.console.redis.existingSecret }}
{{- with include "anypod.revision" (dict "context" . "kind" "Secret" "name" .Values.console.redis.existingSecret) }}
checksum/console-redis: {{ . }}
{{- end }}
{{- end }}
{{- end }}
