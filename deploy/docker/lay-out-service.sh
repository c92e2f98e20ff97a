#!/bin/sh
# Lays out what the image of a service holds, all three services in one, without TensorFlow. The Dockerfile runs it in its build stage;
# it needs no Docker.
#   sh deploy/docker/lay-out-service.sh FOLDER
set -eu
exec sh "$(dirname "$0")/lay-out.sh" "${1:?say which folder to fill}" @attune/customer-service @attune/sentiment-monitor @attune/recommender
