import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const head = `# What was measured

\`bun run bench\` writes this file. Everything runs on one machine over loopback. \`bun run bench NAME\` measures one table
again and replaces it here. Each figure is the median of all rounds, with minimum and maximum in parentheses; a ratio is
computed within each round. Within a round the contenders run one after another, and each round starts with the next one.
`

const begin = (name: string) => `<!-- begin ${name} -->`
const end = (name: string) => `<!-- end ${name} -->`

/**
 * Writes the Markdown of one table to the file, in place of its previous text. The other tables do not change.
 * @param order the names of all tables, in the order of the file
 */
export function writeResult(file: string, order: readonly string[], name: string, markdown: string): void {
  const old = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const parts = order.flatMap((each) => {
    const text = each === name ? markdown : read(old, each)
    return text === undefined ? [] : [`${begin(each)}\n${text.trim()}\n${end(each)}\n`]
  })
  writeFileSync(file, [head, ...parts].join('\n'))
}

function read(file: string, name: string): string | undefined {
  const from = file.indexOf(begin(name))
  const to = file.indexOf(end(name))
  return from < 0 || to < from ? undefined : file.slice(from + begin(name).length, to)
}
