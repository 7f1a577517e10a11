import { createConnection, createServer, type Server, type Socket } from 'node:net'

/** A statement as it goes by: its text, also where only the name of a prepared one is sent. */
export type Statement = string

/** One connection that was stopped at a statement. */
export interface Hold {
  /** Resolves when the statement has come by and is held. */
  readonly reached: Promise<void>
  /** True once the server has said something that is held back. */
  readonly answered: boolean
  /** Lets everything on. */
  release(): void
  /** Closes the held connection to the client; the server keeps what it has got. */
  cut(): void
}

interface HoldRequest {
  readonly matches: (statement: Statement) => boolean
  readonly at: 'statement' | 'answer'
  readonly reached: (link: Link) => void
}

/**
 * A TCP proxy before PostgreSQL. It passes bytes on, and on demand goes silent, cuts, refuses, or holds one connection
 * at a statement: before the server sees it, or with the answer on its way.
 */
export class DatabaseProxy {
  readonly #links = new Set<Link>()
  readonly #requests = new Set<HoldRequest>()
  #silent = false
  #refusing = false

  private constructor(
    readonly server: Server,
    /** The database's address, through this proxy. */
    readonly url: string,
    readonly target: { host: string; port: number },
  ) {
    server.on('connection', (socket) => this.#connected(socket))
  }

  static async start(databaseUrl: string): Promise<DatabaseProxy> {
    const server = createServer({ noDelay: true })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = new URL(databaseUrl)
    const target = { host: address.hostname, port: Number(address.port) }
    address.port = String((server.address() as { port: number }).port)
    const proxy = new DatabaseProxy(server, address.href, target)
    proxies.add(proxy)
    return proxy
  }

  /** Keeps every connection open and forwards nothing; new ones are taken and get no answer either. */
  stall(): void {
    this.#silent = true
    this.stallOpen()
  }

  /** Only the connections that are open now go silent, for ever: `pass` does not wake them. */
  stallOpen(): void {
    for (const link of this.#links) link.hold('both')
  }

  /** Forwards what was held back, and everything from now on. */
  pass(): void {
    this.#silent = false
    this.#refusing = false
    for (const link of this.#links) link.release()
  }

  /** Ends every connection, with what is on its way in it. */
  cut(): void {
    for (const link of this.#links) link.destroy()
  }

  /** Ends every connection and takes no new one until `pass`: the database is away. */
  refuse(): void {
    this.#refusing = true
    this.cut()
  }

  /** Stops the next connection that sends such a statement: before the server gets it, or before the client its answer. */
  hold(matches: (statement: Statement) => boolean, at: 'statement' | 'answer'): Hold {
    const { promise, resolve } = Promise.withResolvers<void>()
    let held: Link | undefined
    const request: HoldRequest = {
      matches,
      at,
      reached: (link) => {
        held = link
        this.#requests.delete(request)
        resolve()
      },
    }
    this.#requests.add(request)
    return {
      reached: promise,
      get answered() {
        return held?.answered ?? false
      },
      release: () => {
        this.#requests.delete(request)
        held?.release()
      },
      cut: () => held?.destroy(),
    }
  }

  close(): void {
    proxies.delete(this)
    this.server.close()
    this.cut()
  }

  #connected(socket: Socket): void {
    if (this.#refusing) {
      socket.destroy()
      return
    }
    const link = new Link(socket, this.target, (statement) => {
      for (const request of this.#requests)
        if (request.matches(statement)) {
          request.reached(link)
          return request.at
        }
      return undefined
    })
    if (this.#silent) link.hold('both')
    this.#links.add(link)
    link.closed.then(() => this.#links.delete(link))
  }
}

type Way = 'statement' | 'answer'

/** One client's connection with its way to the server. What was held back is delivered late even when the client has gone. */
class Link {
  readonly closed: Promise<void>
  readonly #server: Socket
  readonly #held = new Set<Way>()
  readonly #waiting: { readonly [way in Way]: Buffer[] } = { statement: [], answer: [] }
  readonly #reader: StatementReader
  #clientGone = false

  constructor(
    readonly client: Socket,
    target: { host: string; port: number },
    seen: (statement: Statement) => Way | undefined,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    this.#server = createConnection({ ...target, noDelay: true })
    this.#reader = new StatementReader((message, statement) => {
      const way = statement === undefined ? undefined : seen(statement)
      if (way === 'statement') this.#held.add('statement')
      this.#forward('statement', message)
      if (way === 'answer') this.#held.add('answer')
    })
    client.on('data', (chunk: Buffer) => this.#reader.read(chunk))
    this.#server.on('data', (chunk: Buffer) => this.#forward('answer', chunk))
    client.on('error', () => {})
    this.#server.on('error', () => {})
    client.on('close', () => {
      this.#clientGone = true
      if (this.#waiting.statement.length === 0) this.#server.end()
    })
    this.#server.on('close', () => {
      if (!this.#held.has('answer')) client.destroy()
      resolve()
    })
  }

  get answered(): boolean {
    return this.#waiting.answer.length > 0
  }

  hold(ways: Way | 'both'): void {
    for (const way of ways === 'both' ? (['statement', 'answer'] as const) : [ways]) this.#held.add(way)
  }

  release(): void {
    this.#held.clear()
    for (const way of ['statement', 'answer'] as const)
      for (const chunk of this.#waiting[way].splice(0)) this.#write(way, chunk)
    if (this.#clientGone) this.#server.end()
    if (this.#server.destroyed) this.client.destroy()
  }

  destroy(): void {
    this.#waiting.statement.length = 0
    this.client.destroy()
    this.#server.end()
  }

  #forward(way: Way, chunk: Buffer): void {
    if (this.#held.has(way)) this.#waiting[way].push(chunk)
    else this.#write(way, chunk)
  }

  #write(way: Way, chunk: Buffer): void {
    const socket = way === 'statement' ? this.#server : this.client
    if (!socket.destroyed) socket.write(chunk)
  }
}

/** Cuts what a client sends into PostgreSQL's messages, and knows which statement each Bind runs. */
class StatementReader {
  #rest: Buffer = Buffer.alloc(0)
  #started = false
  readonly #prepared = new Map<string, Statement>()

  constructor(readonly message: (bytes: Buffer, statement: Statement | undefined) => void) {}

  read(chunk: Buffer): void {
    let bytes: Buffer = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk])
    for (;;) {
      // The first message has no type in front of its length.
      const start = this.#started ? 1 : 0
      if (bytes.length < start + 4) break
      const length = start + bytes.readUInt32BE(start)
      if (bytes.length < length) break
      const message = bytes.subarray(0, length)
      const type = this.#started ? String.fromCharCode(message[0] ?? 0) : ''
      this.#started = true
      this.message(message, this.#statement(type, message))
      bytes = bytes.subarray(length)
    }
    this.#rest = bytes
  }

  #statement(type: string, message: Buffer): Statement | undefined {
    const [first = '', second = ''] = message.toString('latin1', 5).split('\0', 2)
    if (type === 'P') this.#prepared.set(first, second)
    if (type === 'B') return this.#prepared.get(second)
    return type === 'Q' ? first : undefined
  }
}

const proxies = new Set<DatabaseProxy>()

/** For afterEach: closes every proxy that a test has left. */
export function closeProxies(): void {
  for (const proxy of proxies) proxy.close()
}
