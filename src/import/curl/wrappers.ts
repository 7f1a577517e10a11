import { type Known, plainOf } from './result.ts'

/** A command inside another one, such as `curl …` in `timeout 60 curl …`. */
export interface Unwrapped {
  readonly words: readonly Known[]
  /** How long the command may take, in seconds. */
  readonly limit?: number
  /** Variables that are set for it. */
  readonly variables?: readonly (readonly [string, Known])[]
  readonly note?: string
  /** A script instead of words. */
  readonly script?: string
}

/** Options of programs that run a command: those that take a value, by program. */
const withValue: Readonly<Record<string, RegExp>> = {
  nice: /^(-n|--adjustment)$/,
  ionice: /^-[cn]$/,
  timeout: /^(-k|-s|--kill-after|--signal)$/,
  env: /^-(u|C)$/,
  sudo: /^(-u|-g|--user|--group)$/,
  flock: /^(-w|-E|--timeout|--wait|--conflict-exit-code)$/,
  stdbuf: /^-[ioe]$/,
  chrt: /^-[prfb]$/,
  exec: /^-a$/,
  nohup: /^$/,
  setsid: /^$/,
  command: /^$/,
  chronic: /^$/,
  cronic: /^$/,
  busybox: /^$/,
  tini: /^$/,
  'dumb-init': /^$/,
  'run-one': /^$/,
  time: /^$/,
}

/** Takes one program off that runs another; undefined if the command is none, a string if it is not understood. */
export function unwrap(name: string, rest: readonly Known[]): Unwrapped | string | undefined {
  const takes = withValue[name]
  if (!takes || !Object.hasOwn(withValue, name)) return undefined
  let at = 0
  let hasOldLimit: string | undefined
  for (; at < rest.length; at++) {
    const option = plainOf(rest[at])
    if (option === undefined || !option.startsWith('-') || option === '-') break
    if (option === '--') {
      at++
      break
    }
    if (name === 'timeout' && option === '-t') {
      hasOldLimit = plainOf(rest[++at])
      continue
    }
    if (name === 'flock' && /^(-c|--command)$/.test(option)) break
    if (name === 'command' && /^-[vV]/.test(option)) return { words: [['true']] }
    if (name === 'env' && !/^(-i|-u|-|--ignore-environment|--unset=.*)$/.test(option))
      return `env ${option} is not understood.`
    if (name === 'env' && option !== '-u') return `env ${option} changes which variables are set.`
    if (takes.test(option)) at++
  }
  if (name === 'env') {
    const variables: [string, Known][] = []
    for (; at < rest.length; at++) {
      const word = rest[at] as Known
      const [first] = Array.isArray(word) ? word : []
      const [, variable, value = ''] = (typeof first === 'string' ? /^([A-Za-z_]\w*)=(.*)$/s.exec(first) : null) ?? []
      if (variable === undefined) break
      variables.push([variable, [value, ...(word as readonly string[]).slice(1)]])
    }
    return { words: rest.slice(at), variables }
  }
  if (name === 'timeout') {
    const given = hasOldLimit ?? plainOf(rest[at++])
    const limit = seconds(given)
    if (limit === undefined) return `timeout ${given ?? '…'} is no number of seconds.`
    return { words: rest.slice(at), ...(limit > 0 ? { limit } : {}) }
  }
  if (name === 'flock') {
    at++
    const note = 'flock is left out: two executions of a task never run at once.'
    const next = plainOf(rest[at])
    if (next !== '-c' && next !== '--command') return { words: rest.slice(at), note }
    const script = plainOf(rest[at + 1])
    return script === undefined ? 'flock -c runs a script that is not known.' : { words: [], script, note }
  }
  if (name === 'run-one')
    return { words: rest.slice(at), note: 'run-one is left out: two executions of a task never run at once.' }
  return { words: rest.slice(at) }
}

function seconds(text: string | undefined): number | undefined {
  const [, number, unit = 's'] = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(text ?? '') ?? []
  if (number === undefined) return undefined
  return Number(number) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit || 's'] ?? 1)
}
