# What the scripts beside this one share: saying things, being root, packages of Debian.

say() { echo "${0##*/}: $*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi
}

may_be_root() { [ "$(id -u)" = 0 ] || sudo --non-interactive true 2>/dev/null; }

apt_install() { # <package> <a command of it>
  command -v "$2" >/dev/null && return
  command -v apt-get >/dev/null || fail "$1 is missing, and neither docker nor apt-get is here to get it."
  say "installing $1"
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$1" >&2
}
