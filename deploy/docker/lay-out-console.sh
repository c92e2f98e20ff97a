#!/bin/sh
# Lays out what the image of the console holds: its server, and the page that `npx nx run console:build` has built, or another one that
# CONSOLE_PAGE names. It needs no Docker.
#   sh deploy/docker/lay-out-console.sh FOLDER
set -eu
folder=$(dirname "$0")
out=${1:?say which folder to fill}
page=${CONSOLE_PAGE:-$folder/../../apps/console/dist}
if [ ! -e "$page/index.html" ]; then echo "The page is not built: npx nx run console:build" >&2; exit 1; fi
sh "$folder/lay-out.sh" "$out" @attune/console
rm -rf "$out/apps/console/dist"
cp -R "$page" "$out/apps/console/dist"
