{{/* Labels of the server's pods: (dict "context" $ "color" "blue"). The user's labels override all but the selector labels. */}}
{{- define "anypod.podLabels" -}}
{{- $selector := include "anypod.selectorLabels" .context | fromYaml }}
{{- with .color }}{{ $_ := set $selector "color" . }}{{ end }}
{{- $version := dict "app.kubernetes.io/version" (.context.Chart.AppVersion | toString | replace "+" "_") }}
{{- with .context.Values }}
{{- toYaml (merge $selector (default (dict) .podLabels) (default (dict) .commonLabels) $version) }}
{{- end }}
{{- end }}

{{/* The pod of a Deployment: (dict "context" $ "image" "…"). */}}
{{- define "anypod.podSpec" -}}
{{- $image := .image }}
{{- with .context }}
serviceAccountName: {{ include "anypod.serviceAccountName" . | quote }}
automountServiceAccountToken: {{ default false .Values.serviceAccount.automount }}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ include "anypod.gracePeriod" . }}
{{- with include "anypod.imagePullSecrets" (dict "context" .) }}
{{ . }}
{{- end }}
{{- include "anypod.nameResolution" .Values }}
securityContext:
  {{- include "anypod.securityContext" (dict "context" . "security" .Values.podSecurityContext) | nindent 2 }}
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
    containerPort: {{ int .Values.metrics.port }}
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
  {{- include "anypod.securityContext" (dict "context" . "security" .Values.securityContext) | nindent 2 }}
volumeMounts:
  {{- include "anypod.volumeMounts" . | nindent 2 }}
{{- end }}
{{- end }}
