import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Counts the TCP connections of a process to these ports, in any state in which the process still holds them. */
export function countConnections(pid: number, ports: ReadonlySet<number>): number {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => inodeOf(`/proc/${pid}/fd/${fd}`)))
  return ['tcp', 'tcp6'].flatMap(readSockets).filter(({ inode, port }) => own.has(inode) && ports.has(port)).length
}

/** The inode of a socket; undefined for other files, and for one that was closed meanwhile. */
function inodeOf(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1]
  } catch {
    return undefined
  }
}

/** Reads the sockets of this machine with their remote ports. */
function readSockets(table: string): { inode: string; port: number }[] {
  const [, ...lines] = readFileSync(`/proc/net/${table}`, 'utf8').trimEnd().split('\n')
  return lines.map((line) => {
    const fields = line.trim().split(/\s+/)
    return { inode: fields[9] ?? '', port: Number.parseInt(fields[2]?.split(':')[1] ?? '', 16) }
  })
}
