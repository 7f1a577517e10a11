import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'

/** The user a root's server runs as: PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** Who owns an existing cluster, as whom its server must run; undefined when there is none, or it is root's. */
export function ownerOf(cluster: string): ServerUser | undefined {
  const found = statSync(cluster, { throwIfNoEntry: false })
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined
}

/**
 * The user `postgres` of this machine, which is made if it is missing.
 * @throws EmbeddedDatabaseError when it cannot be made
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
    // Told apart below: another process may have made it in the same moment.
  }
  const made = findUser()
  if (made) return made
  throw new EmbeddedDatabaseError(
    'PostgreSQL refuses to run as root, and the user postgres could not be made: start Duly as an ordinary user, or set DATABASE_URL.',
  )
}

function findUser(): ServerUser | undefined {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'postgres')
  return entry && { uid: Number(entry[2]), gid: Number(entry[3]) }
}

/** Whether that user can read this, and enter or run it: tried as that user, because every folder above has a say. */
export function reaches(user: ServerUser, path: string): boolean {
  return ['-x', '-r'].every((flag) => spawnSync('test', [flag, path], { ...user, cwd: '/' }).status === 0)
}
