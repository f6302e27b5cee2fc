#!/bin/sh
# Gathers in the folder $1 what Node needs of a Debian system, and nothing else: libraries (the loader is asked which, so the
# processor does not matter), the certificates that Debian trusts, time zones, a user.
set -eu
root=$1
node=$(command -v node)
packages='libc6 libstdc++6 libgcc-s1 ca-certificates tzdata'

install() {
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@"
}
[ -d /usr/share/ca-certificates/mozilla ] && [ -d /usr/share/zoneinfo ] || install ca-certificates tzdata
# A base image without a package manager keeps the whole of Node.
command -v strip >/dev/null || ! command -v apt-get >/dev/null || install binutils

keep() { mkdir -p "$root$(dirname "$1")" && cp -L "$1" "$root$1"; }

keep /etc/os-release
mkdir -p "$root/usr/local/bin"
# Without the names of functions that only a debugger of Node itself reads: 18 MB. Native addons need other names, which stay.
cp -L "$node" "$root/usr/local/bin/node"
if command -v strip >/dev/null; then strip --strip-unneeded "$root/usr/local/bin/node"; fi
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do keep "$library"; done
# The C library loads these by name, to look up hosts.
ldconfig -p | grep -o '/[^ ]*/lib\(nss_dns\|nss_files\|resolv\)\.so\.2$' | while read -r library; do keep "$library"; done
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

# Not the system's own bundle: whoever builds may have added authorities to it.
mkdir -p "$root/etc/ssl/certs"
find /usr/share/ca-certificates/mozilla -name '*.crt' | sort | xargs cat >"$root/etc/ssl/certs/ca-certificates.crt"

mkdir -p "$root/usr/share"
cp -a /usr/share/zoneinfo "$root/usr/share/zoneinfo"

mkdir -m 1777 "$root/tmp"
echo 'anypod:x:1000:1000:anypod:/tmp:/nonexistent' >"$root/etc/passwd"
echo 'anypod:x:1000:' >"$root/etc/group"

# Where scanners of images without a package manager look, and the licences.
mkdir -p "$root/var/lib/dpkg/status.d"
for package in $packages; do
  dpkg -s "$package" >"$root/var/lib/dpkg/status.d/$package"
  if [ -e "/usr/share/doc/$package/copyright" ]; then keep "/usr/share/doc/$package/copyright"; fi
done
