export { Breakable } from './breakable.tsx';
export { Button, type ButtonProps } from './button.tsx';
export { Dialog } from './dialog.tsx';
export { CheckField, Field, SelectField, TextField } from './field.tsx';
export { Lamp } from './lamp.tsx';
export { CopyButton, ErrorNotice, GuidanceNotice, Notice } from './notice.tsx';
export { Table, type Column } from './table.tsx';
export { Empty, Failed, Loading, Show } from './view-states.tsx';
export { SharedWords, useSharedWords } from './words.ts';
