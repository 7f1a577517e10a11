import { Program } from './process.ts'

export interface Count {
  readonly calls: number
  /** How late the calls to /skew came, in ms. */
  readonly skew: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Of the calls to /keys: different Idempotency-Keys, and sends beyond the first of each. */
  readonly keys: number
  readonly duplicates: number
}

/** The sink as a process, and what it is asked. */
export class Target {
  /** Told with every line, so that one that nobody waited for is not taken for the next run's. */
  #run = 0

  private constructor(
    readonly program: Program,
    readonly urls: readonly string[],
  ) {}

  /** Starts a sink that listens on so many ports. */
  static async start(ports = 1): Promise<Target> {
    const program = new Program('bench/sink.ts', [String(ports)])
    const [line] = await program.says(/^http.*$/m)
    return new Target(program, line.split(' '))
  }

  get url(): string {
    return this.urls[0] ?? ''
  }

  /** Forgets what came, and will note the `from`th and the `to`th call from now on. */
  async reset(from: number, to: number): Promise<void> {
    await fetch(`${this.url}/reset?run=${++this.#run}&from=${from}&to=${to}`)
  }

  /** Waits for the `from`th or the `to`th call and gives its time, in ms since 1970. */
  async sees(which: 'from' | 'to', withinMs: number): Promise<number> {
    return Number((await this.program.says(new RegExp(`^${which} ${this.#run} (\\S+)$`, 'm'), withinMs))[1])
  }

  async count(): Promise<Count> {
    return (await (await fetch(`${this.url}/count`)).json()) as Count
  }

  async stop(): Promise<void> {
    await this.program.stop()
  }
}
