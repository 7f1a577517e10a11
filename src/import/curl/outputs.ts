import type { Redirection } from '../shell/syntax.ts'
import { outputRemark } from './output-file.ts'
import { type Known, nothing } from './result.ts'

/** Whether a redirection sends the output of a command, not its errors, to a file. */
export const writesToFile = ({ descriptor, operator }: Redirection): boolean =>
  /^(>|>>|>\||&>|&>>)$/.test(operator) && (descriptor === undefined || descriptor === 1)

/** Says what becomes of an output in a file; `stdout` if it stays the output, undefined if nobody reads it. */
export function outputFile({ operator, target }: Redirection, file: Known): ReturnType<typeof outputRemark> | 'stdout' {
  if (/^\/dev\/(stdout|fd\/1)$/.test(target.source)) return 'stdout'
  if (Array.isArray(file)) return outputRemark(file, operator)
  // Names of log files often contain the date.
  if (/\.log\b|^\/?var\/log\//.test(target.source))
    return { note: `${operator} ${target.source}: Duly writes no log file.` }
  return { reason: `${operator} ${target.source}: the output goes to a file whose name is not known.` }
}

/** Whether an output is an empty text. */
export const isEmpty = (output: Known) => Array.isArray(output) && output.every((part) => part === '')

/** Joins what commands write one after the other. */
export function joined(outputs: readonly Known[]): Known {
  const some = outputs.filter((output) => !isEmpty(output))
  if (some.length <= 1) return some[0] ?? nothing
  if (some.every((output) => Array.isArray(output))) return some.flat() as Known
  return { unknown: 'the outputs of several commands are mixed' }
}
