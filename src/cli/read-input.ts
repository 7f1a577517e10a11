import { UsageError } from './command-error.ts'

/** Above any limit of the API, which then says what its limit is. */
const largestBytes = 4 * 1_048_576

/**
 * The bytes of a file, or of stdin for `-`.
 * @param option how the source was asked for, for the sentence
 * @throws UsageError when it cannot be read, or is far larger than the API takes
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
    throw new UsageError(`${option} is given more than 4 MiB, which is more than the service takes.`)
  return new Uint8Array(Buffer.concat(chunks))
}

/**
 * The same as text.
 * @throws UsageError, also for bytes that are not UTF-8
 */
export async function readInputText(option: string, source: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readInput(option, source))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${option} is given bytes that are not UTF-8 text.`)
  }
}
