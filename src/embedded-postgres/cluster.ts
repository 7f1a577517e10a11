import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'
import type { Home } from './home.ts'
import { runProgram } from './program.ts'

/** The password of the only database user. The file is in the cluster, so that the two are copied and deleted together. */
const passwordFile = 'duly-password'

/**
 * Creates the cluster if it does not exist. The caller must hold `postgres.turn` (see embedded.ts).
 * @returns the password of the database user `duly`
 * @throws EmbeddedDatabaseError
 */
export async function ensureCluster(home: Home): Promise<string> {
  deleteUnfinished(home)
  if (!existsSync(join(home.cluster, 'PG_VERSION'))) await initialise(home)
  const file = join(home.cluster, passwordFile)
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  throw new EmbeddedDatabaseError(
    `${file} is missing, and the embedded database cannot be opened without it: put it back, or move ${home.cluster} away to start with an empty one.`,
  )
}

const unfinishedPrefix = (home: Home) => `${basename(home.cluster)}.new-`

/** Deletes the unfinished clusters of killed processes. An initdb that is still running in one of them fails then. */
function deleteUnfinished(home: Home): void {
  const folder = dirname(home.cluster)
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(unfinishedPrefix(home))))
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch {
      // initdb created a file meanwhile. The next start deletes the rest.
    }
}

/**
 * Creates the cluster in a new folder beside its final path, and renames the folder when it is complete, so that a crash
 * leaves no incomplete cluster. The folder's name is random, since the initdb of a killed process may still be running.
 */
async function initialise(home: Home): Promise<void> {
  if (existsSync(home.cluster))
    throw new EmbeddedDatabaseError(
      `${home.cluster} is there but holds no PostgreSQL data: move it away, or set DATA_DIR to another folder.`,
    )
  const unfinished = join(dirname(home.cluster), `${unfinishedPrefix(home)}${Bun.randomUUIDv7().slice(-12)}`)
  const password = `${unfinished}.password`
  mkdirSync(unfinished, { mode: 0o700 })
  writeFileSync(password, `${Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex')}\n`, {
    mode: 0o600,
  })
  if (home.user) for (const path of [unfinished, password]) chownSync(path, home.user.uid, home.user.gid)
  try {
    await runProgram(home, 'initdb', [
      '--pgdata',
      unfinished,
      '--username=duly',
      `--pwfile=${password}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ])
  } catch (error) {
    throw new EmbeddedDatabaseError(
      `The embedded database could not be created in ${home.cluster}: ${(error as Error).message}`,
    )
  }
  renameSync(password, join(unfinished, passwordFile))
  renameSync(unfinished, home.cluster)
}
