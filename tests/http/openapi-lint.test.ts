import { expect, test } from 'bun:test'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { send } from '../support/app.ts'

const { body: document } = await send(undefined, 'GET', '/swagger/json')
// /tasks/by-key/upcoming could be read as /tasks/{taskId}/upcoming by who does not know that `by-key` is no UUID.
const config = await createConfig({ extends: ['recommended'], rules: { 'no-ambiguous-paths': 'off' } })

const lint = async (source: object) => {
  const problems = await lintFromString({ source: JSON.stringify(source), absoluteRef: '/openapi.json', config })
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`)
}

test("no rule of Redocly's recommended set finds an error or a warning in the document", async () => {
  expect(await lint(document)).toEqual([])
})

test('the linter finds what is missing', async () => {
  const { servers: _, ...rest } = document
  expect((await lint(rest)).join()).toStartWith('no-empty-servers')
})
