import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { stickingOut } from './sticking-out.ts'

/** Put into the page through the debugger, to which the page's policy does not apply. */
const axe = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8')

/** Roles that a reader is told by name. */
const named =
  /^(heading|link|button|textbox|searchbox|combobox|checkbox|radio|spinbutton|dialog|image|region|columnheader|rowheader)$/

/** What has no name in the browser's own tree, from which axe's may differ: text in a status within a heading, for example. */
async function unnamed(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes
    .filter(({ ignored, role, name }) => !ignored && named.test(role?.value ?? '') && !/\S/.test(name?.value ?? ''))
    .map(({ role }) => role?.value)
}

/**
 * What is wrong with what the page shows now: everything axe finds, what has no name in the browser's own tree, whether it scrolls
 * sideways, and what sticks out of the screen or the dialog.
 */
export async function findings(page: Page, where: string): Promise<string[]> {
  // What loads, moves or fades is looked at when it has come to rest.
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
  await page.evaluate(`Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))`)
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  const { violations } = (await page.evaluate(
    'axe.run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })',
  )) as AxeResults
  const found = violations.map(({ impact, id, nodes }) => {
    const [first] = nodes
    return `${where}: ${impact} ${id}, ${nodes.length} times: ${first?.html.slice(0, 160)} ${first?.any[0]?.message ?? ''}`
  })
  found.push(...(await unnamed(page)).map((role) => `${where}: a ${role} without a name in the accessibility tree`))
  const { scrollWidth, clientWidth } = (await page.evaluate(
    '({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })',
  )) as { scrollWidth: number; clientWidth: number }
  if (scrollWidth > clientWidth) found.push(`${where}: ${scrollWidth} px of content in ${clientWidth} px`)
  found.push(...(await stickingOut(page)).slice(0, 2).map((text) => `${where}: it sticks out by ${text}`))
  return found
}
