import type { Reference, Text } from './text.ts'

/** What an importer found out about one job of its input. */
export interface ImportedJob {
  /** The job as people find it in the input: `CronJob shop/reindex`, `line 12`. */
  readonly source: string
  /** The file in which it is; missing if the input is one text. */
  readonly file?: string
  /** The line of the input on which it begins, from 1. */
  readonly line: number
  /** The tasks that replace it: one for each request that it sends. Empty if it needs a person or is left where it is. */
  readonly tasks: readonly ImportedTask[]
  /**
   * Why it cannot be imported, each with its line. Not empty: the job needs a person, and its tasks, if there are any, are
   * proposals that are written as comments.
   */
  readonly reasons: readonly Remark[]
  /** What differs between the job and its tasks, or is worth knowing. */
  readonly notes: readonly Remark[]
  /** Whether the job makes no HTTP request, so that it stays where it is. */
  readonly isOther: boolean
}

/** A sentence about a job, and the line of the input that it is about, from 1. */
export interface Remark {
  readonly text: string
  readonly line: number
}

/** A task as an importer proposes it. */
export interface ImportedTask {
  /** Its key in the set, such as `shop/reindex`. */
  readonly key: string
  /** The fields of the task by their names in the API. Texts that contain references are `Text`s of `request` instead. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The fields that are made of texts. */
  readonly request: FoundRequest
}

/** An HTTP request that a command sends. */
export interface FoundRequest {
  /** GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS. */
  readonly method: string
  readonly url: Text
  /** The headers that the command adds, with those that curl or wget adds by itself where they change what a target does. */
  readonly header: Readonly<Record<string, Text>>
  readonly payload: Text | null
  /** Other fields of the task that follow from the command: `timeout_seconds`, `retries`, `retry`, `expect`, `host`. */
  readonly fields: Readonly<Record<string, unknown>>
  /**
   * What makes the command fail, so that what runs it (a Job) repeats it: `status`, also an answer of 400 and above (`curl -f`,
   * `wget`; the default); `no_answer`, only a call without an answer (`curl` without `-f`); `nothing` (`curl … || true`).
   */
  readonly failsOn?: 'status' | 'no_answer' | 'nothing'
}

/** What a command or a script comes to. */
export interface ReadCommand {
  readonly requests: readonly FoundRequest[]
  /** What differs or is worth knowing, as sentences. `offset` counts lines from the beginning of a script, from 0. */
  readonly notes: readonly { readonly text: string; readonly offset: number }[]
  /** Why the command cannot be imported. Empty: every request is exactly what the command sends. */
  readonly reasons: readonly { readonly text: string; readonly offset: number }[]
  /** Whether it makes no HTTP request at all. */
  readonly isOther: boolean
}

/** What an importer makes of an input. */
export interface ImportResult {
  readonly jobs: readonly ImportedJob[]
  /** The named secrets that the tasks refer to, and where their values are. */
  readonly secrets: readonly Reference[]
  /** The variables that must be set when the tasks file is applied. */
  readonly variables: readonly Reference[]
}
