# A service of Attune: docker build -f deploy/docker/service.Dockerfile -t attune/service:0.1.0 .
#   docker run -v models:/models -e ATTUNE_HOST=0.0.0.0 -e ATTUNE_API_KEYS=… attune/service:0.1.0 apps/customer-service/bin/customer-service.js
FROM node:22.21.1-bookworm-slim AS build
WORKDIR /source
COPY . .
RUN sh deploy/docker/lay-out-service.sh /service

FROM node:22.21.1-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini=0.19.0-1+b3 \
 && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
COPY --from=build /service /service
WORKDIR /service
USER 10001:10001
ENV NODE_ENV=production ATTUNE_MODELS=/models
EXPOSE 3000
ENTRYPOINT ["tini", "--", "node"]
CMD ["apps/customer-service/bin/customer-service.js"]
