import type { Texts } from '../types.ts';
import { addressBook, jobs } from './jobs.ts';
import { admin, choices } from './admin.ts';
import { home } from './home.ts';
import { mail } from './mail.ts';
import { nav } from './nav.ts';
import { network } from './network.ts';
import { shell } from './shell.ts';

/** Japanese; menus and fields as Japanese printers print them. */
export const ja: Texts = { shell, nav, home, mail, network, jobs, addressBook, admin, choices };
