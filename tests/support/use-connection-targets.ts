import { afterEach } from 'bun:test'
import { type ConnectionTarget, startConnectionTarget } from './connection-target.ts'

/** Starts targets that are stopped after each test of the file. */
export function useConnectionTargets(): typeof startConnectionTarget {
  const targets: ConnectionTarget[] = []
  afterEach(() => {
    for (const target of targets.splice(0)) target.stop()
  })
  return async (...args) => {
    const target = await startConnectionTarget(...args)
    targets.push(target)
    return target
  }
}
