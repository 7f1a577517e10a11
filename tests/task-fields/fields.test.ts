import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import { Command } from 'commander'
import { addTaskCreate } from '../../src/cli/client/task-create.ts'
import { fieldEntries, fieldNames } from '../../src/task-fields/fields.ts'
import { Task, TaskCreate, TaskUpdate } from '../../src/tasks/model.ts'
import { sql } from '../support/database.ts'
import { checkout } from '../support/process.ts'

/** Columns of `task` that no client sets: its key, what the server derives, and the state of its schedule (docs/states.md). */
const ownColumns = [
  'service_id',
  'id',
  'created_at',
  'updated_at',
  'deleted_at',
  'version',
  'target',
  'limited_by',
  'secret_header',
  'sealed_url',
  'given_at',
  'anchor_day',
  'spread_offset',
  'calendar_use',
  'runs_left',
  'once_running',
  'queued_for',
  'queued_created_at',
  'queued_id',
  'queued_running',
  'current_created_at',
  'current_execution_id',
]
/** Names of types as the catalog has them. */
const typeNames: Readonly<Record<string, string>> = { timestamptz: 'timestamp with time zone' }

test('every column of task that a client sets is a field, with the type of the column', async () => {
  const columns = await sql<{ name: string; type: string }[]>`
    select attname as name, format_type(atttypid, atttypmod) as type
    from pg_attribute
    where attrelid = 'task'::regclass and attnum > 0 and not attisdropped`
  const stored = columns.filter(({ name }) => !ownColumns.includes(name)).map(({ name, type }) => [name, type])
  const fields = fieldEntries.map(([name, { column, domain }]) => [
    name as string,
    domain ?? typeNames[column] ?? column,
  ])
  expect(stored.toSorted()).toEqual(fields.toSorted())
  expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(ownColumns))
})

test('every field is in a create, an update and an answer', () => {
  for (const schema of [TaskCreate, TaskUpdate, Task])
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining([...fieldNames]))
  expect([...TaskCreate.required] as string[]).toEqual(
    fieldEntries.filter(([, field]) => !('default' in field)).map(([name]) => name),
  )
})

test('every field has an option of task create, or says why it has none', () => {
  const command = new Command()
  addTaskCreate(command)
  const options = new Set(command.commands[0]?.options.map(({ flags }) => flags))
  for (const [, { option }] of fieldEntries)
    if ('flags' in option) expect(options).toContain(option.flags)
    else expect(option.none).not.toBe('')
})

test('every field is in the form of the dashboard', async () => {
  const sources = [...new Glob('src/dashboard/**/*.{ts,tsx}').scanSync({ cwd: checkout })]
  const text = sources.map((file) => readFileSync(join(checkout, file), 'utf8')).join('\n')
  for (const name of fieldNames) expect(text).toMatch(new RegExp(`\\b${name}\\b`))
})
