/** What remains of these pages when their door went elsewhere. */
import { CopyBlock, Section } from '../components/parts.tsx';
import { useApp } from '../context.ts';
import type { Moved } from '../form/moved.ts';

/** The door these pages came through is another now; nothing on them would work. */
export function MovedPage(props: { readonly moved: Moved }) {
  const { texts } = useApp();
  const { moved } = texts.shell;
  const { url } = props.moved;
  return (
    <main class="content entrance" id="content" tabIndex={-1}>
      <h1>{url === undefined ? moved.offTitle : moved.title}</h1>
      {url === undefined ? (
        <Section intro={moved.offText}>
          <CopyBlock text="mfp-mail-agent settings set web.isEnabled true" name={moved.offTitle} />
        </Section>
      ) : (
        <Section intro={moved.text}>
          <p class="code-address">{url}</p>
          <div class="button-row">
            <a class="button button-main" href={url}>
              {moved.go}
            </a>
          </div>
        </Section>
      )}
    </main>
  );
}
