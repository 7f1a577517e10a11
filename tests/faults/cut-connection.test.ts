import { beforeEach, expect, test } from 'bun:test'
import { testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { DatabaseProxy, type Statement } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf, insertTask } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { isClaim, isClaimOfWaiting, isRecord, isRenewal } from '../support/statements.ts'

const scene = useScene()
let proxy: DatabaseProxy
beforeEach(async () => {
  proxy = await DatabaseProxy.start(testDatabaseUrl)
})

const task = (fields: object = {}) => insertTask({ service_id: scene.account.id, url: scene.target.url(), ...fields })

const cuts: readonly (readonly [string, (statement: Statement) => boolean])[] = [
  ['a claim', isClaim],
  ['a claim of a retry', isClaimOfWaiting],
  ['a record', isRecord],
]
for (const at of ['statement', 'answer'] as const)
  for (const [what, matches] of cuts)
    test(`the connection is cut ${at === 'statement' ? 'before' : 'in the COMMIT of'} ${what}: every attempt is sent once and recorded`, async () => {
      await startReplica(scene.account, { databaseUrl: proxy.url })
      scene.target.answer = ({ attempt }) => new Response('', { status: attempt === 1 ? 500 : 200 })
      const held = proxy.hold(matches, at)
      const due = await task({ retries: 1 })
      await held.reached
      // The server has committed when it has an answer to give.
      if (at === 'answer') await eventually(() => held.answered, 'the server answers')
      held.cut()
      await awaitStatus(due, 'success')
      await expectInvariants(scene.target, { retries: 1 })
      expect(scene.target.sent.map((sent) => sent.attempt)).toEqual([1, 2])
      expect(await executionsOf(due)).toMatchObject([
        { status: 'failed', attempt: 1, status_code: 500 },
        { status: 'success', attempt: 2, redelivery: 0 },
      ])
    }, 30_000)

test('the connection is cut in a renewal of the lease: nothing is lost or sent again', async () => {
  scene.target.hold()
  const held = proxy.hold(isRenewal, 'answer')
  const starting = startReplica(scene.account, { databaseUrl: proxy.url })
  await held.reached
  held.cut()
  await starting
  const due = await task()
  await eventually(() => scene.target.sent.length === 1, 'one send')
  scene.target.release()
  await awaitStatus(due, 'success')
  await expectInvariants(scene.target)
  expect(scene.target.sent).toHaveLength(1)
})
