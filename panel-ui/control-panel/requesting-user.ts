/** Who stands in front, if the firmware said so when it opened the page. */
import { looksLikeAddress } from './glance.ts';

/**
 * The address of the person logged in at the device: firmware opens `/?token=...#user=anna@contoso.com` (what stands behind
 * `#` outlives the door's redirect and reaches no log). It only fills in a recipient, "send to me", and gives no rights.
 * @param hash of the page's address when it was opened
 */
export function requestingUserOf(hash: string): string | undefined {
  const user = new URLSearchParams(hash.replace(/^#/, '')).get('user') ?? '';
  return looksLikeAddress(user) ? user : undefined;
}
