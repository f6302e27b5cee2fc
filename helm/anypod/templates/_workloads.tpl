{{/*
The Deployments, as a YAML list of {name, color, tag, repository, digest, replicas}: one, or one per colour.
*/}}
{{- define "anypod.workloads" -}}
{{- $fullname := include "anypod.fullname" . }}
{{- if not .Values.blueGreen.enabled }}
- name: {{ $fullname }}
  color: ""
  replicas: {{ int .Values.replicaCount }}
  image: {{ include "anypod.image" (dict "context" $ "image" .Values.image "tag" .Chart.AppVersion) }}
{{- else }}
{{- range $color := list "blue" "green" }}
{{- $own := get $.Values.blueGreen $color }}
{{- $image := merge (dict) $.Values.image }}
{{- with $own.image.repository }}{{ $_ := set $image "repository" . }}{{ end }}
{{- if or $own.image.tag $own.image.digest }}
{{- $_ := set $image "tag" (default $.Values.image.tag $own.image.tag) }}
{{- $_ := set $image "digest" $own.image.digest }}
{{- end }}
- name: {{ $fullname }}-{{ $color }}
  color: {{ $color }}
  replicas: {{ include "anypod.colorReplicas" (dict "context" $ "color" $color "given" $own.replicas) }}
  image: {{ include "anypod.image" (dict "context" $ "image" $image "tag" $.Chart.AppVersion) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The colour that gets the traffic: activeColor, else the colour that the live Service selects, else blue. */}}
{{- define "anypod.activeColor" -}}
{{- $live := include "anypod.liveColor" . }}
{{- default (default "blue" $live) .Values.blueGreen.activeColor }}
{{- end }}

{{/* The colour that the live Service selects, or nothing. */}}
{{- define "anypod.liveColor" -}}
{{- $service := lookup "v1" "Service" .Release.Namespace (include "anypod.fullname" .) }}
{{- $spec := default (dict) (get (default (dict) $service) "spec") }}
{{- get (default (dict) $spec.selector) "color" }}
{{- end }}

{{/* Whether `lookup` sees the namespace: "true" or nothing. Every namespace has a ServiceAccount `default`. */}}
{{- define "anypod.seesCluster" -}}
{{- if include "anypod.liveColor" . }}true
{{- else if lookup "v1" "ServiceAccount" .Release.Namespace "default" }}true
{{- end }}
{{- end }}

{{/* The values of blueGreen that only a look at the cluster could replace, as text. */}}
{{- define "anypod.blueGreen.unknown" -}}
{{- $unknown := list }}
{{- if not .Values.blueGreen.activeColor }}{{ $unknown = append $unknown "blueGreen.activeColor" }}{{ end }}
{{- if not (include "anypod.scaledElsewhere" .) }}
{{- range $color := list "blue" "green" }}
{{- if kindIs "invalid" (get $.Values.blueGreen $color).replicas }}{{ $unknown = append $unknown (printf "blueGreen.%s.replicas" $color) }}{{ end }}
{{- end }}
{{- end }}
{{- join ", " $unknown }}
{{- end }}

{{- define "anypod.previewColor" -}}
{{- eq (include "anypod.activeColor" .) "blue" | ternary "green" "blue" }}
{{- end }}

{{/*
The number of pods of one colour: the given number, else replicaCount. An idle colour that nobody has scaled up stays at 0, so an upgrade does not start
pods that somebody scaled down after a flip: (dict "context" $ "color" "blue" "given" null).
*/}}
{{- define "anypod.colorReplicas" -}}
{{- $active := eq .color (include "anypod.activeColor" .context) }}
{{- $live := lookup "apps/v1" "Deployment" .context.Release.Namespace (printf "%s-%s" (include "anypod.fullname" .context) .color) }}
{{- $spec := default (dict) (get (default (dict) $live) "spec") }}
{{- if not (kindIs "invalid" .given) }}{{ int .given }}
{{- else if or $active (gt (int $spec.replicas) 0) }}{{ int .context.Values.replicaCount }}
{{- else }}0
{{- end }}
{{- end }}

{{/* Whether an autoscaler, not the chart, sets the number of pods: "true" or nothing. */}}
{{- define "anypod.scaledElsewhere" -}}
{{- if or .Values.autoscaling.enabled .Values.keda.enabled }}true{{ end }}
{{- end }}

{{/* The image of the pods that get the traffic. */}}
{{- define "anypod.activeImage" -}}
{{- $active := include "anypod.activeColor" . }}
{{- range include "anypod.workloads" . | fromYamlArray }}
{{- if or (eq .color "") (eq .color $active) }}{{ .image }}{{ end }}
{{- end }}
{{- end }}

{{/* The address families of a Service. */}}
{{- define "anypod.ipFamilies" -}}
{{- with .Values.service.ipFamilyPolicy }}
  ipFamilyPolicy: {{ . }}
{{- end }}
{{- with .Values.service.ipFamilies }}
  ipFamilies: {{ toJson . }}
{{- end }}
{{- end }}

{{/* The URL of the endpoint inside the cluster. */}}
{{- define "anypod.serviceUrl" -}}
{{- $port := eq (int .Values.service.port) 80 | ternary "" (printf ":%d" (int .Values.service.port)) }}
{{- printf "http://%s.%s.svc%s%s" (include "anypod.fullname" .) .Release.Namespace $port .Values.config.path }}
{{- end }}
