/** How many bytes of headers are kept, as JSON. */
const mostBytes = 16_384

const bytesOf = (text: string) => Buffer.byteLength(JSON.stringify(text))

/**
 * The headers of an answer: names in lower case, each with its values. `fetch` joins the values of one name with a comma and a
 * space, except for Set-Cookie. Headers with which they would exceed 16 KiB as JSON are left out.
 */
export function readHeader(headers: Headers): Record<string, string[]> {
  const read = new Map<string, string[]>()
  let bytes = '{}'.length
  for (const [name, value] of headers as unknown as Iterable<[string, string]>) {
    const known = read.get(name)
    // With a comma; for a new name also with a colon and the brackets of the array.
    const size = bytesOf(value) + (known ? 1 : bytesOf(name) + 4)
    if (bytes + size > mostBytes) continue
    bytes += size
    if (known) known.push(value)
    else read.set(name, [value])
  }
  return Object.fromEntries(read)
}
