import { beforeEach, expect, test } from 'bun:test'
import { checkDraft } from '../../src/dashboard/task-form/check-draft.ts'
import { copyOf, draftOf } from '../../src/dashboard/task-form/draft.ts'
import type { Draft } from '../../src/dashboard/task-form/form-field.ts'
import { headerRow } from '../../src/dashboard/task-form/header-rows.ts'
import { mergeDraft } from '../../src/dashboard/task-form/merge-draft.ts'
import { bodyOf, changeOf, requestOf } from '../../src/dashboard/task-form/request-body.ts'
import { mask } from '../../src/formats/secret-mask.ts'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

// PostgreSQL puts the shorter name first.
const header = { Authorization: 'Bearer geheim', 'Accept-Language': 'de' }

/** The draft of a task with a secret header, as the API answers it. */
async function secretDraft(): Promise<Draft> {
  return draftOf(await createTask(owner, { header }))
}

/** The draft with its first header, the secret one, changed. */
function withFirst(draft: Draft, part: { name?: string; value?: string }): Draft {
  const [first, ...rest] = draft.header
  return { ...draft, header: [{ ...(first ?? headerRow()), ...part }, ...rest] }
}

test('the API answers a secret header with the mask', async () => {
  expect((await secretDraft()).header[0]?.value).toBe(mask)
})

test('a mask that was not touched is no change, and goes along with another header that is', async () => {
  const before = await secretDraft()
  expect(checkDraft(before)).toEqual([])
  expect(changeOf(before, before)).toEqual({})
  const more = { ...before, header: [...before.header, headerRow('X-Team', 'search')] }
  expect(checkDraft(more)).toEqual([])
  const request = requestOf(more, { id: 'id', before })
  expect(request?.body).toEqual({ header: { Authorization: mask, 'Accept-Language': 'de', 'X-Team': 'search' } })
  expect(checkDraft(withFirst(before, { name: ' authorization' }))).toEqual([])
})

test.each([
  ['a mask under another name', { name: 'X-Auth' }, '/header/X-Auth', 'stored for Authorization'],
  ['a mask that was typed behind', { value: `${mask}x` }, '/header/Authorization', 'asterisks'],
  ['a mask of which some is left', { value: '***' }, '/header/Authorization', 'asterisks'],
  ['a single asterisk', { value: '*' }, '/header/Authorization', 'asterisks'],
  ['the middle of a mask typed over', { value: '***Bearer x**' }, '/header/Authorization', 'asterisks'],
  ['half a mask under another name', { name: 'X-Auth-Token', value: '****x' }, '/header/X-Auth-Token', 'whole new one'],
  ['a mask that was emptied', { value: '' }, '/header/Authorization', 'is empty'],
])('%s is not sent', async (_, part, path, message) => {
  const errors = checkDraft(withFirst(await secretDraft(), part))
  expect(errors).toEqual([{ path, message: expect.stringContaining(message) }])
})

test.each([{ value: 'Bearer another' }, { value: 'Basic a*b' }, { name: 'X-Auth-Token', value: 'typed anew' }])(
  '%j is sent',
  async (part) => {
    expect(checkDraft(withFirst(await secretDraft(), part))).toEqual([])
  },
)

test('asterisks that belong to a value have a way in by a row of their own', async () => {
  const before = await secretDraft()
  expect(checkDraft({ ...before, header: [headerRow('Authorization', '**starred**')] })).toEqual([])
})

test('two secret headers that swap their names do not swap their values in silence', async () => {
  const before = draftOf(await createTask(owner, { header: { Authorization: 'Bearer geheim', Cookie: 'a=b' } }))
  const [one, other] = before.header
  if (!one || !other) throw new Error('The task has two headers.')
  const swapped = [
    { ...one, name: other.name },
    { ...other, name: one.name },
  ]
  expect(new Set(checkDraft({ ...before, header: swapped }).map(({ path }) => path))).toEqual(
    new Set(['/header/Cookie', '/header/Authorization']),
  )
})

test('a copy has its secret headers without their values, and asks for them', async () => {
  const copy = copyOf(await createTask(owner, { header }))
  expect(bodyOf(copy).header).toEqual({ Authorization: '', 'Accept-Language': 'de' })
  expect(checkDraft(copy)).toEqual([
    { path: '/header/Authorization', message: 'needs its value, which was not copied' },
  ])
  expect(checkDraft(withFirst(copy, { value: 'Bearer another' }))).toEqual([])
})

test('what somebody else saved meanwhile leaves a mask where there still is a value, and asks for one where not', async () => {
  const task = await createTask(owner, { header })
  const before = draftOf(task)
  const stored = (header: object) => draftOf({ ...task, header })
  const untouched = mergeDraft(before, { ...before, name: 'Mine' }, stored({ Cookie: mask }))
  expect(untouched.header).toMatchObject([{ name: 'Cookie', value: mask, storedName: 'Cookie' }])

  const mine = { ...before, header: [...before.header, headerRow('Cookie', 'c=d')] }
  const kept = mergeDraft(before, mine, stored({ authorization: mask, Cookie: mask }))
  expect(kept.header).toMatchObject([
    { name: 'Authorization', value: mask, storedName: 'Authorization' },
    { name: 'Accept-Language' },
    { name: 'Cookie', value: 'c=d', storedName: 'Cookie' },
  ])
  expect(checkDraft(kept)).toEqual([])

  const gone = mergeDraft(before, mine, stored({}))
  expect(gone.header).toMatchObject([
    { name: 'Authorization', value: '' },
    { name: 'Accept-Language' },
    { name: 'Cookie' },
  ])
  expect(checkDraft(gone)).toEqual([
    { path: '/header/Authorization', message: 'needs its value, which was removed meanwhile' },
  ])
})
