import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'
import type { Home } from './home.ts'
import { runProgram } from './program.ts'

/** The only user's password lies in the cluster itself: the two are made, moved, kept and lost together. */
const passwordFile = 'duly-password'

/**
 * Makes the cluster where there is none. Call it in turn (see embedded.ts).
 * @returns the password of its user `duly`
 * @throws EmbeddedDatabaseError
 */
export async function ensureCluster(home: Home): Promise<string> {
  clearHalfMade(home)
  if (!existsSync(join(home.cluster, 'PG_VERSION'))) await initialise(home)
  const file = join(home.cluster, passwordFile)
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  throw new EmbeddedDatabaseError(
    `${file} is missing, and without it nobody gets into the embedded database: put it back, or move ${home.cluster} away to begin with an empty one.`,
  )
}

const halfMade = (home: Home) => `${basename(home.cluster)}.new-`

/** Removes what killed processes were making; an initdb that outlived its parent may still be at it, and fails then. */
function clearHalfMade(home: Home): void {
  const folder = dirname(home.cluster)
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(halfMade(home))))
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch {
      // It made a file meanwhile; the next start clears the rest.
    }
}

/**
 * Works beside the final place and then moves the whole there, so that a kill leaves no half-made cluster behind. The
 * place is a new one each time: initdb may outlive a killed parent.
 */
async function initialise(home: Home): Promise<void> {
  if (existsSync(home.cluster))
    throw new EmbeddedDatabaseError(
      `${home.cluster} is there but holds no PostgreSQL data: move it away, or set DATA_DIR to another folder.`,
    )
  const half = join(dirname(home.cluster), `${halfMade(home)}${Bun.randomUUIDv7().slice(-12)}`)
  const password = `${half}.password`
  mkdirSync(half, { mode: 0o700 })
  writeFileSync(password, `${Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex')}\n`, {
    mode: 0o600,
  })
  if (home.user) for (const path of [half, password]) chownSync(path, home.user.uid, home.user.gid)
  try {
    await runProgram(home, 'initdb', [
      '--pgdata',
      half,
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
      `The embedded database could not be made in ${home.cluster}: ${(error as Error).message}`,
    )
  }
  renameSync(password, join(half, passwordFile))
  renameSync(half, home.cluster)
}
