# shellcheck shell=bash
#
# Sourced by the scripts beside it, before setup.sh: holds the command line against the usage text, so
# that a wrong one is answered before anything is installed or started. What the text documents is what
# is accepted:
#
#   "  --name          …"    an option
#   "  --name VALUE    …"    an option with a value, also written --name=VALUE
#   "  --name N        …"    … which is a whole number
#   "  --name A,B      …"    … which is two words, separated by a comma
#   "  --name NAMES    …"    … which are words, separated by commas, of the line "NAMES: one, another"
#   "Usage: … [options] FILE"  one more word is needed, wherever it stands; "-" is one
#
# Usage:
#   eventsync_usage "$@" <<'USAGE'
#   Usage: scripts/name [options]
#   …
#   USAGE
#
# Ends with 0 after --help, and with 2 when something is wrong. Prints nothing otherwise.

EVENTSYNC_USAGE=""

eventsync_usage() {
  local options name known kind value wanted
  EVENTSYNC_USAGE="$(cat)"
  wanted="$(sed -n -E '1s/^Usage: .* \[options\] ([A-Z]+)$/\1/p' <<<"$EVENTSYNC_USAGE")"
  options="$(sed -n -E 's/^ +(--[a-z-]+)( ([^ ]+))?( .*)?$/\1 \3/p' <<<"$EVENTSYNC_USAGE")"
  while [ $# -gt 0 ]; do
    name="${1%%=*}"
    case "$name" in
      --help | -h)
        printf '%s\n' "$EVENTSYNC_USAGE"
        exit 0
        ;;
      -?*) ;;
      *)
        [ "$wanted" != "" ] && [ "$1" != "" ] || eventsync_usage_fail "unexpected argument \"$1\""
        wanted=""
        shift
        continue
        ;;
    esac
    while read -r known kind; do
      [ "$known" != "$name" ] || break
    done <<<"$options"
    [ "$known" = "$name" ] || eventsync_usage_fail "there is no option $name"

    if [ "$kind" = "" ]; then
      [ "$1" = "$name" ] || eventsync_usage_fail "$name takes no value"
    elif [ "$1" != "$name" ]; then
      eventsync_usage_value "$name" "$kind" "${1#*=}"
    else
      # What looks like an option is one: the value before it was forgotten.
      case "${2-}" in -*) value="" ;; *) value="${2-}" ;; esac
      eventsync_usage_value "$name" "$kind" "$value"
      shift
    fi
    shift
  done
  [ "$wanted" = "" ] || eventsync_usage_fail "$wanted is missing"
}

eventsync_usage_value() {
  local name="$1" kind="$2" value="$3" names word
  [ "$value" != "" ] || eventsync_usage_fail "$name needs $kind"
  case "$kind" in
    N)
      case "$value" in
        *[!0-9]*) eventsync_usage_fail "$name needs a whole number, not \"$value\"" ;;
      esac
      ;;
    A,B)
      case "$value" in
        *,*,* | ,* | *,) ;;
        *,*) return ;;
      esac
      eventsync_usage_fail "$name needs two words with a comma between them, not \"$value\""
      ;;
    NAMES)
      names="$(sed -n 's/^ *NAMES: //p' <<<"$EVENTSYNC_USAGE")"
      while IFS= read -r word; do
        case ", $names, " in
          *", $word, "*) ;;
          *) eventsync_usage_fail "$name has no \"$word\", only $names" ;;
        esac
      done <<<"${value//,/$'\n'}"
      ;;
  esac
}

eventsync_usage_fail() {
  printf '%s: %s\n\n%s\n' "${0##*/}" "$1" "$EVENTSYNC_USAGE" >&2
  exit 2
}
