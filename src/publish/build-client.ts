import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { description, license, version } from '../../package.json'
import { writeToStderr } from '../process/stderr.ts'

const root = join(import.meta.dir, '../..')
const entrypoint = join(root, 'src/cli/client/main.ts')

/** Rooms that the client may contain. It must not grow into a server. */
const allowedRooms =
  /^src\/(cli\/(client\/)?[^/]+|config\/(client-settings|environment|file-variables)|config-error|formats\/[^/]+|import\/([a-z]+\/)?[^/]+|process\/(private-file|stderr)|schedule\/[^/]+|serve\/start-banner|services\/credentials-file|signing\/(sign|verify)|task-fields\/[^/]+)\.ts$/

/** What was built. */
export interface ClientBuild {
  /** Folder of the npm package. */
  readonly package: string
  /** Path of the binary. */
  readonly binary: string
}

/**
 * Builds the command line's client into a folder: `npm`, a package of one file that runs on Node 20 and Bun and depends on
 * nothing, and `duly`, a binary for this machine that contains Bun.
 * @throws Error when the client imports a part of the server, or the build fails
 */
export async function buildClient(folder: string): Promise<ClientBuild> {
  const build = { package: join(folder, 'npm'), binary: join(folder, 'duly') }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(build.package, { recursive: true })
  const inputs = await bundle(build.package)
  writePackage(build.package, inputs)
  await compile(build.binary)
  return build
}

/** Bundles the client for Node. Returns the paths of the files in it, from the root. */
async function bundle(folder: string): Promise<string[]> {
  const { metafile } = await Bun.build({
    entrypoints: [entrypoint],
    root,
    outdir: folder,
    naming: 'duly.js',
    target: 'node',
    minify: { whitespace: true, syntax: true },
    banner: '#!/usr/bin/env node',
    metafile: true,
  })
  const inputs = Object.keys(metafile?.inputs ?? {})
  const refused = inputs.filter((path) => path.startsWith('src/') && !allowedRooms.test(path))
  if (refused.length > 0)
    throw new Error(
      `The client would contain parts of the server: ${refused.join(', ')}. See src/publish/build-client.ts.`,
    )
  chmodSync(join(folder, 'duly.js'), 0o755)
  return inputs
}

function writePackage(folder: string, inputs: readonly string[]): void {
  const contents = {
    name: '@duly/cli',
    version,
    description: `The command line of Duly. ${description}`,
    license,
    type: 'module',
    bin: { duly: 'duly.js' },
    files: ['duly.js', 'THIRD-PARTY-LICENSES.txt'],
    engines: { node: '>=20' },
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(contents, null, 2)}\n`)
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  copyFileSync(join(root, 'docs/command-line.md'), join(folder, 'README.md'))
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licensesOf(inputs))
}

/** Returns the licences of the packages that are in the bundle, which these ask to be passed on. */
function licensesOf(inputs: readonly string[]): string {
  const pattern = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//
  const packages = new Set(inputs.flatMap((path) => pattern.exec(path)?.[1] ?? []))
  const texts = [...packages].sort().map((name) => {
    const folder = join(root, 'node_modules', name)
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    if (!file) throw new Error(`${name} has no file with its licence.`)
    return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

async function compile(binary: string): Promise<void> {
  await Bun.build({
    entrypoints: [entrypoint],
    minify: { whitespace: true, syntax: true },
    // Files of the folder in which somebody runs the client are none of its business.
    compile: { outfile: binary, autoloadDotenv: false, autoloadBunfig: false },
  })
  if (!existsSync(binary)) throw new Error(`Bun has not written ${binary}.`)
}

if (import.meta.main) {
  const built = await buildClient(resolve(process.argv[2] ?? join(root, 'dist/client')))
  writeToStderr(`npm package  ${built.package}\nbinary       ${built.binary}`)
}
