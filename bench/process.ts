import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dir, '..')

/** Bun's limit of concurrent requests, the same for the service, the peers and the bare loop. */
export const httpRequests = '65000'

/** Unit of CPU time in /proc, in ms. It is the same on every Linux. */
const tickMs = 10
const stopWithinMs = 40_000

const running = new Set<Program>()

/** A program of this checkout that runs as a separate process, with its output that has not been read yet. */
export class Program {
  readonly exited: Promise<number>
  #out = ''
  #err = ''
  #ended = false
  #news = Promise.withResolvers<void>()
  readonly #child: Bun.Subprocess<'ignore' | Blob, 'pipe', 'pipe'>

  /**
   * Starts `bun FILE ARGS…`. From the environment of this process it gets only PATH and HOME.
   * @param input written to its stdin
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

  /** The part of stderr that has not been read. */
  get err(): string {
    return this.#err
  }

  /**
   * Waits for output that matches, on stdout or stderr. The match and everything before it count as read.
   * @throws if the program ends first, or if nothing matches in time
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

  /** Waits for its end and returns everything it wrote to stdout. @throws if it fails or takes too long */
  async output(withinMs: number): Promise<string> {
    const code = await within(withinMs, this.exited)
    if (code === undefined) throw new Error(`${this.file} did not end within ${withinMs / 1000} s. ${this.lastWords()}`)
    if (code !== 0) throw new Error(`${this.file} ended with ${code}. ${this.lastWords()}`)
    return this.#out
  }

  /** The CPU time it has used so far, in ms; after its end the total. */
  cpuMs(): number {
    return this.#ended
      ? Number(this.#child.resourceUsage()?.cpuTime.total ?? 0) / 1000
      : (readStat(this.pid)?.cpuMs ?? 0)
  }

  /** Its resident memory, in bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
  }

  /** Ends it with SIGTERM, and with SIGKILL if it does not end in time. */
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

  /** The last unread lines of its output, for an error message. */
  lastWords(): string {
    return `Its last output:\n${`${this.#out}\n${this.#err}`.trim().split('\n').slice(-8).join('\n')}`
  }
}

/** Kills every program that is still running. Called at every end of the bench. */
export async function endPrograms(): Promise<void> {
  const left = [...running]
  for (const program of left) program.kill()
  await Promise.all(left.map((program) => program.exited))
}

/** Returns the result of a promise, or undefined if it takes longer than `ms`. */
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
  /** CPU time of the children that have ended and were waited for. */
  readonly pastChildrenMs: number
}

/** Reads a process from /proc; undefined if it does not exist. */
export function readStat(pid: number): Stat | undefined {
  try {
    // The name may contain any characters. After it comes field 3 (the state).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const ms = (first: number) => (Number(fields[first - 3]) + Number(fields[first - 2])) * tickMs
    return { parent: Number(fields[4 - 3]), cpuMs: ms(14), pastChildrenMs: ms(16) }
  } catch {
    return undefined
  }
}

/** Returns the CPU time of a process and all its children, including those that have ended, in ms. */
export function familyCpuMs(pid: number): number {
  const parent = readStat(pid)
  let ms = (parent?.cpuMs ?? 0) + (parent?.pastChildrenMs ?? 0)
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined
    if (stat?.parent === pid) ms += stat.cpuMs
  }
  return ms
}
