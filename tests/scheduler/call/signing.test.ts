import { expect, test } from 'bun:test'
import type { Place } from '../../../src/outbound/window.ts'
import { windowOfAddress } from '../../../src/outbound/windows.ts'
import { signatureHeaders } from '../../../src/signing/sign.ts'
import { useCalls } from '../../support/outgoing-call.ts'

const { scene, send } = useCalls()

const key = Buffer.alloc(32)

test('a call that waits for its turn is signed when it is sent', async () => {
  const window = windowOfAddress(`127.0.0.1:${scene.target.port}`)
  const places: Place[] = []
  for (let place = window.tryEnter(); place; place = window.tryEnter()) places.push(place)
  let signed = 0
  const sign = () => signatureHeaders({ id: 'a', timestamp: ++signed, body: undefined }, [key])
  const sent = send('/200', { sign })
  await Bun.sleep(20)
  expect(signed).toBe(0)
  for (const place of places) place.leave()
  expect(await sent).toMatchObject({ status: 'success' })
  expect([signed, scene.target.sent[0]?.headers.get('webhook-timestamp')]).toEqual([1, '1'])
})

test('each request of a call is signed with its own URL and body', async () => {
  const asked: unknown[] = []
  const sign = (url: string, body: Uint8Array | undefined) => {
    asked.push([new URL(url).pathname, body && Buffer.from(body).toString()])
    return undefined
  }
  await send(`/redirect?status=303&to=${encodeURIComponent(scene.target.url('/next'))}`, {
    method: 'POST',
    payload: '{}',
    sign,
  })
  expect(asked).toEqual([
    ['/redirect', '{}'],
    ['/next', undefined],
  ])
})

test('what signing throws ends the call unsent, and gives its place back', async () => {
  const sign = () => {
    throw new Error('broken')
  }
  const places = windowOfAddress(`127.0.0.1:${scene.target.port}`)
  for (let call = 0; call < 3; call++)
    expect(await send('/200', { sign })).toMatchObject({ status: 'failed', status_code: null })
  expect(scene.target.sent).toEqual([])
  const place = places.tryEnter()
  expect(place).toBeDefined()
  place?.leave()
})
