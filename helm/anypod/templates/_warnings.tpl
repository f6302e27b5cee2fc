{{/* A YAML list of warnings for the notes: values that work but are unsafe. */}}
{{- define "anypod.warnings" -}}
{{- if .Values.redis.enabled }}
{{- include "anypod.problem" "The Redis in this release is for trials: one server, no failover. For production set redis.enabled=false and externalRedis." }}
{{- if not (include "anypod.redis.persistent" .) }}
{{- include "anypod.problem" "The Redis in this release has no volume, because redis.persistence is off or the cluster has no default StorageClass. All sessions end when its pod goes." }}
{{- end }}
{{- if not .Values.redis.auth.enabled }}
{{- include "anypod.problem" "The Redis in this release requires no password, so everybody who reaches it can read all sessions. Set redis.auth.enabled=true." }}
{{- end }}
{{- else if not (or .Values.externalRedis.passwordKey .Values.externalRedis.urlKey) }}
{{- include "anypod.problem" "Pods use the external Redis without a password. Set externalRedis.existingSecret and passwordKey." }}
{{- end }}
{{- if not .Values.secret.existingSecret }}
{{- include "anypod.problem" (printf "The chart generated the secret that signs ids, in Secret %s, which stays after an uninstall. A renderer without access to the cluster (helm template, Argo CD) would generate another secret each time: set secret.existingSecret there." (include "anypod.secretName" .)) }}
{{- end }}
{{- if and (not (include "anypod.scaledElsewhere" .)) (lt (int .Values.replicaCount) 2) }}
{{- include "anypod.problem" "With fewer than 2 pods, clients wait while a rollout replaces a pod. Set replicaCount=2." }}
{{- end }}
{{- if and (not .Values.image.digest) (eq .Values.image.tag "latest") }}
{{- include "anypod.problem" "image.tag is latest, so pods of one release may run different versions. Set a version or a digest." }}
{{- end }}
{{- if not (dig "limits" "memory" "" (default (dict) .Values.resources)) }}
{{- include "anypod.problem" "Pods have no memory limit, and Node derives its heap size from that limit. Set resources.limits.memory." }}
{{- end }}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.allowFrom) }}
{{- include "anypod.problem" "networkPolicy.allowFrom is empty, so only pods of this release can reach the server. Name your ingress or gateway." }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.tls) }}
{{- include "anypod.problem" "The Ingress has no TLS. Unless its controller adds TLS, session ids travel unencrypted. Set ingress.tls." }}
{{- end }}
{{- $exposed := or .Values.ingress.enabled .Values.httpRoute.enabled (ne .Values.service.type "ClusterIP") }}
{{- if and $exposed (not (include "anypod.auth.on" .)) }}
{{- include "anypod.problem" "Pods ask nobody for a token. Unless something in front of them checks callers, everybody may call. Set auth.issuers." }}
{{- end }}
{{- if and $exposed (not .Values.config.allowedHosts) }}
{{- include "anypod.problem" "Pods serve requests for any host name. Set config.allowedHosts to your host names." }}
{{- end }}
{{- end }}
