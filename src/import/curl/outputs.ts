import { joinParts } from '../shell/expand-word.ts'
import type { Redirection } from '../shell/syntax.ts'
import type { Text } from '../text.ts'
import { outputRemark } from './output-file.ts'
import { type Known, nothing } from './result.ts'

/** Whether a redirection sends the output of a command, not its errors, to a file. */
export const writesToFile = ({ descriptor, operator }: Redirection): boolean =>
  /^(>|>>|>\||&>|&>>)$/.test(operator) && (descriptor === undefined || descriptor === 1)

/** Whether a redirection to a file leaves the output where it is. */
export const isOutput = ({ target }: Redirection): boolean => /^\/dev\/(stdout|fd\/1)$/.test(target.source)

/** Says what becomes of an output in a file; undefined if nobody reads it. `source` is its name in the script. */
export function outputFile(where: string, file: Known, source = ''): ReturnType<typeof outputRemark> {
  if (Array.isArray(file)) return outputRemark(file, where)
  // Names of log files often contain the date.
  if (/\.log\b|^"?\/var\/log\//.test(source)) return { note: `${where} ${source}: Duly writes no log file.` }
  return { reason: `${where} ${source}: the output goes to a file whose name is not known.` }
}

/** Whether an output is an empty text. */
export const isEmpty = (output: Known) => Array.isArray(output) && output.every((part) => part === '')

/** Joins what commands write one after the other. */
export function joined(outputs: readonly Known[]): Known {
  const some = outputs.filter((output) => !isEmpty(output))
  if (some.length <= 1) return some[0] ?? nothing
  if (some.every((output) => Array.isArray(output))) return joinParts(some.flat() as Text)
  return { unknown: 'the outputs of several commands are mixed' }
}

/** Removes the line breaks at the end of an output, as `$(…)` does. */
export function withoutLastLines(output: Known): Known {
  if (!Array.isArray(output)) return output
  const last = output.at(-1)
  return typeof last === 'string' ? [...output.slice(0, -1), last.replace(/\n+$/, '')] : output
}
