#!/bin/sh
# Records the shipped traces anew: traces/record.sh [FOLDER] [NAME ...], by default all three beside this script.
# Needs Debian packages valgrind, zstd, sqlite3, coreutils and mawk; takes about ten minutes on two idle cores.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- sort sqlite zstd
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

record() {
  node "$here/../node_modules/tsx/dist/cli.mjs" "${TRANSHUME_MAIN:-$here/../properties/main.ts}" record --force --clean-environment "$@"
}

for name in "$@"; do
  case $name in
    sort)
      # 200,000 lines of 18 digits from Park and Miller's generator, 3.8 MB.
      LC_ALL=C mawk 'BEGIN { x = 1
        for (i = 0; i < 200000; i++) { x = x * 16807 % 2147483647; a = x; x = x * 16807 % 2147483647; printf "%010d%08d\n", a, x % 100000000 } }' > numbers.txt
      record --output "$out/sort.trace" --program-version "$(sort --version | sed -n '1s/.* //p')" \
        -- sort -S 20M --parallel=1 -o sorted.txt numbers.txt
      ;;
    sqlite)
      # 25,000 accounts of 0.9 kB, then 4,000 transfers: the payer is drawn towards the first accounts, the payee uniformly.
      LC_ALL=C mawk 'BEGIN { x = 1
        print "CREATE TABLE account (id INTEGER PRIMARY KEY, owner TEXT, balance INTEGER, note TEXT);"
        print "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 24999)"
        print "INSERT INTO account SELECT i, printf(\"owner %d\", i), 1000, printf(\"%0800d\", i) FROM n;"
        for (i = 0; i < 4000; i++) {
          x = x * 16807 % 2147483647; a = x % 25000; x = x * 16807 % 2147483647; b = x % 25000; x = x * 16807 % 2147483647; c = x % 25000
          payer = int(int(a * b / 25000) * c / 25000); amount = x % 100; x = x * 16807 % 2147483647; payee = x % 25000
          printf "BEGIN; UPDATE account SET balance = balance - %d WHERE id = %d;", amount, payer
          printf " UPDATE account SET balance = balance + %d WHERE id = %d; COMMIT;\n", amount, payee }
        print "SELECT count(*), sum(balance) FROM account;" }' > transfers.sql
      record --output "$out/sqlite.trace" --program-version "$(sqlite3 --version | cut -d ' ' -f 1)" \
        -- sqlite3 :memory: '.read transfers.sql'
      ;;
    zstd)
      # 3,200,000 invented words, short ones more often, 8.8 MB.
      LC_ALL=C mawk 'BEGIN { x = 1; letters = "etaoinshrdlucmfwypvbgkjqxz"
        for (i = 0; i < 3200000; i++) {
          x = x * 16807 % 2147483647; a = x % 1000; x = x * 16807 % 2147483647; n = 1 + int(a * a * (x % 1000) / 1000000); word = ""
          while (n > 0) { word = word substr(letters, 1 + n % 26, 1); n = int(n / 26) }
          printf "%s%s", word, i % 12 == 11 ? "\n" : " " } }' > words.txt
      record --output "$out/zstd.trace" --program-version "$(zstd --version | sed 's/.* v\([0-9.]*\),.*/\1/')" \
        -- zstd -1 --long=24 --single-thread -q words.txt
      ;;
    *)
      echo "record.sh: expected sort, sqlite or zstd, got $name" >&2
      exit 2
      ;;
  esac
done
