import type { ImportedJob } from './model.ts'
import type { Reference, Text } from './text.ts'

/** Returns the references that the tasks of jobs contain, each name once. */
export function usedReferences(jobs: readonly ImportedJob[]): {
  readonly secrets: readonly Reference[]
  readonly variables: readonly Reference[]
} {
  const found = { secret: new Map<string, Reference>(), variable: new Map<string, Reference>() }
  const collect = (text: Text) => {
    for (const part of text) if (typeof part !== 'string') found[part.kind].set(part.name, part)
  }
  for (const { tasks } of jobs)
    for (const { request } of tasks)
      for (const text of [request.url, ...Object.values(request.header), request.payload ?? []]) collect(text)
  return { secrets: [...found.secret.values()], variables: [...found.variable.values()] }
}
