import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Address, Host } from './address.ts'
import { acceptsUser, DialError, dialHost, nameOf } from './dial.ts'
import { parseAddress } from './parse-address.ts'
import { watchStart } from './start-watch.ts'

/** After the server has rejected the user, all pools together try once in this time, in ms. */
const rejectedForMs = 1_000
/** For how long a read-only host is tried last, in ms. */
const readOnlyForMs = 1_000

/**
 * Connects to the hosts of one address, for all pools that use it. The host that worked last is tried first, and hosts that
 * accept no writes are tried last.
 */
export class Route {
  /**
   * What the sessions keep, as far as it is known; `checkSessions` finds out. Whether the server takes the startup parameter
   * `options`, which carries the settings, is known after the first connection.
   */
  readonly keeps = { statements: true, settings: true, options: true }
  /** The index of the host to try first. */
  #first = 0
  /** When a host was last found to be read-only. */
  readonly #readOnlyAt = new Map<Host, number>()
  #rejected: { readonly error: DialError; readonly until: number } | undefined
  /** Whether TLS is used, for hosts with the sslmode `allow` or `prefer`. */
  readonly #encrypts = new Map<Host, boolean>()

  constructor(readonly address: Address) {}

  /**
   * Connects for the driver.
   * @returns a connected socket, or one that fails with the error: the driver would lose one of its connections for each
   * rejected promise
   */
  async open(): Promise<Socket> {
    try {
      return await this.dial()
    } catch (error) {
      const dead = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
      setImmediate(() => dead.destroy(error as Error))
      return dead as Socket
    }
  }

  /** Connects to the first host that accepts. @throws DialError, or the system's error, of the host that was tried last */
  async dial(): Promise<Socket> {
    if (this.#rejected && performance.now() < this.#rejected.until) {
      const { message, code } = this.#rejected.error
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

  /**
   * Reports whether to use TLS. `allow` tries without TLS first and `prefer` with it; the other way is used if that is
   * rejected.
   */
  async #encrypt(host: Host): Promise<boolean> {
    const { mode } = this.address.tls
    if (mode !== 'allow' && mode !== 'prefer') return mode !== 'disable'
    const known = this.#encrypts.get(host)
    if (known !== undefined) return known
    const first = mode === 'prefer'
    const accepted = await dialHost(this.address, host, first).then(
      (socket) => acceptsUser(socket, this.address),
      // The handshake failed, or the host is not available; then the other way fails as well.
      () => false,
    )
    const encrypt = accepted ? first : !first
    this.#encrypts.set(host, encrypt)
    return encrypt
  }

  #watch(socket: Socket, host: Host): void {
    const isReady = () => {
      this.#readOnlyAt.delete(host)
      this.#rejected = undefined
    }
    watchStart(socket, {
      onStandby: () => this.#closeReadOnly(socket, host, `${nameOf(host)} is a standby, which accepts no writes`),
      // A single host is used all the same, since it can serve reads.
      onReadOnly: () =>
        this.address.hosts.length > 1
          ? this.#closeReadOnly(
              socket,
              host,
              `Sessions of ${nameOf(host)} are read-only (default_transaction_read_only)`,
            )
          : isReady(),
      onError: (code, message) => {
        this.#encrypts.delete(host)
        // Without the settings: where a pooler drops them, the user gets them. Closed without an error, the driver connects again.
        if (this.keeps.options && refusesOptions(code, message)) {
          this.keeps.options = false
          socket.destroy()
          return
        }
        // Class 28: invalid authorization.
        if (!code.startsWith('28')) return
        this.#rejected = { error: new DialError(message, code), until: performance.now() + rejectedForMs }
      },
      onReady: isReady,
    })
  }

  /** Closes a connection to a read-only host, with an error only if all hosts are read-only. */
  #closeReadOnly(socket: Socket, host: Host, why: string): void {
    this.#readOnlyAt.set(host, performance.now())
    // Closed without an error, the driver connects again, to the next host, and the statement waits meanwhile.
    if (this.address.hosts.some((other) => !this.#isReadOnly(other))) socket.destroy()
    else socket.destroy(new DialError(`${why}: waiting for a primary.`, '25006'))
  }

  /** Reports whether the host was found to be read-only within the last second. */
  #isReadOnly(host: Host): boolean {
    return performance.now() - (this.#readOnlyAt.get(host) ?? Number.NEGATIVE_INFINITY) < readOnlyForMs
  }
}

/** Whether PgBouncer refuses the startup parameter `options`, or a setting in it, as it does unless it is configured to ignore it. */
const refusesOptions = (code: string, message: string) =>
  code === '08P01' && /^unsupported startup parameter(: options$| in options: )/.test(message)

const routes = new Map<string, Route>()

/** Returns the route for a URL. There is one for each URL. @throws AddressError */
export function routeTo(url: string): Route {
  const known = routes.get(url)
  if (known) return known
  const route = new Route(parseAddress(url))
  routes.set(url, route)
  return route
}
