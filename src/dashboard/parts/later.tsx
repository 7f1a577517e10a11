import type { FunctionComponent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../client/api-error.ts'
import { isUnreachable } from '../client/outage.ts'
import { readService } from '../client/overview.ts'
import { usePolling } from '../client/use-polling.ts'
import { Banner } from './banner.tsx'

/**
 * A component whose script is loaded when it is first shown, so that the first load of the dashboard is smaller.
 * @param load imports the component's module
 * @param Waiting is shown until the script has been loaded
 * @param isScreen whether nothing else is on the page: it is loaded anew by itself when the server answers again after an outage
 */
export function later<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
  Waiting: FunctionComponent<Props> = () => null,
  isScreen = false,
): FunctionComponent<Props> {
  let Loaded: FunctionComponent<Props> | undefined
  const Loading = ({ props, onLoaded }: { props: Props; onLoaded(): void }) => {
    const wasAway = useRef(false)
    const { data, problem } = usePolling(async (signal) => {
      if (!wasAway.current) Loaded = await load().catch(() => whyLost(signal))
      else if (isScreen) await readService(signal).then(() => location.reload())
      else await whyLost(signal)
      return Loaded !== undefined
    }, '')
    // Browsers remember that a script could not be loaded for as long as the page lives.
    wasAway.current ||= isUnreachable(problem)
    useEffect(() => {
      if (data) onLoaded()
    }, [data])
    // An outage is told by the page.
    return problem && !isUnreachable(problem) ? <Lost /> : <Waiting {...props} />
  }
  return function Later(props: Props) {
    const [, setLoaded] = useState(false)
    return Loaded ? <Loaded {...props} /> : <Loading props={props} onLoaded={() => setLoaded(true)} />
  }
}

/** Throws why a script could not be loaded, which the browser does not tell: the server is away, or it has other scripts now. */
async function whyLost(signal: AbortSignal): Promise<never> {
  await readService(signal)
  throw new ApiError(404, 'The script does not exist any more.')
}

function Lost() {
  return (
    <Banner bad>
      A part of the dashboard could not be loaded. The server may have been updated.{' '}
      <button type="button" class="plain" onClick={() => location.reload()}>
        Reload the page
      </button>
    </Banner>
  )
}
