import { afterEach, expect, test } from 'bun:test'
import { windowOfAddress, windowOfTarget } from '../../../src/outbound/windows.ts'
import { type Answering, keepingAnswer, startConnectionTarget } from '../../support/connection-target.ts'
import { callUrl } from '../../support/outgoing-call.ts'

let target: Awaited<ReturnType<typeof startConnectionTarget>>
afterEach(() => target.stop())

const redirectHead = 'HTTP/1.1 302 Found\r\nLocation: /next\r\n'
const breaks: Record<string, Answering> = {
  'breaks off': (_, socket) => void socket.end(`${redirectHead}Content-Length: 100\r\n\r\nhalf`),
  'has chunks that cannot be read': (_, socket) =>
    void socket.write(`${redirectHead}Transfer-Encoding: chunked\r\n\r\nzz\r\nhalf`),
}
for (const [name, end] of Object.entries(breaks))
  test(`a redirect whose body ${name}: it is followed, and the call gives its places back`, async () => {
    target = await startConnectionTarget((request, socket) => {
      if (request.path === '/next') socket.write(keepingAnswer())
      else end(request, socket)
    })
    const places = () => [windowOfAddress, windowOfTarget].map((of) => freePlaces(of(`127.0.0.1:${target.port}`)))
    const before = places()
    for (let n = 0; n < 40; n++)
      expect(await callUrl(target.url())).toMatchObject({ status: 'success', response: 'ok' })
    expect(places()).toEqual(before)
  })

/** How many calls could start now. */
function freePlaces(window: ReturnType<typeof windowOfTarget>): number {
  const places = []
  for (let place = window.tryEnter(); place; place = window.tryEnter()) places.push(place)
  for (const place of places) place.leave()
  return places.length
}
