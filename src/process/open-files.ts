import { readFileSync } from 'node:fs'

/** How many files and sockets this process may have open at once. Bun has raised it as far as the system lets it. */
export function openFilesLimit(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const [, soft = ''] = /^Max open files +(\S+)/m.exec(limits) ?? []
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}
