import { afterAll, expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { answer, startRawTarget } from '../support/raw-target.ts'
import { ask, startService } from '../support/service.ts'

const target = await startRawTarget({ '/': answer('200 OK') })
afterAll(() => target.stop())

// Bun may come to send a traceparent of its own when these are set: a target must not get two.
const openTelemetry = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_SERVICE_NAME: 'duly',
  OTEL_PROPAGATORS: 'tracecontext,baggage',
  OTEL_TRACES_SAMPLER: 'always_on',
}

test('a target gets exactly one traceparent, also where variables of OpenTelemetry are set', async () => {
  const service = await startService({ env: openTelemetry })
  const task = { name: 'Traced', url: `${target.url}/`, method: 'GET', frequency: 1, unit: 'hour' }
  const { body } = await ask(service, 'POST', '/tasks', task)
  await ask(service, 'POST', `/tasks/${(body as { id: string }).id}/executions`)
  await eventually(() => target.requests.length > 0, 'the target to be called')
  expect(target.requests[0]?.match(/^traceparent:/gim)).toHaveLength(1)
  service.kill('SIGTERM')
})
