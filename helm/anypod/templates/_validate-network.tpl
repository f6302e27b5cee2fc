{{- define "anypod.problems.network" -}}
{{- if ne .Values.service.type "LoadBalancer" }}
{{- range $key := list "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if get $.Values.service $key }}
{{- include "anypod.problem" (printf "service.%s is set, but only a LoadBalancer Service has it: set service.type=LoadBalancer, or remove it." $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and (eq (default "" .Values.service.ipFamilyPolicy) "SingleStack") (gt (len (default (list) .Values.service.ipFamilies)) 1) }}
{{- include "anypod.problem" "service.ipFamilies has two families, but service.ipFamilyPolicy is SingleStack: set PreferDualStack or RequireDualStack, or keep one family." }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.enabled) }}
{{- include "anypod.problem" "metrics.serviceMonitor.enabled is set, but pods serve no metrics: set metrics.enabled=true." }}
{{- end }}
{{- if eq (int .Values.metrics.port) 3000 }}
{{- include "anypod.problem" "metrics.port is 3000, but pods serve MCP on that port: use another port." }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- include "anypod.problem" "httpRoute belongs to no Gateway: name one in httpRoute.parentRefs, e.g. [{name: my-gateway, namespace: gateways}]." }}
{{- end }}
{{- if and .Values.service.nodePort (eq .Values.service.type "ClusterIP") }}
{{- include "anypod.problem" "service.nodePort is set, but a ClusterIP Service has no node port: set service.type=NodePort, or remove service.nodePort." }}
{{- end }}
{{- if and .Values.service.externalTrafficPolicy (eq .Values.service.type "ClusterIP") }}
{{- include "anypod.problem" "service.externalTrafficPolicy is set, but a ClusterIP Service gets no external traffic: set service.type=LoadBalancer, or remove service.externalTrafficPolicy." }}
{{- end }}
{{- if and (not .Values.ingress.enabled) .Values.ingress.hosts }}
{{- include "anypod.problem" "ingress.hosts is set, but the chart creates no Ingress: set ingress.enabled=true, or remove ingress.hosts." }}
{{- end }}
{{- if and (not .Values.httpRoute.enabled) .Values.httpRoute.parentRefs }}
{{- include "anypod.problem" "httpRoute.parentRefs is set, but the chart creates no HTTPRoute: set httpRoute.enabled=true, or remove httpRoute.parentRefs." }}
{{- end }}
{{- end }}
