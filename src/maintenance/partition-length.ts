/** Lengths of a partition, in days. The shortest is used that does not exceed the number of partitions below. */
const lengths = [1, 7, 28, 91]
/**
 * The most partitions within a retention. Reading the history of a task locks each of them with its indexes and looks into
 * it: 400 partitions cost 0.1 s, and with some 2,000 the server runs out of room for the locks.
 */
const partitionsAtMost = 62

/** The length of the partitions for a retention; both in days. */
export function partitionDays(retentionDays: number): number {
  return lengths.find((days) => retentionDays <= days * partitionsAtMost) ?? (lengths.at(-1) as number)
}
