import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Case, caseName } from './cases.ts'

/** A request as it arrived: what depends on the program by itself, or on the connection, is left out. */
export interface Recorded {
  readonly method: string
  readonly path: string
  readonly header: Readonly<Record<string, string>>
  readonly body: string
}

/** What curl and wget sent, by command line. An empty list: this version sent nothing. */
export interface Recording {
  readonly curl: string
  readonly wget: string
  readonly requests: Readonly<Record<string, readonly Recorded[]>>
}

/** A server that records requests. */
export async function startRecorder() {
  let requests: Recorded[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const [, boundary] = /boundary=(\S+)/.exec(request.headers['content-type'] ?? '') ?? []
      const plain = (text: string) => (boundary ? text.replaceAll(boundary, 'BOUNDARY') : text)
      const header: Record<string, string> = {}
      for (let at = 0; at < request.rawHeaders.length; at += 2) {
        const [name, value] = [(request.rawHeaders[at] as string).toLowerCase(), request.rawHeaders[at + 1] as string]
        if (!isOfProgram(name, value, host)) header[name] = name === 'accept-encoding' ? 'gzip' : plain(value)
      }
      requests.push({ method: request.method ?? '', path: request.url ?? '', header, body: plain(body) })
      response.end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as { port: number }).port}`
  return {
    host,
    take: () => {
      const taken = requests
      requests = []
      return taken
    },
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Headers that curl, wget and Duly send of themselves. */
function isOfProgram(name: string, value: string, host: string): boolean {
  if (/^(connection|content-length|expect|transfer-encoding|upgrade|http2-settings)$/.test(name)) return true
  if (name === 'host') return value === host
  if (name === 'accept') return value === '*/*'
  if (name === 'accept-encoding') return value === 'identity'
  return name === 'user-agent' && /^(curl|wget|duly)\//i.test(value)
}

/** Puts the address of the recorder into a word. */
export const filled = (word: string, host: string): string =>
  word.replaceAll('{target}', `http://${host}`).replaceAll('{host}', host)

/** Whether a command removes or replaces its output file: run by root, it would do so with /dev/null of the machine. */
const replacesOutput = ({ words }: Case): boolean => words.some((word) => word === '--unlink' || word === '-c')

/** Runs the command lines with real curl and wget. Undefined if they are not on the PATH. */
export async function record(cases: readonly Case[]): Promise<Recording | undefined> {
  const versions = programVersions()
  if (!versions) return undefined
  const recorder = await startRecorder()
  const requests: Record<string, readonly Recorded[]> = {}
  const output = join(mkdtempSync(join(tmpdir(), 'duly-record-')), 'output')
  writeFileSync(output, '')
  try {
    for (const one of cases) {
      const child = Bun.spawn(
        one.words.map((word) => filled(replacesOutput(one) && word === '/dev/null' ? output : word, recorder.host)),
        {
          stdin: one.stdin === undefined ? 'ignore' : Buffer.from(one.stdin),
          stdout: 'ignore',
          stderr: 'ignore',
          cwd: '/tmp',
          env: { PATH: Bun.env.PATH ?? '', HOME: '/nonexistent', LC_ALL: 'C.UTF-8' },
        },
      )
      const timer = setTimeout(() => child.kill(), 3_000)
      await child.exited
      clearTimeout(timer)
      requests[caseName(one)] = recorder.take()
    }
  } finally {
    recorder.stop()
    rmSync(dirname(output), { recursive: true })
  }
  return { ...versions, requests }
}

/** The versions of curl and wget on the PATH; undefined if one is missing. */
export function programVersions(): { readonly curl: string; readonly wget: string } | undefined {
  if (!Bun.which('curl') || !Bun.which('wget')) return undefined
  const version = (program: string) =>
    /(?:curl|Wget) (\d+\.\d+\.\d+)/.exec(Bun.spawnSync([program, '--version']).stdout.toString())?.[1]
  const [curl, wget] = [version('curl'), version('wget')]
  return curl && wget ? { curl, wget } : undefined
}
