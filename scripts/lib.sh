# Shared by the scripts of this folder: where things are kept, and how a step is announced. Sourced, not run.
# Every step is idempotent: silent when its result is there, a line when it works, a sentence when it cannot.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/arkdeck"
TOOLS="$CACHE/tools"

# Versions of what is built from source. wasm-bindgen is not here: Cargo.lock says it (see wasm_bindgen_version).
CARGO_LEPTOS_VERSION=0.3.11
CARGO_MACHETE_VERSION=0.9.1
KUBE_APISERVER_VERSION=1.36.3
ETCD_VERSION=3.6.6
HELM_VERSION=3.19.0

# The command-line tool must equal the crate to the patch, so the lock file is the only place that names it.
wasm_bindgen_version() {
  awk '/^name = "wasm-bindgen"$/ { getline; gsub(/version = |"/, ""); print; exit }' "$ROOT/Cargo.lock"
}

say() { printf '\033[36m==>\033[0m %s\n' "$*" >&2; }
fail() { printf '\033[31merror:\033[0m %s\n' "$*" >&2; exit 1; }

# The PATH with the pinned tools first: cargo-leptos looks its helpers up by name before it would download them.
use_tools() {
  PATH="$TOOLS/cargo-leptos-$CARGO_LEPTOS_VERSION/bin:$TOOLS/wasm-bindgen-$(wasm_bindgen_version)/bin:$ROOT/style/node_modules/.bin:$PATH"
  export PATH
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "this needs root: run '$*' yourself, then repeat the command"
  fi
}

APT_FRESH=
apt_install() {
  command -v apt-get >/dev/null || fail "apt-get is missing; install these yourself: $*"
  say "Installing $* (Debian packages)"
  if [ -z "$APT_FRESH" ]; then
    as_root apt-get update -qq >&2
    APT_FRESH=1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 \
    || fail "Debian's packages $* could not be installed; the lines above say why"
}

# `npm ci` in a folder, once for each content of its lock file.
npm_install() {
  local dir="$1" stamp want
  command -v npm >/dev/null || fail "Node.js with npm is missing; install Node.js 20 or newer (Debian: apt-get install nodejs npm)"
  stamp="$dir/node_modules/.arkdeck-lock"
  want=$(sha256sum "$dir/package-lock.json" | cut -d' ' -f1)
  if [ "$(cat "$stamp" 2>/dev/null || true)" = "$want" ]; then return; fi
  say "Installing the npm packages of ${dir#"$ROOT"/}/"
  npm --prefix "$dir" ci --no-audit --no-fund --loglevel=error >&2
  printf '%s\n' "$want" > "$stamp"
}

# One download or build at a time for all checkouts: they share the cache folder.
lock_cache() {
  mkdir -p "$TOOLS"
  exec 8> "$CACHE/lock"
  if ! flock -n 8; then
    say "Waiting for another set-up that uses $CACHE"
    flock 8
  fi
}
unlock_cache() { exec 8>&-; }
