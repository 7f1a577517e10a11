import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Glob } from 'bun'
import { checkout } from '../support/process.ts'

/**
 * The rooms of src: folders, and the files that stand in src itself. A room may import from the rooms above it in this
 * list, and from no other.
 */
const rooms = [
  'config-error',
  'formats',
  'process',
  'outbound',
  'schedule',
  'task-fields',
  'database',
  'embedded-postgres',
  'log',
  'background',
  'metrics',
  'http',
  'secrets',
  'config',
  'idempotency',
  'tally',
  'transitions',
  'audit',
  'named-secrets',
  'tls-profiles',
  'flows',
  'calendars',
  'signing',
  'alerts',
  'channels',
  'tasks',
  'task-sets',
  'executions',
  'executions/search',
  'overview',
  'services',
  'why',
  'scheduler/call',
  'notifications',
  'maintenance',
  'doctor',
  'scheduler/record',
  'scheduler/lease',
  'scheduler/claim',
  'scheduler',
  'watch',
  'app',
  'serve',
  'import',
  'import/shell',
  'import/curl',
  'import/kubernetes',
  'import/crontab',
  'import/cloud',
  'cli',
  'cli/client',
  'cli/commands',
  'publish',
  'start',
  'dashboard/client',
  'dashboard/format',
  'dashboard/parts',
  'dashboard/shortcuts',
  'dashboard/task-actions',
  'dashboard/task-form',
  'dashboard/changes',
  'dashboard/alerts',
  'dashboard/channels',
  'dashboard/alert-policies',
  'dashboard/flows',
  'dashboard/calendars',
  'dashboard/tls-profiles',
  'dashboard/executions',
  'dashboard/runs',
  'dashboard/task',
  'dashboard/plots',
  'dashboard/task-list',
  'dashboard/overview',
  'dashboard/service-settings',
  'dashboard/services',
  'dashboard/app',
  'dashboard',
]

interface Import {
  readonly from: string
  readonly line: number
  readonly to: string
}

const files = [...new Glob('src/**/*.{ts,tsx}').scanSync({ cwd: checkout })].sort()

/** The room of a file: the longest name in the list that its path begins with. */
function roomOf(file: string): string {
  const path = file.slice('src/'.length).replace(/\.tsx?$/, '')
  const room = path.includes('/') ? dirname(path) : path
  if (!rooms.includes(room)) throw new Error(`${file} is in no room of tests/structure/imports.test.ts: add ${room}`)
  return room
}

function importsOf(file: string): Import[] {
  return readFileSync(join(checkout, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const [, path] = /(?:from |import\(|^import )'(\.[^']+)'/.exec(text) ?? []
      const to = path && join(dirname(file), path)
      return to?.startsWith('src/') ? [{ from: file, line: index + 1, to }] : []
    })
}

const imports = files.flatMap(importsOf)

test('a room imports only from rooms above it in the list', () => {
  const wrong = imports.flatMap(({ from, line, to }) => {
    const [room, imported] = [roomOf(from), roomOf(to)]
    return rooms.indexOf(imported) <= rooms.indexOf(room)
      ? []
      : [`${from}:${line} imports ${to}, but ${imported} is below ${room} in the list`]
  })
  expect(wrong).toEqual([])
})

test('CONTRIBUTING.md lists the rooms in this order', () => {
  const [, table = ''] = readFileSync(join(checkout, 'CONTRIBUTING.md'), 'utf8').split('## The rooms of `src`')
  const [listed = ''] = table.split('\n## ')
  expect([...listed.matchAll(/^\| `([a-z/-]+)` \|/gm)].map(([, room]) => room)).toEqual(rooms)
})

test('no files import each other in a circle', () => {
  const graph = Map.groupBy(imports, ({ from }) => from)
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    else if (!done.has(file)) for (const { to } of graph.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})
