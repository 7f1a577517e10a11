import { readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { openFilesLimit } from '../process/open-files.ts'

const noPort =
  'no local port was free for this target; widen net.ipv4.ip_local_port_range or lower SCHEDULER_CONCURRENCY'
const noFile =
  'this process could open no more files and connections; raise its limit of open files or lower SCHEDULER_CONCURRENCY'
const noMoreFiles = 'this machine could open no more files and connections; raise fs.file-max'
const noResources = 'the system had no memory or buffers left for connections'

/** What the system lacks when it cannot open a connection, by code. Nothing of the request has left this machine then. */
const lacks: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: noPort,
  EADDRINUSE: noPort,
  EMFILE: noFile,
  ProcessFdQuotaExceeded: noFile,
  ENFILE: noMoreFiles,
  SystemFdQuotaExceeded: noMoreFiles,
  ENOBUFS: noResources,
  ENOMEM: noResources,
  EAGAIN: noResources,
  SystemResources: noResources,
}
/** Ports are used up for each address and port at the other end; what else is lacking affects all calls. */
const ofOneTarget = new Set(['EADDRNOTAVAIL', 'EADDRINUSE'])
/** So few descriptors left are as good as none: what needs one may have failed a moment ago. */
const fewFiles = 8

/** The code of what this machine lacked to open a connection, undefined when an error says something else. */
export function shortageOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code !== 'string') return undefined
  // Without a descriptor the name servers cannot be asked, which looks as if the name did not exist.
  if (code.startsWith('DNS_')) return isOutOfFiles() ? 'EMFILE' : undefined
  return Object.hasOwn(lacks, code) ? code : undefined
}

/** What was short by a code of `shortageOf`, and what helps, as a clause. */
export const describeShortage = (code: string): string => `${code}: ${lacks[code]}`

/** Who shares a shortage waits in one line: the calls of one target (as host and port), or all of them. */
export const lineOf = (code: string, target: string): string => (ofOneTarget.has(code) ? target : '')

/** Whether this machine has an address from which an IPv6 address could be called. Without one the system says EADDRNOTAVAIL. */
export function hasIPv6(target: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  return own.some(
    (one) => one.family === 'IPv6' && (target === '::1' ? one.internal : !one.internal && one.scopeid === 0),
  )
}

function isOutOfFiles(): boolean {
  try {
    return readdirSync('/proc/self/fd').length > openFilesLimit() - fewFiles
  } catch {
    return true
  }
}
