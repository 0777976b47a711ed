{{/* Name of every object. */}}
{{- define "arkdeck.name" -}}
{{- default .Release.Name .Values.nameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{/* Labels that select the pod. They never change. */}}
{{- define "arkdeck.selectorLabels" -}}
app.kubernetes.io/name: arkdeck
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "arkdeck.labels" -}}
{{ include "arkdeck.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The service account that the process acts as. */}}
{{- define "arkdeck.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "arkdeck.name" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}
