# The trainer, and the command line that trains:
#   docker build -f deploy/docker/trainer.Dockerfile -t attune/trainer:0.1.0 .
#   docker build -f deploy/docker/trainer.Dockerfile --build-arg KIND=cuda -t attune/trainer-cuda:0.1.0 .
# With CUDA the image holds NVIDIA's libraries too; the driver comes from the machine, by the NVIDIA Container Toolkit.
FROM node:22.21.1-bookworm AS build
ARG KIND=cpu
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip
WORKDIR /source
COPY . .
# In its final place already, to which TensorFlow is linked.
RUN sh deploy/docker/lay-out-trainer.sh /trainer "$KIND"

FROM node:22.21.1-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini=0.19.0-1+b3 \
 && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
COPY --from=build /trainer /trainer
WORKDIR /trainer
USER 10001:10001
ENV NODE_ENV=production HOME=/tmp ATTUNE_MODELS=/models ATTUNE_CACHE=/trainer/cache \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
EXPOSE 3000
ENTRYPOINT ["tini", "--", "node"]
CMD ["apps/trainer/bin/trainer.js"]
