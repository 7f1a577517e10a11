/**
 * What every `bun run …` of package.json goes through. It needs nothing installed, so that a fresh clone works:
 * it checks Bun's own version, installs what the lock file names, and hands over.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { engines } from '../package.json'

const root = join(import.meta.dir, '..')

/** Bun's version must satisfy package.json's `engines`; an older one is told so in one sentence, exit 1. */
function requireBun(): void {
  const wanted = engines.bun.replace('>=', '')
  if (Bun.semver.order(Bun.version, wanted) >= 0) return
  console.error(
    `Duly needs Bun ${wanted} or newer and this is Bun ${Bun.version}: run \`bun upgrade\`, or \`npx -y bun start\`.`,
  )
  process.exit(1)
}

/** Installs the packages of bun.lock unless the stamp in node_modules says that this very lock file was installed. */
function installMissing(): void {
  const lock = readFileSync(join(root, 'bun.lock'))
  const stamp = join(root, 'node_modules', '.duly-installed')
  const current = `${Bun.version} ${new Bun.CryptoHasher('sha256').update(lock).digest('hex')}`
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === current) return
  if (Bun.env.NODE_ENV === 'production' && existsSync(join(root, 'node_modules'))) return
  console.error('Installing what is missing…')
  const install = spawnSync(process.execPath, ['install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (install.status !== 0) {
    console.error(
      'Duly could not install its packages (see above): check the network or the registry settings, then run it again.',
    )
    process.exit(1)
  }
  writeFileSync(stamp, current)
}

/** Runs a program of this checkout in the foreground and takes over its exit code. */
function run(...command: string[]): number {
  const [program = '', ...args] = command
  const child = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  return child.status ?? 1
}

const [verb, ...rest] = process.argv.slice(2)
requireBun()
installMissing()
const bin = (name: string) => join(root, 'node_modules', '.bin', name)
switch (verb) {
  case 'dev':
    process.exit(run(process.execPath, '--watch', join(root, 'src/cli/main.ts'), 'serve', ...rest))
    break
  case 'test':
    process.exit(run(process.execPath, join(root, 'tests/support/run.ts'), ...rest))
    break
  case 'check':
    process.exit(run(bin('biome'), 'check', '.', ...rest) || run(bin('tsc'), '--noEmit'))
    break
  default: {
    const { main } = await import('./cli/main.ts')
    await main(verb === 'duly' ? rest : [verb ?? 'serve', ...rest])
  }
}
