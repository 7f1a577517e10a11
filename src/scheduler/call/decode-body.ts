import { Readable, type Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'

/** What a decoder returns at a time, in bytes. It bounds the memory that a decompression bomb takes. */
const pieceSize = { chunkSize: 16_384 }
/** The window of zstd: 2^23 bytes at most (RFC 9659). With a larger one, a few bytes could claim much memory. */
const zstdOptions = { ...pieceSize, params: { [constants.ZSTD_d_windowLogMax]: 23 } }

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** A body in pieces, in order. */
export type Pieces = AsyncIterableIterator<Uint8Array>

/** The answer was longer than Duly reads. The message becomes the outcome's error. */
export class TooLong extends Error {
  constructor(most: number) {
    super(`the answer was longer than ${most / 1024 / 1024} MiB; the rest was not read, and the connection was closed`)
  }
}

/** The answer is not in its Content-Encoding. One code stands for the errors of all decoders. */
class EncodingFault extends Error {
  readonly code = 'ZlibError'
}

/**
 * The pieces of a body as they arrive. After one reader has stopped, another can go on reading.
 * @param most bytes that may arrive
 * @throws TooLong after `most` bytes, or what reading throws
 */
export function arriving(reader: Reader, most: number): Pieces {
  let arrived = 0
  return {
    async next() {
      const next = await reader.read()
      if (next.done) return { done: true, value: undefined }
      arrived += next.value.byteLength
      if (arrived > most) throw new TooLong(most)
      return { done: false, value: next.value }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/**
 * The pieces of a body, decoded: small ones, and each only when it is asked for. `fetch` itself would decode everything that
 * has arrived, and 600 bytes can decode to 400 MB.
 * @param coding the answer's Content-Encoding. With an unknown one, or several, the body is returned as it is.
 * @throws what reading throws, or an error with the code `ZlibError`
 */
export async function* decoded(pieces: Pieces, coding: string): AsyncGenerator<Uint8Array> {
  const first = await pieces.next()
  if (first.done) return
  const decoder = decoderFor(coding.trim().toLowerCase(), first.value)
  if (!decoder) {
    yield first.value
    yield* pieces
    return
  }
  let broken: unknown
  const source = Readable.from(startingWith(first.value, pieces))
  source.on('error', (error) => {
    broken = error
    decoder.destroy(error)
  })
  source.pipe(decoder)
  try {
    yield* decoder
  } catch (error) {
    throw broken ?? new EncodingFault((error as Error).message)
  } finally {
    decoder.destroy()
    source.destroy()
  }
}

async function* startingWith(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

function decoderFor(coding: string, first: Uint8Array): Transform | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(pieceSize)
    case 'deflate':
      // Some send raw deflate, without the header of RFC 1950: method 8, and 16 bits that are a multiple of 31.
      return (first[0] ?? 0) % 16 === 8 && ((first[0] ?? 0) * 256 + (first[1] ?? 0)) % 31 === 0
        ? createInflate(pieceSize)
        : createInflateRaw(pieceSize)
    case 'br':
      return createBrotliDecompress(pieceSize)
    case 'zstd':
      return createZstdDecompress(zstdOptions)
  }
  return undefined
}
