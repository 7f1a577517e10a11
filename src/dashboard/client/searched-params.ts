import { readSearch, runSearch, type SearchKind, taskSearch } from './search-words.ts'

/** The search of a screen; undefined where there is none. */
export function searchOf(screen: string): SearchKind | undefined {
  if (screen === 'tasks') return taskSearch
  return screen === 'runs' ? runSearch : undefined
}

/**
 * What the text of a search in an address says, as its field reads it: the params that it sets. A text with a wrong word sets none: it
 * is looked for as it stands.
 */
export function searchedIn(screen: string, query: URLSearchParams): object {
  const kind = searchOf(screen)
  const text = kind && query.get(kind.text)
  if (!kind || !text) return {}
  const { params, problem } = readSearch(text, kind)
  const isSaid = ([param, value]: [string, string]) => param === kind.text || value !== ''
  return problem === undefined ? Object.fromEntries(Object.entries(params).filter(isSaid)) : {}
}
