export { openForeignFile, type ForeignFile, type ForeignFileRules } from './foreign-file.ts';
