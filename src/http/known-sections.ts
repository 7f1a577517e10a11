import { sectionSizes, sectionsOf, tagLength } from '../formats/sections.ts'

/** `Known-Sections: SIZE TAGS`. A client with another form has none: it gets the whole body, as without the header. */
const form = new RegExp(`^(\\d{3,5}) ((?:[\\w-]{${tagLength}}){1,1000})$`)

/**
 * Returns what of a text is new to a client that names the sections that it has, as the JSON of a `Sectioned`.
 * @returns undefined if the request names none, or none of this text
 */
export function newSections(request: Request, text: string): string | undefined {
  const [, size = '', tags = ''] = form.exec(request.headers.get('known-sections') ?? '') ?? []
  if (!isSize(Number(size))) return undefined
  const known = new Map<string, number>()
  for (let at = 0; at < tags.length; at += tagLength) known.set(tags.slice(at, at + tagLength), at / tagLength)
  const sent: (string | [number, number])[] = []
  for (const { text: own, tag } of sectionsOf(text, Number(size))) {
    const place = known.get(tag)
    const last = sent.at(-1)
    if (place === undefined) {
      if (typeof last === 'string') sent[sent.length - 1] = last + own
      else sent.push(own)
    } else if (typeof last === 'object' && last[0] + last[1] === place) last[1]++
    else sent.push([place, 1])
  }
  return sent.some((one) => typeof one === 'object') ? JSON.stringify(sent) : undefined
}

/** Whether sections may have this size: a power of two. */
const isSize = (size: number) => size >= sectionSizes.least && size <= sectionSizes.largest && (size & (size - 1)) === 0
