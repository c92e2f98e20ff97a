# The console: docker build -f deploy/docker/console.Dockerfile -t attune/console:0.1.0 .
FROM node:22.21.1-bookworm-slim AS build
WORKDIR /source
COPY . .
RUN npm ci --no-audit --no-fund && NX_DAEMON=false npx nx run console:build
RUN sh deploy/docker/lay-out-console.sh /console

FROM node:22.21.1-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini=0.19.0-1+b3 \
 && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
COPY --from=build /console /console
WORKDIR /console
USER 10001:10001
ENV NODE_ENV=production
EXPOSE 3000
ENTRYPOINT ["tini", "--", "node"]
CMD ["apps/console/bin/console.js"]
