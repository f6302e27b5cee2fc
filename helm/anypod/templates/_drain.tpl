{{/* Milliseconds as whole seconds, rounded up. */}}
{{- define "anypod.seconds" -}}
{{- ceil (divf . 1000) | int }}
{{- end }}

{{/*
Seconds that a pod needs to shut down without a loss: the preStop sleep, the drain delay, the time over which its streams move, the longest call, and
a margin. Kubernetes counts the preStop sleep as part of the grace period.
*/}}
{{- define "anypod.neededGrace" -}}
{{- $config := .Values.config }}
{{- $seconds := add (int .Values.drain.preStop) (int .Values.drain.margin) }}
{{- range list $config.drainDelay $config.retry $config.drainTimeout }}
{{- $seconds = add $seconds (include "anypod.seconds" .) }}
{{- end }}
{{- $seconds }}
{{- end }}

{{- define "anypod.gracePeriod" -}}
{{- default (include "anypod.neededGrace" .) .Values.terminationGracePeriodSeconds | int }}
{{- end }}

{{/* The preStop hook: the pod keeps serving while endpoints remove it. The image has no shell and no sleep, so before Kubernetes 1.30 Node waits. */}}
{{- define "anypod.lifecycle" -}}
{{- $seconds := int .Values.drain.preStop }}
{{- if gt $seconds 0 }}
lifecycle:
  preStop:
    {{- if semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version }}
    sleep:
      seconds: {{ $seconds }}
    {{- else }}
    exec:
      command: [/usr/local/bin/node, -e, {{ printf "setTimeout(() => {}, %d)" (mul $seconds 1000) | quote }}]
    {{- end }}
{{- end }}
{{- end }}
