import { readFileSync } from 'node:fs'

/**
 * Returns how many files and sockets this process may have open at once: the soft limit, which Bun raises to the hard
 * limit at startup.
 */
export function openFilesLimit(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const [, soft = ''] = /^Max open files +(\S+)/m.exec(limits) ?? []
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}
