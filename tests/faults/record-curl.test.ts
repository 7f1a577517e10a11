import { expect, test } from 'bun:test'
import { recordedCases } from '../import/curl/cases.ts'
import { programVersions, record } from '../import/curl/record.ts'
import recorded from '../import/curl/recorded.json'

const versions = programVersions()
const minor = (version: string) => version.split('.').slice(0, 2).join('.')
// Other versions may send other requests; `bun run record:curl` records them.
const isSame =
  versions !== undefined &&
  minor(versions.curl) === minor(recorded.curl) &&
  minor(versions.wget) === minor(recorded.wget)

test.skipIf(!isSame)(
  'the curl and the wget of this machine send what is recorded',
  async () => {
    const recording = await record(recordedCases)
    expect(recording?.requests as unknown).toEqual(recorded.requests)
  },
  60_000,
)
