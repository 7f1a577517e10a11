// Without a schema, so that the dashboard has it too.

/** The names of the operators of a rule about a value of a JSON answer. */
export const operatorNames = ['equals', 'not_equals', 'absent', 'present', 'at_least', 'at_most'] as const

/** The name of an operator. */
export type OperatorName = (typeof operatorNames)[number]
