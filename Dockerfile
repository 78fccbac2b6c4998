# The server and the page that it serves. The image has no packages, because the server is bundled: see
# apps/server/vite.config.ts. It needs a Postgres, because the embedded one (`pglite:`) is not in it.
FROM node:26-bookworm-slim AS base
WORKDIR /app
COPY package.json .
# The pnpm that package.json names.
RUN npm install --global $(node -p "require('./package.json').packageManager")

# Leaves what the image needs: the manifests in out/json, the sources in out/full.
FROM base AS prune
COPY . .
RUN pnpm dlx turbo@catalog: prune @sluice/server @sluice/web --docker

FROM base AS build
# Installed again only when a manifest or the lockfile has changed.
COPY --from=prune /app/out/json/ .
RUN pnpm install --frozen-lockfile
COPY --from=prune /app/out/full/ .
COPY tsconfig.base.json .
RUN pnpm build

FROM node:26-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
# Files that packages read at run time. Both find them through their own name.
COPY --from=build /app/packages/db/package.json node_modules/@sluice/db/
COPY --from=build /app/packages/db/migrations node_modules/@sluice/db/migrations
COPY --from=build /app/packages/claude-sim/package.json node_modules/@sluice/claude-sim/
COPY --from=build /app/packages/claude-sim/answers node_modules/@sluice/claude-sim/answers
COPY --from=build /app/apps/web/dist apps/web/dist
COPY --from=build /app/apps/server/package.json apps/server/
COPY --from=build /app/apps/server/dist apps/server/dist
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Without a shell or npm between, so that Node is process 1 and receives SIGTERM. Give it the time that docs/deploy.md
# states before you kill it.
CMD ["node", "apps/server/dist/main.js"]
