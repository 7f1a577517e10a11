import type { Command } from 'commander'

const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** Adds --label, which filters by a label of the tasks. */
export const addLabelOption = (command: Command): Command =>
  command.option(
    '--label <label>',
    'only with this label: team=billing, or team for any value; all given must hold',
    collect,
  )

/** Returns the filters of --label as parameters of the API. */
export const labelParameters = ({ label = [] }: { readonly label?: readonly string[] }): [string, string][] =>
  label.map((one) => ['label', one])
