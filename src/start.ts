/**
 * What every `bun run …` of package.json goes through. It needs nothing installed, so that a fresh clone works:
 * it checks Bun's own version, installs what the lock file names, and hands over.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../package.json'
import { runChild } from './process/run-child.ts'
import { writeToStderr } from './process/stderr.ts'

const root = join(import.meta.dir, '..')

/** Bun's version must satisfy package.json's `engines`; an older one is told so in one sentence, exit 1. */
function requireBun(): void {
  const wanted = packageJson.engines.bun.replace('>=', '')
  if (!isOlder(Bun.version, wanted)) return
  writeToStderr(
    `Duly needs Bun ${wanted} or newer and this is Bun ${Bun.version}: run \`bun upgrade\`, or \`npx -y bun@${wanted} start\`.`,
  )
  process.exit(1)
}

/** By hand: the Bun that is too old may be too old for Bun.semver as well. */
function isOlder(version: string, wanted: string): boolean {
  const numbers = (text: string) => text.split(/[.-]/, 3).map(Number)
  const [have, need] = [numbers(version), numbers(wanted)]
  const at = need.findIndex((number, index) => number !== have[index])
  return at >= 0 && (have[at] ?? 0) < (need[at] ?? 0)
}

/**
 * Installs the packages of bun.lock unless the stamp in node_modules says that this very lock file was installed.
 * @returns whether anything was installed
 */
function installMissing(): boolean {
  const packages = join(root, 'node_modules')
  // An image brings what it needs, and not what tests and checks need, nor the lock file.
  if (Bun.env.NODE_ENV === 'production' && existsSync(packages)) return false
  const stamp = join(packages, '.duly-installed')
  const current = createHash('sha256')
    .update(readFileSync(join(root, 'bun.lock')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === current) return false
  writeToStderr('Installing what is missing…')
  const install = spawnSync(process.execPath, ['install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (install.signal) process.exit(143)
  if (install.status !== 0) {
    writeToStderr(
      'Duly could not install its packages (see above): check the network or the registry settings, then run it again.',
    )
    process.exit(1)
  }
  writeFileSync(stamp, current)
  return true
}

const [verb, ...rest] = process.argv.slice(2)
requireBun()
// A process of its own then: this one looked for packages when there were none.
if (installMissing()) process.exit(await runChild(root, process.execPath, [import.meta.path, ...process.argv.slice(2)]))
const tool = (name: string, ...args: string[]) => runChild(root, join(root, 'node_modules/.bin', name), args)
switch (verb) {
  case 'dev': {
    const { dev } = await import('./process/dev.ts')
    await dev(rest)
    break
  }
  case 'test':
    process.exit(await runChild(root, process.execPath, [join(root, 'tests/support/run.ts'), ...rest]))
    break
  case 'screenshots':
    process.exit(await runChild(root, process.execPath, [join(root, 'tests/support/screenshots.ts'), ...rest]))
    break
  case 'bench':
    process.exit(await runChild(root, process.execPath, [join(root, 'bench/main.ts'), ...rest]))
    break
  case 'check':
    process.exit((await tool('biome', 'check', '.', ...rest)) || (await tool('tsc', '--noEmit')))
    break
  default: {
    const { main } = await import('./cli/commands/main.ts')
    await main(verb === 'duly' ? rest : [verb ?? 'serve', ...rest])
  }
}
