import { type Account, send } from './app.ts'

/** The records of a list by cursor, page after page. `between` runs before each page but the first. */
export async function walk(account: Account, address: string, between?: () => Promise<unknown>) {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any shape and says what it expects of it
  const pages: any[][] = []
  let next: string | undefined = address
  while (next !== undefined) {
    if (pages.length > 2_000) throw new Error('The list does not end.')
    if (pages.length > 0) await between?.()
    const { status, body, headers } = await send(account, 'GET', next)
    if (status !== 200) throw new Error(`${next} → ${status} ${JSON.stringify(body)}`)
    pages.push(body.records)
    const link: string | undefined = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
    const cursor = link === undefined ? null : new URLSearchParams(link.split('?')[1]).get('cursor')
    if (cursor !== body.next_cursor) throw new Error(`Link ${link} is not the page of ${body.next_cursor}`)
    next = link
  }
  return pages
}
