import type { Texts } from '../types.ts';
import { addressBook, jobs } from './jobs.ts';
import { admin, choices } from './admin.ts';
import { home } from './home.ts';
import { mail } from './mail.ts';
import { nav } from './nav.ts';
import { network } from './network.ts';
import { shell } from './shell.ts';

/** Simplified Chinese; menus and fields as Chinese printers print them. */
export const zhCn: Texts = { shell, nav, home, mail, network, jobs, addressBook, admin, choices };
