/**
 * `bun run dev`: the service, started anew whenever one of its files changes. Bun's own --watch follows imports alone,
 * so it would miss the dashboard, which is built at the start, and the migrations; and a service that it restarted no
 * longer hears SIGTERM as process 1 of a container. It needs nothing installed.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { watchParents } from './parent-watch.ts'
import { writeToStderr } from './stderr.ts'

const root = join(import.meta.dir, '../..')
const watched = ['package.json', '{src,db}/**/*.{ts,tsx,css,json,sql}'].map((pattern) => new Bun.Glob(pattern))

/** Looked at instead of listened to: change events do not come through every kind of mount into a container. */
const lookEveryMs = 300

/** Runs the service until a signal asks for the end, then ends this process with the service's exit code. */
export async function dev(args: readonly string[]): Promise<never> {
  const asked = Promise.withResolvers<void>()
  let ending = false
  let service: Subprocess | undefined
  const stop = (signal: NodeJS.Signals) => {
    ending = true
    service?.kill(signal)
    asked.resolve()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  watchParents(() => stop('SIGTERM'))
  for (;;) {
    const seen = fingerprint()
    const running = start(args)
    service = running
    let replacing = false
    void running.exited.then((code) => {
      if (!replacing && !ending) writeToStderr(`The service ended (exit ${code}). A change of a file starts it again.`)
    })
    while (!ending && fingerprint() === seen) await Promise.race([Bun.sleep(lookEveryMs), asked.promise])
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

/** Ends a service. Its calls get a second; then they are written down as interrupted, and are sent after the start. */
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

/** Name and time of every watched file, as one text that differs when one of them was touched, added or removed. */
function fingerprint(): string {
  const files = watched.flatMap((glob) => [...glob.scanSync({ cwd: root })])
  return files
    .map((file) => `${file} ${statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs}`)
    .sort()
    .join('\n')
}

if (import.meta.main) await dev(process.argv.slice(2))
