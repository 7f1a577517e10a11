import { dlopen, FFIType, ptr } from 'bun:ffi'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Where a connection leads. */
export interface Peer {
  readonly address: string
  readonly port: number
  readonly isHttps: boolean
}

/** How far the connections to a peer are that wait for an answer. */
export type ConnectionStage = 'connecting' | 'handshake' | 'connected'

interface Connection {
  readonly isConnecting: boolean
  readonly fd: number
}

/** The connections of this process, by remote address and port in the kernel's notation. */
interface Snapshot {
  readonly at: number
  readonly tookMs: number
  readonly connections: ReadonlyMap<string, Connection[]>
}

/** For how long a look at the connections of this process is used, in ms: many calls run out of time together. */
const usedForMs = 100
/** And for how many times as long as it took: with thousands of sockets it takes some 20 ms, during which nothing else runs. */
const timesItTook = 5
const [tcp, tcpInfo] = [6, 11]
/** The place of `tcpi_bytes_received` in Linux' `struct tcp_info`, and how much of it is read. */
const [receivedAt, infoBytes] = [128, 136]
const [established, connecting] = ['01', '02']

let latest: Snapshot | undefined

/**
 * Tells how far the connections of this process to a peer are: still connecting; connected, but nothing of a TLS handshake
 * has come back; or further. Bun's fetch does not report it, but Linux does. Called when a call has run out of time.
 * @returns undefined when it is not known: on another system, or when the connections to the peer differ
 */
export function stageOf({ address, port, isHttps }: Peer): ConnectionStage | undefined {
  try {
    const connections = connectionsTo(toKernelText(address, port))
    if (connections.length === 0) return undefined
    if (connections.every(({ isConnecting }) => isConnecting)) return 'connecting'
    if (connections.some(({ isConnecting }) => isConnecting)) return undefined
    if (!isHttps) return 'connected'
    const received = connections.map(({ fd }) => bytesReceived(fd))
    if (received.every((bytes) => bytes === 0n)) return 'handshake'
    return received.every((bytes) => bytes !== undefined && bytes > 0n) ? 'connected' : undefined
  } catch {
    return undefined
  }
}

function connectionsTo(remote: string): readonly Connection[] {
  if (latest === undefined || performance.now() - latest.at > usableMs(latest, remote)) latest = takeSnapshot()
  return latest.connections.get(remote) ?? []
}

/** For a peer that it does not have, whose connection may be newer, a look is used for as short a time as it may. */
const usableMs = ({ tookMs, connections }: Snapshot, remote: string): number =>
  Math.max(connections.has(remote) ? usedForMs : 0, tookMs * timesItTook)

function takeSnapshot(): Snapshot {
  const began = performance.now()
  const own = ownSockets()
  const connections = new Map<string, Connection[]>()
  for (const table of ['tcp', 'tcp6'])
    for (const [remote, connection] of readTable(table, own)) {
      const known = connections.get(remote)
      if (known) known.push(connection)
      else connections.set(remote, [connection])
    }
  const now = performance.now()
  return { connections, at: now, tookMs: now - began }
}

/** The connections in a table of /proc/net that are this process' own. A machine without IPv6 has no table for it. */
function* readTable(name: string, own: ReadonlyMap<string, number>): Generator<[remote: string, Connection]> {
  const path = `/proc/self/net/${name}`
  if (!existsSync(path)) return
  for (const line of readFileSync(path, 'utf8').split('\n').slice(1)) {
    const [, , remote = '', state, , , , , , inode = ''] = line.trim().split(/\s+/, 10)
    const fd = state === established || state === connecting ? own.get(inode) : undefined
    if (fd !== undefined) yield [remote, { isConnecting: state === connecting, fd }]
  }
}

/** The descriptors of this process' sockets, by inode. */
function ownSockets(): Map<string, number> {
  const sockets = new Map<string, number>()
  for (const fd of readdirSync('/proc/self/fd')) {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(fd))?.[1]
    if (inode !== undefined) sockets.set(inode, Number(fd))
  }
  return sockets
}

/** An address and port as /proc/net/tcp has them: the address in words of 32 bits, each in the byte order of the machine. */
function toKernelText(address: string, port: number): string {
  const bytes = address.includes(':') ? ipv6Bytes(address) : address.split('.').map(Number)
  const words = Array.from({ length: bytes.length / 4 }, (_, word) => bytes.slice(word * 4, word * 4 + 4).reverse())
  const text = words.flat().map((byte) => byte.toString(16).padStart(2, '0'))
  return `${text.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}

function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => 0)
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255])
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // It has been closed since the folder was read.
    return ''
  }
}

let libc: ReturnType<typeof openLibc> | undefined

const openLibc = () =>
  dlopen('libc.so.6', {
    getsockopt: { args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.ptr], returns: FFIType.i32 },
  }).symbols

/** How many bytes a socket of this process has received; undefined if the system does not say. */
function bytesReceived(fd: number): bigint | undefined {
  libc ??= openLibc()
  const info = new Uint8Array(infoBytes)
  const length = new Uint32Array([infoBytes])
  const failed = libc.getsockopt(fd, tcp, tcpInfo, ptr(info), ptr(length)) !== 0
  return failed || length[0] !== infoBytes ? undefined : new DataView(info.buffer).getBigUint64(receivedAt, true)
}
