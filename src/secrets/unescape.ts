/** A text after its escapes have been replaced by the characters that they stand for. */
interface Unescaped {
  readonly text: string
  /** Returns the range of the original text, as start and end, for a range of `text`. */
  readonly source: (start: number, end: number) => [number, number]
}

/** Escapes of JSON and other languages (backslash), of HTML and XML (&…;), and of URLs (%). */
const escapes = new RegExp(
  [
    String.raw`\\(?:u\{([0-9a-f]{1,6})\}|[ux]([0-9a-f]{4}|[0-9a-f]{2})|([0-3][0-7]{2})|([^\s\w]|[bfnrt]))`,
    String.raw`&(?:#x([0-9a-f]{1,8});?|#(\d{1,9});?|([a-z][a-z0-9]{1,20});|(amp|lt|gt|quot))`,
    `%(?:u([0-9a-f]{4})|(c[23]%[89ab][0-9a-f])|([0-9a-f]{2}))`,
  ].join('|'),
  'gi',
)

/** An incomplete escape at the end of a text that was cut off. */
const incomplete =
  /(?:\\(?:u\{?[0-9a-f]{0,6}|x[0-9a-f]?|[0-3][0-7]?)?|&(?:#x?[0-9a-f]{0,8}|[a-z][a-z0-9]{0,20})?|%(?:u[0-9a-f]{0,3}|c[23]%?[89ab]?|[0-9a-f])?)$/i

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** Names of HTML entities for ASCII, and for U+00A0 to U+00FF in this order. Headers contain no other characters. */
const ofAscii = String.raw`amp & lt < gt > quot " apos ' excl ! num # dollar $ percnt % lpar ( rpar ) ast * midast * plus + comma , period . sol / colon : semi ; equals = quest ? commat @ lsqb [ lbrack [ bsol \ rsqb ] rbrack ] Hat ^ lowbar _ UnderBar _ grave ${'`'} DiacriticalGrave ${'`'} lcub { lbrace { verbar | vert | VerticalLine | rcub } rbrace } AMP & LT < GT > QUOT " COPY © REG ®`
const ofLatin1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
const entities = new Map<string, string>([
  ...ofLatin1.split(' ').map((name, at) => [name, String.fromCharCode(0xa0 + at)] as const),
  ...[...ofAscii.matchAll(/(\w+) (\S)/g)].map(([, name, character]) => [name as string, character as string] as const),
])

/**
 * Replaces each escape of any of these languages once: `\/`, `\u0026`, `\x26`, `&amp;`, `&#38;`, `&#x26;`, `%26`.
 * @param isCut whether the text may end in the middle of an escape, which is then removed
 * @returns undefined if the text contains no escape
 */
export function unescapeOnce(text: string, isCut = false): Unescaped | undefined {
  const whole = isCut ? text.replace(incomplete, '') : text
  const pieces: string[] = []
  /** The start and end of each escape in the original text, and of its character in the unescaped text. */
  const before: number[] = []
  const after: number[] = []
  let copied = 0
  let length = 0
  for (const match of whole.matchAll(escapes)) {
    const character = characterOf(match)
    if (character === undefined) continue
    const piece = whole.slice(copied, match.index)
    copied = match.index + match[0].length
    length += piece.length
    before.push(match.index, copied)
    after.push(length, length + character.length)
    length += character.length
    pieces.push(piece, character)
  }
  if (pieces.length === 0) return undefined
  pieces.push(whole.slice(copied))
  return {
    text: pieces.join(''),
    source: (start, end) => [sourceIndex(start, after, before), sourceIndex(end - 1, after, before, true)],
  }
}

/** Returns the character that an escape stands for, or undefined if it is not a valid escape. */
function characterOf(match: RegExpMatchArray): string | undefined {
  const [, braced, hex, octal, itself, hexEntity, entity, named, open, unit, utf8, byte] = match
  const code = braced ?? hex ?? hexEntity ?? unit ?? byte
  if (code !== undefined) return character(Number.parseInt(code, 16))
  if (octal !== undefined) return character(Number.parseInt(octal, 8))
  if (itself !== undefined) return controls[itself] ?? itself
  if (entity !== undefined) return character(Number(entity))
  if (utf8 !== undefined) return Buffer.from(utf8.replace('%', ''), 'hex').toString()
  const name = named ?? open ?? ''
  return entities.get(name) ?? entities.get(name.toLowerCase())
}

const character = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : undefined)

/** Returns the index in the original text at which a character of the unescaped text starts, or ends if `isEnd`. */
function sourceIndex(at: number, after: readonly number[], before: readonly number[], isEnd = false): number {
  // Binary search for the last escape that starts at or before the character; each has two entries in the lists.
  let [low, high] = [0, after.length / 2]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((after[2 * middle] as number) <= at) low = middle + 1
    else high = middle
  }
  const last = 2 * (low - 1)
  if (last < 0) return isEnd ? at + 1 : at
  if (at < (after[last + 1] as number)) return before[isEnd ? last + 1 : last] as number
  return (before[last + 1] as number) + at - (after[last + 1] as number) + (isEnd ? 1 : 0)
}
