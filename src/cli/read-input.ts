import { UsageError } from './command-error.ts'

/** Largest input, in bytes. Above all limits of the API, so that the API reports its own limit. */
const largestBytes = 4 * 1_048_576

/**
 * Reads the bytes of a file, or of stdin for `-`.
 * @param option name of the option, for error messages
 * @throws UsageError when the file cannot be read or is larger than 4 MiB
 */
export async function readInput(option: string, source: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of source === '-' ? Bun.stdin.stream() : Bun.file(source).stream()) {
      bytes += chunk.length
      if (bytes > largestBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    throw new UsageError(
      `${option} cannot read ${JSON.stringify(source)} (${code ?? message}): give a file that can be read.`,
    )
  }
  if (bytes > largestBytes)
    throw new UsageError(`${option} is larger than 4 MiB, which is more than the service takes.`)
  return new Uint8Array(Buffer.concat(chunks))
}

/**
 * Reads a file, or stdin for `-`, as UTF-8 text.
 * @param option name of the option, for error messages
 * @throws UsageError when the file cannot be read, is larger than 4 MiB or is not UTF-8
 */
export async function readInputText(option: string, source: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readInput(option, source))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${option} is not UTF-8 text.`)
  }
}
