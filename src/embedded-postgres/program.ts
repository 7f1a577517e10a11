import { type SpawnOptions, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Home } from './home.ts'

/**
 * Returns the options for running a program of PostgreSQL: as the server's user, without this process's environment
 * (variables such as PGPORT would affect it), and in its own session, so that Ctrl-C in a terminal does not reach it.
 */
export function programOptions(home: Home): SpawnOptions {
  return { ...home.user, cwd: '/', detached: true, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' } }
}

/** Runs a program of PostgreSQL and waits for its exit. @throws an error with the program's output as its message */
export function runProgram(home: Home, name: string, args: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(join(home.binaries, name), args, { ...programOptions(home), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk
    })
  child.on('error', reject)
  child.on('close', (code) =>
    code === 0 ? resolve() : reject(new Error(output.trim() || `${name} ended with ${code}`)),
  )
  return promise
}
