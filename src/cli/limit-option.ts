import type { Command } from 'commander'
import { wholeNumber } from './whole-number.ts'

/** Adds --limit. @param fallback the limit unless one is given; undefined for none */
export function addLimitOption(command: Command, fallback?: number): Command {
  return command.option('--limit <n>', 'print at most this many', fallback === undefined ? undefined : String(fallback))
}

/** Parses --limit. Returns undefined when there is none. @throws UsageError unless it is 1 to 1,000,000 */
export function readLimit({ limit }: { readonly limit?: string }): number | undefined {
  return limit === undefined ? undefined : wholeNumber('--limit', limit, 1, 1_000_000)
}
