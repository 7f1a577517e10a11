/** What nicknames stand for, by their names in lower case. */
const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Returns the five fields that a nickname such as `@daily` stands for; undefined if it is none. */
export function nicknameFields(text: string): string | undefined {
  const name = text.toLowerCase()
  return Object.hasOwn(nicknames, name) ? nicknames[name] : undefined
}

/**
 * Returns a cron text as it is stored: single spaces, `; ` between patterns, five fields for a nickname, and `*` for `?`. A
 * text that is no pattern is returned with single spaces.
 */
export function normalText(text: string): string {
  return text
    .split(';')
    .map((one) => {
      const parts = one.trim().split(/\s+/)
      const fields = parts.length === 1 ? nicknameFields(parts[0] as string) : undefined
      return fields ?? withoutQuestionMarks(parts).join(' ')
    })
    .join('; ')
    .trim()
}

/** Returns the fields of a pattern with `*` for `?` in the two day fields. Of other fields nothing is changed. */
export function withoutQuestionMarks(parts: readonly string[]): readonly string[] {
  const first = parts.length - 5
  if (first !== 0 && first !== 1) return parts
  return parts.map((part, at) => (part === '?' && (at === first + 2 || at === first + 4) ? '*' : part))
}
