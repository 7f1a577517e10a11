import { hrefOf, type Place } from '../place.ts'
import { count } from '../when.ts'
import { counted } from '../words.ts'

interface PagerParts {
  readonly page: number
  readonly size: number
  readonly total: number
  readonly noun: string
  readonly label: string
  readonly to: (page: number) => Place
}

/** How much there is, which part of it is shown, and the way to the rest. */
export function Pager({ page, size, total, noun, label, to }: PagerParts) {
  const pages = Math.max(1, Math.ceil(total / size))
  const first = (page - 1) * size + 1
  const step = (target: number, words: string, rel: string) =>
    target >= 1 && target <= pages ? (
      <a class="button" rel={rel} href={hrefOf(to(target))}>
        {words}
      </a>
    ) : (
      <span class="button off">{words}</span>
    )
  return (
    <nav class="pager" aria-label={label}>
      <span class="quiet">
        {pages === 1 || first > total
          ? counted(total, noun)
          : `${count(first)}–${count(Math.min(total, page * size))} of ${counted(total, noun)}`}
      </span>
      {pages > 1 && (
        <span class="pager-steps">
          {pages > 2 && step(page === 1 ? 0 : 1, 'First', 'first')}
          {step(page - 1, 'Previous', 'prev')}
          <span class="quiet">
            page {count(page)} of {count(pages)}
          </span>
          {step(page + 1, 'Next', 'next')}
          {pages > 2 && step(page === pages ? 0 : pages, 'Last', 'last')}
        </span>
      )}
    </nav>
  )
}
