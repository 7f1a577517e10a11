import { expect, test } from 'bun:test'
import { recordedCases } from '../import/curl/cases.ts'
import { programVersions, record } from '../import/curl/record.ts'
import recorded from '../import/curl/recorded.json'

const minor = (version: string) => version.split('.').slice(0, 2).join('.')

test('the curl and the wget of this machine, if they are of the recorded versions, send what is recorded', async () => {
  const versions = programVersions()
  expect([recorded.curl, recorded.wget]).toEqual([
    expect.stringMatching(/^\d+\.\d+/),
    expect.stringMatching(/^\d+\.\d+/),
  ])
  // Other versions may send other requests; `bun run record:curl` records them.
  if (
    versions === undefined ||
    minor(versions.curl) !== minor(recorded.curl) ||
    minor(versions.wget) !== minor(recorded.wget)
  )
    return
  const recording = await record(recordedCases)
  expect(recording?.requests as unknown).toEqual(recorded.requests)
})
