/**
 * The way out, made from the settings: dialler (straight, through the proxy, or what the demo injects) and HTTPS client.
 * Made anew when a network setting changes, so that rooms only ever ask for the present one.
 */
import {
  MailError,
  toMailError,
  type Clock,
  type Dialer,
  type HttpClient,
  type SecretBinding,
  type SecretStore,
} from './core/index.ts';
import { addressGuard, createHttpClient, directDialer, proxyDialer } from './net/index.ts';
import type { Settings } from './settings/index.ts';

export interface Outside {
  /** For the smarthost: through the proxy only if the administrator chose so (design 8, Net). */
  readonly smtp: Dialer;
  /** For the log-in. */
  readonly http: HttpClient;
}

/** The proxy password belongs to this proxy and user alone (T21). */
export function proxyBinding(network: Settings['network']): SecretBinding {
  const { host, protocol } = new URL(network.proxyUrl);
  return { proxy: `${protocol}//${host}`, user: network.proxyUser };
}

export function createOutside(options: {
  readonly settings: Settings;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly version: string;
  /** Demo and tests only: real host names mapped to loopback. */
  readonly dialer?: Dialer | undefined;
}): Outside {
  const { secrets, clock } = options;
  const { network, service } = options.settings;
  // Whoever may name any host must not use us to look around in the network (T23). The proxy is the administrator's own.
  const isCustom = service.provider === 'exchange-online' && service.cloud === 'custom';
  const guard = isCustom ? addressGuard({ isPrivateNetworkAllowed: () => service.isPrivateNetworkAllowed }) : undefined;
  const direct = options.dialer ?? directDialer(guard ? { guard } : {});
  const proxied =
    network.proxyUrl === ''
      ? direct
      : proxyDialer(
          options.dialer ?? directDialer(),
          {
            url: network.proxyUrl,
            user: network.proxyUser,
            password: () => proxyPassword(secrets, network),
            bypass: network.proxyBypass,
          },
          // A bypassed name is dialled by us again: it must not get round the guard.
          { straight: direct, guard: options.dialer ? undefined : guard },
        );
  return {
    smtp: network.isProxyUsedForSmtp ? proxied : direct,
    http: createHttpClient({
      dialer: proxied,
      extraCaPem: network.extraCaPem,
      clock,
      userAgent: `mfp-mail-agent/${options.version}`,
    }),
  };
}

/** A password that belongs to another proxy is a matter of the proxy, not of the mailbox's sign-in. */
async function proxyPassword(secrets: SecretStore, network: Settings['network']): Promise<string | undefined> {
  try {
    return (await secrets.get('proxy-password', proxyBinding(network)))?.toString('utf8');
  } catch (error) {
    const told = toMailError(error);
    if (told.kind !== 'signin') throw told;
    throw new MailError('proxy-authentication', 'the proxy password must be set again', { cause: told });
  }
}
