import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dir, '..')

/** Bun sends no more calls at once than this; the same for the service, the peers and the bare loop. */
export const httpRequests = '65000'

/** /proc counts CPU time in hundredths of a second on every Linux. */
const tickMs = 10
const stopWithinMs = 40_000

const running = new Set<Program>()

/** A program of this checkout that runs as a process of its own, and what it has said that nobody has read yet. */
export class Program {
  readonly exited: Promise<number>
  #out = ''
  #err = ''
  #ended = false
  #news = Promise.withResolvers<void>()
  readonly #child: Bun.Subprocess<'ignore' | Blob, 'pipe', 'pipe'>

  /**
   * Starts `bun FILE ARGS…` with no setting of this process but PATH and HOME.
   * @param input is written to its stdin
   */
  constructor(
    readonly file: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    input?: string,
  ) {
    this.#child = Bun.spawn([process.execPath, join(root, file), ...args], {
      cwd: root,
      env: {
        PATH: Bun.env.PATH ?? '',
        HOME: Bun.env.HOME ?? '',
        BUN_CONFIG_MAX_HTTP_REQUESTS: httpRequests,
        ...env,
      },
      stdin: input === undefined ? 'ignore' : new Blob([input]),
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const reading = Promise.all([
      this.#read(this.#child.stdout, (text) => {
        this.#out += text
      }),
      this.#read(this.#child.stderr, (text) => {
        this.#err += text
      }),
    ])
    this.exited = Promise.all([this.#child.exited, reading]).then(([code]) => {
      this.#ended = true
      running.delete(this)
      this.#tell()
      return code
    })
    running.add(this)
  }

  get pid(): number {
    return this.#child.pid
  }

  /** What it wrote to stderr and nobody has read. */
  get err(): string {
    return this.#err
  }

  /**
   * Waits until it says something that matches, on stdout or stderr; that and all before it counts as read.
   * @throws when it ends before, or stays silent for too long
   */
  async says(pattern: RegExp, withinMs = 30_000): Promise<RegExpExecArray> {
    const until = performance.now() + withinMs
    for (;;) {
      const news = this.#news.promise
      const found = this.#find(pattern)
      if (found) return found
      if (this.#ended) throw new Error(`${this.file} ended too early. ${this.lastWords()}`)
      const left = until - performance.now()
      if (left <= 0)
        throw new Error(`${this.file} did not say ${pattern} within ${withinMs / 1000} s. ${this.lastWords()}`)
      await within(left, news)
    }
  }

  /** Waits for its end and gives all it wrote to stdout. @throws when it fails or takes too long */
  async output(withinMs: number): Promise<string> {
    const code = await within(withinMs, this.exited)
    if (code === undefined) throw new Error(`${this.file} did not end within ${withinMs / 1000} s. ${this.lastWords()}`)
    if (code !== 0) throw new Error(`${this.file} ended with ${code}. ${this.lastWords()}`)
    return this.#out
  }

  /** The CPU time it has used, in ms; once it has ended, all of it. */
  cpuMs(): number {
    return this.#ended
      ? Number(this.#child.resourceUsage()?.cpuTime.total ?? 0) / 1000
      : (readStat(this.pid)?.cpuMs ?? 0)
  }

  /** The memory it holds, in bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
  }

  /** Ends it, first politely. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    if ((await within(stopWithinMs, this.exited)) === undefined) this.#child.kill('SIGKILL')
    await this.exited
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #read(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder()
    for await (const chunk of stream) {
      take(decoder.decode(chunk, { stream: true }))
      this.#tell()
    }
  }

  #tell(): void {
    this.#news.resolve()
    this.#news = Promise.withResolvers<void>()
  }

  #find(pattern: RegExp): RegExpExecArray | undefined {
    const out = pattern.exec(this.#out)
    if (out) this.#out = this.#out.slice(out.index + out[0].length)
    const err = out ? null : pattern.exec(this.#err)
    if (err) this.#err = this.#err.slice(err.index + err[0].length)
    return out ?? err ?? undefined
  }

  /** What nobody has read of what it said last, for an error. */
  lastWords(): string {
    return `Its last words:\n${`${this.#out}\n${this.#err}`.trim().split('\n').slice(-8).join('\n')}`
  }
}

/** Ends every program that still runs, at once; for the end of the bench, however it comes. */
export async function endPrograms(): Promise<void> {
  const left = [...running]
  for (const program of left) program.kill()
  await Promise.all(left.map((program) => program.exited))
}

/** What a promise gives, or undefined when that takes longer than `ms`. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

interface Stat {
  readonly parent: number
  readonly cpuMs: number
  /** Of the children that have ended and were waited for. */
  readonly pastChildrenMs: number
}

/** A process as /proc has it; undefined when there is none (any more). */
export function readStat(pid: number): Stat | undefined {
  try {
    // Behind the name, which may hold anything: field 3 (the state) comes first.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const ms = (first: number) => (Number(fields[first - 3]) + Number(fields[first - 2])) * tickMs
    return { parent: Number(fields[4 - 3]), cpuMs: ms(14), pastChildrenMs: ms(16) }
  } catch {
    return undefined
  }
}

/** The CPU time in ms of a process and all its children, those that have ended included. */
export function familyCpuMs(pid: number): number {
  const parent = readStat(pid)
  let ms = (parent?.cpuMs ?? 0) + (parent?.pastChildrenMs ?? 0)
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined
    if (stat?.parent === pid) ms += stat.cpuMs
  }
  return ms
}
