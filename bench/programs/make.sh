#!/bin/sh
# make compiles 40 C files, two at a time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
awk 'BEGIN {
  for (file = 0; file < 40; file++) {
    name = "file" file ".c"
    print "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>" > name
    for (number = 0; number < 25; number++)
      printf "int f%d_%d(const char *a, int b) { " \
        "char c[64]; snprintf(c, 64, \"%%s %%d\", a, b); " \
        "for (int i = 0; i < b; i++) b += c[i %% 64] * %d; " \
        "return (int)strlen(c) + b; }\n", file, number, number > name
    close(name)
  }
}'
printf 'all: $(patsubst %%.c,%%.o,$(wildcard *.c))\n' >Makefile
make -j2 --silent CFLAGS=-O2 all
