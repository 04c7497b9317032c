/** What single fields cannot tell: settings that contradict each other, the service, or the device's own safety. */
import { BlockList, isIP } from 'node:net';
import { cloudProfiles, isConsumersTenant, outsideProfile } from '../cloud/index.ts';
import { checkSenderRules, type SenderRules } from '../policy/index.ts';
import { effectiveService } from './effective-service.ts';
import { isLoopbackHost, reachOfHost } from './host-name.ts';
import type { Settings } from './schema.ts';

/** One setting that cannot stay as it is, and the sentence that says what to do. */
export interface SettingProblem {
  /** `group.key`; '' for an import that is wrong as a whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * Finds contradictions between settings that are each valid (design 6.5, T22, T23).
 * @returns empty if they hold together
 */
export function crossProblems(settings: Settings): readonly SettingProblem[] {
  const isExchange = settings.service.provider === 'exchange-online';
  return [
    ...senderProblems(settings),
    ...(isExchange ? exchangeProblems(settings) : []),
    ...reachProblems(settings, isExchange),
    ...rangeProblems(settings),
    ...lanProblems(settings),
  ];
}

/** The sender rule's settings as plain values for policy/. */
export function senderRulesOf(settings: Settings): SenderRules {
  const { service, sender } = settings;
  return {
    provider: service.provider,
    ...sender,
    hasPersonalAccounts: cloudProfiles[service.cloud].hasPersonalAccounts,
  };
}

function senderProblems(settings: Settings): SettingProblem[] {
  return checkSenderRules(senderRulesOf(settings)).map(({ field, message }) => {
    if (field === 'provider') return { path: 'service.provider', message };
    return { path: field === 'hasPersonalAccounts' ? 'service.cloud' : `sender.${field}`, message };
  });
}

function exchangeProblems(settings: Settings): SettingProblem[] {
  const { service } = settings;
  const profile = cloudProfiles[service.cloud];
  const problems: SettingProblem[] = outsideProfile(service.cloud, service).map((key) => ({
    path: `service.${key}`,
    message: `This does not belong to the cloud "${profile.title}"; blank it, or set service.cloud to custom.`,
  }));
  if (service.cloud === 'custom') {
    for (const key of ['loginHost', 'smtpHost', 'scope'] as const) {
      if (service[key] !== '') continue;
      problems.push({ path: `service.${key}`, message: `The custom cloud has no defaults; set service.${key}.` });
    }
  }
  if (isIP(service.smtpHost) !== 0) {
    problems.push({
      path: 'service.smtpHost',
      message: 'Exchange Online is reached by DNS name; write the name of the server, not its IP address.',
    });
  }
  for (const key of ['loginHost', 'smtpHost'] as const) {
    if (service[key] === '' || service[key].includes('.')) continue;
    problems.push({ path: `service.${key}`, message: 'Write the full name of the server, with its domain.' });
  }
  // A token in clear is a mailbox given away (T20): only an own cloud may choose, and only another kind of TLS.
  const securities: readonly string[] = service.cloud === 'custom' ? ['starttls', 'implicit'] : ['starttls'];
  if (!securities.includes(service.smtpSecurity)) {
    problems.push({
      path: 'service.smtpSecurity',
      message: `With Exchange Online, set service.smtpSecurity to ${securities.join(' or ')}.`,
    });
  }
  if (!profile.hasPersonalAccounts && isConsumersTenant(service.tenant)) {
    problems.push({
      path: 'service.tenant',
      message: `Outlook.com accounts do not exist in the cloud "${profile.title}"; set the tenant to organizations.`,
    });
  }
  return problems;
}

function reachProblems(settings: Settings, isExchange: boolean): SettingProblem[] {
  const { service } = settings;
  const { smtpHost, smtpPort } = effectiveService(settings);
  const problems: SettingProblem[] = [];
  for (const key of isExchange ? (['loginHost', 'smtpHost'] as const) : (['smtpHost'] as const)) {
    const reach = reachOfHost(service[key]);
    if (reach === 'forbidden') {
      problems.push({
        path: `service.${key}`,
        message: 'This address can never be a server of this device; write the name of the server.',
      });
    }
    // A plain mail server in the office is the usual case; a sign-in service there is not (T23).
    if (reach === 'private' && isExchange && !service.isPrivateNetworkAllowed) {
      problems.push({
        path: `service.${key}`,
        message: 'This server is in the private network; switch service.isPrivateNetworkAllowed on if that is meant.',
      });
    }
  }
  if (isLoopbackHost(smtpHost) && smtpPort === settings.intake.loopbackPort) {
    problems.push({
      path: 'service.smtpPort',
      message: "That is this agent's own intake port: mail would go round in circles; set the port of the mail server.",
    });
  }
  return problems;
}

function rangeProblems({ limits, retry }: Settings): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (limits.maxMessageBytes > limits.maxSpoolBytes) {
    problems.push({
      path: 'limits.maxMessageBytes',
      message: 'The largest message does not fit into the queue; lower it, or raise limits.maxSpoolBytes.',
    });
  }
  if (retry.firstWaitS > retry.maxWaitS) {
    problems.push({
      path: 'retry.firstWaitS',
      message: 'The first wait is longer than the longest; lower it, or raise retry.maxWaitS.',
    });
  }
  return problems;
}

/** Nobody becomes an open relay by one switch (T4): who may connect and how they prove it must both be said. */
function lanProblems({ lan, intake }: Settings): SettingProblem[] {
  if (!lan.isEnabled) return [];
  const problems: SettingProblem[] = [];
  const ports = [lan.plainPort, lan.submissionPort, lan.tlsPort].filter((port) => port !== 0);
  if (lan.allowedNetworks.length === 0) {
    problems.push({
      path: 'lan.allowedNetworks',
      message: 'Say which printers may connect before mail is accepted from the network: set lan.allowedNetworks.',
    });
  }
  if (lan.userName === '' && lan.trustedPrinters.length === 0) {
    problems.push({
      path: 'lan.trustedPrinters',
      message: 'Set lan.userName and its password, or name the trusted printers that need no log-in.',
    });
  }
  const outside = lan.trustedPrinters.find((one) => !isWithin(one, lan.allowedNetworks));
  if (lan.allowedNetworks.length > 0 && outside !== undefined) {
    problems.push({
      path: 'lan.trustedPrinters',
      message: `${outside} is not within lan.allowedNetworks, so it could not connect; add it there too.`,
    });
  }
  if (ports.length === 0) {
    problems.push({ path: 'lan.isEnabled', message: 'All ports of the network listener are 0; set one of them.' });
  }
  const all = [...ports, ...(intake.loopbackPort === 0 ? [] : [intake.loopbackPort])];
  if (new Set(ports).size < ports.length || (isLocal(lan.address) && new Set(all).size < all.length)) {
    problems.push({
      path: 'lan.plainPort',
      message: 'Two listeners cannot have the same port; change one of the lan ports or intake.loopbackPort.',
    });
  }
  return problems;
}

/** Binds 127.0.0.1 too. */
function isLocal(address: string): boolean {
  return ['0.0.0.0', '::', '127.0.0.1'].includes(address);
}

/** Whether an address or network lies in one of others. First address and prefix decide: all are written as networks. */
export function isWithin(network: string, others: readonly string[]): boolean {
  const [address = '', prefix] = network.split('/');
  const type = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return others.some((other) => {
    const [outer = '', outerPrefix] = other.split('/');
    const most = isIP(outer) === 4 ? 32 : 128;
    if (isIP(outer) !== isIP(address) || Number(prefix ?? most) < Number(outerPrefix ?? most)) return false;
    const list = new BlockList();
    list.addSubnet(outer, Number(outerPrefix ?? most), type);
    return list.check(address, type);
  });
}
