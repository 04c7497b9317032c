/** English: the language every other is measured by. */
import { addressBook, jobs } from './jobs.ts';
import { admin, choices } from './admin.ts';
import { home } from './home.ts';
import { mail } from './mail.ts';
import { nav } from './nav.ts';
import { network } from './network.ts';
import { shell } from './shell.ts';

export const en = { shell, nav, home, mail, network, jobs, addressBook, admin, choices };
