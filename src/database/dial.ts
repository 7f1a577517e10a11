import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { checkServerIdentity, connect as secure, type TLSSocket } from 'node:tls'
import type { Address, Host } from './address.ts'

/** A connection that did not come about. Its code is the system's, the driver's, PostgreSQL's, or one of those below. */
export class DialError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message)
  }
}

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

export const nameOf = ({ name, port }: Host) =>
  name.startsWith('/') ? `${name}/.s.PGSQL.${port}` : name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`

/**
 * Connects to one host, with the TLS that sslmode demands, and returns the socket before anything of PostgreSQL's own is
 * sent.
 * @param encrypt whether TLS is wanted where sslmode leaves it open
 * @throws DialError, after the address's connect_timeout at the latest
 */
export async function dialHost(address: Address, host: Host, encrypt: boolean): Promise<Socket> {
  const socket = new Socket()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new DialError(`write CONNECT_TIMEOUT ${nameOf(host)}`, 'CONNECT_TIMEOUT')),
    address.connectTimeoutSeconds * 1000,
  )
  try {
    return await Promise.race([open(socket, address, host, encrypt), late])
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
  // As in libpq, a Unix socket has no TLS, whatever sslmode says.
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
    // What came with the answer was not encrypted, and must not pass for it.
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

/** Waits for an event of a socket, with what comes with it. @throws its error, or DialError when it is closed before */
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
 * Whether a server lets somebody of this name in over such a socket at all, as far as that is told before the password is
 * asked for: pg_hba.conf tells connections with and without TLS apart.
 */
export async function takes(socket: Socket, { user, database }: Address): Promise<boolean> {
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
