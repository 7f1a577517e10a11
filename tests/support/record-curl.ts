import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordedCases } from '../import/curl/cases.ts'
import { record } from '../import/curl/record.ts'

// Records what real curl and wget send: bun run record:curl

const recording = await record(recordedCases)
if (!recording) {
  process.stderr.write('curl and wget must be on the PATH.\n')
  process.exit(1)
}
const lines = Object.entries(recording.requests).map(
  ([name, requests]) => `    ${JSON.stringify(name)}: ${JSON.stringify(requests)}`,
)
const { curl, wget } = recording
writeFileSync(
  join(import.meta.dir, '../import/curl/recorded.json'),
  `{\n  "curl": ${JSON.stringify(curl)},\n  "wget": ${JSON.stringify(wget)},\n  "requests": {\n${lines.join(',\n')}\n  }\n}\n`,
)
