import { traceIdOf, traceUrl } from '../../formats/trace-context.ts'
import type { Execution } from '../client/api.ts'
import { traceTemplate } from '../client/trace-template.ts'
import { Fact } from '../parts/fact.tsx'

/** Where the trace of an execution is found; nothing if the server has not said it. */
export function Trace({ execution }: { execution: Execution }) {
  const template = traceTemplate.value
  if (template === null) return null
  const id = traceIdOf(execution)
  return (
    <Fact name="Trace" class="code">
      <a href={traceUrl(template, id)} target="_blank" rel="noreferrer">
        {id}
      </a>
    </Fact>
  )
}
