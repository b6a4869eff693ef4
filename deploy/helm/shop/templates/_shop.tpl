{{- define "shop.name" -}}
{{ .Release.Name }}-{{ .component }}
{{- end }}

{{- define "shop.selector" -}}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "shop.labels" -}}
{{ include "shop.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "shop.image" -}}
{{ .Values.image.repository }}/{{ .component }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Ports that others of the shop call; those of the public are the first. */}}
{{- define "shop.ports" -}}
gateway: { http: 8085 }
user: { http: 8080 }
product: { http: 8081, inventory: 8181 }
order: { http: 8082 }
notification: { http: 8083 }
comment: { http: 8084 }
{{- end }}

{{/* Who of the shop calls whom; whoever is not named is refused by the callee's network policy. All verifiers fetch the
     keys of access tokens from user. */}}
{{- define "shop.callers" -}}
user: { http: [gateway, product, order, notification, comment] }
product: { http: [gateway], inventory: [order] }
order: { http: [gateway, notification] }
notification: { http: [gateway] }
comment: { http: [gateway] }
{{- end }}

{{/* What is outside the chart, by who uses it. */}}
{{- define "shop.stores" -}}
gateway: [redis, kafka]
user: [postgres, redis, kafka, objectStore, smtp]
product: [mongo, kafka, objectStore]
order: [postgres, kafka, payments]
notification: [redis, kafka, smtp]
comment: [postgres, kafka]
migrate: [postgres]
{{- end }}

{{/* The secrets of each service: the keys that its Secret has to have. */}}
{{- define "shop.secretKeys" -}}
gateway: [GATEWAY_SERVICE_KEY, REDIS_URL]
user: [USER_DATABASE_URL, TOKEN_SECRET, REDIS_URL, SMTP_URL, S3_ACCESS_KEY, S3_SECRET_KEY]
product: [MONGO_URL, S3_ACCESS_KEY, S3_SECRET_KEY]
order: [ORDER_DATABASE_URL, ORDER_SERVICE_KEY, {{ eq .Values.payments.provider "stripe" | ternary "STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET" "PAYMENTS_SANDBOX_WEBHOOK_SECRET" }}]
notification: [REDIS_URL, NOTIFICATION_SERVICE_KEY, SMTP_URL]
comment: [COMMENT_DATABASE_URL]
{{- end }}

{{- define "shop.secretName" -}}
{{ (index .Values.secrets .component).existingSecret | default (include "shop.name" .) }}
{{- end }}

{{- define "shop.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "shop.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
