{{/*
Annotations of a preset. With them the controller forwards streams at once, has timeouts above every heartbeat, and sends no POST twice. nginx does not
repeat a POST that it has sent. haproxy repeats only connection attempts. Traefik needs no annotation: it does both by default.
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
