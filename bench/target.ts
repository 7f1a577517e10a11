import { join } from 'node:path'
import { Program, root } from './process.ts'

const [certificate, key] = ['target.crt', 'target.key'].map((file) => join(root, 'bench/certificate', file)) as [
  string,
  string,
]
/** The variables of a program that is to trust the certificate of a target that speaks HTTPS. */
export const trustTarget = { NODE_EXTRA_CA_CERTS: certificate }

export interface Count {
  readonly calls: number
  /** How late the calls to /skew arrived, in ms. */
  readonly skew: { readonly p50: number; readonly p99: number; readonly max: number }
  /** When the calls to /arrivals came, in ms since 1970. */
  readonly arrivals: readonly number[]
  /** Of the calls to /keys: the number of different Idempotency-Keys, and of calls beyond the first of each. */
  readonly keys: number
  readonly duplicates: number
}

/** Runs sink.ts as a process and queries it. */
export class Target {
  /** Printed in every line of the sink, so that an unread line of one run is not taken for one of the next. */
  #run = 0

  private constructor(
    readonly program: Program,
    readonly control: string,
    readonly urls: readonly string[],
  ) {}

  /** Starts a sink that listens on `ports` ports. @param https whether it speaks HTTPS there */
  static async start(ports = 1, https = false): Promise<Target> {
    const program = new Program('bench/sink.ts', [String(ports), ...(https ? [certificate, key] : [])])
    const [line] = await program.says(/^http.*$/m)
    const [control = '', ...urls] = line.split(' ')
    return new Target(program, control, urls)
  }

  get url(): string {
    return this.urls[0] ?? ''
  }

  /** Sets all counts to zero. From now on the sink reports the `from`th and the `to`th call. */
  async reset(from: number, to: number): Promise<void> {
    await fetch(`${this.control}/reset?run=${++this.#run}&from=${from}&to=${to}`)
  }

  /** Waits for the `from`th or the `to`th call and returns its time, in ms since 1970. */
  async sees(which: 'from' | 'to', withinMs: number): Promise<number> {
    return Number((await this.program.says(new RegExp(`^${which} ${this.#run} (\\S+)$`, 'm'), withinMs))[1])
  }

  async count(): Promise<Count> {
    return (await (await fetch(`${this.control}/count`)).json()) as Count
  }

  async stop(): Promise<void> {
    await this.program.stop()
  }
}
