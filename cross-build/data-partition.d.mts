/** Types of data-partition.mjs, for the tests. */
export function makeDataPartition(
  file: string,
  options: { readonly sizeMiB: number; readonly from?: string; readonly inodes?: number | undefined },
): Promise<void>;
