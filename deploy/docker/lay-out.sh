#!/bin/sh
# Lays out what an image holds: some workspaces and those that they need, compiled, and the packages that they need, without tools of
# development.
#   sh deploy/docker/lay-out.sh FOLDER WORKSPACE…
set -eu
out=${1:?say which folder to fill}
shift
root=$(cd "$(dirname "$0")/../.." && pwd)

mkdir -p "$out"
if [ -n "$(ls -A "$out")" ]; then echo "$out is not empty" >&2; exit 1; fi
cp "$root/package.json" "$root/package-lock.json" "$root/.npmrc" "$root/LICENSE" "$out/"
parts=$(node "$root/deploy/docker/workspaces-of.cjs" "$@")
for part in $parts; do
  mkdir -p "$out/$part"
  # What has a server beside a built page needs no sources of the page.
  sources=src
  if [ -e "$root/$part/server" ]; then sources=server; fi
  for each in bin dist head migrations "$sources" package.json; do
    if [ -e "$root/$part/$each" ]; then cp -R "$root/$part/$each" "$out/$part/"; fi
  done
  find "$out/$part" -name '*.spec.ts' -delete
done
workspaces=''
for each in "$@"; do workspaces="$workspaces --workspace=$each"; done

cd "$out"
# shellcheck disable=SC2086 # a word a workspace
npm ci --omit=dev --include-workspace-root $workspaces --no-audit --no-fund --prefer-offline --cache "${NPM_CACHE:-$(npm config get cache)}"

# ONNX Runtime brings the libraries of every system, and its variant for browsers is never loaded.
if [ -d node_modules/onnxruntime-node ]; then
  platform=$(node -p 'process.platform')
  processor=$(node -p 'process.arch')
  find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 -type d ! -name "$platform" -exec rm -rf {} +
  find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d ! -name "$processor" -exec rm -rf {} +
fi
rm -rf node_modules/onnxruntime-web
# USearch brings its sources, and what was built of them for every system.
if [ -d node_modules/usearch ]; then
  find node_modules/usearch -mindepth 1 -maxdepth 1 -type d ! -name javascript ! -name prebuilds ! -name node_modules -exec rm -rf {} +
  find node_modules/usearch/prebuilds -mindepth 1 -maxdepth 1 ! -name "$(node -p 'process.platform + "-" + process.arch')" -exec rm -rf {} +
fi
# What the client of S3 brings for bundlers and compilers is never loaded.
for each in node_modules/@aws-sdk node_modules/@smithy; do
  if [ -d "$each" ]; then find "$each" -type d \( -name dist-es -o -name dist-types \) -prune -exec rm -rf {} +; fi
done
node "$root/deploy/docker/compile.cjs" .
# What only compiles.
rm -rf node_modules/@swc node_modules/@swc-node node_modules/typescript
find node_modules -name '*.map' -type f -delete
rm -f package-lock.json .npmrc
