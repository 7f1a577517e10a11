/** What is wrong with one field of a request. */
export interface FieldError {
  /** JSON pointer to the field, or `/name` for a query or path parameter. */
  readonly path: string
  /** Predicate of a sentence whose subject is the field, such as "is required". */
  readonly message: string
}
