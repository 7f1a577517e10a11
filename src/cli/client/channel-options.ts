import type { Command } from 'commander'
import { UsageError } from '../command-error.ts'
import { readInputText } from '../read-input.ts'

/** Where a channel leads, as options give it. */
export interface AddressOptions {
  readonly url?: string
  readonly urlFile?: string
  readonly address?: readonly string[]
}

const collect = (value: string, before: readonly string[] = []) => [...before, ...value.split(',')]

/** Adds the options of where a channel leads. */
export const addAddressOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'the URL of a webhook or a Slack channel')
    .option('--url-file <file>', 'file with the URL; - reads stdin')
    .option('--address <address>', 'an e-mail address; may be given several times, and replaces all', collect)

/** Returns the fields of the API for where a channel leads. @throws UsageError when the URL is given twice, or is empty */
export async function readAddress(
  options: AddressOptions,
): Promise<{ url?: string | undefined; addresses?: readonly string[] | undefined }> {
  const { url, urlFile, address: addresses } = options
  if (url !== undefined && urlFile !== undefined)
    throw new UsageError('--url and --url-file both give the URL: give one of them.')
  if (urlFile === undefined) return { url, addresses }
  const text = (await readInputText('--url-file', urlFile)).trim()
  if (text === '') throw new UsageError('--url-file is empty: it must contain the URL.')
  return { url: text, addresses }
}
