import { expect, test } from 'bun:test'
import { appliedText, planText } from '../../src/cli/client/plan-text.ts'
import type { Change, Plan } from '../../src/cli/client/set-plan.ts'

const change = (fields: Partial<Change>): Change => ({
  ...{ key: 'k', action: 'update', task_id: null, name: fields.key ?? 'k', fields: {}, secrets: [] },
  ...fields,
})

const planOf = (changes: readonly Change[], more: Partial<Plan> = {}): Plan => ({
  ...{ set: 'shop', revision: 3, digest: 'd', refused: [], warnings: [], summary: {}, changes },
  ...more,
})

test('a plan has a block for each task that changes, and counts the others', () => {
  const plan = planOf([
    change({
      ...{ key: 'a/new', action: 'create', name: 'New one', secrets: ['Authorization'] },
      fields: {
        url: { before: null, after: 'http://x/', drift: false },
        header: { before: null, after: { Authorization: '********', A: 'b' }, drift: false },
      },
    }),
    change({
      key: 'b',
      fields: {
        retries: { before: 2, after: 3, drift: true },
        payload: { before: null, after: 'x\n', drift: false },
        header: { before: { A: '1', B: '2', C: '3' }, after: { A: '1', B: '4', D: '5' }, drift: false },
      },
      secrets: ['X-Token', '/url'],
    }),
    change({ key: 'c/new', action: 'move', from: 'c/old' }),
    change({ key: 'd', action: 'adopt' }),
    change({ key: 'e', action: 'delete', fields: { url: { before: 'http://x/', after: null, drift: false } } }),
    change({ key: 'f', action: 'pause' }),
    change({ key: 'g', action: 'conflict', reason: 'a task of no set has this key' }),
    change({ key: 'h', action: 'keep' }),
    change({ key: 'i', action: 'unchanged' }),
    change({ key: 'j', action: 'unchanged' }),
  ])
  expect(planText(plan)).toBe(`Task set shop, revision 3

+ create a/new (New one)
    url  "http://x/"
    header.Authorization  "********"
    header.A  "b"
    header.Authorization  the secret value is set

~ update b
    retries  2 → 3 (changed by hand)
    payload  null → "x\\n"
    header.B  "2" → "4"
    header.C  "3" → none
    header.D  none → "5"
    header.X-Token  the secret value changes
    url  the secret value changes

> move c/old → c/new

= adopt d

- delete e

| pause f

! conflict g: a task of no set has this key

  keep h

Plan: 1 to create, 1 to update, 1 to move, 1 to adopt, 1 to delete, 1 to pause, 1 in conflict, 1 not in the file, kept, 2 unchanged.`)
  expect(appliedText(planOf(plan.changes.slice(0, 2), { revision: 4 }))).toBe(
    'Applied: 1 created, 1 updated. The task set shop is at revision 4.',
  )
})

test('a plan without changes says so, and one that is refused says why', () => {
  expect(planText(planOf([change({ action: 'unchanged' })]))).toEndWith('\n\nNo changes: 1 unchanged.')
  expect(planText(planOf([], { refused: [{ code: 'empty', message: 'The file has no tasks.' }] }))).toEndWith(
    '\n\nRefused: The file has no tasks.\n\nNo changes: 0 tasks.',
  )
})

test('a long value is shortened around what differs', () => {
  const [before, after] = ['a'.repeat(1_000), `${'a'.repeat(900)}b${'a'.repeat(99)}`]
  const text = planText(planOf([change({ fields: { payload: { before, after, drift: false } } })]))
  const [, line = ''] = /payload {2}(.*)/.exec(text) ?? []
  expect(line.length).toBeLessThan(400)
  expect(line).toMatch(/^…a+"? → …a{30,50}b/)
  expect(planText(planOf([change({ fields: { payload: { before: 'x', after: before, drift: false } } })]))).toContain(
    'aaa… (1002 characters)',
  )
})

test('nothing in a plan can move the cursor', () => {
  const evil = 'a\u202e\x1b[2J\nb'
  const text = planText(
    planOf(
      [
        change({ key: evil, name: evil, reason: evil, secrets: [evil], action: 'create' }),
        change({ fields: { [evil]: { before: evil, after: { [evil]: evil }, drift: true } } }),
        change({ fields: { labels: { before: {}, after: { [evil]: evil }, drift: true } } }),
      ],
      { set: evil, refused: [{ code: 'x', message: evil }] },
    ),
  )
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}](?<!\n)/u)
  expect(text.split('\n').some((line) => line.startsWith('b'))).toBe(false)
})
