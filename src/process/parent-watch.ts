import { readFileSync } from 'node:fs'

const pollEveryMs = 200

/**
 * Finds the launchers between the user and this process: `bun run`, and `npx` with its shell.
 * @returns the chain from this process upwards as pairs of a process and its current parent; empty when this process was
 * started without a launcher
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
  // A shell belongs to the chain only below npm: any other shell may exit and leave its children running.
  if (nameOf(above) === 'sh' && nameOf(parentOf(above)).startsWith('npm')) climb()
  if (nameOf(parentOf(pid)).startsWith('npm')) climb()
  return chain
}

/** Returns field 4 of /proc/PID/stat. The program name before it is in parentheses and may contain any character. */
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
 * Calls `gone` once when one of the launchers of this process exits. `npx` does not forward SIGTERM, and SIGKILL cannot be
 * forwarded: without this the service would keep running unnoticed and hold the port.
 */
export function watchParents(gone: () => void): void {
  const chain = launchers()
  if (chain.length === 0) return
  const timer = setInterval(() => {
    if (chain.every(([pid, parent]) => parentOf(pid) === parent)) return
    clearInterval(timer)
    gone()
  }, pollEveryMs)
  timer.unref()
}
