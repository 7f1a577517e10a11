/** Longest key that is made of a name: shorter than a key may be, so that a number fits behind it. */
const longest = 100

/**
 * Makes a key of the name of a task: `Reports – nightly` becomes `reports-nightly`.
 * @param taken keys that others have; a number behind the key tells it from them
 */
export function keyOfName(name: string, taken: ReadonlySet<string>): string {
  const plain =
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, longest)
      .replace(/^-+|-+$/g, '') || 'task'
  let key = plain
  for (let number = 2; taken.has(key); number++) key = `${plain}-${number}`
  return key
}
