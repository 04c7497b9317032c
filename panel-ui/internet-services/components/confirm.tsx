import type { ComponentChildren } from 'preact';
import { Button, Dialog } from '../../shared/components/index.ts';
import { useApp } from '../context.ts';

/** Asks before something that has consequences. "Cancel" has the focus. */
export function Confirm(props: {
  readonly title: string;
  /** The word on the button that does it. */
  readonly act: string;
  readonly onAct: () => void;
  readonly onClose: () => void;
  readonly isDangerous?: boolean;
  readonly isRunning?: boolean;
  readonly children: ComponentChildren;
}) {
  const { texts } = useApp();
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onPress={props.onClose} isFirst>
            {texts.shell.cancel}
          </Button>
          <Button
            kind={props.isDangerous === true ? 'danger' : 'main'}
            onPress={props.onAct}
            isBusy={props.isRunning === true}
          >
            {props.act}
          </Button>
        </>
      }
    >
      {props.children}
    </Dialog>
  );
}
