import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import { checkout } from '../support/process.ts'

const files = [...new Glob('src/**/*.ts').scanSync({ cwd: checkout })].sort()
const sources = files.map((file) => ({ file, text: readFileSync(join(checkout, file), 'utf8') }))

const lineOf = (text: string, index: number) => text.slice(0, index).split('\n').length

/** Templates that are sent: they are awaited, or the type of their rows stands at the tag. */
const sent =
  /(?:await sql|\bsql(?=<))(?:<(?:[^`()]|\(\))*?>)?`\s*(\/\* duly:([a-z_]+) \*\/)?\s*(with|select|insert|update|delete)\b/g

test('every statement begins with a name of its own', () => {
  const unnamed: string[] = []
  const places = new Map<string, string[]>()
  for (const { file, text } of sources)
    for (const match of text.matchAll(sent)) {
      const place = `${file}:${lineOf(text, match.index)}`
      const name = match[2]
      if (name === undefined) unnamed.push(`${place} has no name: begin it with /* duly:verb_noun */`)
      else places.set(name, [...(places.get(name) ?? []), place])
    }
  expect(unnamed).toEqual([])
  expect([...places].filter(([, found]) => found.length > 1)).toEqual([])
  expect(places.size).toBeGreaterThan(60)
})

/** Columns that are the state of a task's schedule. */
const stateColumns = [
  'scheduled_at',
  'anchor_day',
  'given_at',
  'once_running',
  'queued_for',
  'queued_created_at',
  'queued_id',
  'queued_running',
  'current_created_at',
  'current_execution_id',
]
const writes: readonly (readonly [RegExp, string])[] = [
  [/\b(insert into|update|delete from) execution\b/g, 'writes to execution'],
  // Where a column is set, it stands at the beginning of a line or behind `set` or a comma, and what it is set to follows.
  [new RegExp(`(^|\\bset |, )\\s*(${stateColumns.join('|')}) = `, 'gm'), 'sets the state of a task'],
]

test('only src/transitions changes the state of an execution or of a task', () => {
  const wrong = sources
    .filter(({ file }) => !file.startsWith('src/transitions/'))
    .flatMap(({ file, text }) =>
      writes.flatMap(([pattern, what]) =>
        [...text.matchAll(pattern)].map(
          ({ index, 0: found }) =>
            `${file}:${lineOf(text, index + found.search(/\S/))} ${what} (${found.trim()}): move it to src/transitions`,
        ),
      ),
    )
  expect(wrong).toEqual([])
})

test('what tests read of all sessions, or end, is of their own database: others run on the same server', () => {
  const wrong = [...new Glob('tests/**/*.ts').scanSync({ cwd: checkout })].flatMap((file) => {
    const text = readFileSync(join(checkout, file), 'utf8')
    return [...text.matchAll(/from pg_stat[_]activity(?!\s+where datname = current_database\(\))/g)].map(
      ({ index }) => `${file}:${lineOf(text, index)} does not begin with "where datname = current_database()"`,
    )
  })
  expect(wrong).toEqual([])
})
