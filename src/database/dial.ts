import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { checkServerIdentity, connect as secure, type TLSSocket } from 'node:tls'
import type { Address, Host } from './address.ts'

/**
 * A connection could not be opened. The code is one of the system, the driver or PostgreSQL, or a TLS_… code of this
 * file.
 */
export class DialError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message)
  }
}

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** Returns a host with its port for messages, or the path of its Unix socket. */
export const nameOf = ({ name, port }: Host) =>
  name.startsWith('/') ? `${name}/.s.PGSQL.${port}` : name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`

/**
 * Connects to one host, negotiates TLS as sslmode requires, and returns the socket before the startup message is sent.
 * @param encrypt whether to use TLS; for `allow` and `prefer` the caller decides
 * @throws DialError or the system's error, at the latest after the address's connect_timeout
 */
export async function dialHost(address: Address, host: Host, encrypt: boolean): Promise<Socket> {
  const socket = new Socket()
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new DialError(`write CONNECT_TIMEOUT ${nameOf(host)}`, 'CONNECT_TIMEOUT')),
    address.connectTimeoutSeconds * 1000,
  )
  try {
    return await Promise.race([open(socket, address, host, encrypt), timeout])
  } catch (error) {
    socket.on('error', () => {}).destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function open(socket: Socket, { tls }: Address, host: Host, encrypt: boolean): Promise<Socket> {
  const isLocal = host.name.startsWith('/')
  if (isLocal) socket.connect(nameOf(host))
  else socket.connect(host.port, host.address ?? host.name)
  await event(socket, 'connect')
  // As in libpq, a Unix socket never uses TLS.
  if (isLocal || !encrypt) return socket
  if (!tls.direct) {
    socket.write(sslRequest)
    const answer = await event<Buffer>(socket, 'data')
    if (answer[0] !== 0x53) {
      if (tls.mode === 'prefer') return socket
      throw new DialError(
        `${nameOf(host)} does not offer TLS, which sslmode=${tls.mode} demands: switch it on at the server, or set another sslmode.`,
        'TLS_NOT_OFFERED',
      )
    }
    // Bytes after the answer were sent unencrypted and must not be read as if they came over TLS (CVE-2021-23222).
    if (answer.length > 1) throw new DialError(`${nameOf(host)} sent more than its answer about TLS.`, 'TLS_FAILED')
  }
  return handshake(socket, tls, host)
}

async function handshake(socket: Socket, tls: Address['tls'], host: Host): Promise<Socket> {
  const verified = tls.mode === 'verify-ca' || tls.mode === 'verify-full'
  let secured: TLSSocket | undefined
  try {
    secured = secure({
      socket,
      ...(verified && tls.rootCertificate !== undefined ? { ca: readFileSync(tls.rootCertificate) } : {}),
      ...(tls.certificate === undefined ? {} : { cert: readFileSync(tls.certificate) }),
      ...(tls.key === undefined ? {} : { key: readFileSync(tls.key) }),
      ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
      ...(tls.direct ? { ALPNProtocols: ['postgresql'] } : {}),
      ...(/^[\d.]+$|:/.test(host.name) ? {} : { servername: host.name }),
      rejectUnauthorized: verified,
      checkServerIdentity: (_, certificate) =>
        tls.mode === 'verify-full' ? checkServerIdentity(host.name, certificate) : undefined,
    })
    await event(secured, 'secureConnect')
    return secured
  } catch (error) {
    secured?.on('error', () => {}).destroy()
    const { message, code } = error as { message: string; code?: string }
    if (code === 'ECONNRESET' || code === 'CONNECTION_CLOSED') throw error
    throw verified
      ? new DialError(
          `The certificate of ${nameOf(host)} is not trusted under sslmode=${tls.mode} (${message}): name its authority with sslrootcert=FILE, and the host as the certificate does.`,
          'TLS_NOT_TRUSTED',
        )
      : new DialError(`TLS with ${nameOf(host)} failed: ${message}.`, 'TLS_FAILED')
  }
}

/** Waits for an event of a socket and returns its argument. @throws the socket's error, or DialError if it closes first */
function event<T>(socket: Socket, name: string): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const closed = () =>
    reject(new DialError('The connection was closed before PostgreSQL answered.', 'CONNECTION_CLOSED'))
  socket.once(name, resolve).once('error', reject).once('close', closed)
  return promise.finally(() => {
    socket.off(name, resolve).off('error', reject).off('close', closed)
  })
}

/**
 * Sends a startup message and reports whether the server responds without an error: pg_hba.conf may accept a user with
 * TLS only, or without TLS only, which shows before the password is requested. Closes the socket.
 */
export async function acceptsUser(socket: Socket, { user, database }: Address): Promise<boolean> {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  try {
    socket.write(Buffer.concat([length, body]))
    const answer = await event<Buffer>(socket, 'data')
    return answer[0] !== 0x45
  } finally {
    socket.on('error', () => {}).destroy()
  }
}
