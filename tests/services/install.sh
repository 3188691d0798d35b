#!/usr/bin/env bash
# Installs the servers that tests/faults/ puts between the forwarder and its receiver, and the Alertmanager that
# tests/integration/ sends to, where they are missing.
# For Debian and Ubuntu. Tests start them by themselves, on ports of their own; a service the package starts is not used.
set -euo pipefail

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=()
for package in nginx haproxy prometheus-alertmanager; do
  command -v "$package" >/dev/null || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
