{{/* The least number of pods that the values allow. Of blue-green, that of the colour with the traffic, because the other one may have none. */}}
{{- define "anypod.leastPods" -}}
{{- if .Values.autoscaling.enabled }}{{ int .Values.autoscaling.minReplicas }}
{{- else if .Values.keda.enabled }}{{ max 1 (int .Values.keda.minReplicas) }}
{{- else if .Values.blueGreen.enabled }}
{{- $given := get (get .Values.blueGreen (include "anypod.activeColor" .)) "replicas" }}
{{- kindIs "invalid" $given | ternary .Values.replicaCount $given | int }}
{{- else }}{{ int .Values.replicaCount }}
{{- end }}
{{- end }}

{{- define "anypod.problems.budget" -}}
{{- $budget := .Values.podDisruptionBudget }}
{{- if $budget.enabled }}
{{- $least := include "anypod.leastPods" . | int }}
{{- $available := toString $budget.minAvailable }}
{{- if and (not (kindIs "invalid" $budget.minAvailable)) (not (kindIs "invalid" $budget.maxUnavailable)) (ne (toString $budget.maxUnavailable) "1") }}
{{- include "anypod.problem" "podDisruptionBudget.minAvailable and maxUnavailable are both set: keep one." }}
{{- else if not (kindIs "invalid" $budget.minAvailable) }}
{{- /* Kubernetes rounds a percentage of pods up. */}}
{{- $needed := hasSuffix "%" $available | ternary (divf (mulf (trimSuffix "%" $available | float64) $least) 100 | ceil) (float64 $available) }}
{{- if and (gt $least 0) (ge $needed (float64 $least)) }}
{{- include "anypod.problem" (printf "podDisruptionBudget.minAvailable is %s, and there may be only %d pods, so nobody could drain a node with one: set it lower, or use maxUnavailable=1 instead." $available $least) }}
{{- end }}
{{- else if kindIs "invalid" $budget.maxUnavailable }}
{{- include "anypod.problem" "podDisruptionBudget has neither maxUnavailable nor minAvailable: set one, or podDisruptionBudget.enabled=false." }}
{{- else if regexMatch "^0+%?$" (toString $budget.maxUnavailable) }}
{{- include "anypod.problem" (printf "podDisruptionBudget.maxUnavailable is %s, so nobody could ever drain a node with a pod: set it to 1." (toString $budget.maxUnavailable)) }}
{{- end }}
{{- end }}
{{- end }}
