import type { ComponentChildren } from 'preact'

interface FactProps {
  readonly name: string
  /** Class of the value. */
  readonly class?: string
  readonly children: ComponentChildren
}

/** One entry of a list of facts (`dl.facts`): its name and its value. */
export function Fact({ name, class: more, children }: FactProps) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd class={more}>{children}</dd>
    </div>
  )
}
