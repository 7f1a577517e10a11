import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'

/** The types of messages that this pooler looks at. Of a client: Query, Parse, Sync, Terminate; of the server: BackendKeyData, ReadyForQuery. */
const [query, parse, sync, terminate, keyData, ready] = ['Q', 'P', 'S', 'X', 'K', 'Z'].map((letter) =>
  letter.charCodeAt(0),
)
const idle = 'I'.charCodeAt(0)
const secureRequest = 80_877_103

/** What PgBouncer answers to a startup parameter that it does not know. */
const refusal = errorMessage('SFATAL\0C08P01\0Munsupported startup parameter: options\0\0')

function errorMessage(fields: string): Buffer {
  const message = Buffer.from(`E\0\0\0\0${fields}`)
  message.writeUInt32BE(message.length - 1, 1)
  return message
}

/** A session of PostgreSQL, which one client at a time uses. */
interface Session {
  readonly socket: Socket
  client: Client | undefined
  /** Who used it last: that client gets another one, if another is free. */
  last: Client | undefined
  /** Whether its start, which includes the password, is over. */
  started: boolean
  /** Whether its last answer said that a transaction is open. */
  inTransaction: boolean
  /** The user and the database. */
  readonly pool: string
}

/** A connection of Duly. */
interface Client {
  readonly socket: Socket
  readonly pool: string
  session: Session | undefined
  /** How many answers its session still owes it. */
  owed: number
  /** What it has sent while no session was free. */
  waiting: Buffer[]
}

/**
 * Stands for PgBouncer 1.18 with `pool_mode = transaction` and `ignore_startup_parameters = options`, where there is none to
 * be had: a session belongs to a client for one transaction, and nothing is cleaned when it passes on. It is unkinder than
 * PgBouncer, which often gives a client the session that it has just had: here it gets another one whenever one is free, so
 * whatever relies on a session fails at once. The password is checked by PostgreSQL, on a session that each client brings
 * with it; so there are as many sessions as clients. It does not pool by its own size, cancel, or speak TLS.
 */
export class TransactionPooler {
  readonly #sessions = new Set<Session>()
  readonly #clients = new Set<Client>()
  readonly #server = createServer({ noDelay: true }, (socket) => this.#connected(socket))
  /** How often a client got another session than before. */
  changes = 0
  /** Whether a start with `options` is refused, as without `ignore_startup_parameters`. */
  refusesOptions = false
  /** How many statements a client sent behind another one. PgBouncer 1.18 takes the session away between the two. */
  behind = 0

  private constructor(readonly target: { host: string; port: number }) {}

  /** Starts one in front of the database at `url`. @returns it and the address of the database through it */
  static async start(url: string): Promise<{ pooler: TransactionPooler; url: string }> {
    const address = new URL(url)
    const pooler = new TransactionPooler({ host: address.hostname, port: Number(address.port) })
    await new Promise<void>((resolve) => pooler.#server.listen(0, '127.0.0.1', resolve))
    address.port = String((pooler.#server.address() as AddressInfo).port)
    return { pooler, url: address.href }
  }

  /** Ends all connections, as a restart of the pooler does; it takes new ones at once. */
  cut(): void {
    for (const { socket } of [...this.#clients, ...this.#sessions]) socket.destroy()
  }

  close(): void {
    this.#server.close()
    this.cut()
  }

  #connected(socket: Socket): void {
    socket.on('error', () => {})
    let client: Client | undefined
    const read = messages(true, (type, message) => {
      if (client) this.#sent(client, type, message)
      else if (message.readUInt32BE(4) === secureRequest) socket.write('N')
      else if (this.refusesOptions && message.includes('\0options\0')) socket.end(refusal)
      else client = this.#start(socket, message)
      return client === undefined
    })
    socket.on('data', read)
  }

  /** Opens a session for a new client, without `options`, and lets the two agree on the password. */
  #start(socket: Socket, message: Buffer): Client {
    const words = message.toString('latin1', 8).split('\0')
    const given = new Map<string, string>()
    for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2) given.set(words[at] ?? '', words[at + 1] ?? '')
    given.delete('options')
    const body = `${[...given].flat().join('\0')}\0\0`
    const start = Buffer.alloc(8 + body.length)
    start.writeUInt32BE(start.length)
    start.writeUInt32BE(message.readUInt32BE(4), 4)
    start.write(body, 8, 'latin1')
    const client: Client = {
      socket,
      pool: `${given.get('user')} ${given.get('database')}`,
      session: undefined,
      owed: 0,
      waiting: [],
    }
    const server = createConnection({ ...this.target, noDelay: true })
    const session: Session = {
      socket: server,
      client,
      last: undefined,
      started: false,
      inTransaction: false,
      pool: client.pool,
    }
    client.session = session
    client.owed = 1
    this.#clients.add(client)
    this.#sessions.add(session)
    server.on('error', () => {})
    server.on(
      'data',
      messages(false, (type, answer) => this.#answered(session, type, answer)),
    )
    server.on('close', () => {
      this.#sessions.delete(session)
      session.client?.socket.end()
    })
    socket.on('close', () => {
      this.#clients.delete(client)
      // In a transaction, or with an answer under way, the session is of no use to others.
      client.session?.socket.destroy()
    })
    server.write(start)
    return client
  }

  #sent(client: Client, type: number, message: Buffer): boolean {
    if (type === terminate) {
      client.socket.end()
      return false
    }
    if (client.session === undefined) this.#lend(client)
    if (client.session === undefined) client.waiting.push(message)
    else this.#forward(client, client.session, type, message)
    return false
  }

  #forward(client: Client, session: Session, type: number, message: Buffer): void {
    // A statement begins with Parse or Query. In a transaction the session stays, whatever is sent.
    if ((type === query || type === parse) && client.owed > 0 && !session.inTransaction) this.behind++
    if (session.started && (type === query || type === sync)) client.owed++
    session.socket.write(message)
  }

  /** Gives a client the session that has been free for longest and that it did not have last. */
  #lend(client: Client): void {
    const free = [...this.#sessions].filter(
      (one) => one.started && one.client === undefined && one.pool === client.pool,
    )
    const session = free.find((one) => one.last !== client) ?? free[0]
    if (session === undefined) return
    if (session.last !== client) this.changes++
    client.session = session
    session.client = client
  }

  #answered(session: Session, type: number, message: Buffer): boolean {
    const { client } = session
    // A key of the pooler's own: that of the session would say which process it is.
    if (type === keyData) crypto.getRandomValues(message.subarray(5))
    client?.socket.write(message)
    if (type !== ready || client === undefined) return false
    session.started = true
    session.inTransaction = message[5] !== idle
    client.owed--
    if (client.owed === 0 && message[5] === idle) this.#release(session, client)
    return false
  }

  #release(session: Session, client: Client): void {
    client.session = undefined
    session.client = undefined
    session.last = client
    // The one that has been free for longest comes first.
    this.#sessions.delete(session)
    this.#sessions.add(session)
    for (const other of this.#clients) {
      if (other.session !== undefined || other.waiting.length === 0) continue
      const { waiting } = other
      this.#lend(other)
      if (other.session === undefined) continue
      other.waiting = []
      for (const message of waiting) this.#forward(other, other.session, message[0] ?? 0, message)
    }
  }
}

/**
 * Cuts a stream into messages.
 * @param untyped whether it begins with messages that have no type
 * @param take gets each; returns whether the next has no type either
 */
function messages(untyped: boolean, take: (type: number, message: Buffer) => boolean): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let bare = untyped
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const start = bare ? 0 : 1
      if (rest.length < start + 4) return
      const length = start + rest.readUInt32BE(start)
      if (rest.length < length) return
      const message = Buffer.from(rest.subarray(0, length))
      rest = rest.subarray(length)
      bare = take(bare ? 0 : (message[0] ?? 0), message)
    }
  }
}
