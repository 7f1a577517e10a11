import { eventually } from './eventually.ts'
import { copyMadeCluster } from './made-cluster.ts'
import { folderInMemory, type Program, run, temporaryFolder } from './process.ts'

/** A service that runs as a process of its own, and what it printed for a person. */
export interface Service extends Program {
  readonly dataDir: string
  readonly base: string
  /** Empty when none was printed. */
  readonly id: string
  readonly token: string
  /** The line that creates a first task, as printed. */
  readonly curl: string
}

export interface ServiceOptions {
  /** A temporary folder unless given: of `launchService` an empty one, of `startService` with a database that is made. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  readonly command?: readonly string[]
  readonly cwd?: string
}

const given = new Set<number>()

/**
 * A port where nothing listens, another at each call, for who has to know it before anything does. It is none of those that
 * the system gives to outgoing connections, of which other tests make many at the same time.
 */
export function freePort(): number {
  for (let attempt = 1; ; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (given.has(port)) continue
    given.add(port)
    try {
      void Bun.serve({ port, hostname: '127.0.0.1', fetch: () => new Response() }).stop(true)
      return port
    } catch (error) {
      if (attempt === 20) throw error
    }
  }
}

/** Starts a service, on a free port unless PORT is given, and returns at once. */
export function launchService({ dataDir = temporaryFolder(), env = {}, command, cwd }: ServiceOptions = {}) {
  const program = run(command ?? ['bun', 'src/start.ts', 'serve'], {
    env: { PORT: '0', DATA_DIR: dataDir, ...env },
    ...(cwd ? { cwd } : {}),
  })
  return { program, dataDir }
}

/** A DATA_DIR with a database that is migrated and otherwise empty, so that a start need not make it. */
export function folderWithDatabase(): string {
  const dataDir = folderInMemory()
  copyMadeCluster(dataDir)
  return dataDir
}

/** Starts a service and waits until it has said what a person needs. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const isEmbedded = options.dataDir === undefined && options.env?.DATABASE_URL === undefined
  const { program, dataDir } = launchService(isEmbedded ? { ...options, dataDir: folderWithDatabase() } : options)
  return welcomed(program, dataDir)
}

/** How often a service has started, as both of its pipes tell: one of them may come after the other. */
export const starts = (program: Program): number =>
  Math.min(program.err.split('"ready"').length - 1, program.out.match(/^ *curl .*\n/gm)?.length ?? 0)

/** Waits for the start banner of a service that was launched; fails when it ends instead. */
export async function welcomed(program: Program, dataDir: string): Promise<Service> {
  const said = () => `the service said\n${program.out}\n${program.err}`
  await eventually(() => {
    if (!program.running) throw new Error(`The service ended: ${said()}`)
    return starts(program) > 0
  }, said)
  const part = (pattern: RegExp) => pattern.exec(program.out)?.[1] ?? ''
  return Object.assign(program, {
    dataDir,
    base: part(/Dashboard +(\S+)\//),
    id: part(/Service id +(\S+)/),
    token: part(/Token +(\S+)/),
    curl: part(/^ *(curl .*)$/m),
  })
}

/** One request to the service's API with its printed credentials; the body is JSON both ways. */
export async function ask(
  service: { base: string; id: string; token: string },
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any shape and says what it expects of it
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${service.base}${path}`, {
    method,
    headers: {
      service_id: service.id,
      token: service.token,
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** A task that runs once in a long while, from a day ago: due at once, and then an hour from now. */
export const overdueTask = (url: string) => ({
  name: 'Overdue',
  url,
  method: 'GET',
  frequency: 1,
  unit: 'hour',
  scheduled_at: new Date(Date.now() - 86_400_000).toISOString(),
})

/** Whether the embedded database is half made just now. */
export function isBeingMade(dataDir: string): boolean {
  return [...new Bun.Glob('postgres.new-*/base').scanSync({ cwd: dataDir, onlyFiles: false })].length > 0
}
