import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Copies the bundled PostgreSQL into a folder where its own user can run it: once per version, and complete when it has
 * its final name.
 * @returns the copy's folder
 */
export function copyPrograms(bundled: { folder: string; version: string }, into: string): string {
  const target = join(into, `postgresql-${bundled.version}`)
  if (existsSync(target)) return target
  const half = `${target}.${process.pid}`
  cpSync(bundled.folder, half, { recursive: true, verbatimSymlinks: true })
  // A checkout made with a strict umask is closed to others down to its last file.
  spawnSync('chmod', ['-R', 'a+rX', half])
  try {
    renameSync(half, target)
  } catch {
    // Another process was first.
    rmSync(half, { recursive: true, force: true })
  }
  return target
}
