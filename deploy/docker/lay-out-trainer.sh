#!/bin/sh
# Lays out what the image of the trainer holds: the service, the command line that trains, the configurations and example data of the
# services' heads, native TensorFlow and the default encoder. Needs Python's pip and g++; no Docker.
#   sh deploy/docker/lay-out-trainer.sh FOLDER [cpu|cuda]
# The folder cannot be moved afterwards: TensorFlow is linked to its place. With ATTUNE_CACHE set, native parts stay there.
set -eu
out=${1:?say which folder to fill}
kind=${2:-cpu}
case $kind in cpu) flag=--no-cuda ;; cuda) flag=--cuda ;; *) echo "$kind is neither cpu nor cuda" >&2; exit 2 ;; esac
folder=$(dirname "$0")
# The simulated readers are whom the example head of the recommender is trained on.
sh "$folder/lay-out.sh" "$out" @attune/trainer @attune/cli @attune/readers-tool
for app in customer-service sentiment-monitor recommender; do
  mkdir -p "$out/apps/$app"
  cp -R "$folder/../../apps/$app/head" "$out/apps/$app/"
done
find "$out/apps" -name '*.spec.ts' -delete

out=$(cd "$out" && pwd)
export ATTUNE_CACHE="${ATTUNE_CACHE:-$out/cache}"
cd "$out"
node apps/cli/bin/attune.js setup "$flag"
