import { type SpawnOptions, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Home } from './home.ts'

/**
 * How PostgreSQL's programs are run: as the user the server belongs to, without this process's environment (PGPORT and
 * its like would mislead them), and in a session of their own, so that Ctrl-C in a terminal reaches Duly only.
 */
export function programOptions(home: Home): SpawnOptions {
  return { ...home.user, cwd: '/', detached: true, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' } }
}

/**
 * Runs one of PostgreSQL's programs to its end.
 * @throws an error whose message is what the program said
 */
export function runProgram(home: Home, name: string, args: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(join(home.binaries, name), args, { ...programOptions(home), stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      said += chunk
    })
  child.on('error', reject)
  child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(said.trim() || `${name} ended with ${code}`))))
  return promise
}
