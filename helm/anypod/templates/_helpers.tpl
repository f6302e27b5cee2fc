{{/* The name of the chart, for the label. */}}
{{- define "anypod.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The prefix of all object names. Its limit of 50 characters leaves room for suffixes. */}}
{{- define "anypod.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Labels that select the server's pods, of both colours. */}}
{{- define "anypod.selectorLabels" -}}
app.kubernetes.io/name: {{ include "anypod.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: server
{{- end }}

{{/* Labels that select the pod of the chart's own Redis. */}}
{{- define "anypod.redis.selectorLabels" -}}
app.kubernetes.io/name: {{ include "anypod.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: redis
{{- end }}

{{/* Labels of an object: (dict "context" $ "component" "server"). */}}
{{- define "anypod.labels" -}}
{{- with .context -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ include "anypod.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- if .Chart.AppVersion }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: {{ include "anypod.name" . | quote }}
{{- end }}
app.kubernetes.io/component: {{ .component }}
{{- with .context.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The annotations of an object, indented for `metadata`, or nothing. Its own override the common ones: (dict "context" $ "own" (dict …)). */}}
{{- define "anypod.annotations" -}}
{{- $all := merge (dict) (default (dict) .own) (default (dict) .context.Values.commonAnnotations) }}
{{- if $all }}
  annotations:
    {{- toYaml $all | nindent 4 }}
{{- end }}
{{- end }}

{{/* The full name of an image: (dict "context" $ "image" .Values.image "tag" "default tag"). */}}
{{- define "anypod.image" -}}
{{- $registry := default .image.registry .context.Values.global.imageRegistry }}
{{- $name := .image.repository }}
{{- with $registry }}{{ $name = printf "%s/%s" (trimSuffix "/" .) $name }}{{ end }}
{{- if .image.digest }}
{{- printf "%s@%s" $name .image.digest }}
{{- else }}
{{- printf "%s:%s" $name (default .tag .image.tag | toString) }}
{{- end }}
{{- end }}

{{/* Pull secrets as a block, or nothing. */}}
{{- define "anypod.imagePullSecrets" -}}
{{- $names := list }}
{{- range concat (default (list) .Values.global.imagePullSecrets) (default (list) .Values.imagePullSecrets) }}
{{- if kindIs "string" . }}{{ $names = append $names . }}{{ else }}{{ $names = append $names .name }}{{ end }}
{{- end }}
{{- with uniq $names -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "anypod.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "anypod.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The Secret that signs ids: the existing one, or the one that the chart generates. */}}
{{- define "anypod.secretName" -}}
{{- default (include "anypod.fullname" .) .Values.secret.existingSecret }}
{{- end }}

{{/* A value that changes with an object outside the chart: (dict "context" $ "kind" "Secret" "name" "…"). Nothing without access to the cluster. */}}
{{- define "anypod.revision" -}}
{{- $object := lookup "v1" .kind .context.Release.Namespace .name }}
{{- if $object }}{{ printf "%s/%s" $object.metadata.uid $object.metadata.resourceVersion | sha256sum }}{{ end }}
{{- end }}
