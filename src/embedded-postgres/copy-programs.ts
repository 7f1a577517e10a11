import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Copies the bundled PostgreSQL into a folder that the server's user can read, once for each version. The copy gets its
 * final name when it is complete.
 * @returns the folder of the copy
 */
export function copyPrograms(bundled: { folder: string; version: string }, into: string): string {
  const target = join(into, `postgresql-${bundled.version}`)
  if (existsSync(target)) return target
  const unfinished = `${target}.${process.pid}`
  cpSync(bundled.folder, unfinished, { recursive: true, verbatimSymlinks: true })
  // With a strict umask, no file of the checkout is readable for other users.
  spawnSync('chmod', ['-R', 'a+rX', unfinished])
  try {
    renameSync(unfinished, target)
  } catch {
    // Another process has made the same copy.
    rmSync(unfinished, { recursive: true, force: true })
  }
  return target
}
