# Build with everything, run with what is needed.
FROM node:22-bookworm-slim AS build
WORKDIR /baton
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npx tsc -p tsconfig.json && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
WORKDIR /baton
ENV NODE_ENV=production
COPY --from=build /baton/package.json ./
COPY --from=build /baton/node_modules ./node_modules
COPY --from=build /baton/dist ./dist
COPY --from=build /baton/gateway/demo ./gateway/demo
RUN mkdir /data && chown node /data
USER node
VOLUME /data
EXPOSE 7070
# `docker stop` sends SIGTERM, which saves and leaves; it waits ten seconds before it kills.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7070/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Settings come as BATON_… variables; tools run as `docker exec CONTAINER node dist/gateway/cli.js keys list`.
ENV BATON_DATA=/data BATON_HOST=0.0.0.0 BATON_EMPTY=1
CMD ["node", "--max-semi-space-size=64", "dist/gateway/main.js"]
