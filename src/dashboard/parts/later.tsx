import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ApiError } from '../client/api-error.ts'
import { isUnreachable } from '../client/outage.ts'
import { readService } from '../client/overview.ts'
import { usePolling } from '../client/use-polling.ts'
import { Banner } from './banner.tsx'

/**
 * A component whose script is loaded when it is first shown, so that the first load of the dashboard is smaller.
 * @param load imports the component's module
 * @param Waiting is shown until the script has been loaded
 */
export function later<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
  Waiting: FunctionComponent<Props> = () => null,
): FunctionComponent<Props> {
  let Loaded: FunctionComponent<Props> | undefined
  const Loading = ({ props, onLoaded }: { props: Props; onLoaded(): void }) => {
    const { data, problem } = usePolling(async (signal) => {
      Loaded = await load().catch(() => whyLost(signal))
      return true
    }, '')
    useEffect(() => {
      if (data) onLoaded()
    }, [data])
    // An outage is told by the page, and the script is asked for again until the server answers.
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
