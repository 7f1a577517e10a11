import { spawn } from 'node:child_process'

/** The signals by which a user or a supervisor ends a program. */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs a program in `cwd` with this process's standard streams, forwards SIGINT, SIGTERM and SIGHUP to it, and waits for
 * its exit, without a time limit.
 * @returns its exit code; 137 after SIGKILL, 143 after any other signal, 127 if it cannot be started
 */
export function runChild(cwd: string, program: string, args: readonly string[]): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const child = spawn(program, args, { cwd, stdio: 'inherit' })
  // Without a listener the signal would end this process before the child has finished.
  for (const signal of forwarded) process.on(signal, () => child.kill(signal))
  child.on('error', () => resolve(127))
  child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)))
  return promise
}
