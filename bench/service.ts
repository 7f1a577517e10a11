import { createKey } from '../src/secrets/key.ts'
import { Program } from './process.ts'

const secretKey = createKey().bytes.toString('base64')

/** Starts Duly as `bun start` does, on a free port and with its defaults, without waiting until it is ready. */
export function launchService(databaseUrl: string, env: Readonly<Record<string, string>> = {}): Program {
  return new Program('src/start.ts', ['serve'], {
    DATABASE_URL: databaseUrl,
    SECRET_KEY: secretKey,
    PORT: '0',
    HOST: '127.0.0.1',
    ...env,
  })
}

/** Starts Duly, waits until it is ready, and returns it with its address. */
export async function startService(databaseUrl: string, env?: Readonly<Record<string, string>>) {
  const program = launchService(databaseUrl, env)
  const [, base = ''] = await program.says(/Dashboard +(\S+)\//)
  await program.says(/"msg":"ready"/)
  return { program, base }
}

/** Stops Duly. @throws if it has logged an error, because the measurement is then not valid */
export async function stopService(program: Program): Promise<void> {
  await program.stop()
  const error = program.err.split('\n').find((line) => /"level":[56]0/.test(line))
  if (error) throw new Error(`The service logged an error during the measurement: ${error.slice(0, 600)}`)
}
