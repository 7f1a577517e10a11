import { dlopen, FFIType, ptr } from 'bun:ffi'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

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

/** How long a look at the connections of this process is used, in ms: calls that started together run out of time together. */
const usedForMs = 100
const [tcp, tcpInfo] = [6, 11]
/** The place of `tcpi_bytes_received` in Linux' `struct tcp_info`, and how much of it is read. */
const [receivedAt, infoBytes] = [128, 136]
const [established, connecting] = ['01', '02']

let seen: { readonly at: number; readonly stages: Map<string, ConnectionStage | undefined> } = {
  at: 0,
  stages: new Map(),
}

/**
 * Tells how far the connections of this process to a peer are: still connecting; connected, but nothing of a TLS handshake
 * has come back; or further. Bun's fetch does not report it, but Linux does. Called when a call has run out of time.
 * @returns undefined when it is not known: on another system, or when the connections to the peer differ
 */
export function stageOf(peer: Peer, now = performance.now()): ConnectionStage | undefined {
  if (now - seen.at > usedForMs) seen = { at: now, stages: new Map() }
  const key = `${peer.address} ${peer.port}`
  if (!seen.stages.has(key)) seen.stages.set(key, look(peer))
  return seen.stages.get(key)
}

function look(peer: Peer): ConnectionStage | undefined {
  try {
    const connections = connectionsTo(peer)
    if (connections.length === 0) return undefined
    if (connections.every(({ isConnecting }) => isConnecting)) return 'connecting'
    if (connections.some(({ isConnecting }) => isConnecting)) return undefined
    if (!peer.isHttps) return 'connected'
    const received = connections.map(({ fd }) => bytesReceived(fd))
    if (received.every((bytes) => bytes === 0n)) return 'handshake'
    return received.every((bytes) => bytes !== undefined && bytes > 0n) ? 'connected' : undefined
  } catch {
    return undefined
  }
}

/** The connections of this process to an address and port. */
function connectionsTo({ address, port }: Peer): Connection[] {
  const remote = `${toKernelText(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const table = readFileSync(address.includes(':') ? '/proc/self/net/tcp6' : '/proc/self/net/tcp', 'utf8')
  const own = ownSockets()
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , to, state]) => to === remote && (state === established || state === connecting))
    .flatMap(([, , , state, , , , , , inode = '']) => {
      const fd = own.get(inode)
      return fd === undefined ? [] : [{ isConnecting: state === connecting, fd }]
    })
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

/** An address as /proc/net/tcp has it: in words of 32 bits, each in the byte order of the machine. */
function toKernelText(address: string): string {
  const bytes = address.includes(':') ? ipv6Bytes(address) : address.split('.').map(Number)
  const words = Array.from({ length: bytes.length / 4 }, (_, word) => bytes.slice(word * 4, word * 4 + 4).reverse())
  return words
    .flat()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()
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
