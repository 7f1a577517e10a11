import { beforeEach, expect, test } from 'bun:test'
import { insertNotification, insertUrlChannel } from '../support/alerts.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { useScene } from '../support/scene.ts'
import { Target } from '../support/target.ts'

const scene = useScene()
let proxy: DatabaseProxy
let receiver: Target
beforeEach(async () => {
  proxy = await DatabaseProxy.start(testDatabaseUrl)
  receiver = new Target()
})

const isSent = async (id: string) =>
  (await sql`select from notification where id = ${id} and sent_at is not null`).length === 1
const arrivedIds = () => receiver.sent.map(({ headers }) => headers.get('webhook-id'))

/** Makes a notification, starts a replica behind the proxy, and waits until the message has arrived and is not answered. */
async function sendAndHold(): Promise<string> {
  receiver.hold()
  const id = await insertNotification(await insertUrlChannel(scene.account.id, receiver.url()))
  await startReplica(scene.account, { databaseUrl: proxy.url })
  await receiver.arrived(1)
  return id
}

test('the database goes away between the send and its record: it is recorded afterwards, and not sent again', async () => {
  const id = await sendAndHold()
  proxy.refuse()
  receiver.release()
  await Bun.sleep(3_000)
  expect(await isSent(id)).toBe(false)
  proxy.pass()
  await eventually(() => isSent(id), 'the record', 20_000)
  expect(arrivedIds()).toEqual([id])
})

test('the database is frozen for longer than the lease: another replica sends the message again, under its id', async () => {
  const id = await sendAndHold()
  proxy.stall()
  receiver.release()
  await sql`update notification set lease_until = now()`
  await startReplica(scene.account)
  await receiver.arrived(2)
  await eventually(() => isSent(id), 'the record of the second replica')
  proxy.pass()
  const other = await insertNotification(await insertUrlChannel(scene.account.id, receiver.url()))
  await eventually(() => isSent(other), 'a later message', 20_000)
  expect(arrivedIds().slice(0, 3)).toEqual([id, id, other])
})
