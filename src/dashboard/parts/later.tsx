import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { outage } from '../client/outage.ts'
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
  return function Later(props: Props) {
    const [isLost, setLost] = useState(false)
    const [, setLoaded] = useState(Loaded !== undefined)
    const isAway = outage.value !== undefined
    // An outage is told by the page. When it is over, the script is asked for again.
    useEffect(() => {
      if (Loaded || isAway) return
      setLost(false)
      load().then(
        (component) => {
          Loaded = component
          setLoaded(true)
        },
        () => setLost(true),
      )
    }, [isAway])
    if (Loaded) return <Loaded {...props} />
    return isLost && !isAway ? <Lost /> : <Waiting {...props} />
  }
}

function Lost() {
  return (
    <Banner bad>
      A part of the dashboard could not be loaded; the server may be away, or have been updated.{' '}
      <button type="button" class="plain" onClick={() => location.reload()}>
        Reload the page
      </button>
    </Banner>
  )
}
