import { parseArgs } from 'node:util';
import { languageOf, languages, type Language } from '../core/index.ts';
import { padTo } from '../panel/index.ts';
import { faultNames, standInProfiles } from '../simulator/index.ts';

export interface DemoOptions {
  /** Play technician and firmware too, and end. */
  readonly isAuto: boolean;
  readonly cloud: string;
  readonly faults: readonly string[];
  /** A file of the person's own instead of the shipped scan. */
  readonly scanPath: string | undefined;
  /** Of panel, status and advice. */
  readonly language: Language | undefined;
}

export type ParsedDemo =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'text'; readonly text: string; readonly exitCode: 0 | 2 };

export const demoUsage = `Usage: npm run demo [-- OPTIONS]

Starts the stand-in cloud and the agent in a private folder on this computer,
signs a mailbox in, hands in a scan as a printer does, shows the mail that came.

  --auto         play technician and printer as well; ends in under a minute,
                 exit code 0 only if the scan arrived intact
  --cloud NAME   ${Object.keys(standInProfiles).slice(0, 3).join(', ')},
                 ${Object.keys(standInProfiles).slice(3).join(', ')} (default: global)
  --fault NAME   rehearse a fault; may be given more than once. NAME:times=3
                 strikes three times
  --fault list   name all faults
  --scan FILE    send a file of your own
  --language TAG of the panel and of advice: ${languages.join(', ')}
  --help         this text
`;

/** @param argv everything after `demo` */
export function parseDemo(argv: readonly string[]): ParsedDemo {
  const complain = (text: string): ParsedDemo => ({
    kind: 'text',
    text: `${text} See: npm run demo -- --help\n`,
    exitCode: 2,
  });
  let values: {
    auto?: boolean | undefined;
    cloud?: string | undefined;
    fault?: string[] | undefined;
    scan?: string | undefined;
    language?: string | undefined;
    help?: boolean | undefined;
  };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        auto: { type: 'boolean' },
        cloud: { type: 'string' },
        fault: { type: 'string', multiple: true },
        scan: { type: 'string' },
        language: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return complain(error instanceof Error ? `${error.message.split('.')[0] ?? ''}.` : 'Unknown option.');
  }
  if (values.help === true) return { kind: 'text', text: demoUsage, exitCode: 0 };
  const faults = values.fault ?? [];
  if (faults.includes('list')) return { kind: 'text', text: faultList(), exitCode: 0 };
  const strange = faults.find((text) => !faultNames.some((fault) => fault.name === text.split(':')[0]));
  if (strange !== undefined) return complain(`There is no fault "${strange}"; --fault list names them.`);
  const cloud = values.cloud ?? 'global';
  if (!Object.hasOwn(standInProfiles, cloud))
    return complain(`There is no cloud "${cloud}"; choose one of ${Object.keys(standInProfiles).join(', ')}.`);
  const language = values.language === undefined ? undefined : languageOf(values.language);
  if (values.language !== undefined && language === undefined)
    return complain(`--language needs one of ${languages.join(', ')}.`);
  return { kind: 'run', options: { isAuto: values.auto ?? false, cloud, faults, scanPath: values.scan, language } };
}

/** One line each, by where it strikes; what a person sees of a fault is said when it is rehearsed. */
function faultList(): string {
  const groups = [...new Set(faultNames.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const entries = faultNames.filter((fault) => fault.group === group);
    return [`${group}:`, ...entries.map(({ name, about }) => `  ${padTo(name, 28)}${about}`)].join('\n');
  });
  return `Faults the stand-in cloud can play (npm run demo -- --fault NAME):\n\n${sections.join('\n\n')}\n`;
}
