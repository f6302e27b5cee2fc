{{/* Whether requests need a token: "true" or nothing. */}}
{{- define "anypod.auth.on" -}}
{{- if .Values.auth.issuers }}true{{ end }}
{{- end }}

{{/* A map as JSON, without what is null, empty or false. Such values say the same as none. A 0 stays. */}}
{{- define "anypod.auth.said" -}}
{{- $said := dict }}
{{- range $key, $value := . }}
{{- if or $value (eq (toString $value) "0") }}{{ $_ := set $said $key $value }}{{ end }}
{{- end }}
{{- toJson $said }}
{{- end }}

{{/* ANYPOD_AUTH. */}}
{{- define "anypod.auth.json" -}}
{{- $auth := omit .Values.auth "dpop" "introspection" "trustedProxies" }}
{{- $_ := set $auth "scopes" (include "anypod.auth.said" .Values.auth.scopes | fromJson) }}
{{- $dpop := .Values.auth.dpop }}
{{- if $dpop.enabled }}
{{- $_ := set $auth "dpop" (dict "required" (default false $dpop.required) "nonce" (ne (toString $dpop.nonce) "false")) }}
{{- end }}
{{- include "anypod.auth.said" $auth }}
{{- end }}

{{- define "anypod.authVariables" -}}
{{- if include "anypod.auth.on" . }}
- name: ANYPOD_AUTH
  value: {{ include "anypod.auth.json" . | quote }}
{{- with .Values.auth.introspection.existingSecret }}
{{ include "anypod.secretVariable" (dict "name" "ANYPOD_INTROSPECTION_SECRET" "secret" . "key" $.Values.auth.introspection.key) }}
{{- end }}
{{- end }}
{{- with .Values.auth.trustedProxies }}
- name: ANYPOD_TRUSTED_PROXIES
  value: {{ join "," . | quote }}
{{- end }}
{{- end }}

{{/* The paths that an Ingress or HTTPRoute sends to the pods, as a JSON list: (dict "context" $ "more" .Values.ingress.extraPaths). */}}
{{- define "anypod.paths" -}}
{{- $paths := prepend (default (list) .more) .context.Values.config.path }}
{{- if include "anypod.auth.on" .context }}{{ $paths = append $paths "/.well-known/oauth-protected-resource" }}{{ end }}
{{- toJson (uniq $paths) }}
{{- end }}

{{/* The issuers as maps, as a JSON list. */}}
{{- define "anypod.auth.issuers" -}}
{{- $issuers := list }}
{{- range .Values.auth.issuers }}
{{- $issuers = append $issuers (kindIs "map" . | ternary . (dict "issuer" .)) }}
{{- end }}
{{- toJson $issuers }}
{{- end }}

{{/* Whether a token can have a tenant: "true" or nothing. */}}
{{- define "anypod.auth.tenants" -}}
{{- $named := false }}
{{- range include "anypod.auth.issuers" . | fromJsonArray }}
{{- if or .tenant (dig "claims" "tenant" "" .) }}{{ $named = true }}{{ end }}
{{- end }}
{{- if $named }}true{{ end }}
{{- end }}

{{/* The ports at which pods ask issuers, as a YAML list. An issuer with its keys in `jwks` is not asked. */}}
{{- define "anypod.auth.ports" -}}
{{- $ports := list }}
{{- range .Values.networkPolicy.issuerPorts }}{{ $ports = append $ports (int .) }}{{ end }}
{{- range include "anypod.auth.issuers" . | fromJsonArray }}
{{- $introspection := default (dict) .introspection }}
{{- $urls := list .jwksUri $introspection.endpoint | compact }}
{{- $knowsAll := and (or .jwks .jwksUri) (or (not .introspection) $introspection.endpoint) }}
{{- if not $knowsAll }}{{ $urls = append $urls .issuer }}{{ end }}
{{- range $urls }}
{{- $port := regexFind ":[0-9]+$" (regexReplaceAll "^([^/]*//[^/?#]*).*$" . "${1}") | trimPrefix ":" }}
{{- $ports = append $ports (default (hasPrefix "http:" . | ternary "80" "443") $port | int) }}
{{- end }}
{{- end }}
{{- toYaml (uniq $ports) }}
{{- end }}
