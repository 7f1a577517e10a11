import { spawn } from 'node:child_process'

/** Signals a person or a supervisor ends a program with. */
const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs a program in the foreground, in `cwd`, and passes on the signals that end it; it may take its time.
 * @returns its exit code, or what a shell makes of the signal that ended it
 */
export function runChild(cwd: string, program: string, args: readonly string[]): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const child = spawn(program, args, { cwd, stdio: 'inherit' })
  // Not only passed on but also listened for: without a listener the signal would end us first, and the child alone.
  for (const signal of ends) process.on(signal, () => child.kill(signal))
  child.on('error', () => resolve(127))
  child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)))
  return promise
}
