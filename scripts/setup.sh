# shellcheck shell=bash
#
# Sourced by the scripts beside it: installs the pinned tools once and puts them first on PATH, so
# that `node` is the Node 24 the functions are deployed on, whatever the machine itself has.
#
# Usage, from any directory:
#   set -euo pipefail
#   . "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
#
# Defines EVENTSYNC_ROOT, the repository's root. Prints nothing unless something is wrong.

EVENTSYNC_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"

eventsync_setup_fail() {
  printf 'setup: %s\n' "$1" >&2
  exit 1
}

# The lock file decides what is installed, so its checksum says whether an install is still good.
eventsync_lock_checksum() {
  cksum <"$EVENTSYNC_ROOT/functions/package-lock.json"
}

eventsync_install() {
  local functions="$EVENTSYNC_ROOT/functions"
  local stamp="$functions/node_modules/.eventsync-lock"
  local log checksum
  [ -f "$functions/package-lock.json" ] ||
    eventsync_setup_fail "functions/package-lock.json is missing."
  checksum="$(eventsync_lock_checksum)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$checksum" ]; then
    return 0
  fi

  command -v node >/dev/null 2>&1 ||
    eventsync_setup_fail "node is not on PATH; install any Node.js from 20 on (https://nodejs.org)."
  command -v npm >/dev/null 2>&1 ||
    eventsync_setup_fail "npm is not on PATH; it comes with Node.js (https://nodejs.org)."

  log="$(mktemp)"
  # Only the package `node` needs its install script, which fetches the Node 24 binary. Skipping the
  # others also skips re2, an optional speed-up that would be compiled for minutes, with any npm.
  if ! (cd "$functions" &&
    npm ci --ignore-scripts --no-audit --no-fund &&
    npm rebuild node --ignore-scripts=false --no-audit --no-fund) >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    eventsync_setup_fail "npm ci failed in functions/; its output is above."
  fi
  rm -f "$log"
  printf '%s\n' "$checksum" >"$stamp"
}

eventsync_use_pinned_node() {
  local version
  export PATH="$EVENTSYNC_ROOT/functions/node_modules/.bin:$PATH"
  version="$(node --version 2>/dev/null || true)"
  case "$version" in
    v24.*) ;;
    *)
      eventsync_setup_fail "functions/node_modules/.bin/node is ${version:-missing}, not Node 24; delete functions/node_modules and run again."
      ;;
  esac
}

eventsync_install
eventsync_use_pinned_node

# Off Google Cloud the clients would look for a metadata server and warn; npm and firebase-tools
# would look for newer versions of themselves.
export METADATA_SERVER_DETECTION=none
export NO_UPDATE_NOTIFIER=1
