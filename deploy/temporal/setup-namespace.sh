#!/bin/sh
# Makes the namespace with 30 days of history, and the search attributes of our workflows. Safe to repeat.
# Needs TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.
set -eu
TEMPORAL="${TEMPORAL_CLI_PATH:-temporal}"
RETENTION=720h

attempt=0
until "$TEMPORAL" operator cluster health >/dev/null 2>&1; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge 30 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS does not answer" >&2
    exit 1
  fi
  sleep 2
done

if "$TEMPORAL" operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  "$TEMPORAL" operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  "$TEMPORAL" operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# A new namespace reaches the server's cache within some seconds.
known() { "$TEMPORAL" operator search-attribute list --namespace "$TEMPORAL_NAMESPACE"; }
attempt=0
until known >/dev/null 2>&1; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge 15 ]; then
    echo "the namespace $TEMPORAL_NAMESPACE does not come up" >&2
    exit 1
  fi
  sleep 2
done

attribute() {
  if known | grep -qw "$1"; then return; fi
  "$TEMPORAL" operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type "$2"
}
attribute PxMarket Keyword
attribute PxRunDate Keyword
attribute PxSource Keyword
attribute PxZip Keyword
attribute PxRunKind Keyword
attribute PxSeverity Keyword
attribute PxSaved Int
