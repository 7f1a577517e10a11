/** How many executions a page has. */
export const pageSize = 20
