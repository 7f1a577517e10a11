import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const head = `# What was measured

Written by \`bun run bench\`, everything on one machine over loopback; \`bun run bench NAME\` measures one table again and
replaces it here. Each figure is the median of its rounds with the least and the most of them; a ratio is taken within
each round. Within a round everything that is compared runs one after another, and each round begins with the next one.
`

const begin = (name: string) => `<!-- begin ${name} -->`
const end = (name: string) => `<!-- end ${name} -->`

/**
 * Puts the Markdown of one table into the file, in place of what stood there for it; the other tables stay.
 * @param order the names of all tables, in the order in which they stand
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
