import { useLayoutEffect, useRef } from 'preact/hooks'
import { navigate } from '../client/navigation.ts'
import { hrefOf, type Route } from '../client/route.ts'
import { count } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'

/** With more pages than this, the pager has an input for the page number. */
const manyPages = 5

interface PagerProps {
  readonly page: number
  readonly size: number
  readonly total: number
  /** How many stand on the pages before, and how many on this one, where pages are not all of one size. */
  readonly before?: number | undefined
  readonly shown?: number | undefined
  readonly noun: string
  readonly label: string
  readonly to: (page: number) => Route
  /** The sizes that a page can have, each with the address of its first page. */
  readonly sizes?: readonly (readonly [size: number, to: Route])[]
}

/** The total, the range shown, and links to the other pages. */
export function Pager({ page, size, total, before, shown: here, noun, label, to, sizes = [] }: PagerProps) {
  const pages = Math.max(1, Math.ceil(total / size))
  const first = (before ?? (page - 1) * size) + 1
  const last = before === undefined || here === undefined ? page * size : before + here
  const input = useRef<HTMLInputElement>(null)
  // Only when the page changes: a refresh of the list must not undo what is being typed.
  useLayoutEffect(() => {
    if (input.current) input.current.value = String(page)
  }, [page, pages > manyPages])
  const nav = useRef<HTMLElement>(null)
  const shown = useRef(page)
  // The next page of a list in a screen begins at its top; a list that fills the screen is at its top by then.
  useLayoutEffect(() => {
    if (shown.current === page) return
    shown.current = page
    const list = nav.current?.closest('section')
    if (list && list.getBoundingClientRect().top < 0) list.scrollIntoView()
  }, [page])
  const step = (target: number, words: string, rel: string) => {
    const there = target >= 1 && target <= pages && target !== page
    // A link without a target stays the same element, so it keeps the focus.
    return (
      <a
        class={there ? 'button' : 'button off'}
        rel={rel}
        role={there ? undefined : 'link'}
        href={there ? hrefOf(to(target)) : undefined}
        aria-disabled={there ? undefined : true}
        tabIndex={there ? undefined : -1}
      >
        {words}
      </a>
    )
  }
  return (
    <nav class="pager" aria-label={label} ref={nav}>
      <span class="quiet">
        {pages === 1 || first > total
          ? counted(total, noun)
          : `${count(first)}–${count(Math.min(total, last))} of ${counted(total, noun)}`}
      </span>
      {total > Math.min(...sizes.map(([other]) => other)) && (
        <span class="pager-steps quiet">
          {sizes.map(([other, first]) =>
            other === size ? (
              <strong key={other}>{other}</strong>
            ) : (
              <a key={other} href={hrefOf(first)}>
                {other}
              </a>
            ),
          )}
          a page
        </span>
      )}
      {pages > 1 && (
        <span class="pager-steps">
          {pages > 2 && step(1, 'First', 'first')}
          {step(page - 1, 'Previous', 'prev')}
          {pages > manyPages ? (
            <label class="pager-page quiet">
              page
              <input
                aria-label="Page"
                inputMode="numeric"
                maxLength={7}
                ref={input}
                onChange={(event) => {
                  const target = Math.min(Math.max(1, Math.floor(Number(event.currentTarget.value)) || page), pages)
                  event.currentTarget.value = String(target)
                  if (target !== page) navigate(to(target))
                }}
              />
              of {count(pages)}
            </label>
          ) : (
            <span class="quiet">
              page {count(page)} of {count(pages)}
            </span>
          )}
          {step(page + 1, 'Next', 'next')}
          {pages > 2 && step(pages, 'Last', 'last')}
        </span>
      )}
    </nav>
  )
}
