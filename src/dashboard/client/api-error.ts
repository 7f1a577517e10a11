import type { FieldError } from '../../formats/field-error.ts'

/** The code of an error after which nobody knows whether the write was done. The API has the same code for its own doubt. */
export const outcomeUnknown = 'outcome_unknown'

/** A request that failed. The message is shown to the reader; status 0 means that there was no answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors: readonly FieldError[] = [],
    /** The code of the API's error, such as `task_busy`; '' if there is none. */
    readonly code = '',
  ) {
    super(message)
  }

  /** Whether the write may have been done all the same. The message then says so, and that trying again is safe. */
  get isInDoubt(): boolean {
    return this.code === outcomeUnknown
  }
}

/** Returns an error that can be shown for anything that was thrown. Unexpected errors are also logged to the console. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  console.error(error)
  return new ApiError(0, 'Something went wrong in this page. Reload it; if it happens again, please report it.')
}
