/**
 * `bun run dev`: runs the service and restarts it when one of its files changes. Bun's own --watch follows imports only,
 * so it would miss the dashboard (built at startup) and the migrations, and a service restarted by it no longer receives
 * SIGTERM when it is process 1 of a container. This file imports no npm package.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { watchParents } from './parent-watch.ts'
import { writeToStderr } from './stderr.ts'

const root = join(import.meta.dir, '../..')
const watched = ['package.json', '{src,db}/**/*.{ts,tsx,css,json,sql}'].map((pattern) => new Bun.Glob(pattern))

/** Files are polled, since change events do not pass through every kind of container mount. */
const pollEveryMs = 300

/** Runs the service until SIGTERM, SIGINT or SIGHUP, then exits with the service's exit code. */
export async function dev(args: readonly string[]): Promise<never> {
  const stopRequested = Promise.withResolvers<void>()
  let ending = false
  let service: Subprocess | undefined
  const stop = (signal: NodeJS.Signals) => {
    ending = true
    service?.kill(signal)
    stopRequested.resolve()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  watchParents(() => stop('SIGTERM'))
  for (;;) {
    const started = fingerprint()
    const running = start(args)
    service = running
    let replacing = false
    void running.exited.then((code) => {
      if (!replacing && !ending) writeToStderr(`The service ended (exit ${code}). A change of a file starts it again.`)
    })
    while (!ending && fingerprint() === started) await Promise.race([Bun.sleep(pollEveryMs), stopRequested.promise])
    if (ending) process.exit(await running.exited)
    replacing = true
    writeToStderr('A file changed: starting again…')
    await end(running)
    if (ending) process.exit(0)
  }
}

const start = (args: readonly string[]) =>
  Bun.spawn([process.execPath, join(root, 'src/cli/commands/main.ts'), 'serve', ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit'],
  })

/**
 * Stops the service. Calls in flight get one second; then they are recorded as interrupted and sent again after the
 * restart.
 */
async function end(service: Subprocess): Promise<void> {
  service.kill('SIGTERM')
  for (const [patienceMs, signal] of [
    [1_000, 'SIGTERM'],
    [5_000, 'SIGKILL'],
  ] as const) {
    const gone = await Promise.race([service.exited.then(() => true), Bun.sleep(patienceMs).then(() => false)])
    if (gone) return
    service.kill(signal)
  }
  await service.exited
}

/**
 * Returns the name and modification time of every watched file as one text, which differs after any change, addition or
 * removal.
 */
function fingerprint(): string {
  const files = watched.flatMap((glob) => [...glob.scanSync({ cwd: root })])
  return files
    .map((file) => `${file} ${statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs}`)
    .sort()
    .join('\n')
}

if (import.meta.main) await dev(process.argv.slice(2))
