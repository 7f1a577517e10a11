import { readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { openFilesLimit } from '../process/open-files.ts'

const noPort =
  'no local port was free for this target; widen net.ipv4.ip_local_port_range or lower SCHEDULER_CONCURRENCY'
const noFile =
  'this process could open no more files and connections; raise its limit of open files or lower SCHEDULER_CONCURRENCY'
const noMoreFiles = 'this machine could open no more files and connections; raise fs.file-max'
const noMemory = 'the system had no memory or buffers left for connections'

/** What is exhausted, by the error code of a connection that could not be opened. Nothing was sent then. */
const descriptions: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: noPort,
  EADDRINUSE: noPort,
  EMFILE: noFile,
  ProcessFdQuotaExceeded: noFile,
  ENFILE: noMoreFiles,
  SystemFdQuotaExceeded: noMoreFiles,
  ENOBUFS: noMemory,
  ENOMEM: noMemory,
  EAGAIN: noMemory,
  SystemResources: noMemory,
}
/** Local ports are exhausted per remote address and port; every other resource is shared by all calls. */
const perTarget = new Set(['EADDRNOTAVAIL', 'EADDRINUSE'])
/** With this few free descriptors or fewer they count as exhausted: there may have been none a moment ago. */
const fewDescriptors = 8

/** Returns the error code if a connection failed because this machine ran out of a resource, else undefined. */
export function exhaustedResource(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code !== 'string') return undefined
  // Without a free descriptor no name server can be asked, and the lookup reports that the name does not exist.
  if (code.startsWith('DNS_')) return isOutOfDescriptors() ? 'EMFILE' : undefined
  return Object.hasOwn(descriptions, code) ? code : undefined
}

/** Describes a code returned by `exhaustedResource`, with its remedy, as a clause. */
export const describeExhaustion = (code: string): string => `${code}: ${descriptions[code]}`

/**
 * Returns the key of the queue for calls that lack this resource: the target (host and port) for ports, else one queue
 * for all.
 */
export const queueKey = (code: string, target: string): string => (perTarget.has(code) ? target : '')

/**
 * Reports whether this machine has an address from which `target`, an IPv6 address, could be reached. Without one the
 * system reports EADDRNOTAVAIL, the same code as for exhausted ports.
 */
export function hasIPv6(target: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  return own.some(
    (one) => one.family === 'IPv6' && (target === '::1' ? one.internal : !one.internal && one.scopeid === 0),
  )
}

function isOutOfDescriptors(): boolean {
  try {
    return readdirSync('/proc/self/fd').length > openFilesLimit() - fewDescriptors
  } catch {
    return true
  }
}
