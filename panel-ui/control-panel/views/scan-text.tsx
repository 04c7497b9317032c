import { goTo } from '../../shared/route.ts';
import { useStore } from '../../shared/store.ts';
import { TextEditor } from '../keyboard/text-editor.tsx';
import { usePanel, useWords } from '../panel.ts';

/** Subject, file name or message of a scan. */
export function ScanTextView(props: { readonly part: 'subject' | 'file-name' | 'message' }) {
  const panel = usePanel();
  const { texts } = useWords();
  const draft = useStore(panel.draft);
  const field = ({ 'subject': 'subject', 'file-name': 'fileName', 'message': 'text' } as const)[props.part];
  const kinds = {
    subject: { label: texts.subject, phrases: texts.subjectPhrases, maxLength: 200 },
    fileName: { label: texts.fileName, phrases: texts.fileNamePhrases, maxLength: 120 },
    text: { label: texts.message, phrases: texts.messagePhrases, maxLength: 1000 },
  };
  return (
    <TextEditor
      {...kinds[field]}
      use="text"
      value={draft[field]}
      onDone={(value) => {
        panel.draft.set({ ...draft, [field]: value });
        goTo('/scan');
      }}
    />
  );
}
