import { checkout, noConfig } from './process.ts'

/** What a terminal is asked, and what a person then types. */
export type Answer = readonly [question: string, typed: string]

/** Runs a command of the checkout on a terminal of so many columns, where a person answers questions in this order. */
export async function onTerminalOf(
  columns: number,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  answers: readonly Answer[] = [],
) {
  let out = ''
  let seen = 0
  const remaining = [...answers]
  const decoder = new TextDecoder()
  const program = Bun.spawn([...command], {
    cwd: checkout,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      NO_COLOR: '1',
      XDG_CONFIG_HOME: noConfig,
      ...env,
    },
    terminal: {
      cols: columns,
      rows: 40,
      data(terminal, bytes) {
        out += decoder.decode(bytes, { stream: true })
        const [question, typed] = remaining[0] ?? []
        if (question === undefined || typed === undefined || !out.slice(seen).includes(question)) return
        remaining.shift()
        seen = out.length
        terminal.write(typed)
      },
    },
  })
  const code = await program.exited
  program.terminal?.close()
  return { code, out: out.replaceAll('\r\n', '\n') }
}
