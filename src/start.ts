/**
 * Entry point of every package.json script. Has no dependencies, so it works on a fresh clone: checks Bun's version,
 * installs the packages of the lock file, and runs the script named by the first argument.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../package.json'
import { runChild } from './process/run-child.ts'
import { writeToStderr } from './process/stderr.ts'

const root = join(import.meta.dir, '..')

/** Ends the process with exit code 1 and one sentence on stderr when Bun is older than `engines` in package.json demands. */
function requireBun(): void {
  const wanted = packageJson.engines.bun.replace('>=', '')
  if (!isOlder(Bun.version, wanted)) return
  writeToStderr(
    `Duly needs Bun ${wanted} or newer and this is Bun ${Bun.version}: run \`bun upgrade\`, or \`npx -y bun@${wanted} start\`.`,
  )
  process.exit(1)
}

/** Compares versions without Bun.semver, which an old Bun does not have. */
function isOlder(version: string, wanted: string): boolean {
  const numbers = (text: string) => text.split(/[.-]/, 3).map(Number)
  const [have, need] = [numbers(version), numbers(wanted)]
  const at = need.findIndex((number, index) => number !== have[index])
  return at >= 0 && (have[at] ?? 0) < (need[at] ?? 0)
}

/**
 * Installs the packages of bun.lock, unless the stamp file in node_modules has the hash of this lock file. Ends the process
 * when the installation fails or is interrupted.
 * @returns whether packages were installed
 */
function installMissing(): boolean {
  const packages = join(root, 'node_modules')
  // A container image has its packages installed, without development dependencies and without bun.lock.
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
// After an installation, start again in a new process: this one resolved modules before they were installed.
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
  case 'build:cli':
    process.exit(await runChild(root, process.execPath, [join(root, 'src/publish/build-client.ts'), ...rest]))
    break
  case 'screenshots':
    process.exit(await runChild(root, process.execPath, [join(root, 'tests/support/screenshots.ts'), ...rest]))
    break
  case 'record:curl':
    process.exit(
      (await runChild(root, process.execPath, [join(root, 'tests/support/record-curl.ts'), ...rest])) ||
        (await tool('biome', 'format', '--write', 'tests/import/curl/recorded.json')),
    )
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
