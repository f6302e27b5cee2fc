{{/* Labels of the server's pods. The user's labels cannot override the selector labels. */}}
{{- define "anypod.podLabels" -}}
{{- $selector := include "anypod.selectorLabels" . | fromYaml }}
{{- $version := dict "app.kubernetes.io/version" (.Chart.AppVersion | toString | replace "+" "_") }}
{{- toYaml (merge (dict) $selector $version (default (dict) .Values.podLabels) (default (dict) .Values.commonLabels)) }}
{{- end }}

{{/* The pod of a Deployment: (dict "context" $ "image" "…"). */}}
{{- define "anypod.podSpec" -}}
{{- $image := .image }}
{{- with .context }}
serviceAccountName: {{ include "anypod.serviceAccountName" . | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ include "anypod.gracePeriod" . }}
{{- with include "anypod.imagePullSecrets" . }}
{{ . }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.initContainers }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: server
    {{- include "anypod.container" (dict "context" . "image" $image) | nindent 4 }}
  {{- with .Values.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  {{- include "anypod.volumes" . | nindent 2 }}
{{- with include "anypod.topologySpread" (dict "context" .) | trim }}
topologySpreadConstraints:
  {{- . | nindent 2 }}
{{- end }}
{{- include "anypod.scheduling" .Values }}
{{- end }}
{{- end }}

{{/* The server's container, without its name. */}}
{{- define "anypod.container" -}}
image: {{ .image | quote }}
{{- with .context }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [serve, {{ .Values.server.module | quote }}]
ports:
  - name: http
    containerPort: 3000
    protocol: TCP
  {{- if .Values.metrics.enabled }}
  - name: metrics
    containerPort: {{ .Values.metrics.port }}
    protocol: TCP
  {{- end }}
env:
  {{- include "anypod.ownEnv" . | nindent 2 }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
startupProbe:
  {{- include "anypod.probe" (dict "path" "/startupz" "probe" .Values.probes.startup) | nindent 2 }}
readinessProbe:
  {{- include "anypod.probe" (dict "path" "/readyz" "probe" .Values.probes.readiness) | nindent 2 }}
livenessProbe:
  {{- include "anypod.probe" (dict "path" "/livez" "probe" .Values.probes.liveness) | nindent 2 }}
{{- include "anypod.lifecycle" . }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
volumeMounts:
  {{- include "anypod.volumeMounts" . | nindent 2 }}
{{- end }}
{{- end }}
