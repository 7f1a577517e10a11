import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { examples } from './examples.ts'
import { readVolatility } from './functions.ts'
import known from './known.json' with { type: 'json' }
import { compare, explain, type Ledger, unbroken } from './ledger.ts'
import { lint } from './lint.ts'
import { placesOfStatements } from './places.ts'
import { rules } from './rules.ts'
import { corrected } from './write-ledger.ts'

const volatility = await readVolatility(sql)

for (const [rule, { breaks, keeps }] of Object.entries(examples))
  test(`"${rule}" is found, and not found in the shape that runs on both`, () => {
    expect([...lint(breaks, volatility).keys()]).toContain(rule)
    expect([...lint(keeps, volatility).keys()]).not.toContain(rule)
  })

test('each rule has an example', () => {
  expect(Object.keys(examples)).toEqual(Object.keys(rules))
})

test('the statements that keep a rule are statements of PostgreSQL for the tables of Duly', async () => {
  for (const { breaks, keeps } of Object.values(examples))
    for (const [index, text] of [breaks, keeps].entries())
      await sql.begin(async (own) => {
        await own.unsafe(`prepare example_${index} as ${text}`)
        await own.unsafe(`deallocate example_${index}`)
      })
})

test('a table is named by a parameter however it is joined to it', () => {
  const named = [
    'delete from task using execution where (task.service_id, task.id) = (execution.service_id, execution.task_id) and execution.service_id = $1',
    'delete from task where (service_id, id) in (select service_id, task_id from execution where service_id = $1)',
    'delete from task using (select * from execution where service_id = $1) gone where task.service_id = gone.service_id',
    'delete from task using service where service.id = $1 and task.service_id = service.id',
    'delete from task where service_id in ($1, $2)',
    'insert into wake (service_id) select $1 where exists (select from task where service_id = $1)',
    'insert into wake (service_id) values ($1)',
    'update task set version = 1 from flow join service on service.id = flow.service_id where service.id = $1::uuid and task.service_id = flow.service_id',
    'update task set version = 1 from execution left join failing_task using (service_id, task_id) where execution.service_id = $1 and task.service_id = execution.service_id',
  ]
  for (const text of named) expect([text, ...lint(text, volatility).keys()]).toEqual([text])
})

test('what holds for some rows only names no table', () => {
  const unnamed = [
    'delete from task where service_id = $1 or id = $2',
    'delete from task where not service_id = $1',
    'delete from task where service_id <> $1',
    'delete from task using execution where execution.service_id = $1 and task.id = execution.task_id',
    'insert into wake (service_id) select service_id from task',
  ]
  for (const text of unnamed) expect([...lint(text, volatility).keys()]).toContain('unnamed table beside a write')
})

test('a partition of execution counts as execution, and a CTE hides a table of its name', () => {
  const lock = 'lock on an unnamed table'
  expect([...lint('select from execution_20261129 where id = $1 for update', volatility).keys()]).toContain(lock)
  const hidden = 'with task as materialized (select 1 as id) select id from task'
  expect([...lint(`${hidden} for update`, volatility).keys()]).not.toContain(lock)
})

const bad = '/* duly:read_something */ select id from task for update'
const good = '/* duly:read_something */ select id from task where service_id = $1 for update'
const rule = 'lock on an unnamed table'
const of = (texts: readonly string[], ledger: Ledger) =>
  compare(texts, volatility, ledger).differences.filter((each) => each.rule === rule)

test('a statement that breaks a rule and is not in the ledger is told with its place and what to do', () => {
  const [found] = of([bad], {})
  expect(found).toEqual({ statement: 'read_something', rule, parts: ['task.service_id'] })
  const said = explain(found as NonNullable<typeof found>, new Map([['read_something', 'src/tasks/x.ts:7']]))
  expect(said).toContain('read_something (src/tasks/x.ts:7) has "lock on an unnamed table": task.service_id.')
  expect(said).toContain('FOR UPDATE/SHARE')
  expect(said).toContain('service_id = $1')
  expect(of([bad], { [rule]: ['read_something'] })).toEqual([])
})

test('an entry of the ledger goes when a form of the statement no longer breaks the rule', () => {
  expect(of([good], {})).toEqual([])
  const [found] = of([bad, good], { [rule]: ['read_something'] })
  expect(found?.parts).toEqual([])
  expect(explain(found as NonNullable<typeof found>, new Map())).toContain('take it off that list')
})

test('an entry for some forms stays as long as one of them breaks the rule', () => {
  const ledger = { [rule]: ['read_something (some forms)'] }
  expect(of([bad, good], ledger)).toEqual([])
  expect(unbroken(new Set(compare([good, bad], volatility, ledger).broken), ledger)).toEqual([])
  expect(unbroken(new Set(compare([good], volatility, ledger).broken), ledger)).toHaveLength(1)
})

test('WRITE_LEDGER corrects what was sent, and leaves the rest', () => {
  const sent = { sent: ['a', 'b', 'c'], broken: [`${rule}: b`, `${rule}: c`], kept: [`${rule}: a`, `${rule}: c`] }
  const ledger = { ...known, statements: { ...known.statements, [rule]: ['a', 'away', 'd'] }, notSent: ['b', 'e'] }
  const names = new Set(['a', 'b', 'c', 'd', 'e', 'f'])
  const part = corrected(ledger, [sent], names, false)
  expect([part.statements[rule], part.notSent]).toEqual([['b', 'c (some forms)', 'd'], ['e']])
  expect(corrected(ledger, [sent], names, true).notSent).toEqual(['d', 'e', 'f'])
})

test('the ledger lists statements that Duly has, under rules that there are, in order', async () => {
  const places = await placesOfStatements()
  for (const [name, statements] of Object.entries(known.statements)) {
    expect(Object.keys(rules)).toContain(name)
    expect(statements).toEqual([...new Set(statements)].sort())
    for (const entry of statements) expect([...places.keys()]).toContain(entry.replace(' (some forms)', ''))
  }
  expect(known.notSent).toEqual([...new Set(known.notSent)].sort())
  for (const statement of known.notSent) expect([...places.keys()]).toContain(statement)
})
