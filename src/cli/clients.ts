/** `clients list`, `dialogue`, `certificate`, `password`: the printers on the network, and the door they use. */
import { isIP } from 'node:net';
import type { ClientSummary } from '../intake/index.ts';
import type { LanDoor } from '../api/index.ts';
import { type Call, type Command } from './command.ts';
import { exitCodes, usageError } from './exit-codes.ts';
import { isInteractive } from './io.ts';
import { Prompt, readSecret } from './prompt.ts';
import { settingOf } from './setting-values.ts';
import { spanWords } from './words.ts';

/** Everything about single printers. */
export const clientsCommands: readonly Command[] = [
  {
    name: 'clients list',
    operands: [],
    summary: 'printers that handed in mail, latest first',
    description: [
      'Prints who has connected by SMTP since the agent started: the last 32 addresses, with how they name themselves, ' +
        'their encryption, how many messages were taken, and the last reply that refused something.',
    ],
    options: {},
    run: list,
  },
  {
    name: 'clients dialogue',
    operands: ['ADDRESS'],
    summary: 'the last SMTP dialogue with a printer',
    description: [
      'Prints what the printer and the agent said to each other the last time, with times in seconds. Passwords and the ' +
        'text of messages are not in it; e-mail addresses are. To send it to somebody:',
      '  mfp-mail-agent clients dialogue 192.168.1.20 > dialogue.txt',
    ],
    options: {},
    run: dialogue,
  },
  {
    name: 'clients certificate',
    operands: [],
    summary: 'the certificate that printers are shown',
    description: [
      'Prints fingerprint, names and text of the certificate of this device, for printers that compare it or want it ' +
        'installed. It is made when the door for the network first opens.',
    ],
    options: {},
    run: certificate,
  },
  {
    name: 'clients password',
    operands: [],
    summary: 'set the password printers log in with',
    description: [
      'Asks for the password that belongs to lan.userName; in a script it is read from standard input, one line. Only ' +
        'its hash is kept.',
    ],
    options: { remove: { type: 'boolean', help: 'no password any more; printers that log in are refused' } },
    run: password,
  },
];

async function list({ client, io, out, isJson }: Call): Promise<number> {
  const { clients } = (await client.get('/v1/clients', { signal: io.signal })) as {
    readonly clients: readonly ClientSummary[];
  };
  if (isJson) {
    out.json(clients);
    return exitCodes.done;
  }
  if (clients.length === 0) {
    out.line('Nobody has connected since the agent started.');
    return exitCodes.done;
  }
  const nowMs = io.clock.nowMs();
  for (const one of clients) {
    out.heading(one.address);
    out.row('Last seen', `${spanWords(Math.max(0, nowMs - one.lastSeenMs))} ago at ${one.listener}`);
    out.row('Says', one.helo === '' ? '(nothing)' : one.helo);
    out.row('Encryption', one.tls ?? 'none');
    if (one.quirk !== '') out.row('Quirk', one.quirk);
    out.row('Messages taken', String(one.accepted));
    if (one.lastRefusal !== undefined)
      out.row('Last refusal', `${one.lastRefusal.reply} (${spanWords(Math.max(0, nowMs - one.lastRefusal.atMs))} ago)`);
  }
  return exitCodes.done;
}

async function dialogue({ client, io, out, isJson, operands }: Call): Promise<number> {
  const [address = ''] = operands;
  if (isIP(address) === 0)
    throw usageError(`"${address}" is not an address; those that came are in: mfp-mail-agent clients list`);
  const text = await client.getText(`/v1/clients/${encodeURIComponent(address)}/dialogue`, { signal: io.signal });
  if (isJson) out.json({ address, text });
  else out.raw(text.trimEnd());
  return exitCodes.done;
}

async function certificate({ client, io, out, isJson }: Call): Promise<number> {
  const door = (await client.get('/v1/lan', { signal: io.signal })) as LanDoor;
  if (isJson) {
    out.json(door);
    return exitCodes.done;
  }
  if (door.certificates.length === 0) {
    if (door.isEnabled) out.line('There is none yet; it is being made. Ask again in a moment.');
    else howToOpen(out);
  }
  for (const one of door.certificates) {
    // In halves of sixteen octets: a line that the terminal breaks somewhere is hard to compare.
    const half = one.fingerprint.indexOf(':', one.fingerprint.length / 2 - 1);
    out.row('SHA-256', one.fingerprint.slice(0, half));
    out.row('', one.fingerprint.slice(half + 1));
    out.row('Key', one.keyType);
    out.row('Names', one.names.join(', '));
    out.row('Valid until', one.validTo.slice(0, 10));
    out.raw(one.pem.trimEnd());
  }
  return exitCodes.done;
}

function howToOpen(out: Call['out']): void {
  out.paragraph(
    'There is none yet: the door for the network is closed. These three commands open it, with your network and a name ' +
      'of your choice:',
  );
  out.line();
  out.paragraph('mfp-mail-agent settings set lan.allowedNetworks=192.168.1.0/24 lan.userName=printer');
  out.paragraph('mfp-mail-agent clients password');
  out.paragraph('mfp-mail-agent settings set lan.isEnabled on');
}

async function password(call: Call): Promise<number> {
  const { client, io, out, isJson, options } = call;
  if (options['remove'] === true) return removePassword(call);
  const value = await readSecret(io, 'Password for printers (not shown): ', isInteractive(io));
  if (value === '') {
    if (isInteractive(io) && (await isWanted(call, 'That was an empty line. Remove the password?')))
      return removePassword(call);
    throw usageError(
      'Nothing changed: a password is not empty; to remove it: mfp-mail-agent clients password --remove',
    );
  }
  await client.setLanPassword(value, { signal: io.signal });
  if (isJson) out.json({ hasPassword: true });
  else out.line('Set. Printers log in with it over TLS.');
  return exitCodes.done;
}

async function removePassword({ client, io, out, isJson }: Call): Promise<number> {
  const signal = io.signal;
  const door = (await client.get('/v1/lan', { signal })) as LanDoor;
  const { settings } = await client.settings({ signal });
  const userName = settingOf(settings, 'lan.userName');
  await client.setLanPassword('', { signal });
  if (isJson) {
    out.json({ hasPassword: false });
    return exitCodes.done;
  }
  out.line(door.hasPassword ? 'Removed.' : 'No password was set.');
  if (door.isEnabled && typeof userName === 'string' && userName !== '') {
    out.paragraph(`The door is open and asks for it: printers that log in as ${userName} are refused until you type:`);
    out.paragraph('mfp-mail-agent clients password');
  }
  return exitCodes.done;
}

async function isWanted({ io }: Call, question: string): Promise<boolean> {
  const prompt = new Prompt(io);
  try {
    return await prompt.isYes(question);
  } finally {
    prompt.close();
  }
}
