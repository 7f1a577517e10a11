import { createReadStream } from 'node:fs'
import { UsageError } from './command-error.ts'

const mebibyte = 1_048_576
/** Largest input by default, in MiB. Above the limits of one task in the API, so that the API reports its own limit. */
const largestMiB = 4

/**
 * Reads the bytes of a file, or of stdin for `-`.
 * @param option name of the option, for error messages
 * @param maxMiB largest input, in MiB
 * @throws UsageError when the file cannot be read or is larger
 */
export async function readInput(option: string, source: string, maxMiB = largestMiB): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of source === '-' ? process.stdin : createReadStream(source)) {
      bytes += chunk.length
      if (bytes > maxMiB * mebibyte) break
      chunks.push(chunk)
    }
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    throw new UsageError(
      `${option} cannot read ${JSON.stringify(source)} (${code ?? message}): give a file that can be read.`,
    )
  }
  if (bytes > maxMiB * mebibyte)
    throw new UsageError(`${option} is larger than ${maxMiB} MiB, which is more than the service takes.`)
  return new Uint8Array(Buffer.concat(chunks))
}

/**
 * Reads a file, or stdin for `-`, as UTF-8 text.
 * @param option name of the option, for error messages
 * @throws UsageError when the file cannot be read, is larger than 4 MiB or is not UTF-8
 */
export async function readInputText(option: string, source: string): Promise<string> {
  return decode(option, await readInput(option, source))
}

/** Decodes UTF-8. A byte order mark stays. @throws UsageError for other bytes */
export function decode(option: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UsageError(`${option} is not UTF-8 text.`)
  }
}
