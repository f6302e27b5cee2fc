{{/*
Annotations of a preset: streams are passed on at once, live longer than any heartbeat, and no POST is sent twice. nginx does not repeat a POST
that it has sent, haproxy repeats only connects; Traefik passes streams on at once and repeats nothing without a middleware.
*/}}
{{- define "anypod.ingress.preset" -}}
{{- if eq .Values.ingress.preset "nginx" -}}
nginx.ingress.kubernetes.io/proxy-buffering: "off"
nginx.ingress.kubernetes.io/proxy-request-buffering: "off"
nginx.ingress.kubernetes.io/proxy-http-version: "1.1"
nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"
nginx.ingress.kubernetes.io/proxy-next-upstream: error
nginx.ingress.kubernetes.io/proxy-body-size: {{ .Values.config.maxBody | default 4194304 | int64 | toString | quote }}
{{- else if eq .Values.ingress.preset "haproxy" -}}
haproxy-ingress.github.io/timeout-server: 1h
haproxy-ingress.github.io/balance-algorithm: leastconn
haproxy.org/timeout-server: 1h
haproxy.org/load-balance: leastconn
{{- end }}
{{- end }}
