/** Where the two screens of the rehearsed device are, for a browser on this computer. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rehearsal } from './rehearsal.ts';

/** Touch panel and Internet Services with what each asks for; nothing of a door that is not open. */
export async function screenLines({ daemon, layout }: Rehearsal): Promise<string[]> {
  const portOf = (door: string) => daemon.agent.status().listeners.find(({ name }) => name === door)?.port;
  const [panel, web] = [portOf('panel'), portOf('web')];
  // The panel door writes it when it opens.
  const token = await readFile(join(layout.runtimeDir, 'panel-token'), 'utf8').catch(() => undefined);
  return [
    ...(panel === undefined || token === undefined
      ? []
      : [
          'The touch panel of this device, in a browser:',
          `  http://127.0.0.1:${String(panel)}/?token=${token.trim()}`,
        ]),
    ...(web === undefined
      ? []
      : [
          'Internet Services, its web pages for administrators:',
          `  https://127.0.0.1:${String(web)}/`,
          '  The browser warns: the device made its certificate itself. The code it asks',
          '  for: on the touch panel, Device settings > Web page.',
        ]),
  ];
}
