import { Fragment, options, type VNode } from 'preact'
import { visible } from '../client/visible.ts'

/** Attributes that are read out or shown. */
const shown = ['aria-label', 'title'] as const

/**
 * All text that the page renders has its hidden characters made visible, wherever it comes from. What is typed in inputs is
 * not changed: it is in `value`. Must be imported before something is rendered.
 */
function showHidden(): void {
  const before = options.vnode
  options.vnode = (vnode) => {
    if (typeof vnode.type === 'string' ? vnode.type !== 'textarea' : vnode.type === Fragment) showIn(vnode)
    before?.(vnode)
  }
}

function showIn({ props }: VNode): void {
  const known = props as Record<string, unknown>
  for (const name of shown) if (typeof known[name] === 'string') known[name] = visible(known[name])
  if (known.children !== undefined) known.children = shownChildren(known.children)
}

function shownChildren(children: unknown): unknown {
  if (typeof children === 'string') return visible(children)
  return Array.isArray(children) ? children.map(shownChildren) : children
}

showHidden()
