import { type Section, type Sectioned, sectionSizes, sectionsOf, sectionsType } from '../../formats/sections.ts'
import type { Credentials } from './session.ts'

/** An answer that is kept. */
interface Known {
  readonly etag: string
  readonly text: string
  readonly body: unknown
  /** Its text in sections, once a request has named them. */
  sections?: readonly Section[]
}

/** So many characters of answers are kept; a list of a hundred tasks has 200,000. */
const keptCharacters = 4_000_000
/** What is shorter goes into few packets as it is. */
const leastCharacters = 1_500
/**
 * An answer has 100 to 200 sections, a short one fewer. Each adds 8 bytes to the request, and the fewer they are, the more stands in
 * each one that has to be sent again.
 */
const sectionCount = 128

/** In the order in which they were used, those used last at the end. Caches are forbidden to store them, so they stay in memory. */
const known = new Map<string, Known>()

/** What a request says of what is known, and how its answer is read. */
export interface Reading {
  readonly headers: Readonly<Record<string, string>>
  /** The body of the answer; undefined for what is no JSON. */
  read(response: Response, text: string): unknown
}

/**
 * Has a GET request tell which answer is kept, so that nothing is sent if it is the same now, and of which sections, so that these are
 * not sent again. The sections may be those of another answer of this address, with another query: it is the last page of a list, or the
 * same list until another time.
 */
export function readingOf({ serviceId, token }: Credentials, path: string): Reading {
  const place = `${serviceId} ${token} ${path}`
  const same = known.get(place)
  const similar = same ?? lastAt(addressOf(place))
  const { size, sections } = similar ? sectionsIn(similar) : noSections
  return {
    headers: {
      ...(same && { 'if-none-match': same.etag }),
      ...(sections.length > 0 && { 'known-sections': `${size} ${sections.map(({ tag }) => tag).join('')}` }),
    },
    read(response, text) {
      if (response.status === 304 && same) {
        keep(place, same)
        return same.body
      }
      // A proxy may have added a charset.
      const isNews = response.headers.get('content-type')?.split(';', 1)[0]?.trim() === sectionsType
      const whole = isNews ? wholeOf(parse(text) as Sectioned, sections) : text
      const body = parse(whole)
      const etag = response.headers.get('etag')
      if (!response.ok) return body
      // What cannot be read must not stand for this ETag: it would until the answer is another one.
      if (etag === null || body === undefined) known.delete(place)
      else keep(place, { etag, text: whole, body })
      return body
    },
  }
}

const addressOf = (place: string) => place.split('?', 1)[0]

const lastAt = (address: string | undefined) => [...known].findLast(([place]) => addressOf(place) === address)?.[1]

const noSections = { size: 0, sections: [] as readonly Section[] }

function sectionsIn(answer: Known): typeof noSections {
  const { length } = answer.text
  if (length < leastCharacters) return noSections
  const size = Math.max(sectionSizes.least, 2 ** Math.floor(Math.log2(length / sectionCount)))
  answer.sections ??= sectionsOf(answer.text, size)
  return { size, sections: answer.sections }
}

/** The whole text of an answer that has only what is new. */
function wholeOf(news: Sectioned, sections: readonly Section[]): string {
  const texts = news.flatMap((one) =>
    typeof one === 'string' ? one : sections.slice(one[0], one[0] + one[1]).map(({ text }) => text),
  )
  return texts.join('')
}

/** Keeps an answer as the one used last, and forgets those not used for longest if they are too many. */
function keep(place: string, answer: Known): void {
  known.delete(place)
  known.set(place, answer)
  let sum = 0
  for (const [other, { text }] of [...known].reverse()) {
    sum += text.length
    if (sum > keptCharacters && other !== place) known.delete(other)
  }
}

/** Reads JSON. @returns undefined for what is none */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
