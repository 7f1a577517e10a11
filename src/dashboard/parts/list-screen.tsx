import type { ComponentChildren } from 'preact'
import { tokenMay } from '../client/rights.ts'
import type { Polled } from '../client/use-polling.ts'
import { Empty } from './empty.tsx'
import { StaleBanner } from './stale-banner.tsx'

interface ListScreenProps<Thing> {
  readonly title: string
  /** The link to the form for another one. It is there for who may write. */
  readonly create: { readonly href: string; readonly words: string }
  /** What stands between the title and the list. */
  readonly tabs?: ComponentChildren
  readonly list: Polled<readonly Thing[]>
  /** What stands in place of a list without rows. */
  readonly empty: ComponentChildren
  /** The list. It is called only when there are rows. */
  children(things: readonly Thing[]): ComponentChildren
}

/** A screen with all things of one kind that the service has, and a link to make another one. */
export function ListScreen<Thing>({ title, create, tabs, list, empty, children }: ListScreenProps<Thing>) {
  const { data, problem } = list
  return (
    <>
      <div class="title">
        <h1>{title}</h1>
        {tokenMay('write') && (
          <a class="button main" href={create.href}>
            {create.words}
          </a>
        )}
      </div>
      {tabs}
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && data.length === 0 && <Empty>{empty}</Empty>}
      {data && data.length > 0 && children(data)}
    </>
  )
}
