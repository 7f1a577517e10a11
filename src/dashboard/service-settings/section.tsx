import type { ComponentChildren } from 'preact'
import type { Polled } from '../client/use-polling.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'

interface SectionProps<T> {
  readonly id: string
  readonly title: string
  /** The button that adds something; false for a reader who may not. */
  readonly action: ComponentChildren
  readonly read: Pick<Polled<T>, 'data' | 'problem'>
  /** What it is about, below the list. */
  readonly hint: ComponentChildren
  /** Renders what was read. */
  children(data: T): ComponentChildren
}

/**
 * One part of the settings: its heading with a button beside it, and what is set. The parts below one that is not read yet are not
 * seen, so that nothing moves when it comes.
 */
export function Section<T>({ id, title, action, read: { data, problem }, hint, children }: SectionProps<T>) {
  const waits = data === undefined && !problem
  return (
    <section aria-labelledby={id} class={waits ? 'waits' : undefined}>
      <div class="title">
        <h2 id={id}>{title}</h2>
        {action}
      </div>
      <StaleBanner problem={problem} />
      {waits && <p class="quiet">Loading…</p>}
      {data !== undefined && children(data)}
      {!waits && <p class="hint">{hint}</p>}
    </section>
  )
}
