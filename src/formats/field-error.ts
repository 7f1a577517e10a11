/** One entry for each `code` of a field in an error response, and what it means. */
export const fieldErrorCodes = {
  required: 'The field must be given.',
  unknown: 'The route has no field or parameter of this name.',
  duplicate: 'The field or parameter is given twice.',
  wrong_type: 'The value has another JSON type than the field.',
  out_of_range: 'The number, or the count of elements of an array, is too small or too large.',
  invalid: 'The value is not accepted for another reason, which `message` says.',
} as const

/** The `code` of a field in an error response. */
export type FieldErrorCode = keyof typeof fieldErrorCodes

/** What is wrong with one field of a request. */
export interface FieldError {
  /** JSON pointer to the field, or `/name` for a query or path parameter. */
  readonly path: string
  /** Predicate of a sentence whose subject is the field, such as "is required". */
  readonly message: string
  /** `invalid` when it is left out. */
  readonly code?: FieldErrorCode
}
