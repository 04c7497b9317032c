/* eslint-disable @typescript-eslint/consistent-type-imports -- an ambient module has no other way to name a type */
/** Modules that the build makes (cross-build/ui.mjs); a run from source has none of them. */
declare module '#made/ui-control-panel' {
  export const files: readonly import('./doorway/index.ts').UiFile[];
}
declare module '#made/ui-internet-services' {
  export const files: readonly import('./doorway/index.ts').UiFile[];
}
declare module '#made/licences' {
  export const licences: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
}
