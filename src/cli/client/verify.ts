import { Command } from 'commander'
import { timePattern } from '../../formats/time.ts'
import { keyOfSecret } from '../../signing/sign.ts'
import { type ReceivedRequest, type VerifyFailure, verify } from '../../signing/verify.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { readDuration } from '../duration.ts'
import { writeJson, writeLine } from '../output.ts'
import { readInput, readInputText } from '../read-input.ts'

interface VerifyOptions {
  readonly secretFile?: string
  readonly header?: readonly string[]
  readonly bodyFile?: string
  readonly tolerance: string
  readonly at?: string
  readonly json?: boolean
}

/** A request does not verify. */
class NotVerified extends CommandError {
  constructor(
    override readonly code: VerifyFailure,
    message: string,
  ) {
    super(message)
  }
}

const variable = 'DULY_SIGNING_SECRET'
const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** Creates `duly verify`. */
export function verifyCommand(): Command {
  return new Command('verify')
    .argument(
      '[request]',
      'file with a request as it arrived: header lines, an empty line, the body; - reads stdin',
      '-',
    )
    .description('Verify the signature of a request, and tell why it does not verify.')
    .option('--secret-file <file>', `file with the secret (whsec_…), or several of them (default: ${variable})`)
    .option('--header <header>', 'a header, as "name: value", in place of a file; may be given several times', collect)
    .option('--body-file <file>', 'with --header: file with the body; - reads stdin (default: no body)')
    .option('--tolerance <duration>', 'how old the signature may be, such as 10m or 1d', '5m')
    .option('--at <time>', 'verify as of this time, such as 2026-11-28T12:00:00Z (default: now)')
    .option('--json', 'print {"verified", "secret", "age_seconds"}')
    .addHelpText(
      'after',
      `
It calls no service. Exit code 1 means that the request does not verify; with --json the code of the error is header_missing,
header_malformed, no_such_key, body_differs, timestamp_too_old or timestamp_too_new.

  duly verify request.txt --secret-file secret.txt
  duly verify --secret-file secret.txt --body-file body.json --header 'webhook-id: …' --header 'webhook-timestamp: …' \\
    --header 'webhook-signature: …'`,
    )
    .action((request: string, options: VerifyOptions) => verifyRequest(request, options))
}

async function verifyRequest(file: string, options: VerifyOptions): Promise<void> {
  const { secretFile, header, bodyFile, tolerance, at } = options
  const isGiven = header !== undefined || bodyFile !== undefined
  if (isGiven && file !== '-') throw new UsageError('Give a file with the request, or --header and --body-file.')
  if (secretFile === '-' && (isGiven ? bodyFile : file) === '-')
    throw new UsageError('The secret and the request cannot both be read from stdin: give a file for one of them.')
  const toleranceSeconds = readDuration('--tolerance', tolerance) / 1000
  const now = at === undefined ? Date.now() : Date.parse(at)
  if (at !== undefined && !new RegExp(timePattern).test(at))
    throw new UsageError('--at must be a time such as 2026-11-28T12:00:00Z.')
  const keys = await readKeys(secretFile)
  const request = isGiven ? await readParts(header ?? [], bodyFile) : parseRequest(await readInput('[request]', file))
  const verdict = verify(request, keys, now, toleranceSeconds)
  if (!verdict.verified) throw new NotVerified(verdict.reason, verdict.message)
  const { key, ageSeconds } = verdict
  if (options.json) return writeJson({ verified: true, secret: key + 1, age_seconds: ageSeconds })
  const which = keys.length === 1 ? 'the secret' : `secret ${key + 1} of ${keys.length}`
  await writeLine(`Verified: signed with ${which}, ${ageSeconds} s ago.`)
}

/** Reads the keys of the secrets in a file or in the environment. @throws UsageError without one, and for what is none */
async function readKeys(file: string | undefined): Promise<Buffer[]> {
  const source = file === undefined ? variable : '--secret-file'
  const text = file === undefined ? (process.env[variable] ?? '') : await readInputText('--secret-file', file)
  const secrets = text.split(/\s+/).filter((one) => one !== '')
  if (secrets.length === 0)
    throw new UsageError(`There is no secret: give a file with --secret-file, or set ${variable}.`)
  return secrets.map((secret, index) => {
    const key = keyOfSecret(secret)
    if (key) return key
    throw new UsageError(
      `Secret ${index + 1} of ${source} is not a signing secret: it must be whsec_ followed by base64.`,
    )
  })
}

async function readParts(headers: readonly string[], bodyFile: string | undefined): Promise<ReceivedRequest> {
  const body = bodyFile === undefined ? new Uint8Array() : await readInput('--body-file', bodyFile)
  return { headers: new Map(headers.map((line) => parseHeader(line, '--header'))), body }
}

/**
 * Parses a request as it arrived. A line such as `POST /path HTTP/1.1` may come first. What follows the bytes that
 * `content-length` counts is left out.
 * @throws UsageError for a line that is no header
 */
function parseRequest(bytes: Uint8Array): ReceivedRequest {
  const all = Buffer.from(bytes)
  const [end = all.length, gap = 0] = endOfHead(all)
  const lines = all.subarray(0, end).toString().split(/\r?\n/)
  if (/^[A-Z]+ \S+ HTTP\/[\d.]+$/.test(lines[0] ?? '')) lines.shift()
  const headers = new Map(lines.filter((line) => line.trim() !== '').map((line) => parseHeader(line, 'The request')))
  const length = headers.get('content-length')
  const from = end + gap
  return { headers, body: all.subarray(from, length === undefined ? undefined : from + Number(length)) }
}

/** Where the header lines end, and the length of the empty line after them; nothing when there is none. */
function endOfHead(all: Buffer): [number, number] | [] {
  const found = ['\r\n\r\n', '\n\n'].map((gap) => [all.indexOf(gap), gap.length] as const).filter(([at]) => at >= 0)
  const [first] = found.toSorted(([one], [other]) => one - other)
  return first ? [...first] : []
}

function parseHeader(line: string, where: string): [string, string] {
  const [, name, value] = /^([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(`${where} has a line that is no header: ${JSON.stringify(line.slice(0, 60))}.`)
  return [name.toLowerCase(), value]
}
