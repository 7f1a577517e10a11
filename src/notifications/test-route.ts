import { type Static, Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { type OpenedChannel, openChannel } from '../channels/opened-channel.ts'
import { noteTest, takeTest } from '../channels/tests.ts'
import type { Sql } from '../database/sql.ts'
import { Id, nullable } from '../formats/schema.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { requireNoBody } from '../http/strict-json.ts'
import { withTimeoutPaused } from '../http/timeout.ts'
import { SealedError, type Secrets } from '../secrets/secrets.ts'
import { recordedError } from './sent.ts'

/** Longest wait for the answer of a channel, in ms. A sender ends by itself after 10 s. */
const longestMs = 11_000

/** A test message. */
export interface TestMessage {
  readonly id: string
  readonly service: { readonly id: string; readonly name: string }
  /** The database's time. */
  readonly created_at: string
}

/** Schema of how a channel took a test message. */
const TestResult = Type.Object(
  {
    ok: Type.Boolean({ description: 'whether the channel took the message' }),
    status_code: nullable(Type.Integer(), 'the status of its answer, or the code of SMTP; null without an answer'),
    error: nullable(Type.String(), 'why it did not take it'),
    duration_ms: Type.Integer(),
  },
  { $id: 'ChannelTest' },
)
type TestResult = Static<typeof TestResult>

/** Sends a test message to a channel. Never throws, and takes 10 s at most. */
export type SendTest = (channel: OpenedChannel, message: TestMessage) => Promise<TestResult>

/** What the route works with. */
export interface TestRouteParts {
  readonly secrets: Secrets
  readonly sendTest: SendTest
}

const failed = (error: string, duration_ms = 0): TestResult => ({ ok: false, status_code: null, error, duration_ms })

/** Sends a test message to a channel of a service, and records how it was taken. @throws ApiError 404, 429 */
async function testChannel(sql: Sql, { secrets, sendTest }: TestRouteParts, serviceId: string, id: string) {
  const channel = await takeTest(sql, serviceId, id)
  const { service_id, service_name: name, now: created_at } = channel
  const send = async (): Promise<TestResult> => {
    try {
      const opened = openChannel(secrets, channel)
      const message = { id: Bun.randomUUIDv7(), service: { id: service_id, name }, created_at }
      const late = Bun.sleep(longestMs).then(() => failed('no answer within 10 s', longestMs))
      return await Promise.race([sendTest(opened, message), late])
    } catch (error) {
      if (error instanceof SealedError) return failed(error.message)
      throw error
    }
  }
  const { ok, status_code, error, duration_ms } = await send()
  const why = ok ? null : recordedError({ error })
  await noteTest(sql, channel, why ?? undefined)
  return { ok, status_code, error: why, duration_ms: Math.round(duration_ms) }
}

/** Creates the route that sends a test message to a channel. It waits for the answer. */
export function channelTestRoute(sql: Sql, authenticate: Authenticate, parts: TestRouteParts) {
  return new Elysia({ name: 'channel-test', prefix: '/channels', normalize: false, tags: ['channels'] })
    .use(requireService(authenticate))
    .post(
      '/:channelId/test',
      async ({ serviceId, params, request }) => {
        await requireNoBody(request)
        return withTimeoutPaused(request, () => testChannel(sql, parts, serviceId, params.channelId))
      },
      {
        params: Type.Object({ channelId: Id }),
        query: noQuery,
        scope: 'write',
        detail: operation(
          'testChannel',
          'Send a test message to a channel, a disabled one too, and wait for its answer, 10 s at most',
          {
            status: 200,
            description:
              'How the channel took the message. A test disables no channel. A channel is sent 6 tests a minute at most; one more is a 429.',
            schema: TestResult,
          },
          [400, 404, 413],
        ),
      },
    )
}
