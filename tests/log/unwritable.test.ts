import { expect, test } from 'bun:test'
import { createLog, unwrittenLines } from '../../src/log/log.ts'

test('a line that cannot be written or serialised is counted, and logging does not throw', () => {
  const log = createLog('info', {
    write: () => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    },
  })
  log.error({ err: new Error('first') }, 'cannot be written')
  log.info({ err: { code: 23, severity: 'ERROR' } }, 'cannot be written either')
  log.info({
    get broken() {
      throw new Error('cannot be made')
    },
  })
  expect(unwrittenLines(log)).toBe(3)
})
