export { openRecord, sealRecord } from './seal-record.ts';
export {
  createStreamOpener,
  createStreamSealer,
  openStream,
  plainChunkBytes,
  sealedChunkBytes,
  sealedHeadBytes,
  sealedStreamBytes,
  sealStream,
  type StreamOpener,
  type StreamSealer,
} from './seal-stream.ts';
export { readIfThere, syncDirectory, writeDurably } from './durable-file.ts';
export { type KeyProvider } from './key-provider.ts';
export { fileKeyProvider } from './key-file.ts';
export { executableKeyProvider } from './key-executable.ts';
export { createVault, type Vault } from './vault.ts';
export { hashPassword, isPasswordOf } from './password-hash.ts';
