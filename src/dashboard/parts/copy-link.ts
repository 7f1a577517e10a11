import type { Route } from '../client/route.ts'
import { linkTo } from '../client/service-link.ts'
import { copyText } from './copy-text.ts'

/** Copies the address of a screen for other readers, and says so. @param to what it leads to, such as `this run` */
export async function copyLink(route: Route, to: string): Promise<void> {
  const address = linkTo(route)
  await copyText(address, `Copied the link to ${to}.`, `The link could not be copied. It is ${address}`)
}
