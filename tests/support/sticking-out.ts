import type { Page } from 'playwright-core'

/** Runs in the page. What scrolls by itself may hold what is wider. */
const look = `(() => {
  const root = document.querySelector('dialog[open]') ?? document.querySelector('main')
  const { paddingLeft, paddingRight } = getComputedStyle(root)
  const left = root.getBoundingClientRect().left + root.clientLeft + parseFloat(paddingLeft)
  const right = root.getBoundingClientRect().left + root.clientLeft + root.clientWidth - parseFloat(paddingRight)
  const isCut = (element) => {
    for (let box = element.parentElement; box !== null && box !== root; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== 'visible') return true
    return false
  }
  return [...root.querySelectorAll('*')].flatMap((element) => {
    if (element.closest('svg svg *, svg > *, .unseen')) return []
    const box = element.getBoundingClientRect()
    if (box.width < 2 || box.height < 2 || isCut(element)) return []
    const by = Math.round(Math.max(box.right - right, left - box.left))
    return by < 1 ? [] : [by + ' px: ' + element.outerHTML.slice(0, 100)]
  })
})()`

/** The elements that stick out of the open dialog or else of the screen, outermost first: by how much, and how they begin. */
export const stickingOut = (page: Page): Promise<string[]> => page.evaluate<string[]>(look)
