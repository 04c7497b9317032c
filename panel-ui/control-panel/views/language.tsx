import { languages } from '../../../src/core/language.ts';
import { Button, ErrorNotice } from '../../shared/components/index.ts';
import { languageNames } from '../../shared/language.ts';
import { goTo } from '../../shared/route.ts';
import { useAct } from '../../shared/store.ts';
import { usePanel, useWords } from '../panel.ts';

/** Every language by its own name; holds until the panel goes back to its start. */
export function LanguageView() {
  const panel = usePanel();
  const { language } = useWords();
  const speak = useAct(async (chosen: (typeof languages)[number]) => {
    await panel.speak(chosen);
    goTo('/');
  });
  return (
    <div class="view">
      <div class="choices">
        {languages.map((one) => (
          <Button
            key={one}
            class="choice"
            isPressed={one === language}
            isFirst={one === language}
            onPress={() => speak.run(one)}
          >
            <span lang={one}>{languageNames[one]}</span>
          </Button>
        ))}
      </div>
      {speak.error === undefined ? undefined : <ErrorNotice error={speak.error} />}
    </div>
  );
}
