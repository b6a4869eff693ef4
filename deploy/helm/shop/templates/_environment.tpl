{{/* What every process is told. */}}
{{- define "shop.env.process" -}}
NODE_ENV: production
HOST: 0.0.0.0
OPS_HOST: 0.0.0.0
OPS_PORT: 9464
LOG_LEVEL: {{ .Values.telemetry.logLevel }}
OTEL_SERVICE_NAME: {{ .component }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ .Values.telemetry.otlpEndpoint }}
OTEL_TRACES_SAMPLER_ARG: {{ .Values.telemetry.sampleRatio }}
KAFKA_BROKERS: {{ join "," .Values.kafka.brokers }}
TOKEN_ISSUER: {{ .Values.tokens.issuer | default .Values.publicUrl }}
TOKEN_AUDIENCE: {{ .Values.tokens.audience }}
CORS_ORIGINS: {{ join "," .Values.corsOrigins }}
{{- if ne .component "user" }}
JWKS_URL: http://{{ .Release.Name }}-user:8080/.well-known/jwks.json
{{- end }}
{{- if ne .component "gateway" }}
GATEWAY_SERVICE_PUBLIC_KEYS: {{ .Values.publicKeys.gateway }}
{{- end }}
{{- end }}

{{- define "shop.env.mail" -}}
PUBLIC_URL: {{ .Values.publicUrl }}
MAIL_FROM: {{ .Values.mailFrom | quote }}
{{- end }}

{{- define "shop.env.objectStore" -}}
S3_ENDPOINT: {{ .Values.objectStore.endpoint }}
S3_PUBLIC_URL: {{ .Values.objectStore.publicUrl }}
S3_BUCKET: {{ .Values.objectStore.bucket }}
{{- end }}

{{- define "shop.env.gateway" -}}
{{- range $name, $ports := omit (include "shop.ports" . | fromYaml) "gateway" }}
{{ upper $name }}_URL: http://{{ $.Release.Name }}-{{ $name }}:{{ $ports.http }}
{{- end }}
TRUSTED_PROXIES: {{ .Values.trustedProxies | quote }}
{{- end }}

{{- define "shop.env.user" -}}
{{ include "shop.env.mail" . }}
{{ include "shop.env.objectStore" . }}
ADMIN_EMAIL: {{ .Values.adminEmail }}
NOTIFICATION_SERVICE_PUBLIC_KEYS: {{ .Values.publicKeys.notification }}
{{- end }}

{{- define "shop.env.product" -}}
{{ include "shop.env.objectStore" . }}
SHOP_CURRENCY: {{ .Values.currency }}
ORDER_SERVICE_PUBLIC_KEYS: {{ .Values.publicKeys.order }}
{{- end }}

{{- define "shop.env.order" -}}
SHOP_CURRENCY: {{ .Values.currency }}
INVENTORY_URL: http://{{ .Release.Name }}-product:8181
NOTIFICATION_SERVICE_PUBLIC_KEYS: {{ .Values.publicKeys.notification }}
PAYMENT_PROVIDER: {{ .Values.payments.provider }}
{{- if eq .Values.payments.provider "sandbox" }}
PAYMENTS_SANDBOX_URL: {{ .Values.payments.sandboxUrl }}
{{- end }}
{{- end }}

{{- define "shop.env.notification" -}}
{{ include "shop.env.mail" . }}
ORDER_URL: http://{{ .Release.Name }}-order:8082
USER_URL: http://{{ .Release.Name }}-user:8080
{{- end }}

{{- define "shop.env.comment" -}}
{{- end }}

{{/* As a container has it: what is empty is left out, what is secret is named, what the values say of a service comes last. */}}
{{- define "shop.env" -}}
{{- $process := include "shop.env.process" . | fromYaml }}
{{- $own := include (printf "shop.env.%s" .component) . | fromYaml }}
{{- range $name, $value := merge (deepCopy (index .Values.services .component).env) $own $process }}
{{- if ne (toString $value) "" }}
- { name: {{ $name }}, value: {{ $value | toString | quote }} }
{{- end }}
{{- end }}
{{- range index (include "shop.secretKeys" . | fromYaml) .component }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ include "shop.secretName" $ }}, key: {{ . }} } }
{{- end }}
{{- end }}
