#!/usr/bin/env bash
# Runs the tests of real cgroups on kernels that have cgroup v2 alone, each in a virtual machine
# that holds nothing but the test and a few tools. No root and no KVM needed; a kernel takes 20
# seconds and, the first time, a download.
#
#     npm run test:cgroup2                 Linux 5.10, 6.1 and 6.12
#     npm run test:cgroup2 -- 6.12         that one
#
# Needs a Debian with qemu-system-x86 busybox-static cpio xz-utils, and the mirror that apt is set
# up with. Kernels are kept in $XDG_CACHE_HOME/memtop-kernels.
set -euo pipefail
cd "$(dirname "$0")/.."

# Between memory.peak (5.19) and its reset (6.12), before, and after. By suite of Debian.
declare -A suites=([5.10]=bullseye [6.1]=bookworm [6.12]=bookworm-backports)
kernels=("${@:-5.10 6.1 6.12}")
read -ra kernels <<<"${kernels[*]}"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/memtop-kernels
longest=300

fail() {
  echo "test-cgroup2: $*" >&2
  exit 1
}

for tool in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio apt-get:apt; do
  command -v "${tool%%:*}" >/dev/null || fail "${tool%%:*} is missing; apt-get install ${tool##*:}"
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# apt with lists of its own, so that other suites than the machine's can be asked for.
apt_of() {
  local suite=$1 state=$cache/apt-$1
  shift
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  if [ ! -e "$state/sources.list" ]; then
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 -E '/debian/?$') ||
      fail 'apt knows no mirror of Debian'
    echo "deb $mirror $suite main" >"$state/sources.list"
  fi
  "$1" -qq -o Dir::State="$state" -o Dir::State::status=/dev/null -o Dir::Cache="$state/cache" \
    -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$state/lists" -o APT::Architecture=amd64 \
    -o APT::Sandbox::User=root "${@:2}"
}

# Prints the path of a kernel's image.
kernel() {
  local version=$1 suite=${suites[$1]:-}
  [ -n "$suite" ] || fail "there is no kernel $version here; there are ${!suites[*]}"
  if [ ! -e "$cache/$version/vmlinuz" ]; then
    apt_of "$suite" apt-get update >&2
    local package
    package=$(apt_of "$suite" apt-cache pkgnames "linux-image-$version." |
      grep -E '^[^-]+-image-[0-9.]+(-[0-9]+|\+deb[0-9]+)-amd64$' | sort -V | tail -1)
    [ -n "$package" ] || fail "$suite has no kernel $version"
    mkdir -p "$cache/$version"
    (cd "$folder" && apt_of "$suite" apt-get download "$package" >&2)
    dpkg-deb --fsys-tarfile "$folder/$package"_*.deb |
      tar -x -C "$folder" --wildcards --strip-components=2 './boot/vmlinuz-*'
    mv "$folder"/vmlinuz-* "$cache/$version/vmlinuz"
  fi
  echo "$cache/$version/vmlinuz"
}

# Copies programs with the libraries that they are linked to.
with_libraries() {
  local file
  for file in "$@" $(ldd "$@" | grep -oE '/[^ ]+' | sed 's/:$//' | sort -u); do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
  done
}

test=$(cargo test --package memtop-proc --test real_cgroup --no-run --message-format=json |
  sed -n 's/.*"executable":"\([^"]*real_cgroup[^"]*\)".*/\1/p')

root=$folder/root
mkdir -p "$root"/{bin,dev,proc,sys,tmp}
cp "$(command -v busybox)" "$root/bin/busybox"
for tool in sh sleep setsid head tr mount cat; do ln -s busybox "$root/bin/$tool"; done
with_libraries "$test" "$(command -v unshare)"
strip -o "$root/test" "$test" && chmod 755 "$root/test" && rm "$root$test"
cat >"$root/init" <<'INIT'
#!/bin/sh
export PATH=/bin:/usr/bin MEMTOP_TEST_CGROUP=1 RUST_BACKTRACE=0
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
/test --nocapture --test-threads=1
echo "tests ended with $?"
/bin/busybox poweroff -f
INIT
chmod +x "$root/init"
chmod 755 "$folder" "$root"
(cd "$root" && find . | cpio --create --format=newc --quiet | gzip -1) >"$folder/initrd"

failed=0
for version in "${kernels[@]}"; do
  image=$(kernel "$version")
  echo "== Linux $version"
  # Emulated on one thread with one CPU: several are slow and not always up to atomic operations.
  timeout "$longest" qemu-system-x86_64 -machine q35 -accel tcg,thread=single -cpu max -smp 1 \
    -m 1G -display none -monitor none -serial stdio -no-reboot -nic none -kernel "$image" \
    -initrd "$folder/initrd" -append 'console=ttyS0 quiet panic=-1' </dev/null 2>&1 |
    tr -d '\r' | tee "$folder/log" || true
  grep -q '^tests ended with 0$' "$folder/log" || failed=1
done
exit "$failed"
