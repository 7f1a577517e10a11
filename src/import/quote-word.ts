/** Writes a word so that a shell reads it as one word. */
export const quoteWord = (word: string) => (/^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
