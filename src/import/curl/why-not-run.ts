/** Says why a command of a script has no counterpart, as a clause. */
export function whyNotRun(name: string | undefined, source: string): string {
  switch (name) {
    case 'cat':
      return `${source} reads a file when the command runs. Store a secret as a named secret (duly secret set)`
    case 'date':
      return `${source} is computed at each run, and Duly computes nothing; the target can read the header Duly-Scheduled-For`
    case 'uuidgen':
      return `${source} is computed at each run, and Duly computes nothing; the target can read the header Idempotency-Key`
    default:
      return `${source} runs when the command does, and Duly runs no commands`
  }
}

/** A command as people are shown it: cut if it is long. */
export const shown = (source: string): string => (source.length > 100 ? `${source.slice(0, 100)}…` : source)
