export { createHotFolder, type HotFolder, type HotFolderConfig, type HotFolderOptions } from './hot-folder.ts';
