import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd } from './at-end.ts'
import { eventually } from './eventually.ts'

/** The checkout whose programs are run. */
export const checkout = join(import.meta.dir, '../..')

/** A folder without contexts of the command line, instead of that of the person who runs the tests. */
export const noConfig = join(tmpdir(), 'duly-test-without-config')

const folders: string[] = []
const programs: Program[] = []
// Also of a file that does not say so itself: what the last file of a process left would run on for ever.
atEnd(endEverything)

/** An empty folder that PostgreSQL's own user can look into, for DATA_DIR; `endEverything` removes it. */
export function temporaryFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'duly-test-'))
  chmodSync(folder, 0o755)
  folders.push(folder)
  return folder
}

/** The same in memory where there is much of it, for many files that are soon deleted. Programs may not run there. */
export function folderInMemory(): string {
  const memory = '/dev/shm'
  const { bavail, bsize } = existsSync(memory) ? statfsSync(memory) : { bavail: 0, bsize: 0 }
  return temporaryFolder(bavail * bsize > 2 ** 31 ? memory : undefined)
}

/** A program of the checkout that runs, and what it has said so far. */
export interface Program {
  readonly pid: number
  out: string
  err: string
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>
  running: boolean
  kill(signal: NodeJS.Signals): void
  /** To the whole group, as a terminal's Ctrl-C does. */
  killGroup(signal: NodeJS.Signals): void
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Runs a command in a process group of its own, with no setting of this process but PATH and HOME, and without contexts. */
export function run(command: readonly string[], { env = {}, cwd = checkout }: RunOptions = {}): Program {
  const [program = '', ...args] = command
  const child: ChildProcess = spawn(program, args, {
    cwd,
    detached: true,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', XDG_CONFIG_HOME: noConfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  const started: Program = {
    pid: child.pid ?? 0,
    out: '',
    err: '',
    exited: promise,
    running: true,
    kill: (signal) => child.kill(signal),
    killGroup: (signal) => process.kill(-started.pid, signal),
  }
  child.stdout?.on('data', (chunk) => {
    started.out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    started.err += chunk
  })
  child.on('error', reject)
  child.on('close', (code) => {
    started.running = false
    resolve(code)
  })
  programs.push(started)
  return started
}

/** Commands of the client that many tests run. */
const bundled = /^(task|executions|overview|alert|alert-policy|channel|flow|secret|signing-key|tls-profile|token)$/

/**
 * The command line of the checkout. Commands of the client are run from one file, as they are published: that starts three
 * times as fast as the sources do.
 */
export function dulyCommand(...args: readonly string[]): string[] {
  const client = Bun.env.TEST_CLIENT
  return ['bun', ...(client && bundled.test(args[0] ?? '') ? [client] : ['src/start.ts', 'duly']), ...args]
}

/** Runs the command line of the checkout to its end. */
export async function duly(args: readonly string[], env: Readonly<Record<string, string>>) {
  const program = run(dulyCommand(...args), { env })
  const code = await program.exited
  return { code, out: program.out, err: program.err }
}

/** The number of the embedded server's process that runs on this DATA_DIR, by its own lock file. */
export function serverOf(dataDir: string): number | undefined {
  const file = join(dataDir, 'postgres/postmaster.pid')
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  return isPostgres(pid) ? pid : undefined
}

/** Whether a process of this number runs, and is a PostgreSQL. */
export function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]?.endsWith('postgres') ?? false
  } catch {
    return false
  }
}

/** For afterEach: ends what a test has left running, also when it failed. */
export async function endPrograms(): Promise<void> {
  for (const program of programs.splice(0)) {
    if (program.running) program.killGroup('SIGKILL')
    await program.exited.catch(() => {})
  }
}

/** For afterAll, or afterEach where no test uses another's folder: ends everything and removes the folders. */
export async function endEverything(): Promise<void> {
  await endPrograms()
  for (const folder of folders.splice(0)) {
    const server = serverOf(folder)
    if (server !== undefined) process.kill(server, 'SIGQUIT')
    if (server !== undefined)
      await eventually(
        () => !isPostgres(server),
        () => `PostgreSQL ${server} stays`,
      )
    rmSync(folder, { recursive: true, force: true })
  }
}
