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
CMD ["node", "dist/gateway/main.js", "--host", "0.0.0.0", "--data", "/data", "--empty"]
