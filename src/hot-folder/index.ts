export { createHotFolder, type HotFolder, type HotFolderConfig, type HotFolderOptions } from './hot-folder.ts';
export { forgetHotFolder, hasClaims } from './forget.ts';
