import { join } from 'node:path'
import { Glob } from 'bun'

const root = join(import.meta.dir, '../..')

/** Where each statement of Duly stands, by its name: `src/tasks/create.ts:40`. */
export async function placesOfStatements(): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>()
  for (const file of [...new Glob('src/**/*.ts').scanSync(root)].sort()) {
    const lines = (await Bun.file(join(root, file)).text()).split('\n')
    for (const [index, line] of lines.entries())
      for (const [, name] of line.matchAll(/\/\* duly:([a-z_]+) \*\//g)) places.set(name ?? '', `${file}:${index + 1}`)
  }
  return places
}
