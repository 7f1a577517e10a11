import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Address, Host } from './address.ts'
import { DialError, dialHost, nameOf, takes } from './dial.ts'
import { parseAddress } from './parse-address.ts'
import { watchStart } from './start-watch.ts'

/** How long a server that refused the user is left alone, in ms: all pools together try once in that time. */
const refusedForMs = 1_000
/** How long a host that takes no writes is passed over, in ms. */
const readOnlyForMs = 1_000

/**
 * The way to one address, shared by all pools that use it: the host that was right last time is tried first, and a server
 * that takes no writes is passed over, whatever the address says about it.
 */
export class Route {
  /** Which host comes first. */
  #first = 0
  /** When a host last turned out to take no writes. */
  readonly #readOnlyAt = new Map<Host, number>()
  #refused: { readonly error: DialError; readonly until: number } | undefined
  /** Whether TLS is used, for hosts where sslmode leaves it open. */
  readonly #encrypts = new Map<Host, boolean>()

  constructor(readonly address: Address) {}

  /** @returns a socket that is connected, or one that is about to fail: the driver loses a connection for each rejection */
  async open(): Promise<Socket> {
    try {
      return await this.dial()
    } catch (error) {
      const dead = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
      setImmediate(() => dead.destroy(error as Error))
      return dead as Socket
    }
  }

  /** @throws DialError, or the system's error of the host that was tried last */
  async dial(): Promise<Socket> {
    if (this.#refused && performance.now() < this.#refused.until) {
      const { message, code } = this.#refused.error
      throw new DialError(message, code)
    }
    const { hosts, balanced } = this.address
    const from = balanced ? Math.floor(Math.random() * hosts.length) : this.#first
    const order = [...hosts.slice(from), ...hosts.slice(0, from)]
    const writable = order.filter((host) => !this.#isReadOnly(host))
    let problem: unknown
    for (const host of [...writable, ...order.filter((other) => !writable.includes(other))]) {
      try {
        const socket = await dialHost(this.address, host, await this.#encrypt(host))
        this.#first = hosts.indexOf(host)
        this.#watch(socket, host)
        return socket
      } catch (error) {
        this.#encrypts.delete(host)
        problem = error
      }
    }
    throw problem
  }

  /** `allow` and `prefer` try one way first, and the other where the server refuses that. */
  async #encrypt(host: Host): Promise<boolean> {
    const { mode } = this.address.tls
    if (mode !== 'allow' && mode !== 'prefer') return mode !== 'disable'
    const known = this.#encrypts.get(host)
    if (known !== undefined) return known
    const first = mode === 'prefer'
    const taken = await dialHost(this.address, host, first).then(
      (socket) => takes(socket, this.address),
      // A handshake that fails is a refusal; a host that is away is one for either way.
      () => false,
    )
    const encrypt = taken ? first : !first
    this.#encrypts.set(host, encrypt)
    return encrypt
  }

  #watch(socket: Socket, host: Host): void {
    const isReady = () => {
      this.#readOnlyAt.delete(host)
      this.#refused = undefined
    }
    watchStart(socket, {
      isStandby: () => this.#skipSlots(socket, host, `${nameOf(host)} is a standby, which takes no writes`),
      // With no other host to go to it still answers reads.
      isReadOnly: () =>
        this.address.hosts.length > 1
          ? this.#skipSlots(socket, host, `Sessions of ${nameOf(host)} are read-only (default_transaction_read_only)`)
          : isReady(),
      isRefused: (code, message) => {
        this.#encrypts.delete(host)
        if (!code.startsWith('28')) return
        this.#refused = { error: new DialError(message, code), until: performance.now() + refusedForMs }
      },
      isReady,
    })
  }

  #skipSlots(socket: Socket, host: Host, why: string): void {
    this.#readOnlyAt.set(host, performance.now())
    // Without an error the driver connects again, and the statement waits: to another host, unless all are like this.
    if (this.address.hosts.some((other) => !this.#isReadOnly(other))) socket.destroy()
    else socket.destroy(new DialError(`${why}: a primary is waited for.`, '25006'))
  }

  /** Whether it was read-only just now. */
  #isReadOnly(host: Host): boolean {
    return performance.now() - (this.#readOnlyAt.get(host) ?? Number.NEGATIVE_INFINITY) < readOnlyForMs
  }
}

const routes = new Map<string, Route>()

/** The way to this URL: the same one for all who ask. @throws AddressError */
export function routeTo(url: string): Route {
  const known = routes.get(url)
  if (known) return known
  const route = new Route(parseAddress(url))
  routes.set(url, route)
  return route
}
