import { useEffect, useRef, useState } from 'preact/hooks'
import { readSearch, type SearchKind, writeSearch } from '../client/search-words.ts'
import { Field } from './field.tsx'
import { leaveSearch } from './use-escape.ts'

/** How long the reader must pause typing before the search starts, and before a word that may be unfinished is told to be wrong. */
const searchAfterMs = 200
const tellAfterMs = 800

interface SearchFieldProps {
  readonly id: string
  readonly placeholder: string
  readonly kind: SearchKind
  /** The params of the address. */
  readonly route: object
  /** Sets params of the address. */
  onSearch(params: Readonly<Record<string, string>>): void
}

/** A field for a text and words such as `is:failing`. It shows what the address holds, unless that has another filter. */
export function SearchField({ id, placeholder, kind, route, onSearch }: SearchFieldProps) {
  const now = new Map<string, unknown>(Object.entries(route))
  const shown = writeSearch(Object.fromEntries(now), kind)
  const [typed, setTyped] = useState(shown)
  const [problem, setProblem] = useState<string>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const sent = useRef(readSearch(shown, kind).params)
  const search = useRef(onSearch)
  search.current = onSearch
  const address = JSON.stringify(Object.keys(sent.current).map((param) => now.get(param)))
  useEffect(() => {
    // What was typed says what the address holds, or Back, a link or another filter has changed it.
    if (Object.entries(sent.current).every(([param, value]) => now.get(param) === value)) return
    clearTimeout(timer.current)
    sent.current = readSearch(shown, kind).params
    setTyped(shown)
    setProblem(undefined)
  }, [shown, address])
  useEffect(() => () => clearTimeout(timer.current), [])

  const look = (text: string) => {
    const { params, problem } = readSearch(text, kind)
    if (problem !== undefined) return setProblem(problem)
    // Of a word that is gone the param is gone, too.
    const gone = Object.keys(sent.current).map((param) => [param, ''])
    const changed = { ...Object.fromEntries(gone), ...params }
    sent.current = params
    search.current(changed)
  }
  const type = (text: string) => {
    setTyped(text)
    clearTimeout(timer.current)
    const isRight = readSearch(text, kind).problem === undefined
    if (isRight) setProblem(undefined)
    timer.current = setTimeout(() => look(text), isRight ? searchAfterMs : tellAfterMs)
  }
  return (
    <Field id={id} label="Search" errors={problem === undefined ? [] : [problem]}>
      {(attributes) => (
        <input
          {...attributes}
          type="search"
          maxLength={600}
          autocomplete="off"
          spellcheck={false}
          placeholder={placeholder}
          value={typed}
          onKeyDown={leaveSearch}
          onInput={(event) => type(event.currentTarget.value)}
          onChange={(event) => {
            clearTimeout(timer.current)
            look(event.currentTarget.value)
          }}
        />
      )}
    </Field>
  )
}
