#!/usr/bin/env bash
# Runs other people's clients against the server: `conformance/run.sh [js] [python] [java] [signal] [providers]`, all of them by default.
#
# The server is target/debug/vestibule, or VESTIBULE_BIN, or the whole command of CONFORMANCE_SERVER, to which the
# configuration is added: CONFORMANCE_SERVER=/opt/centrifugo conformance/run.sh compares with another server.
# Installs what the clients need into their own folders. Node 20, Python 3.9, Java 17 with Maven or coturn must be there:
# what is missing is a failure.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

need() {
  type -P "$1" >/dev/null || { echo "conformance: $1 is missing, and $2 needs it" >&2; return 1; }
}

js() {
  need node js && need npm js || return
  cd "$here/js" || return
  installed node_modules/.installed package-lock.json npm ci --silent --no-audit --no-fund || return
  npm test --silent
}

signal() {
  need node signal && need npm signal && need turnserver signal || return
  cd "$here/signal" || return
  installed node_modules/.installed package-lock.json npm ci --silent --no-audit --no-fund || return
  npm test --silent
}

python() {
  cd "$here/python" || return
  python_packages || return
  # The client leaves closing sockets to the event loop; Python would name each when a test ends.
  .venv/bin/python -W ignore::ResourceWarning -m unittest discover --start-directory tests --top-level-directory .
}

java() {
  need java java && need mvn java || return
  cd "$here/java" || return
  mvn --batch-mode --no-transfer-progress test | grep -vE '^\[INFO\] *(|[^T ].*|T E S T S)$'
}

# Real identity providers before the house; what they say is checked with other people's libraries as well.
providers() {
  need node providers && need npm providers && need java providers && need mvn providers || return
  cd "$here/python" || return
  python_packages || return
  cd "$here/providers" || return
  installed node_modules/.installed package-lock.json npm ci --silent --no-audit --no-fund || return
  installed target/.installed pom.xml mvn --batch-mode --no-transfer-progress --quiet package || return
  npm test --silent
}

python_packages() {
  need python3 python || return
  [ -x .venv/bin/python ] || python3 -m venv .venv || return
  installed .venv/.installed requirements.txt .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
}

# Runs the installing command unless its lock file is the one that was installed last.
installed() {
  local mark=$1 lock=$2
  shift 2
  cmp --silent "$lock" "$mark" && return
  "$@" && cp "$lock" "$mark"
}

[ $# -gt 0 ] || set -- js python java signal providers
failed=()
for language in "$@"; do
  case $language in
    js | python | java | signal | providers) ;;
    *) echo "conformance: no client in '$language'; there are js, python, java, signal and providers" >&2; exit 2 ;;
  esac
  echo "== conformance: $language"
  ("$language") || failed+=("$language")
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "conformance: failed with ${failed[*]}"
  exit 1
fi
echo "conformance: passed with $*"
