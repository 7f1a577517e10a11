import type { ReadCommand } from '../model.ts'
import type { Environment, Text } from '../text.ts'

/** Reads what `sh -c SCRIPT`, or a line of a crontab, runs. */
export function readScript(_script: string, _environment: Environment): ReadCommand {
  return needsPerson('This script is not understood.')
}

/**
 * Reads what a command line runs that no shell has expanded, such as command and args of a container.
 * @param stdin what the command reads from its input; without it, the input is empty
 */
export function readCommandLine(_words: readonly Text[], _environment: Environment, _stdin?: Text): ReadCommand {
  return needsPerson('This command is not understood.')
}

const needsPerson = (text: string): ReadCommand => ({
  requests: [],
  notes: [],
  reasons: [{ text, offset: 0 }],
  isOther: false,
})
