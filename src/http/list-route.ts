import { type TSchema, Type } from '@sinclair/typebox'
import { cursorParameters, linkHeader } from './cursor-page.ts'
import { operation } from './operation.ts'

/**
 * What routes have in common that list all of something, a page at a time: their query, their scope and their part of the
 * OpenAPI document. `cursorResponse` answers them.
 * @param page of the records
 * @param contents says what a page contains
 */
export const listRoute = (operationId: string, summary: string, page: TSchema, contents = 'One page') => ({
  query: Type.Object(cursorParameters, { additionalProperties: false }),
  scope: 'read' as const,
  detail: operation(
    operationId,
    summary,
    {
      status: 200,
      description: `${contents}; 100 records by default. \`next_cursor\` is the \`cursor\` of the next page.`,
      schema: page,
      headers: linkHeader,
      revalidates: true,
    },
    [400],
  ),
})
