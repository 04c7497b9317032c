export { createSpool, type Spool, type SpoolOptions } from './spool.ts';
export { type SpoolHealth } from './health.ts';
export { type SpoolLimits } from './quota.ts';
export { realDisk, type Disk, type DiskFile, type DiskFolder, type FileFacts } from './disk.ts';
export { hasSpoolEntries } from './start-up.ts';
