import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

/** Put into the page through the debugger, to which the page's policy does not apply. */
const axe = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8')

/** What is wrong with what the page shows now: everything axe finds, and whether it scrolls sideways. */
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
  const { scrollWidth, clientWidth } = (await page.evaluate(
    '({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })',
  )) as { scrollWidth: number; clientWidth: number }
  if (scrollWidth > clientWidth) found.push(`${where}: ${scrollWidth} px of content in ${clientWidth} px`)
  return found
}
