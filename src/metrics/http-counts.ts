import { Distribution } from './distribution.ts'

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The labels of a request. The route is a pattern such as `/tasks/{taskId}`, so that no id becomes a label. */
interface HttpLabels {
  readonly method: string
  readonly route: string
  readonly status: number
}

/** Requests by method, route and status, and their durations by route, since the start of the process. */
export class HttpCounts {
  readonly requests = new Map<string, HttpLabels & { count: number }>()
  readonly durations = new Map<string, Distribution>()

  /** Counts a request. @param seconds from its arrival until its response is ready to be sent */
  add({ method, route, status }: HttpLabels, seconds: number): void {
    const key = `${method} ${route} ${status}`
    let entry = this.requests.get(key)
    if (!entry) {
      entry = { method, route, status, count: 0 }
      this.requests.set(key, entry)
    }
    entry.count++
    let durations = this.durations.get(route)
    if (!durations) {
      durations = new Distribution(bounds)
      this.durations.set(route, durations)
    }
    durations.add(seconds)
  }
}
