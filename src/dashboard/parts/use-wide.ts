import { useEffect, useState } from 'preact/hooks'

/** Whether the window has room for what is opened beside the list from which it was. */
export function useWide(): boolean {
  const query = matchMedia('(min-width: 1400px)')
  const [isWide, setWide] = useState(query.matches)
  useEffect(() => {
    const onChange = () => setWide(query.matches)
    query.addEventListener('change', onChange)
    return () => query.removeEventListener('change', onChange)
  }, [])
  return isWide
}
