{{/* What works and yet is unsafe: a YAML list of sentences, for the notes. */}}
{{- define "anypod.warnings" -}}
{{- if .Values.redis.enabled }}
{{- include "anypod.problem" "The Redis in this release is for trials: one server, no failover. For production set redis.enabled=false and externalRedis." }}
{{- if not (include "anypod.redis.persistent" .) }}
{{- include "anypod.problem" "It has no volume, since redis.persistence is off or the cluster has no default StorageClass: all sessions end when its pod goes." }}
{{- end }}
{{- if not .Values.redis.auth.enabled }}
{{- include "anypod.problem" "It asks for no password: whoever reaches it reads all sessions. Set redis.auth.enabled=true." }}
{{- end }}
{{- else if not (or .Values.externalRedis.passwordKey .Values.externalRedis.urlKey) }}
{{- include "anypod.problem" "The external Redis is used without a password. Name one with externalRedis.existingSecret and passwordKey." }}
{{- end }}
{{- if not .Values.secret.existingSecret }}
{{- include "anypod.problem" (printf "The secret that signs ids was generated into Secret %s, which stays after an uninstall. A renderer without access to the cluster (helm template, Argo CD) would make another each time: set secret.existingSecret there." (include "anypod.secretName" .)) }}
{{- end }}
{{- if and (not (include "anypod.scaledElsewhere" .)) (lt (int .Values.replicaCount) 2) }}
{{- include "anypod.problem" "With fewer than 2 pods clients wait while one is replaced. Set replicaCount=2." }}
{{- end }}
{{- if and (not .Values.image.digest) (eq .Values.image.tag "latest") }}
{{- include "anypod.problem" "image.tag is latest: pods of one release may run different versions. Set a version or a digest." }}
{{- end }}
{{- if not (dig "limits" "memory" "" (default (dict) .Values.resources)) }}
{{- include "anypod.problem" "Pods have no memory limit, after which Node sizes its heap. Set resources.limits.memory." }}
{{- end }}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.allowFrom) }}
{{- include "anypod.problem" "networkPolicy.allowFrom is empty: only pods of this release reach the server. Name your ingress or gateway." }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.tls) }}
{{- include "anypod.problem" "The Ingress has no TLS, unless its controller adds one: session ids would travel in the clear. Set ingress.tls." }}
{{- end }}
{{- if and (or .Values.ingress.enabled .Values.httpRoute.enabled (ne .Values.service.type "ClusterIP")) (not .Values.config.allowedHosts) }}
{{- include "anypod.problem" "Requests for any host name are served. Set config.allowedHosts to yours." }}
{{- end }}
{{- end }}
