{{/* Values of `auth` that contradict each other. What is wrong with one value alone, the schema or the pod says. */}}
{{- define "anypod.problems.auth" -}}
{{- if include "anypod.auth.on" . }}
{{- include "anypod.problems.issuers" . }}
{{- include "anypod.problems.introspection" . }}
{{- range .Values.auth.publicUrls }}
{{- if not (regexMatch "^https?://[^/?#\\s]+[^?#\\s]*$" .) }}
{{- include "anypod.problem" (printf "auth.publicUrls has %q, but tokens are meant for an http or https URL without query and fragment: set the URL under which clients reach the endpoint." .) }}
{{- end }}
{{- end }}
{{- if and .Values.tests.enabled .Values.tests.tool (not .Values.tests.token.existingSecret) }}
{{- include "anypod.problem" "tests.tool is set, but the test has no token for the call: set tests.token.existingSecret, or remove tests.tool." }}
{{- end }}
{{- else }}
{{- range $key := list "publicUrls" "audiences" }}
{{- if get $.Values.auth $key }}{{ include "anypod.problem.withoutIssuers" $key }}{{ end }}
{{- end }}
{{- range $key, $value := .Values.auth.scopes }}
{{- if $value }}{{ include "anypod.problem.withoutIssuers" (printf "scopes.%s" $key) }}{{ end }}
{{- end }}
{{- if .Values.auth.dpop.enabled }}{{ include "anypod.problem.withoutIssuers" "dpop.enabled" }}{{ end }}
{{- if .Values.auth.introspection.existingSecret }}{{ include "anypod.problem.withoutIssuers" "introspection.existingSecret" }}{{ end }}
{{- end }}
{{- if and .Values.auth.dpop.required (not .Values.auth.dpop.enabled) }}
{{- include "anypod.problem" "auth.dpop.required is set, but DPoP is off: set auth.dpop.enabled=true, or remove auth.dpop.required." }}
{{- end }}
{{- end }}

{{- define "anypod.problem.withoutIssuers" -}}
{{- include "anypod.problem" (printf "auth.%s is set, but everybody may call without a token: name an authorization server in auth.issuers, or remove auth.%s." . .) }}
{{- end }}

{{- define "anypod.problems.issuers" -}}
{{- $auth := .Values.auth }}
{{- $issuers := include "anypod.auth.issuers" . | fromJsonArray }}
{{- $seen := list }}
{{- range $issuers }}
{{- if has .issuer $seen }}
{{- include "anypod.problem" (printf "auth.issuers lists %s twice: keep one." .issuer) }}
{{- end }}
{{- $seen = append $seen .issuer }}
{{- if and (not $auth.publicUrls) (not $auth.audiences) (not .audiences) }}
{{- include "anypod.problem" (printf "auth.issuers has %s, but nothing says for whom its tokens must be meant, so tokens for other servers would open this one: set auth.publicUrls to the URL under which clients reach the endpoint, or audiences." .issuer) }}
{{- end }}
{{- if and .tenant .tenants }}
{{- include "anypod.problem" (printf "auth.issuers sets tenant and tenants of %s: keep one." .issuer) }}
{{- end }}
{{- if and (gt (len $issuers) 1) (dig "claims" "tenant" "" .) (not .tenant) (not .tenants) }}
{{- include "anypod.problem" (printf "auth.issuers lets %s speak for the tenants of the others too: list its own in tenants." .issuer) }}
{{- end }}
{{- if and (hasPrefix "http:" .issuer) (not .allowHttp) (not (regexMatch "^http://(localhost|127\\.[0-9.]+|\\[::1\\])(:|/|$)" .issuer)) }}
{{- include "anypod.problem" (printf "auth.issuers has %s, but pods ask issuers by https: write https, or set its allowHttp." .issuer) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "anypod.problems.introspection" -}}
{{- $asked := list }}
{{- range include "anypod.auth.issuers" . | fromJsonArray }}
{{- if .introspection }}{{ $asked = append $asked .issuer }}{{ end }}
{{- end }}
{{- $secret := .Values.auth.introspection.existingSecret }}
{{- if and $asked (not $secret) }}
{{- include "anypod.problem" (printf "auth.issuers has introspection for %s, but pods have no client secret for it: set auth.introspection.existingSecret." (first $asked)) }}
{{- end }}
{{- if and $secret (not $asked) }}
{{- include "anypod.problem" "auth.introspection.existingSecret is set, but no issuer is asked about tokens: set introspection of one in auth.issuers, or remove it." }}
{{- end }}
{{- if gt (len $asked) 1 }}
{{- include "anypod.problem" (printf "auth.issuers has introspection for several issuers (%s), but an opaque token does not name its own, and no other may see it: keep one." (join ", " $asked)) }}
{{- end }}
{{- end }}
