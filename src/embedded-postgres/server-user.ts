import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'

/** The operating system user that the server runs as when Duly runs as root. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** Returns the owner of a cluster, as which its server must run; undefined if it does not exist or belongs to root. */
export function ownerOf(cluster: string): ServerUser | undefined {
  const found = statSync(cluster, { throwIfNoEntry: false })
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined
}

/**
 * Returns the user `postgres` of this machine, and creates it if it does not exist.
 * @throws EmbeddedDatabaseError if it cannot be created
 */
export function serverUser(): ServerUser {
  const known = findUser()
  if (known) return known
  try {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
      { stdio: 'ignore', env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } },
    )
  } catch {
    // Another process may have created it at the same moment: see below.
  }
  const made = findUser()
  if (made) return made
  throw new EmbeddedDatabaseError(
    'PostgreSQL refuses to run as root, and the user postgres could not be created: start Duly as an ordinary user, or set DATABASE_URL.',
  )
}

function findUser(): ServerUser | undefined {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'postgres')
  return entry && { uid: Number(entry[2]), gid: Number(entry[3]) }
}

/**
 * Reports whether a user can read a path, and enter (a folder) or run it. Tested by a process of that user, since the
 * permissions of all parent folders count.
 */
export function canAccess(user: ServerUser, path: string): boolean {
  return ['-x', '-r'].every((flag) => spawnSync('test', [flag, path], { ...user, cwd: '/' }).status === 0)
}
