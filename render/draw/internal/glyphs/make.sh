#!/bin/sh
# Makes the embedded fonts of Debian's fonts-droid-fallback and fonts-dejavu-core.
# Needs fonttools (pyftsubset) and zstd.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

python3 - >"$tmp/cjk.txt" <<'PY'
chosen = set()
def add(encoding, ok):
    for c in range(0x3000, 0xFFEF):
        if 0xD800 <= c <= 0xF8FF:
            continue
        try:
            b = chr(c).encode(encoding)
        except UnicodeEncodeError:
            continue
        if ok(b):
            chosen.add(c)
add("gb2312", lambda b: True)
add("euc_jp", lambda b: len(b) == 2)
add("euc_kr", lambda b: True)
add("big5", lambda b: len(b) == 2 and 0xA4 <= b[0] <= 0xC6)
print(",".join("U+%04X" % c for c in sorted(chosen)))
PY
pyftsubset /usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf --unicodes-file="$tmp/cjk.txt" --layout-features= --no-hinting \
  --drop-tables+=GSUB,GPOS,GDEF,vhea,vmtx,VORG --name-IDs=0,1,13 --output-file="$tmp/cjk.ttf"
pyftsubset /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf --unicodes="U+0600-06FF,U+0750-077F,U+FB50-FDFF,U+FE70-FEFF" --layout-features= --no-hinting \
  --name-IDs=0,1,13 --output-file="$tmp/arabic.ttf"
for f in cjk arabic; do
  zstd -q --ultra -22 -f "$tmp/$f.ttf" -o "$f.ttf.zst"
done
