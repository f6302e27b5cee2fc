{{/* Values that the chart needs. A null removes the default, and would end in an unclear error or a wrong number. */}}
{{- define "anypod.indispensable" -}}
- global
- image
- image.repository
- image.pullPolicy
- server
- server.module
- server.configMap
- config
- config.path
- config.retry
- config.drainDelay
- config.drainTimeout
- auth
- auth.scopes
- auth.dpop
- auth.introspection
- auth.introspection.key
- limits
- secret
- secret.keys
- payloadKeys
- payloadKeys.keys
- admin
- admin.key
- admin.port
- redis
- redis.enabled
- redis.image
- redis.image.repository
- redis.image.pullPolicy
- redis.auth
- redis.auth.enabled
- redis.auth.key
- redis.maxmemory
- redis.persistence
- redis.persistence.enabled
- redis.persistence.size
- redis.persistence.accessModes
- redis.podSecurityContext
- externalRedis
- externalRedis.port
- externalRedis.sentinel
- externalRedis.cluster
- externalRedis.tls
- replicaCount
- updateStrategy
- updateStrategy.type
- updateStrategy.rollingUpdate
- minReadySeconds
- revisionHistoryLimit
- drain
- drain.preStop
- drain.margin
- probes
- probes.startup
- probes.readiness
- probes.liveness
- platformUserIds
- podSecurityContext
- securityContext
- serviceAccount
- dnsConfig
- tracing
- tracing.endpoint
- topologySpread
- topologySpread.whenUnsatisfiable
- podDisruptionBudget
- autoscaling
- autoscaling.minReplicas
- autoscaling.maxReplicas
- keda
- keda.minReplicas
- keda.maxReplicas
- keda.tasks
- blueGreen
- blueGreen.blue
- blueGreen.blue.image
- blueGreen.green
- blueGreen.green.image
- listenAddress
- service
- service.type
- service.port
- ingress
- httpRoute
- networkPolicy
- metrics
- metrics.enabled
- metrics.port
- metrics.serviceMonitor
- metrics.prometheusRule
- metrics.dashboard
- console
- console.passwordKey
- console.redis
- console.port
- tests
- tests.token
- tests.token.key
{{- end }}

{{/* The values of that list that are null. If a map is null, its keys are not reported. */}}
{{- define "anypod.problems.nulls" -}}
{{- range $path := include "anypod.indispensable" . | fromYamlArray }}
{{- $keys := splitList "." $path }}
{{- $map := $.Values }}
{{- range initial $keys }}
{{- if kindIs "map" $map }}{{ $map = get $map . }}{{ end }}
{{- end }}
{{- if kindIs "map" $map }}
{{- if or (not (hasKey $map (last $keys))) (kindIs "invalid" (get $map (last $keys))) }}
{{- include "anypod.problem" (printf "%s is null, but the chart needs a value: remove it to use the default." $path) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
