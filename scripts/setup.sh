# shellcheck shell=bash
#
# Sourced by the scripts beside it: installs the pinned tools once and puts them first on PATH, so
# that `node` is the Node 24 the functions are deployed on, whatever the machine itself has.
#
# Usage, from any directory:
#   set -euo pipefail
#   . "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
#
# Defines EVENTSYNC_ROOT, the repository's root. Says on standard error that it installs, and what is
# wrong; prints nothing otherwise. Uses the trap on EXIT, so that a script sets its own after it.

EVENTSYNC_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"

eventsync_setup_fail() {
  printf 'setup: %s\n' "$1" >&2
  exit 1
}

# The lock file decides what is installed, so its checksum says whether an install is still good.
eventsync_lock_checksum() {
  cksum <"$EVENTSYNC_ROOT/functions/package-lock.json"
}

eventsync_is_installed() {
  local stamp="$EVENTSYNC_ROOT/functions/node_modules/.eventsync-lock"
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(eventsync_lock_checksum)" ]
}

# When a process began, in the system's own words; nothing if it does not run, or cannot be asked.
eventsync_start_of() {
  local stat
  if [ -r /proc/self/stat ]; then
    stat="$(cat "/proc/$1/stat" 2>/dev/null)" || return 0
    # The command's name, in parentheses, may hold anything. The 22nd field is the 20th after it.
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    printf '%s' "${20:-}"
  else
    stat="$(LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null)" || return 0
    printf '%s' "${stat// /-}"
  fi
}

# Whether nobody who runs has made a claim. Process ids come again: in a container, where bash is always
# the first process, our own does.
eventsync_is_void() {
  local owner="${1%%:*}" start=""
  case "$1" in *:*) start="${1#*:}" ;; esac
  [ "$owner" != "$$" ] || return 0
  kill -0 "$owner" 2>/dev/null || return 0
  [ "$start" != "" ] && [ "$start" != "$(eventsync_start_of "$owner")" ]
}

# Removes a void claim, unless somebody else has already, and perhaps has made their own: of all who found
# it void one has the guard, looks again, and removes no other.
eventsync_remove_void() {
  local claim="$1" owner="$2" mine="$3" guard="$1.guard"
  if ln -s "$mine" "$guard" 2>/dev/null; then
    if [ "$(readlink "$claim" || true)" = "$owner" ]; then rm -f "$claim"; fi
    rm -f "$guard"
  elif eventsync_is_void "$(readlink "$guard" || printf '%s' "$$")"; then
    rm -f "$guard"
  else
    sleep 0.2
  fi
}

# Two scripts that install at once would remove each other's files, so one claims it and the others
# wait. The claim is a link, made in one step, to its process id and when that began.
eventsync_claim_install() {
  local claim="$1" mine owner said="" waits="${EVENTSYNC_INSTALL_WAIT_SECONDS:-900}" began="$SECONDS"
  mine="$$:$(eventsync_start_of "$$")"
  until ln -s "$mine" "$claim" 2>/dev/null; do
    [ -w "$EVENTSYNC_ROOT" ] || eventsync_setup_fail "$EVENTSYNC_ROOT cannot be written to."
    owner="$(readlink "$claim" || true)"
    if [ "$owner" != "" ] && eventsync_is_void "$owner"; then
      eventsync_remove_void "$claim" "$owner" "$mine"
    else
      if [ "$owner" != "" ] && [ "$said" = "" ]; then
        printf 'Waiting for another script, which installs the packages …\n' >&2
        said=yes
      fi
      sleep 0.2
    fi
    # Last: a second is over sooner than it is long, and nobody gives up without a word.
    [ "$((SECONDS - began))" -lt "$waits" ] ||
      eventsync_setup_fail "waited $waits seconds for another script to install the packages; if none does, delete $claim and run again."
  done
}

eventsync_install() {
  local scratch log
  [ -f "$EVENTSYNC_ROOT/functions/package-lock.json" ] ||
    eventsync_setup_fail "functions/package-lock.json is missing."
  if eventsync_is_installed; then return 0; fi

  # npm would replace what the link leads to, under whoever else uses it.
  if [ -L "$EVENTSYNC_ROOT/functions/node_modules" ]; then
    eventsync_setup_fail "functions/node_modules is a link to $(readlink "$EVENTSYNC_ROOT/functions/node_modules"), which does not hold the packages of functions/package-lock.json; nothing is installed there: delete the link and run again, or install where it leads."
  fi

  command -v node >/dev/null 2>&1 ||
    eventsync_setup_fail "node is not on PATH; install any Node.js from 20 on (https://nodejs.org)."
  command -v npm >/dev/null 2>&1 ||
    eventsync_setup_fail "npm is not on PATH; it comes with Node.js (https://nodejs.org)."

  scratch="$(mktemp -d)"
  log="$scratch/npm.log"
  # A name of the shell's own: the trap outlives this function's variables.
  EVENTSYNC_SCRATCH="$scratch"
  trap 'rm -rf "$EVENTSYNC_SCRATCH"' EXIT
  eventsync_claim_install "$EVENTSYNC_ROOT/.eventsync-install"
  trap 'rm -rf "$EVENTSYNC_SCRATCH" "$EVENTSYNC_ROOT/.eventsync-install"' EXIT
  if ! eventsync_is_installed; then
    printf 'Installing the packages (about a minute) …\n' >&2
    eventsync_npm >"$log" 2>&1 || eventsync_install_fail "$log"
    eventsync_lock_checksum >"$EVENTSYNC_ROOT/functions/node_modules/.eventsync-lock"
  fi
  rm -rf "$scratch" "$EVENTSYNC_ROOT/.eventsync-install"
  trap - EXIT
}

# Only the package `node` needs its install script, which fetches the Node 24 binary. Skipping the
# others also skips re2, an optional speed-up that would be compiled for minutes, with any npm.
eventsync_npm() (
  cd "$EVENTSYNC_ROOT/functions" &&
    npm ci --ignore-scripts --no-audit --no-fund &&
    npm rebuild node --ignore-scripts=false --no-audit --no-fund
)

# The cause in one line, then what npm said of it.
eventsync_install_fail() {
  local log="$1" code cause
  code="$(sed -n -E 's/^npm (error|ERR!) code //p' "$log" | tail -n 1)"
  case "$code" in
    ECONNREFUSED | ECONNRESET | EHOSTUNREACH | ENETUNREACH | ENOTFOUND | EAI_AGAIN | ETIMEDOUT | \
      ERR_SOCKET_TIMEOUT)
      cause="the package registry cannot be reached ($code): check the network, and npm's registry and proxy settings (npm config list)"
      ;;
    *) cause="npm ci failed in functions/${code:+ ($code)}" ;;
  esac
  printf 'setup: the packages could not be installed: %s.\nThe end of what npm printed:\n' "$cause" >&2
  grep -v -E '^npm (warn|WARN)' "$log" | tail -n 15 >&2
  exit 1
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

# What runs emulators for a script ends when the script does, however it ends.
export EVENTSYNC_SCRIPT_PID=$$

# Off Google Cloud the clients would look for a metadata server and warn; npm and firebase-tools
# would look for newer versions of themselves.
export METADATA_SERVER_DETECTION=none
export NO_UPDATE_NOTIFIER=1
