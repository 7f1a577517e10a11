import { readFileSync } from 'node:fs'

const lookEveryMs = 200

/**
 * The programs that stand between a person and this process: `bun run`, and `npx` with its shell. Empty when this
 * process was started without them.
 * @returns pairs of a process and its parent, as they are now
 */
function launchers(): [pid: number, parent: number][] {
  if (Bun.env.npm_lifecycle_event === undefined) return []
  const chain: [number, number][] = []
  let pid = process.pid
  const climb = () => {
    const parent = parentOf(pid)
    if (parent === undefined) return
    chain.push([pid, parent])
    pid = parent
  }
  while (/^bun/.test(nameOf(parentOf(pid)))) climb()
  const above = parentOf(pid)
  // A shell counts only below npm: another one may well end and leave what it started behind.
  if (nameOf(above) === 'sh' && nameOf(parentOf(above)).startsWith('npm')) climb()
  if (nameOf(parentOf(pid)).startsWith('npm')) climb()
  return chain
}

/** Field 4 of /proc/PID/stat; the name before it stands in brackets and may hold anything. */
function parentOf(pid: number | undefined): number | undefined {
  const stat = read(`/proc/${pid}/stat`)
  return stat ? Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) : undefined
}

function nameOf(pid: number | undefined): string {
  return read(`/proc/${pid}/comm`)?.trim() ?? ''
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * Calls `gone` once when one of the programs that started this process ends before it. `npx` does not pass SIGTERM on,
 * and nothing passes SIGKILL on: the service would stay behind unseen, and keep the port from the next start.
 */
export function watchParents(gone: () => void): void {
  const chain = launchers()
  if (chain.length === 0) return
  const timer = setInterval(() => {
    if (chain.every(([pid, parent]) => parentOf(pid) === parent)) return
    clearInterval(timer)
    gone()
  }, lookEveryMs)
  timer.unref()
}
