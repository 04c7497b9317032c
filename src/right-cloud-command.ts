/** What a wrong-cloud answer is worth most for: the name of the right one. */
import { isCloudName, rightCloudOf } from './cloud/index.ts';
import type { Guidance, GuidanceContext } from './guidance/index.ts';

/** Entries that a wrong cloud is behind, or may be (90002 and 700016 say "not found" for what is elsewhere). */
const aboutClouds: readonly string[] = [
  'wrong-cloud',
  'us-gov-through-public',
  'tenant-unknown',
  'tenant-not-derived',
  'app-not-found',
  'app-in-other-cloud',
];

/**
 * Adds the command that sets the right cloud, if the answer or the names in the settings tell which it is. A command is the
 * same in every language.
 */
export function withRightCloud(guidance: Guidance, context: GuidanceContext): Guidance {
  const { cloud = '', aadsts, reply: description, tenant, upn } = context;
  if (!aboutClouds.includes(guidance.id) || !isCloudName(cloud)) return guidance;
  const name = rightCloudOf({ aadsts, description, tenant, upn, cloud });
  if (name === undefined) return guidance;
  const command = `mfp-mail-agent settings set service.cloud ${name}`;
  return { ...guidance, remedy: guidance.remedy === undefined ? command : `${guidance.remedy}\n${command}` };
}
