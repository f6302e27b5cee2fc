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

{{/*
Labels of an object: (dict "context" $ "component" "server" "color" "blue" "own" (dict …)). They are merged into one map, because a key that comes twice
is refused by kustomize, Argo CD and Flux. The user's labels override those of the chart, but for those that select.
*/}}
{{- define "anypod.labels" -}}
{{- $name := include "anypod.name" .context }}
{{- $selecting := dict "app.kubernetes.io/name" $name "app.kubernetes.io/instance" .context.Release.Name "app.kubernetes.io/component" .component }}
{{- with .color }}{{ $_ := set $selecting "color" . }}{{ end }}
{{- $chart := printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- $others := dict "helm.sh/chart" $chart "app.kubernetes.io/managed-by" .context.Release.Service "app.kubernetes.io/part-of" $name }}
{{- with .context.Chart.AppVersion }}{{ $_ := set $others "app.kubernetes.io/version" (. | replace "+" "_") }}{{ end }}
{{- toYaml (merge $selecting (default (dict) .own) (default (dict) .context.Values.commonLabels) $others) }}
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

{{/* Pull secrets as a block, or nothing: (dict "context" $ "more" (list …)). */}}
{{- define "anypod.imagePullSecrets" -}}
{{- $names := list }}
{{- with .context.Values }}
{{- range concat (default (list) .global.imagePullSecrets) (default (list) .imagePullSecrets) (default (list) $.more) }}
{{- if kindIs "string" . }}{{ $names = append $names . }}{{ else }}{{ $names = append $names .name }}{{ end }}
{{- end }}
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

{{/* A number as text. Helm reads numbers as floats and would write a large one as 1e+07. */}}
{{- define "anypod.number" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{/* A value that changes with an object outside the chart: (dict "context" $ "kind" "Secret" "name" "…"). Nothing without access to the cluster. */}}
{{- define "anypod.revision" -}}
{{- $object := lookup "v1" .kind .context.Release.Namespace .name }}
{{- if $object }}{{ printf "%s/%s" $object.metadata.uid $object.metadata.resourceVersion | sha256sum }}{{ end }}
{{- end }}
