export { createFolderSource } from './folder-source.ts';
export { createSaneSource, type SaneSourceOptions } from './sane-source.ts';
export { type Paper } from './sane-options.ts';
export { type ScanFile } from './scan-files.ts';
export { createScans, type ScanCaller, type Scans, type ScansOptions } from './scans.ts';
export { type PageFile, type PageRoom, type ScannerSource, type ScanRequest } from './source.ts';
