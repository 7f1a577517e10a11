import { plainText, type Text } from '../text.ts'

/**
 * Says what becomes of an output that goes to a file; undefined for one that nobody reads.
 * @param where the option or the redirection, for people
 */
export function outputRemark(
  file: Text,
  where: string,
): { readonly note: string } | { readonly reason: string } | undefined {
  const path = plainText(file)
  if (path === undefined) return { reason: `${where}: the output goes to a file whose name is not known.` }
  if (/^(\/dev\/(null|stdout|stderr|fd\/[12])|\/proc\/(1|self)\/fd\/[12]|-|NUL)$/.test(path)) return undefined
  if (/\.log(\.\w+)?$|^\/var\/log\/|(^|[/_-])logs?([/_.-]|$)/i.test(path))
    return {
      note: `${where} ${path}: Duly writes no log file; it stores status, times, headers and the first 64 KiB of each answer.`,
    }
  if (/^\/(var\/)?tmp\/[\w.-]+$/.test(path))
    return {
      note: `${where} ${path}: Duly writes no files; it stores the first 64 KiB of each answer. If something else reads the file, leave the job where it is.`,
    }
  return {
    reason: `${where} ${path}: the output is written to a file, which something may read. Duly stores the first 64 KiB of each answer, and writes no files.`,
  }
}
