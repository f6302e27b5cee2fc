{{/*
A YAML list of the problems in the values that the schema cannot detect. Each problem is a sentence with its remedy. The list has all of them at once.
*/}}
{{- define "anypod.problems" -}}
{{- $nulls := include "anypod.problems.nulls" . }}
{{- $nulls }}
{{- if not $nulls }}
{{- include "anypod.problems.names" . }}
{{- include "anypod.problems.redis" . }}
{{- include "anypod.problems.redisVolume" . }}
{{- include "anypod.problems.server" . }}
{{- include "anypod.problems.auth" . }}
{{- include "anypod.problems.limits" . }}
{{- include "anypod.problems.pods" . }}
{{- include "anypod.problems.twice" . }}
{{- include "anypod.problems.scaling" . }}
{{- include "anypod.problems.budget" . }}
{{- include "anypod.problems.blueGreen" . }}
{{- include "anypod.problems.network" . }}
{{- include "anypod.problems.metrics" . }}
{{- include "anypod.problems.console" . }}
{{- end }}
{{- end }}

{{/* One sentence of that list. */}}
{{- define "anypod.problem" }}
- {{ . | quote }}
{{- end }}

{{/* Values of `limits` that contradict each other, or what the pods can know of callers. */}}
{{- define "anypod.problems.limits" -}}
{{- $limits := .Values.limits }}
{{- if and $limits.rateBurst (not $limits.rate) }}
{{- include "anypod.problem" "limits.rateBurst is set without a rate: set limits.rate, or remove it." }}
{{- end }}
{{- if and $limits.tenantBurst (not $limits.tenantRate) }}
{{- include "anypod.problem" "limits.tenantBurst is set without a rate: set limits.tenantRate, or remove it." }}
{{- end }}
{{- $within := list (list "callerCalls" "maxCalls") (list "callerStreams" "maxStreams") (list "tenantCalls" "maxCalls") (list "tenantStreams" "maxStreams") }}
{{- $within = concat $within (list (list "rate" "tenantRate") (list "callerCalls" "tenantCalls") (list "callerStreams" "tenantStreams") (list "callerSessions" "tenantSessions")) }}
{{- range $within }}
{{- $most := int (get $limits (last .)) }}
{{- if and $most (gt (int (get $limits (first .))) $most) }}
{{- include "anypod.problem" (printf "limits.%s is greater than limits.%s, so it would never hold: lower it." (first .) (last .)) }}
{{- end }}
{{- end }}
{{- if and $limits.rate $limits.tenantRate (gt (int (default 60 $limits.rateBurst)) (int (default 600 $limits.tenantBurst))) }}
{{- include "anypod.problem" (printf "limits.rateBurst (%d) is greater than limits.tenantBurst (%d), so it would never hold: lower it." (int (default 60 $limits.rateBurst)) (int (default 600 $limits.tenantBurst))) }}
{{- end }}
{{- if not (include "anypod.auth.tenants" .) }}
{{- range $key := list "tenantRate" "tenantCalls" "tenantStreams" "tenantSessions" }}
{{- if get $limits $key }}
{{- include "anypod.problem" (printf "limits.%s is set, but no token has a tenant, so it would limit nobody: set tenant or claims.tenant of an issuer in auth.issuers, or remove it." $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.config.parkedCalls (gt (int $limits.callerParkedCalls) (int .Values.config.parkedCalls)) }}
{{- include "anypod.problem" "limits.callerParkedCalls is greater than config.parkedCalls, so it would never hold: lower it." }}
{{- end }}
{{- $proxied := or .Values.ingress.enabled .Values.httpRoute.enabled }}
{{- if and $proxied (not (include "anypod.auth.on" .)) (not .Values.auth.trustedProxies) }}
{{- range $key := list "rate" "callerCalls" "callerStreams" "callerSessions" "callerParkedCalls" }}
{{- if get $limits $key }}
{{- include "anypod.problem" (printf "limits.%s is set, but pods see only the address of the proxy, so all callers would share one limit: set auth.trustedProxies to the addresses of the proxy, or auth.issuers." $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The alerts select by the labels that a ServiceMonitor gives. */}}
{{- define "anypod.problems.metrics" -}}
{{- if and .Values.metrics.prometheusRule.enabled (not .Values.metrics.serviceMonitor.enabled) }}
{{- include "anypod.problem" "metrics.prometheusRule.enabled is set without the ServiceMonitor, so every alert would look at nothing: set metrics.serviceMonitor.enabled=true." }}
{{- end }}
{{- end }}

{{/* Kubernetes takes the name of the release in more places than Helm: Services begin with a letter and have no dot. */}}
{{- define "anypod.problems.names" -}}
{{- $name := include "anypod.fullname" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) }}
{{- include "anypod.problem" (printf "The Service would be called %q, but its name must begin with a letter and may contain only a-z, 0-9 and hyphens: set fullnameOverride, or choose another release name." $name) }}
{{- end }}
{{- end }}

{{- define "anypod.problems.redis" -}}
{{- $external := .Values.externalRedis }}
{{- $url := default "" $external.url }}
{{- $forms := include "anypod.externalRedis.forms" . | splitList "," | compact }}
{{- if and .Values.redis.enabled $forms }}
{{- include "anypod.problem" (printf "redis.enabled and externalRedis.%s are both set: set redis.enabled=false to use the external Redis, or remove externalRedis." (first $forms)) }}
{{- end }}
{{- if and (not .Values.redis.enabled) (not $forms) }}
{{- include "anypod.problem" "No Redis is set, and pods need one to share sessions: set redis.enabled=true for a trial, or one of externalRedis.url, urlKey, host, sentinel.nodes and cluster.nodes." }}
{{- end }}
{{- if gt (len $forms) 1 }}
{{- include "anypod.problem" (printf "externalRedis names more than one Redis (%s): keep one." (join ", " $forms)) }}
{{- end }}
{{- if regexMatch "^[^/]+//[^/]*@" $url }}
{{- include "anypod.problem" "externalRedis.url contains credentials, and everybody who can read the pod could see them: put the whole URL into a Secret and set externalRedis.existingSecret and urlKey, or put only the password there and set passwordKey." }}
{{- end }}
{{- if and $external.tls.enabled $external.url (not (hasPrefix "rediss" $url)) }}
{{- include "anypod.problem" "externalRedis.tls.enabled is set, but the URL does not use TLS: write rediss, rediss+sentinel or rediss+cluster in externalRedis.url." }}
{{- end }}
{{- if and $external.sentinel.nodes (not $external.sentinel.masterName) }}
{{- include "anypod.problem" "externalRedis.sentinel.nodes is set without a master: set externalRedis.sentinel.masterName to the name that the Sentinels use for the master." }}
{{- end }}
{{- if and $external.sentinel.masterName (not $external.sentinel.nodes) }}
{{- include "anypod.problem" "externalRedis.sentinel.masterName is set without Sentinels: list the Sentinels in externalRedis.sentinel.nodes." }}
{{- end }}
{{- if and $external.cluster.nodes (ne (int $external.db) 0) }}
{{- include "anypod.problem" "externalRedis.db is not 0, but a Cluster has only database 0: remove externalRedis.db." }}
{{- end }}
{{- $keys := list $external.urlKey $external.usernameKey $external.passwordKey $external.sentinel.passwordKey | compact }}
{{- if and $keys (not $external.existingSecret) }}
{{- include "anypod.problem" (printf "externalRedis names the key %q, but no Secret: set externalRedis.existingSecret." (first $keys)) }}
{{- end }}
{{- if and $external.username $external.usernameKey }}
{{- include "anypod.problem" "externalRedis.username and usernameKey are both set: keep one." }}
{{- end }}
{{- $files := list $external.tls.caKey $external.tls.certKey $external.tls.keyKey | compact }}
{{- if and $files (not $external.tls.existingSecret) }}
{{- include "anypod.problem" (printf "externalRedis.tls names the key %q, but no Secret: set externalRedis.tls.existingSecret." (first $files)) }}
{{- end }}
{{- if and $files (not $external.tls.enabled) (not (hasPrefix "rediss" $url)) (not $external.urlKey) }}
{{- include "anypod.problem" "externalRedis.tls names certificates, but TLS is off: set externalRedis.tls.enabled=true." }}
{{- end }}
{{- if ne (empty $external.tls.certKey) (empty $external.tls.keyKey) }}
{{- include "anypod.problem" "externalRedis.tls.certKey and keyKey belong together: set both, or neither." }}
{{- end }}
{{- end }}

{{- define "anypod.problems.server" -}}
{{- $server := .Values.server }}
{{- if eq $server.source "configMap" }}
{{- if and (not $server.inline) (not $server.configMap.name) }}
{{- include "anypod.problem" "server.source is configMap, but there is no module: pass its text with --set-file server.inline=server.ts, or name a ConfigMap in server.configMap.name." }}
{{- end }}
{{- if and $server.inline $server.configMap.name }}
{{- include "anypod.problem" "server.inline and server.configMap.name are both set: keep one." }}
{{- end }}
{{- else if or $server.inline $server.configMap.name }}
{{- include "anypod.problem" (printf "server.inline and server.configMap.name are not used with server.source=%s: set server.source=configMap." $server.source) }}
{{- end }}
{{- if and (eq $server.source "volume") (not $server.volume) }}
{{- include "anypod.problem" "server.source is volume, but server.volume is empty: set the source of the volume there, e.g. persistentVolumeClaim: {claimName: my-server}." }}
{{- end }}
{{- if and (ne $server.source "volume") $server.volume }}
{{- include "anypod.problem" (printf "server.volume is not used with server.source=%s: set server.source=volume." $server.source) }}
{{- end }}
{{- end }}

{{/* Names that must be unique in a pod. */}}
{{- define "anypod.problems.twice" -}}
{{- $lists := dict "extraVolumes" (include "anypod.volumes" . | fromYamlArray) "extraVolumeMounts" (include "anypod.volumeMounts" . | fromYamlArray) }}
{{- $_ := set $lists "extraContainers" (concat (list (dict "name" "server")) (default (list) .Values.initContainers) (default (list) .Values.extraContainers)) }}
{{- range $value, $items := $lists }}
{{- $key := eq $value "extraVolumeMounts" | ternary "mountPath" "name" }}
{{- $seen := list }}
{{- range $item := $items }}
{{- /* An item of another kind is another problem. */}}
{{- if kindIs "map" $item }}
{{- $name := get $item $key }}
{{- if has $name $seen }}
{{- include "anypod.problem" (printf "%s: the pod has %q already, and Kubernetes refuses it twice: use another one." $value $name) }}
{{- end }}
{{- $seen = append $seen $name }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Problems with extraEnv, the grace period, the update strategy and the resolver. */}}
{{- define "anypod.problems.pods" -}}
{{- $own := list }}
{{- range include "anypod.ownEnv" . | fromYamlArray }}{{ $own = append $own .name }}{{ end }}
{{- range .Values.extraEnv }}
{{- if has .name $own }}
{{- include "anypod.problem" (printf "extraEnv sets %s, but the chart sets this variable itself: use the chart value for it (in config, auth, secret, payloadKeys, admin, redis, externalRedis or metrics)." .name) }}
{{- end }}
{{- end }}
{{- $needed := include "anypod.neededGrace" . | int }}
{{- with .Values.terminationGracePeriodSeconds }}
{{- if lt (int .) $needed }}
{{- include "anypod.problem" (printf "terminationGracePeriodSeconds is %d, but pods need %d seconds to shut down without a loss (drain.preStop + config.drainDelay + config.retry + config.drainTimeout + drain.margin): remove it, raise it to %d, or lower config.drainTimeout." (int .) $needed $needed) }}
{{- end }}
{{- end }}
{{- $rolling := .Values.updateStrategy.rollingUpdate }}
{{- $replacesNone := and (regexMatch "^0+%?$" (toString $rolling.maxUnavailable)) (regexMatch "^0+%?$" (toString $rolling.maxSurge)) }}
{{- if and $replacesNone (eq .Values.updateStrategy.type "RollingUpdate") }}
{{- include "anypod.problem" "updateStrategy.rollingUpdate: maxUnavailable and maxSurge are both 0, so a rollout could never replace a pod: set maxSurge=1." }}
{{- end }}
{{- if and (eq (default "" .Values.dnsPolicy) "None") (not .Values.dnsConfig.nameservers) }}
{{- include "anypod.problem" "dnsPolicy is None, so pods would have no name server: set dnsConfig.nameservers." }}
{{- end }}
{{- end }}
