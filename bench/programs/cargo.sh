#!/bin/sh
# Cargo builds a crate without dependencies.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<'END'
[package]
name = "tiny"
version = "0.1.0"
edition = "2021"
[profile.release]
opt-level = 3
END
awk 'BEGIN {
  for (number = 0; number < 60; number++)
    printf "fn f%d(a: &[u64]) -> Vec<String> { " \
      "let mut b: Vec<u64> = a.iter().map(|x| x * %d).collect(); b.sort(); " \
      "b.iter().map(|x| format!(\"{x}-{}\", %d)).collect() }\n", number, number, number
  print "fn main() { let a = [3, 2, 1]; let mut n = 0;"
  for (number = 0; number < 60; number++) printf "n += f%d(&a).len();\n", number
  print "println!(\"{n}\"); }"
}' >"$folder/src/main.rs"
cd "$folder"
cargo build --offline --quiet --release
